"""A cell, an attention and a model as users write them; nothing here is private."""

import keras
from keras import ops

import seq2seq_keras as s2s


@keras.saving.register_keras_serializable(package="own")
class MinimalGatedCell(keras.layers.Layer):
    """The minimal gated unit of Zhou et al., 2016: one gate for all."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units
        self.forget = keras.layers.Dense(units, activation="sigmoid")
        self.candidate = keras.layers.Dense(units, activation="tanh")

    def build(self, input_shape):
        for layer in (self.forget, self.candidate):
            layer.build((None, input_shape[-1] + self.units))

    def call(self, inputs, states):
        (hidden,) = states
        forget = self.forget(ops.concatenate([inputs, hidden], axis=-1))
        remembered = ops.concatenate([inputs, forget * hidden], axis=-1)
        hidden = (1 - forget) * hidden + forget * self.candidate(remembered)
        return hidden, [hidden]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="own")
class LSTMInsideCell(keras.layers.Layer):
    """A cell with one of Keras's inside, which has dropout, and two states."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.output_size = units
        self.state_size = [units, units]
        self.inner = keras.layers.LSTMCell(units, dropout=0.5, recurrent_dropout=0.5)

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, inputs, states, training=False):
        output, states = self.inner(inputs, states, training=training)
        return output, states

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class ForgetfulCell(keras.layers.Layer):
    """Puts out its state as the dropout of a cell inside leaves it, and keeps it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = self.output_size = units
        self.inner = keras.layers.SimpleRNNCell(units, recurrent_dropout=0.5)

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, inputs, states, training=False):
        (hidden,) = states
        if not training:
            return hidden, [hidden]
        return hidden * self.inner.get_recurrent_dropout_mask(hidden), [hidden]


@keras.saving.register_keras_serializable(package="own")
class WarmAttention(s2s.Attention):
    """Dot scores with a temperature that is learned."""

    def build(self, query_shape, value_shape):
        self.temperature = self.add_weight((), "ones", name="temperature")

    def compare(self, query, keys, coverage):
        return ops.matmul(query, ops.swapaxes(keys, 1, 2)) / self.temperature


@keras.saving.register_keras_serializable(package="own")
class ComparingAttention(s2s.Attention):
    """Says how a position is scored, by layers inside, and nothing else."""

    def __init__(self, units, coverage=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.coverage = units, coverage
        self.query = keras.layers.Dense(units)
        self.key = keras.layers.Dense(units)

    def project(self, value):
        return self.key(value)

    def compare(self, query, keys, coverage):
        both = ops.tanh(self.query(query)[:, :, None] + keys[:, None])
        scores = ops.sum(both, axis=-1)
        if coverage is not None:
            scores -= ops.cast(coverage, scores.dtype)[:, None]
        return scores

    def get_config(self):
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable(package="own")
class EarlyAttention(ComparingAttention):
    """The same, asked by the state before the step."""

    attends_first = True


@keras.saving.register_keras_serializable(package="own")
class ProjectingAttention(s2s.Attention):
    """Makes a kernel in `build` that `project` uses, as Keras layers do."""

    def build(self, query_shape, value_shape):
        self.kernel = self.add_weight((value_shape[-1], query_shape[-1]), name="kernel")

    def project(self, value):
        return ops.matmul(value, self.kernel)

    def compare(self, query, keys, coverage):
        return ops.matmul(query, ops.swapaxes(keys, 1, 2))


@keras.saving.register_keras_serializable(package="own")
class ForwardAttention(s2s.Attention):
    """Remembers how far it has come, and looks there and beyond: a state of its own."""

    feeds_back = True

    def build(self, query_shape, value_shape):
        self.kernel = self.add_weight((query_shape[-1], value_shape[-1]), name="kernel")

    def compare(self, query, keys, coverage):
        return ops.matmul(ops.matmul(query, self.kernel), ops.swapaxes(keys, 1, 2))

    def initial_states(self, encoder_outputs, source_mask):
        states = super().initial_states(encoder_outputs, source_mask)
        return {**states, "reached": states["attention_weights"][:, 0]}

    def attend(self, query, states, memory):
        context, changed = super().attend(query, states, memory)
        positions = ops.cumsum(ops.ones_like(changed["attention_weights"]), axis=1) - 1
        at = ops.sum(changed["attention_weights"] * positions, axis=1)
        changed["reached"] = ops.maximum(states["reached"], at)
        farther = ops.cast(0.01 * changed["reached"], context.dtype)
        return context * (1 + farther[:, None]), changed


@keras.saving.register_keras_serializable(package="own")
class MixingAttention(s2s.Attention):
    """Predicts from each position, and mixes the predictions by the weights."""

    predicts = True

    def __init__(self, vocabulary_size, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size

    def build(self, query_shape, *_):
        shape = (query_shape[-1], self.vocabulary_size)
        self.kernel = self.add_weight(shape, name="kernel")

    def call(self, query, token_ids, states, memory):
        values, mask = memory["encoder_outputs"], memory["source_mask"]
        scores = ops.matmul(query, ops.swapaxes(values, 1, 2))
        weights = ops.softmax(ops.where(mask[:, None], scores, -1e9))
        predicted = ops.softmax(ops.matmul(values, self.kernel))
        logits = ops.log(ops.matmul(weights, predicted))
        return logits, weights, {"attention_weights": weights[:, -1]}

    def compute_output_spec(self, query, token_ids, states, memory):
        steps, positions = query.shape[:2], memory["encoder_outputs"].shape[1]
        return (
            keras.KerasTensor((*steps, self.vocabulary_size), "float32"),
            keras.KerasTensor((*steps, positions), "float32"),
            {"attention_weights": keras.KerasTensor((steps[0], positions), "float32")},
        )

    def get_config(self):
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size}


@keras.saving.register_keras_serializable(package="own")
class SumModel(s2s.EncoderDecoder):
    """No recurrence in its encoder: the sum of the words; attention over them."""

    def __init__(
        self, source_vocabulary_size, target_vocabulary_size, units=32, **kwargs
    ):
        self.units = units
        self.reader = keras.layers.Embedding(source_vocabulary_size, units)
        self.writer = keras.layers.Embedding(target_vocabulary_size, units)
        self.recurrent = keras.layers.GRU(
            units, return_sequences=True, return_state=True
        )
        self.attention = s2s.LuongAttention("general")
        self.logits = keras.layers.Dense(target_vocabulary_size)
        super().__init__(source_vocabulary_size, target_vocabulary_size, **kwargs)

    def encode(self, source_token_ids):
        words = self.reader(source_token_ids)
        mask = ops.not_equal(source_token_ids, 0)
        real = ops.cast(mask, words.dtype)[..., None]
        return {
            "hidden": ops.tanh(ops.sum(words * real, axis=1)),
            "words": words,
            "source_mask": mask,
            "attention_weights": ops.zeros_like(mask, dtype="float32"),
        }

    def decode(self, target_token_ids, states):
        outputs, hidden = self.recurrent(
            self.writer(target_token_ids), initial_state=states["hidden"]
        )
        context, weights = self.attention(
            outputs, states["words"], value_mask=states["source_mask"]
        )
        logits = self.logits(ops.concatenate([outputs, context], axis=-1))
        return logits, {"hidden": hidden, "attention_weights": weights[:, -1]}

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="own")
class InitializedModel(SumModel):
    """The same, with a part of Keras in its configuration."""

    def __init__(self, *args, initializer="uniform", **kwargs):
        super().__init__(*args, **kwargs)
        self.initializer = keras.initializers.get(initializer)

    def get_config(self):
        return {**super().get_config(), "initializer": self.initializer}
