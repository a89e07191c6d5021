"""Attention: what a decoder looks at of the source, and how it remembers that."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.layers.coverage import WIDTH, coverage_window
from seq2seq_keras.registry import ATTENTIONS, find

SCORES = ("dot", "general", "concat")
# Finite, so that a source that is masked entirely attends uniformly and not to NaN.
_MASKED = -1e9
# Of the options of a model, those that an attention may take by its constructor.
_OPTIONS = ("units", "score", "coverage")
Tensors = dict[str, keras.KerasTensor]


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
      else of the steps before, with `feeds_back` set to `True`.

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

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    @property
    def feeds_back(self) -> bool:
        """Whether a step needs what attention did at the step before.

        The steps of a target can then not be computed all at once.
        """
        return self.attends_first or self.coverage

    def project(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """The keys that queries are scored against.

        Args:
            value: Encoder outputs, shape `(batch, source_length, value_dim)`.

        Returns:
            A tensor of shape `(batch, source_length, key_dim)`.
        """
        return value

    def compare(
        self,
        query: keras.KerasTensor,
        keys: keras.KerasTensor,
        coverage: keras.KerasTensor | None,
    ) -> keras.KerasTensor:
        """Scores of shape `(batch, target_length, source_length)`."""
        raise NotImplementedError

    def remember(self, encoder_outputs: keras.KerasTensor) -> Tensors:
        """What no step changes, beside the outputs of the encoder themselves.

        Args:
            encoder_outputs: Tensor, shape `(batch, source_length, value_dim)`.

        Returns:
            A dictionary: `attention_keys`, where they are not the outputs.
        """
        keys = self.project(encoder_outputs)
        return {} if keys is encoder_outputs else {"attention_keys": keys}

    def initial_states(
        self, encoder_outputs: keras.KerasTensor, source_mask: keras.KerasTensor
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
        self, query: keras.KerasTensor, states: Tensors, memory: Tensors
    ) -> tuple[keras.KerasTensor, Tensors]:
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
        query: keras.KerasTensor,
        value: keras.KerasTensor,
        value_mask: keras.KerasTensor | None = None,
        keys: keras.KerasTensor | None = None,
        coverage: keras.KerasTensor | None = None,
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        keys = self.project(value) if keys is None else keys
        scores = ops.cast(self.compare(query, keys, coverage), "float32")
        if value_mask is not None:
            scores = ops.where(value_mask[:, None, :], scores, _MASKED)
        attention_weights = ops.softmax(scores, axis=-1)
        context = ops.matmul(ops.cast(attention_weights, value.dtype), value)
        return context, attention_weights

    def compute_output_spec(
        self,
        query: keras.KerasTensor,
        value: keras.KerasTensor,
        value_mask: keras.KerasTensor | None = None,
        keys: keras.KerasTensor | None = None,
        coverage: keras.KerasTensor | None = None,
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        batch, target_length, _ = query.shape
        _, source_length, value_dim = value.shape
        return (
            keras.KerasTensor((batch, target_length, value_dim), self.compute_dtype),
            keras.KerasTensor((batch, target_length, source_length), "float32"),
        )


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class AdditiveScore(keras.layers.Layer):
    """Scores a query against keys: `v . tanh(W_query query + keys + W_coverage c)`.

    The keys, `W_key value`, are the same for all queries, so they are projected
    apart, once. The last term is there with `coverage` only.

    Args:
        units: Positive integer. Size of the space in which query and key are
            compared.
        coverage: Whether the weights that a position and its neighbours got so far
            count; `c` is their `coverage_window`.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        query: Tensor, shape `(batch, target_length, query_dim)`.
        keys: `project(value)`, shape `(batch, source_length, units)`.
        coverage: Optional tensor, shape `(batch, source_length)`.

    Returns:
        Scores, shape `(batch, target_length, source_length)`.

    Example:

    >>> score = AdditiveScore(units=16)
    >>> score(ops.ones((2, 3, 8)), score.project(ops.ones((2, 5, 4)))).shape
    TensorShape([2, 3, 5])
    """

    def __init__(self, units: int, coverage: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.coverage = coverage
        self.query_projection = self._dense(units, "query")
        self.key_projection = self._dense(units, "key")
        self.coverage_projection = self._dense(units, "coverage") if coverage else None
        self.score_projection = self._dense(1, "score")

    def build(self, query_shape: tuple, keys_shape: tuple) -> None:
        self.query_projection.build(query_shape)
        if self.coverage_projection is not None:
            self.coverage_projection.build((None, None, WIDTH))
        self.score_projection.build((None, None, None, self.units))

    def project(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """Keys of encoder outputs.

        Args:
            value: Tensor, shape `(batch, source_length, value_dim)`.

        Returns:
            A tensor of shape `(batch, source_length, units)`.
        """
        return self.key_projection(value)

    def call(
        self,
        query: keras.KerasTensor,
        keys: keras.KerasTensor,
        coverage: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        if self.coverage_projection is not None:
            keys += self.coverage_projection(coverage_window(coverage))
        # (batch, target_length, source_length, units)
        hidden = ops.tanh(self.query_projection(query)[:, :, None] + keys[:, None])
        return ops.squeeze(self.score_projection(hidden), axis=-1)

    def get_config(self) -> dict[str, Any]:
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}

    def _dense(self, units: int, name: str) -> keras.layers.Dense:
        return keras.layers.Dense(
            units, use_bias=False, dtype=self.dtype_policy, name=name
        )


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class BahdanauAttention(Attention):
    """Attends to a source sequence with an additive score.

    The score of a query against source position `s` is
    `v . tanh(W_query query + W_key value[s])`. A softmax over `s` turns the scores
    into weights, and the context is the weighted sum of `value`.
    `keras.layers.AdditiveAttention` omits the two projections.

    In the decoder of the paper the query is the decoder's previous state, and the
    context enters the cell: `build_model(attention="bahdanau")` does so.

    Args:
        units: Positive integer. Size of the space in which query and value are
            compared.
        coverage: Whether the score also sees how much weight a position and its
            neighbours got so far (`coverage_window`), `... + W_coverage c[s]` inside
            the tanh, so that nothing is translated twice and nothing left out.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        query: Decoder states, shape `(batch, target_length, query_dim)`.
        value: Encoder outputs, shape `(batch, source_length, value_dim)`.
        value_mask: Optional boolean tensor, shape `(batch, source_length)`: `False`
            where a position gets no weight. A sequence that is masked entirely
            attends uniformly.
        keys: Optional `project(value)`, computed once for all decoder steps.
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`; needed with `coverage=True`.

    Returns:
        A pair `(context, attention_weights)`, with shapes
        `(batch, target_length, value_dim)` and, float32,
        `(batch, target_length, source_length)`.

    Raises:
        InputError: If `units` is not positive.

    Example:

    >>> attention = BahdanauAttention(units=16)
    >>> context, weights = attention(ops.ones((2, 3, 8)), ops.ones((2, 5, 4)))
    >>> context.shape, weights.shape
    (TensorShape([2, 3, 4]), TensorShape([2, 3, 5]))

    Reference:
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), A.1.2.
        - [Tu et al., 2016](https://arxiv.org/abs/1601.04811), equation 6, and
          [See et al., 2017](https://arxiv.org/abs/1704.04368), equation 11: coverage.
        - [Chorowski et al., 2015](https://arxiv.org/abs/1506.07503): the neighbours.
    """

    attends_first = True

    def __init__(self, units: int, coverage: bool = False, **kwargs: Any) -> None:
        if units < 1:
            raise InputError(
                f"`units` must be a positive integer. Received: units={units}"
            )
        super().__init__(**kwargs)
        self.units = units
        self.coverage = coverage
        self.additive_score = AdditiveScore(
            units, coverage, dtype=self.dtype_policy, name="additive_score"
        )

    def build(self, query_shape: tuple, value_shape: tuple) -> None:
        self.additive_score.build(query_shape, value_shape)
        if not self.additive_score.key_projection.built:
            self.additive_score.key_projection.build(value_shape)

    def project(self, value: keras.KerasTensor) -> keras.KerasTensor:
        return self.additive_score.project(value)

    def compare(
        self,
        query: keras.KerasTensor,
        keys: keras.KerasTensor,
        coverage: keras.KerasTensor | None,
    ) -> keras.KerasTensor:
        return self.additive_score(query, keys, coverage)

    def get_config(self) -> dict[str, Any]:
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class LuongAttention(Attention):
    """Attends to a source sequence with one of Luong's three scores.

    The score of a query, the decoder's present output `h`, against source position
    `s` is

    - "dot": `h . value[s]`;
    - "general": `h . W value[s]`;
    - "concat": `v . tanh(W [h; value[s]])`, which is the additive score.

    A softmax over `s` turns the scores into weights, and the context is the weighted
    sum of `value`.

    The `W` of "general" is `kernel / sqrt(value_dim)`. A step of Adam moves all
    numbers of the kernel alike, and a score is a sum over all of them: undivided, the
    first steps drive the softmax to ones and zeros, where it learns no more.

    Args:
        score: "dot", "general" or "concat".
        units: Positive integer. For "concat" the size of the space in which query
            and value are compared; the others have no such space. Defaults to 128.
        coverage: Whether the score also sees how much weight a position and its
            neighbours got so far (`coverage_window`): within the tanh for "concat", as
            a term `sum_n w[n] coverage[s + n]` for the others.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        query: Decoder outputs, shape `(batch, target_length, query_dim)`; for "dot"
            `query_dim` equals `value_dim`.
        value: Encoder outputs, shape `(batch, source_length, value_dim)`.
        value_mask: Optional boolean tensor, shape `(batch, source_length)`: `False`
            where a position gets no weight. A sequence that is masked entirely
            attends uniformly.
        keys: Optional `project(value)`, computed once for all decoder steps.
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`; needed with `coverage=True`.

    Returns:
        A pair `(context, attention_weights)`, with shapes
        `(batch, target_length, value_dim)` and, float32,
        `(batch, target_length, source_length)`.

    Raises:
        InputError: If there is no such score or `units` is not positive.

    Example:

    >>> attention = LuongAttention(score="general")
    >>> context, weights = attention(ops.ones((2, 3, 8)), ops.ones((2, 5, 4)))
    >>> context.shape, weights.shape
    (TensorShape([2, 3, 4]), TensorShape([2, 3, 5]))

    Reference:
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025), equation 8.
        - [See et al., 2017](https://arxiv.org/abs/1704.04368), equation 11: coverage.
        - [Chorowski et al., 2015](https://arxiv.org/abs/1506.07503): the neighbours.
    """

    def __init__(
        self,
        score: str = "general",
        units: int = 128,
        coverage: bool = False,
        **kwargs: Any,
    ) -> None:
        check_choice("score", score, SCORES)
        if units < 1:
            raise InputError(
                f"`units` must be a positive integer. Received: units={units}"
            )
        super().__init__(**kwargs)
        self.score = score
        self.units = units
        self.coverage = coverage
        self.additive_score = None
        if score == "concat":
            self.additive_score = AdditiveScore(
                units, coverage, dtype=self.dtype_policy, name="additive_score"
            )

    def build(self, query_shape: tuple, value_shape: tuple) -> None:
        if self.additive_score is not None:
            self.additive_score.build(query_shape, value_shape)
            if not self.additive_score.key_projection.built:
                self.additive_score.key_projection.build(value_shape)
            return
        if self.score == "general":
            self.kernel = self.add_weight(
                (query_shape[-1], value_shape[-1]), name="kernel"
            )
        elif query_shape[-1] != value_shape[-1]:
            raise InputError(
                '`score="dot"` needs queries and values of one size; "general" and '
                f'"concat" do not. Received: {query_shape[-1]} and {value_shape[-1]}'
            )
        if self.coverage:
            self.coverage_weights = self.add_weight(
                (WIDTH,), "zeros", name="coverage_weights"
            )

    def project(self, value: keras.KerasTensor) -> keras.KerasTensor:
        if self.additive_score is not None:
            return self.additive_score.project(value)
        return value

    def compare(
        self,
        query: keras.KerasTensor,
        keys: keras.KerasTensor,
        coverage: keras.KerasTensor | None,
    ) -> keras.KerasTensor:
        if self.additive_score is not None:
            return self.additive_score(query, keys, coverage)
        if self.score == "general":
            # The same product from the side that is shorter in use: one query.
            query = ops.matmul(query, self.kernel) * keys.shape[-1] ** -0.5
        scores = ops.matmul(query, ops.swapaxes(keys, 1, 2))
        if self.coverage:
            seen = ops.sum(coverage_window(coverage) * self.coverage_weights, axis=-1)
            scores += seen[:, None]
        return scores

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "score": self.score,
            "units": self.units,
            "coverage": self.coverage,
        }


def make_attention(
    attention: Any,
    *,
    units: int,
    score: str = "general",
    coverage: bool = False,
    dtype: Any = None,
) -> Attention:
    """Makes the attention layer of a decoder.

    Args:
        attention: A name of `ATTENTIONS`, a class, which is given those of the
            following arguments that its constructor names, a layer, or the
            configuration of one.
        units: Integer. Size of the decoder's states.
        score: The score of Luong's attention.
        coverage: Whether the score sees what was attended to before.
        dtype: Name of the dtype policy.

    Returns:
        An `Attention`.

    Raises:
        InputError: If it is none, or cannot have an option.
    """
    if isinstance(attention, dict):
        return _of_config(attention)
    found = find("attention", attention, ATTENTIONS)
    taken: Mapping = {}
    given = {"units": units, "score": score, "coverage": coverage}
    left_out = {"score": "general", "coverage": False}
    if isinstance(found, type) and issubclass(found, Attention):
        taken = inspect.signature(found).parameters
        layer = found(
            **{name: given[name] for name in _OPTIONS if name in taken},
            dtype=dtype,
            name="attention",
        )
    elif isinstance(found, Attention):
        layer = found
        left_out["coverage"] = layer.coverage
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
    return keras.saving.deserialize_keras_object(config)
