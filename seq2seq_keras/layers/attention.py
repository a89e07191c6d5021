"""Attention: what a decoder looks at of the source, and how it remembers that."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.errors import InputError
from seq2seq_keras.layers.precision import made_in
from seq2seq_keras.options import options_of
from seq2seq_keras.registry import ATTENTIONS, find

# Finite, so that a source that is masked entirely attends uniformly and not to NaN.
_MASKED = -1e9
# Of the options of a model, those that an attention may take by its constructor.
_OPTIONS = (
    *("units", "hidden_units", "vocabulary_size", "score", "coverage"),
    *("monotonic", "order", "context"),
)
# Where nobody asked for them an attention need not have them.
_DEFAULTS = {field.name: field.default for field in options_of(Architecture)}
_LEFT_OUT = {
    "score": _DEFAULTS["attention_score"],
    **{name: _DEFAULTS[name] for name in ("coverage", "monotonic", "order", "context")},
}
Tensors = dict[str, KerasTensor]


class Attention(keras.layers.Layer):
    """Base of the attention layers; a subclass says how a position is scored.

    A subclass defines `compare`, and `project` where the keys that queries are
    compared with can be computed once for all steps. It goes into a model by
    `build_model(attention=...)`. What it needs beside comes from what it says of
    itself:

    - `attends_first`, a class attribute: `False` if the output of a step asks, after
      the recurrent layers (Luong); `True` if the state of the top layer before the
      step asks, and the context enters the first layer (Bahdanau);
    - `coverage`: whether a step needs the sum of the weights of the steps before;
    - `initial_states` and `attend`, to be overridden where a step needs something
      else of the steps before, with `feeds_back` set to `True`;
    - `predicts`, a class attribute: `True` if it makes the logits itself, as
      `HardAttention` does, and gives no context. It may also have `align`, which knows
      the whole target, and `tie`, which takes the embedding of `tie_embeddings`.

    Whatever the precision, the softmax is computed in float32: bfloat16 could not
    tell apart the weights of a long sentence.

    Args:
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        query: Decoder outputs, shape `(batch, target_length, query_dim)`.
        value: Encoder outputs, shape `(batch, source_length, value_dim)`.
        value_mask: Optional boolean tensor, shape `(batch, source_length)`: `False`
            where a position gets no weight.
        keys: Optional `project(value)`, computed once for all decoder steps.
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`; needed by a layer with `coverage=True`.

    Returns:
        A pair `(context, attention_weights)`, with shapes
        `(batch, target_length, value_dim)` and, float32,
        `(batch, target_length, source_length)`.

    Example:

    ```python
    @keras.saving.register_keras_serializable(package="mine")
    class WarmAttention(s2s.Attention):
        def build(self, query_shape, value_shape):
            self.temperature = self.add_weight((), "ones", name="temperature")

        def compare(self, query, keys, coverage):
            scores = keras.ops.matmul(query, keras.ops.swapaxes(keys, 1, 2))
            return scores / self.temperature
    ```
    """

    attends_first = False
    coverage = False
    predicts = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    @property
    def feeds_back(self) -> bool:
        """Whether a step needs what attention did at the step before.

        The steps of a target can then not be computed all at once.
        """
        return self.attends_first or self.coverage

    def project(self, value: KerasTensor) -> KerasTensor:
        """The keys that queries are scored against.

        Args:
            value: Encoder outputs, shape `(batch, source_length, value_dim)`.

        Returns:
            A tensor of shape `(batch, source_length, key_dim)`.
        """
        return value

    def compare(
        self, query: KerasTensor, keys: KerasTensor, coverage: KerasTensor | None
    ) -> KerasTensor:
        """Scores of shape `(batch, target_length, source_length)`."""
        raise NotImplementedError

    def remember(self, encoder_outputs: KerasTensor) -> Tensors:
        """What no step changes, beside the outputs of the encoder themselves.

        Args:
            encoder_outputs: Tensor, shape `(batch, source_length, value_dim)`.

        Returns:
            A dictionary: `attention_keys`, where they are not the outputs.
        """
        keys = self.project(encoder_outputs)
        return {} if keys is encoder_outputs else {"attention_keys": keys}

    def initial_states(
        self, encoder_outputs: KerasTensor, source_mask: KerasTensor
    ) -> Tensors:
        """The states that attention starts from.

        Args:
            encoder_outputs: Tensor, shape `(batch, source_length, value_dim)`.
            source_mask: Boolean tensor, shape `(batch, source_length)`.

        Returns:
            A dictionary of tensors with the batch as their first axis; one is
            `attention_weights`, float32, shape `(batch, source_length)`.
        """
        nothing = ops.zeros_like(source_mask, dtype="float32")
        states = {"attention_weights": nothing}
        return {**states, "coverage": nothing} if self.coverage else states

    def attend(
        self, query: KerasTensor, states: Tensors, memory: Tensors
    ) -> tuple[KerasTensor, Tensors]:
        """Attends at one step.

        Args:
            query: Tensor, shape `(batch, query_dim)`.
            states: Dictionary of the states, those of `initial_states` among them.
            memory: Dictionary with `encoder_outputs`, `source_mask` and what
                `remember` returned.

        Returns:
            A pair of the context, `(batch, value_dim)`, and those states that are
            others now, `attention_weights` among them.
        """
        context, weights = self(
            query[:, None],
            memory["encoder_outputs"],
            value_mask=memory["source_mask"],
            keys=memory.get("attention_keys"),
            coverage=states.get("coverage"),
        )
        changed = {"attention_weights": weights[:, 0]}
        if self.coverage:
            changed["coverage"] = states["coverage"] + weights[:, 0]
        return context[:, 0], changed

    def call(
        self,
        query: KerasTensor,
        value: KerasTensor,
        value_mask: KerasTensor | None = None,
        keys: KerasTensor | None = None,
        coverage: KerasTensor | None = None,
    ) -> tuple[KerasTensor, KerasTensor]:
        keys = self.project(value) if keys is None else keys
        scores = ops.cast(self.compare(query, keys, coverage), "float32")
        if value_mask is not None:
            scores = ops.where(value_mask[:, None, :], scores, _MASKED)
        attention_weights = ops.softmax(scores, axis=-1)
        context = ops.matmul(ops.cast(attention_weights, value.dtype), value)
        return context, attention_weights

    def compute_output_spec(
        self,
        query: KerasTensor,
        value: KerasTensor,
        value_mask: KerasTensor | None = None,
        keys: KerasTensor | None = None,
        coverage: KerasTensor | None = None,
    ) -> tuple[KerasTensor, KerasTensor]:
        batch, target_length, _ = query.shape
        _, source_length, value_dim = value.shape
        return (
            KerasTensor((batch, target_length, value_dim), self.compute_dtype),
            KerasTensor((batch, target_length, source_length), "float32"),
        )


def build_attention(attention: Attention, query_dim: int, value_shape: tuple) -> None:
    """Makes the weights of an attention, before a loop or `project` needs them.

    One that has no `build` makes them where it first uses them, so it is used once.
    One that was given as a layer, or loaded, has its weights already.

    Args:
        attention: An `Attention` that gives a context.
        query_dim: Integer. Size of its queries.
        value_shape: Shape of the encoder outputs.
    """
    if attention.built:
        return
    if type(attention).build is not keras.layers.Layer.build:
        attention.build((None, None, query_dim), value_shape)
        return

    batch, length, _ = value_shape
    attention(
        KerasTensor((batch, 1, query_dim), attention.compute_dtype),
        KerasTensor(value_shape, attention.compute_dtype),
        coverage=KerasTensor((batch, length)) if attention.coverage else None,
    )


def by_rows(
    function: Callable[[KerasTensor], KerasTensor], tensor: KerasTensor
) -> KerasTensor:
    """Applies a function of `(rows, dim)` to the last axis of a tensor.

    In a loop, XLA cannot compile the gradient of a matrix product of more axes.
    """
    rows = function(ops.reshape(tensor, (-1, tensor.shape[-1])))
    return ops.reshape(rows, (*ops.shape(tensor)[:-1], rows.shape[-1]))


def make_attention(
    attention: Any, *, units: int, dtype: Any = None, **options: Any
) -> Attention:
    """Makes the attention layer of a decoder.

    Args:
        attention: A name of `ATTENTIONS`, a class, which is given those of the
            following arguments that its constructor names, a layer, or the
            configuration of one.
        units: Integer. Size of the decoder's states.
        dtype: Name of the dtype policy.
        **options: `vocabulary_size`, the number of tokens of the target,
            `hidden_units`, the size of what logits are made of, and what the options
            of a model say of its attention: `score`, `coverage`, `monotonic`, `order`,
            `context`.

    Returns:
        An `Attention`.

    Raises:
        InputError: If it is none, or cannot have an option.
    """
    if isinstance(attention, dict):
        with made_in(dtype):
            return _of_config(attention)
    found = find("attention", attention, ATTENTIONS)
    taken: Mapping = {}
    given, left_out = {"units": units, **_LEFT_OUT, **options}, dict(_LEFT_OUT)
    if isinstance(found, type) and issubclass(found, Attention):
        taken = inspect.signature(found).parameters
        named = [name for name in _OPTIONS if name in taken and name in given]
        asked = {name: given[name] for name in named}
        with made_in(dtype):
            layer = found(**asked, dtype=dtype, name="attention")
    elif isinstance(found, Attention):
        layer = found
        left_out["coverage"] = layer.coverage
        if layer.coverage and not given["coverage"]:
            raise InputError(
                f"The {type(layer).__name__} that is given has coverage, of which the "
                "decoder is to know: say `coverage=True` beside it."
            )
    else:
        raise InputError(
            "`attention` must be an `Attention` layer or its class. Received: a "
            f"{found.__name__ if isinstance(found, type) else type(found).__name__}"
        )
    for name, value in left_out.items():
        if name not in taken and given[name] != value:
            option = {"score": "attention_score"}.get(name, name)
            raise InputError(
                f"`{option}` belongs to an attention that has it; "
                f"{type(layer).__name__} is made without. "
                f"Received: {option}={given[name]!r}"
            )
    return layer


def _of_config(config: dict) -> Attention:
    """Makes the layer that a saved model had, if its class is known."""
    found = find("attention", str(config.get("registered_name")), ATTENTIONS)
    if not (isinstance(found, type) and issubclass(found, Attention)):
        raise InputError(f"`attention` names {found!r}, which is no `Attention`.")
    # The decoder builds it, as it did before, when it knows what the weights depend on.
    unbuilt = {name: config[name] for name in config if name != "build_config"}
    return keras.saving.deserialize_keras_object(unbuilt)
