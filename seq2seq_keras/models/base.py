"""What a model must be able to do, to be trained, searched, saved and exported."""

from collections.abc import Collection
from typing import Any

import keras
from keras import KerasTensor

from seq2seq_keras.errors import InputError
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.models.layer_states import layer_states, restore_layers
from seq2seq_keras.models.token_step import TokenStep, Workers

States = dict[str, KerasTensor]
_LAYERS = "layers"  # in a configuration; no argument of a constructor


class EncoderDecoder(keras.Model):
    """Base of every model that reads a source and writes a target token by token.

    A subclass makes its layers, calls `super().__init__`, and defines `encode` and
    `decode`: all of its mathematics. The constructor calls them on whole sequences
    to make the training graph (teacher forcing), `build_inference_models` on one token
    after another; so what is trained is what is used. `Translator`, `train`,
    `score_targets`, `check_parity`, saving and exporting ask for nothing else.

    To be saved, a subclass is registered with Keras
    (`@keras.saving.register_keras_serializable`) and has a `get_config` that adds the
    arguments of its constructor to `super().get_config()`.

    Args:
        source_vocabulary_size: Integer, special tokens included.
        target_vocabulary_size: Integer, special tokens included.
        **kwargs: Passed to `keras.Model`, e.g. `name`.

    Attributes:
        source_vocabulary_size: Integer.
        target_vocabulary_size: Integer.
        aligns: Whether `align` tells where a target was written from. Else the
            attention weights of its steps are all there is.
        copies: Whether `decode` predicts in a vocabulary that is extended by the words
            of the source: id `target_vocabulary_size + s` for the word at position
            `s`. The model then has an input `source_copy_ids`.
        features_vocabulary_size: Integer. How many of the last tokens of the source
            are features that the model takes for such; 0 for one that does not know.
        state_names: The names of what a step changes; all else that `encode` returns
            is memory.
        scheduled_sampling: `None`, or the `ScheduledSampling` that `fit` trains with;
            set it before `compile`.
        workers: `None`, or the `Workers` that train it together.

    Call arguments:
        inputs: A dictionary of int32 tensors, padded on the right with 0: the sources,
            as of `make_source_inputs`, every row ended by `<eos>`; and
            `target_token_ids`, shape `(batch, target_length)`, every row begun by
            `<sos>`.

    Returns:
        Logits of the next token, float32, shape
        `(batch, target_length, target_vocabulary_size)`.

    Example:

    ```python
    @keras.saving.register_keras_serializable(package="mine")
    class Mine(s2s.EncoderDecoder):
        def __init__(self, source_vocabulary_size, target_vocabulary_size, **kwargs):
            self.reader = keras.layers.Embedding(source_vocabulary_size, 64)
            self.writer = keras.layers.Embedding(target_vocabulary_size, 64)
            self.cell = keras.layers.GRU(64, return_sequences=True, return_state=True)
            self.output_layer = keras.layers.Dense(target_vocabulary_size)
            super().__init__(source_vocabulary_size, target_vocabulary_size, **kwargs)

        def encode(self, source_token_ids):
            real = keras.ops.cast(source_token_ids != 0, "float32")[..., None]
            return {"hidden": keras.ops.sum(self.reader(source_token_ids) * real, 1)}

        def decode(self, target_token_ids, states):
            outputs, hidden = self.cell(
                self.writer(target_token_ids), initial_state=states["hidden"]
            )
            return self.output_layer(outputs), {"hidden": hidden}
    ```
    """

    aligns = False
    copies = False
    features_vocabulary_size = 0

    def __init__(
        self, source_vocabulary_size: int, target_vocabulary_size: int, **kwargs: Any
    ) -> None:
        check_not_forked()
        self.source_vocabulary_size = source_vocabulary_size
        self.target_vocabulary_size = target_vocabulary_size
        self.scheduled_sampling: Any = None
        self.workers: Workers | None = None
        sources = self.make_source_inputs()
        target = keras.Input((None,), dtype="int32", name="target_token_ids")
        logits, changed = self.teach(target, self.encode(**sources))
        self.state_names = frozenset(changed)
        inputs = {**sources, "target_token_ids": target}
        super().__init__(inputs=inputs, outputs=logits, **kwargs)

    def make_source_inputs(self) -> dict[str, KerasTensor]:
        """Makes the symbolic inputs of `encode`.

        Returns:
            A dictionary of `keras.KerasTensor`s by the names of its arguments.
        """
        names = ["source_token_ids", *["source_copy_ids"] * self.copies]
        return {name: keras.Input((None,), dtype="int32", name=name) for name in names}

    def encode(self, *sources: Any, **others: Any) -> States:
        """Reads the source and returns what the decoder starts from.

        Args:
            *sources: `source_token_ids`, int32, shape `(batch, source_length)`.
            **others: It and the further inputs of `make_source_inputs` by name.

        Returns:
            A dictionary of tensors whose first axis is the batch: the states before
            the first token, and the memory, which is what no step changes.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `encode`.")

    def decode(
        self, target_token_ids: KerasTensor, states: States
    ) -> tuple[KerasTensor, States]:
        """Predicts the token after each given one.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`: a whole target
                in training, one token at a time in use.
            states: The dictionary from `encode`, brought up to date with that from
                the step before.

        Returns:
            A pair `(logits, states)`: float32 logits of shape
            `(batch, target_length, target_vocabulary_size)`, and the states after
            the last token, under the same names. What is not among them is memory. A
            state `attention_weights`, `(batch, source_length)`, is where it looked.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `decode`.")

    def teach(
        self, target_token_ids: KerasTensor, states: States
    ) -> tuple[KerasTensor, States]:
        """Makes the training graph: `decode`, and losses of its own where it has some.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`, the true tokens.
            states: The dictionary from `encode`.

        Returns:
            What `decode` returns.
        """
        return self.decode(target_token_ids, states)

    def align(
        self, target_token_ids: KerasTensor, labels: KerasTensor, states: States
    ) -> KerasTensor:
        """Tells where each token of a whole target was written from.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`, begun by `<sos>`.
            labels: int32, the same shape: the token that each step writes, 0 for
                padding.
            states: The dictionary from `encode`.

        Returns:
            Probabilities of the source positions given the whole target, float32,
            shape `(batch, target_length, source_length)`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `align`.")

    def make_loss(self, label_smoothing: float = 0.0) -> keras.losses.Loss | None:
        """The loss that `compile_model` trains the model with.

        Args:
            label_smoothing: Float, see `TokenCrossentropy`.

        Returns:
            A Keras loss of labels and what the training graph puts out; `None` for
            `TokenCrossentropy`.
        """
        return None

    def split_memory(self, states: States) -> tuple[States, States]:
        """Parts what changes from step to step from what does not.

        Args:
            states: The dictionary from `encode`.

        Returns:
            A pair of dictionaries `(states, memory)`.
        """
        names = self.state_names
        memory = {name: states[name] for name in states if name not in names}
        return {name: states[name] for name in states if name in names}, memory

    def describe(self) -> str:
        """What the model is, in a few words, for its README."""
        return type(self).__name__

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of `fit`, on inputs that may be mixed first.

        It is Keras's own, or, where loss and metrics can be had token by token, one
        that gives the same numbers and computes no logits of padding.
        """
        if self.scheduled_sampling is not None:
            inputs, *rest = keras.utils.unpack_x_y_sample_weight(data)
            inputs = self.scheduled_sampling.mix(self, inputs)
            data = keras.utils.pack_x_y_sample_weight(inputs, *rest)
        step = self._token_step(data)
        return super().train_step(data) if step is None else step.train(data)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of `evaluate`, as `train_step`."""
        step = self._token_step(data)
        return super().test_step(data) if step is None else step.test(data)

    def _token_step(self, data: Any) -> TokenStep | None:
        weighted = keras.utils.unpack_x_y_sample_weight(data)[2] is not None
        step = TokenStep.of(self, weighted, self.workers)
        if step is None and self.workers is not None:
            raise InputError(
                "Several workers train a model whose loss and metrics are means over "
                "tokens. This one has others, and is trained by one. Leave "
                "`num_workers` out."
            )
        return step

    def make_train_function(self, force: bool = False) -> None:
        """Makes what `fit` runs for each batch, as Keras does."""
        # Variables that appear while a step is traced have TensorFlow trace it twice.
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        super().make_train_function(force)

    def get_compile_config(self) -> dict[str, Any]:
        config = super().get_compile_config()
        if config and self.scheduled_sampling is not None:
            sampling = keras.saving.serialize_keras_object(self.scheduled_sampling)
            config["scheduled_sampling"] = sampling
        return config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        config = dict(config)
        sampling = config.pop("scheduled_sampling", None)
        if sampling is not None:
            sampling = keras.saving.deserialize_keras_object(sampling)
        self.scheduled_sampling = sampling
        super().compile_from_config(config)

    def get_config(self) -> dict[str, Any]:
        return {
            "source_vocabulary_size": self.source_vocabulary_size,
            "target_vocabulary_size": self.target_vocabulary_size,
            "name": self.name,
            **self._layers_config(),
        }

    def save(self, *args: Any, **options: Any) -> None:
        """`keras.Model.save`, which has begun a file before it sees an error."""
        self.get_config()
        super().save(*args, **options)

    def _layers_config(self, frozen: Collection[Any] = ()) -> dict[str, Any]:
        """What was done to layers since, where something was.

        Args:
            frozen: Layers that the constructor freezes.
        """
        states = layer_states(self, frozen)
        return {_LAYERS: states} if states else {}

    @classmethod
    def least_weights(cls, config: dict[str, Any]) -> int:
        """The fewest weights a model can have, so that a file's can be counted first.

        Args:
            config: The dictionary of `get_config`, which may come from anyone.

        Returns:
            An integer; 0 where nothing is known.

        Raises:
            InputError: If it is no configuration of such a model.
        """
        return 0

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> "EncoderDecoder":
        config = dict(config)
        states = config.pop(_LAYERS, {})
        model = cls(**config)
        restore_layers(model, states)
        return model


def embeddings_of(model: keras.Model) -> list[keras.layers.Embedding]:
    """The embedding layers of a model.

    Args:
        model: Any Keras model.

    Returns:
        A list of layers, each once.
    """
    layers = {id(layer): layer for layer in model._flatten_layers()}
    return [x for x in layers.values() if isinstance(x, keras.layers.Embedding)]
