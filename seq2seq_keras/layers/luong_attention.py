"""Luong's attention with its three scores."""

from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.layers.additive_attention import AdditiveScore
from seq2seq_keras.layers.attention import Attention, by_rows
from seq2seq_keras.layers.coverage import WIDTH, coverage_window
from seq2seq_keras.ranges import POSITIVE

SCORES = ("dot", "general", "concat")


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
        units = POSITIVE.check("units", units)
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

    def project(self, value: KerasTensor) -> KerasTensor:
        if self.additive_score is not None:
            return self.additive_score.project(value)
        return value

    def compare(
        self, query: KerasTensor, keys: KerasTensor, coverage: KerasTensor | None
    ) -> KerasTensor:
        if self.additive_score is not None:
            return self.additive_score(query, keys, coverage)
        if self.score == "general":
            # The same product from the side that is shorter in use: one query.
            query = by_rows(lambda rows: ops.matmul(rows, self.kernel), query)
            query *= keys.shape[-1] ** -0.5
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
