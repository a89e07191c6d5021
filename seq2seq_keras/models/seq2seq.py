"""The encoder-decoder as a Keras model."""

import dataclasses
from typing import Any

import keras
from keras import KerasTensor

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers import CoverageLoss
from seq2seq_keras.models.base import EncoderDecoder, States
from seq2seq_keras.models.decoder import Decoder
from seq2seq_keras.models.encoder import Encoder
from seq2seq_keras.models.features import FeaturesEncoder
from seq2seq_keras.models.options import ModelOptions
from seq2seq_keras.models.precision import fastest_precision
from seq2seq_keras.models.size import check_weights
from seq2seq_keras.registry import ATTENTIONS, CELLS, find, text_of


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class Seq2Seq(EncoderDecoder):
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

    >>> from keras import ops
    >>> from seq2seq_keras.models import build_model
    >>> model = build_model(20, 30, units=16)
    >>> states = model.encode(ops.array([[5, 6, 3]]))
    >>> logits, states = model.decode(ops.array([[2]]), states)
    >>> logits.shape, sorted(states)
    (TensorShape([1, 1, 30]), ['layer_0_cell', 'layer_0_hidden'])
    """

    def __init__(self, *, name: str = "seq2seq", **options: Any) -> None:
        self.options = ModelOptions(**options)
        check_weights(self.options)
        if self.options.precision == "auto":
            self.options.precision, _ = fastest_precision()
        if self.options.precision is None:
            self.options.precision = keras.config.dtype_policy().name
        self.copies = self.options.copy
        self.encoder = Encoder(self.options)
        self.features_encoder: FeaturesEncoder | None = None
        if self.options.features_encoder is not None:
            self.features_encoder = FeaturesEncoder(self.options, self.encoder)
        self.features_vocabulary_size = self.options.features_vocabulary_size
        self.decoder = Decoder(self.options, self.encoder.embedding)
        attention = self.decoder.attention
        self.aligns = attention is not None and attention.predicts
        self.aligns &= hasattr(attention, "align")
        self.state_names = self.decoder.state_names
        super().__init__(
            self.options.source_vocabulary_size,
            self.options.target_vocabulary_size,
            name=name,
        )
        # `compile` looks here to know that float16 needs its loss scaled.
        self.dtype_policy = self.options.precision

    def encode(
        self, source_token_ids: KerasTensor, source_copy_ids: KerasTensor | None = None
    ) -> States:
        """Reads the source and returns what the decoder starts from.

        Args:
            source_token_ids: int32, shape `(batch, source_length)`.
            source_copy_ids: The same shape; for a model that copies only.

        Returns:
            A dictionary. The decoder's first states, `(batch, units)`:
            `layer_0_hidden`, `layer_0_cell` and so on; with `feed_context`
            `context`, the last hidden state of the encoder, and with a
            `features_encoder` that attention does not see `features`, the vector of
            all features. With attention also
            `encoder_outputs`, `source_mask` and what else the options ask for, of
            shape `(batch, source_length, ...)`.
        """
        if self.features_encoder is None:
            outputs, context, states = self.encoder(source_token_ids)
            mask = self.encoder.mask(source_token_ids)
        else:
            outputs, mask, context, states = self.features_encoder(source_token_ids)
        if self.options.feed_context:
            states["context"] = context
        states |= self.decoder.start(outputs, mask)
        if self.options.copy:
            states["source_copy_ids"] = source_copy_ids
        return states

    def decode(
        self, target_token_ids: KerasTensor, states: States
    ) -> tuple[KerasTensor, States]:
        logits, _, states = self.decoder(target_token_ids, *self.split_memory(states))
        return logits, states

    def teach(
        self, target_token_ids: KerasTensor, states: States
    ) -> tuple[KerasTensor, States]:
        states, memory = self.split_memory(states)
        logits, weights, states = self.decoder(target_token_ids, states, memory)
        if self.options.coverage_loss:
            loss = CoverageLoss(self.options.coverage_loss, name="coverage_loss")
            logits = loss(logits, weights, target_token_ids)
        return logits, states

    def align(
        self, target_token_ids: KerasTensor, labels: KerasTensor, states: States
    ) -> KerasTensor:
        return self.decoder.align(target_token_ids, labels, *self.split_memory(states))

    def generation_probabilities(self, inputs: dict[str, Any]) -> KerasTensor:
        """Tells how much of each token a model that copies does not copy.

        Args:
            inputs: Dictionary as of a call, such as `make_dataset(..., copy=True)`
                yields first.

        Returns:
            float32, shape `(batch, target_length)`: 1 where the next token comes from
            the vocabulary alone, 0 where it is copied.

        Raises:
            InputError: If the model does not copy.
        """
        if not self.copies:
            raise InputError(
                "The model copies nothing, so that all is generated: build one with "
                "`copy=True`."
            )
        source = dict(inputs)
        target = source.pop("target_token_ids")
        states = self.split_memory(self.encode(**source))
        return self.decoder.generation_probabilities(target, *states)

    def describe(self) -> str:
        options = self.options
        cell = _name(options.cell, CELLS)
        cell = cell.upper() if cell in CELLS else cell
        attention = _name(options.attention, ATTENTIONS)
        of = f"{cell}, {options.num_layers} layer(s) of {options.units} units"
        if options.features_encoder is not None:
            of += f", {options.features_encoder} features encoder"
        return of if attention is None else f"{of}, {attention} attention"

    def get_config(self) -> dict[str, Any]:
        options = {
            field.name: getattr(self.options, field.name)
            for field in dataclasses.fields(self.options)
        }
        options["cell"] = _saved("cell", self.options.cell, CELLS)
        attention = self.options.attention
        if isinstance(attention, dict | keras.layers.Layer):
            attention = self.decoder.attention
        options["attention"] = _saved("attention", attention, ATTENTIONS)
        frozen = []
        for side, half in (("source", self.encoder), ("target", self.decoder)):
            # As it is now: it may have been thawed.
            if options[f"freeze_{side}_embeddings"]:
                options[f"freeze_{side}_embeddings"] = not half.embedding.trainable
                frozen += [half.embedding]
        return {**options, "name": self.name, **self._layers_config(frozen)}

    @classmethod
    def least_weights(cls, config: dict[str, Any]) -> int:
        fields = {field.name for field in dataclasses.fields(ModelOptions)}
        # `layers` is what was done to single ones.
        unknown = sorted(set(config) - fields - {"name", "layers"})
        # A subclass may have more; its constructor knows them.
        if unknown and cls is Seq2Seq:
            raise InputError(f"a model has no option {unknown[0]!r}")
        options = {name: config[name] for name in config if name in fields}
        return ModelOptions(**options).least_weights


def _saved(option: str, value: Any, table: dict) -> Any:
    """What stands for a cell or an attention in a saved model."""
    if value is None or (isinstance(value, str) and value in table):
        return value
    found = find(option, value, table)
    if isinstance(found, dict):
        return found
    if isinstance(found, keras.layers.Layer):
        config = keras.saving.serialize_keras_object(found)
        # Keras's own need no registration.
        name = config["registered_name"] or config["class_name"]
        if config["module"] == "keras.layers":
            return config
    else:
        short = text_of(found, table)
        if short in table:
            return short
        config = name = keras.saving.get_registered_name(found)
    if keras.saving.get_registered_object(name) is None:
        raise InputError(
            f"The `{option}` of the model, {name}, cannot be saved: put "
            "`@keras.saving.register_keras_serializable(package=...)` above its "
            "definition."
        )
    return config


def _name(value: Any, table: dict) -> str | None:
    """What people call a cell or an attention."""
    if value is None or (isinstance(value, str) and value in table):
        return value
    if isinstance(value, dict):
        value = value["registered_name"] or value["class_name"]
    if isinstance(value, str):
        return value.rpartition(":")[2].rpartition(">")[2]
    if isinstance(value, keras.layers.Layer):
        return type(value).__name__
    text = text_of(value, table)
    return text if text in table else value.__name__
