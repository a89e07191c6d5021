"""Additive attention: a small network that scores, and Bahdanau's layer."""

from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.layers.attention import Attention, by_rows
from seq2seq_keras.layers.coverage import WIDTH, coverage_window
from seq2seq_keras.ranges import POSITIVE


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class AdditiveScore(keras.layers.Layer):
    """Scores a query against keys: `v . tanh(W_query query + keys + W_coverage c)`.

    The keys, `W_key value`, are the same for all queries, so they are projected apart,
    once. The last term is there with `coverage` only; `c` is the `coverage_window` of
    the weights that positions got so far. Scores have the shape
    `(batch, target_length, source_length)`.

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

    def project(self, value: KerasTensor) -> KerasTensor:
        """Keys `(batch, source_length, units)` of encoder outputs."""
        return self.key_projection(value)

    def call(
        self, query: KerasTensor, keys: KerasTensor, coverage: KerasTensor | None = None
    ) -> KerasTensor:
        if self.coverage_projection is not None:
            keys += by_rows(self.coverage_projection, coverage_window(coverage))
        query = by_rows(self.query_projection, query)
        # (batch, target_length, source_length, units)
        hidden = ops.tanh(query[:, :, None] + keys[:, None])
        return ops.squeeze(by_rows(self.score_projection, hidden), axis=-1)

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
        units = POSITIVE.check("units", units)
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

    def project(self, value: KerasTensor) -> KerasTensor:
        return self.additive_score.project(value)

    def compare(
        self, query: KerasTensor, keys: KerasTensor, coverage: KerasTensor | None
    ) -> KerasTensor:
        return self.additive_score(query, keys, coverage)

    def get_config(self) -> dict[str, Any]:
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}
