"""The encoder-decoder as a Keras model."""

import dataclasses

import keras
from keras import ops

from seq2seq_keras.layers.coverage_loss import CoverageLoss
from seq2seq_keras.models.decoder import Decoder
from seq2seq_keras.models.encoder import Encoder
from seq2seq_keras.models.options import ModelOptions
from seq2seq_keras.special_tokens import PAD_ID

# What `encode` returns that no step changes: the memory that a decoder reads.
MEMORY = (
    *("context", "encoder_outputs", "attention_keys", "source_mask"),
    "source_copy_ids",
)


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class Seq2Seq(keras.Model):
    """An encoder-decoder; make one with `build_model`, where the options stand.

    `encode` and `decode` hold all of its mathematics. The training graph of this
    model calls them on whole sequences, and the models of `build_inference_models`
    call the same functions, hence the same layers, on one token after another.

    Args:
        name: Name of the model.
        **options: The fields of `ModelOptions`, which becomes the attribute
            `options`.

    Attributes:
        options: The `ModelOptions`.
        scheduled_sampling: `None`, or the `ScheduledSampling` that `fit` trains with;
            set it before `compile`.

    Call arguments:
        inputs: A dictionary of int32 tensors, padded on the right with 0:
            `source_token_ids`, shape `(batch, source_length)`, every row ended by
            `<eos>`; `target_token_ids`, shape `(batch, target_length)`, every row
            begun by `<sos>` (teacher forcing); for a model that copies also
            `source_copy_ids`, shape `(batch, source_length)`, see
            `PointerGenerator`.

    Returns:
        Logits of the next token, float32, shape
        `(batch, target_length, target_vocabulary_size)`. For a model that copies, the
        last axis is longer by `source_length`.

    Example:

    >>> from seq2seq_keras.models.build import build_model
    >>> model = build_model(20, 30, units=16)
    >>> states = model.encode(ops.array([[5, 6, 3]]))
    >>> logits, states = model.decode(ops.array([[2]]), states)
    >>> logits.shape, sorted(states)
    (TensorShape([1, 1, 30]), ['layer_0_cell', 'layer_0_hidden'])
    """

    def __init__(self, *, name="seq2seq", **options):
        self.options = ModelOptions(**options)
        self.scheduled_sampling = None
        self.encoder = Encoder(self.options)
        self.decoder = Decoder(self.options, self.encoder.embedding)

        # === Functional model ===
        inputs = self.make_source_inputs()
        target_token_ids = keras.Input((None,), dtype="int32", name="target_token_ids")
        states, memory = self.split_memory(self.encode(**inputs))
        logits, weights, _ = self.decoder(target_token_ids, states, memory)
        if self.options.coverage_loss:
            loss = CoverageLoss(self.options.coverage_loss, name="coverage_loss")
            logits = loss(logits, weights, target_token_ids)
        inputs["target_token_ids"] = target_token_ids
        super().__init__(inputs=inputs, outputs=logits, name=name)
        # `compile` looks here to know that float16 needs its loss scaled.
        self.dtype_policy = self.options.precision

    def make_source_inputs(self):
        """Makes the symbolic inputs of `encode`.

        Returns:
            A dictionary of `keras.KerasTensor`s by the names of its arguments.
        """
        names = ["source_token_ids"]
        if self.options.copy:
            names.append("source_copy_ids")
        return {name: keras.Input((None,), dtype="int32", name=name) for name in names}

    def encode(self, source_token_ids, source_copy_ids=None):
        """Reads the source and returns what the decoder starts from.

        Args:
            source_token_ids: int32, shape `(batch, source_length)`.
            source_copy_ids: The same shape; for a model that copies only.

        Returns:
            A dictionary. The decoder's first states, `(batch, units)`:
            `layer_0_hidden`, `layer_0_cell` and so on; with `feed_context`
            `context`, the last hidden state of the encoder. With attention also
            `encoder_outputs`, `source_mask` and what else the options ask for, of
            shape `(batch, source_length, ...)`.
        """
        outputs, context, states = self.encoder(source_token_ids)
        if self.options.feed_context:
            states["context"] = context
        if not self.options.attention:
            return states
        mask = ops.not_equal(source_token_ids, PAD_ID)
        nowhere = ops.zeros_like(mask, dtype="float32")
        states |= {
            "encoder_outputs": outputs,
            "source_mask": mask,
            "attention_weights": nowhere,
        }
        if (keys := self.decoder.project(outputs)) is not None:
            states["attention_keys"] = keys
        if self.options.coverage:
            states["coverage"] = nowhere
        if self.options.input_feeding:
            states["attentional_vector"] = ops.zeros_like(context)
        if self.options.copy:
            states["source_copy_ids"] = source_copy_ids
        return states

    def decode(self, target_token_ids, states):
        """Predicts the token after each given one.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`: a whole target
                in training, one token at a time in use.
            states: The dictionary from `encode`, brought up to date with that from
                the step before.

        Returns:
            A pair `(logits, states)`: float32 logits of shape
            `(batch, target_length, target_vocabulary_size)`, and the states after
            the last token, under the same names. What no step changes is not among
            them.
        """
        states, memory = self.split_memory(states)
        logits, _, states = self.decoder(target_token_ids, states, memory)
        return logits, states

    @staticmethod
    def split_memory(states):
        """Parts what changes from step to step from what does not.

        Args:
            states: The dictionary from `encode`.

        Returns:
            A pair of dictionaries `(states, memory)`.
        """
        memory = {name: states[name] for name in states if name in MEMORY}
        states = {name: states[name] for name in states if name not in MEMORY}
        return states, memory

    def train_step(self, data):
        """One step of `fit`: Keras's own, on inputs that may be mixed first.

        Args:
            data: A batch of the dataset.

        Returns:
            Dictionary of the loss and the metrics.
        """
        if self.scheduled_sampling is not None:
            inputs, *rest = keras.utils.unpack_x_y_sample_weight(data)
            inputs = self.scheduled_sampling.mix(self, inputs)
            data = keras.utils.pack_x_y_sample_weight(inputs, *rest)
        return super().train_step(data)

    def get_compile_config(self):
        config = super().get_compile_config()
        if config and self.scheduled_sampling is not None:
            sampling = keras.saving.serialize_keras_object(self.scheduled_sampling)
            config["scheduled_sampling"] = sampling
        return config

    def compile_from_config(self, config):
        config = dict(config)
        sampling = config.pop("scheduled_sampling", None)
        if sampling is not None:
            sampling = keras.saving.deserialize_keras_object(sampling)
        self.scheduled_sampling = sampling
        super().compile_from_config(config)

    def get_config(self):
        return {**dataclasses.asdict(self.options), "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)
