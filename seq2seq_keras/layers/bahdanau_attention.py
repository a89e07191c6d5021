"""Additive (Bahdanau) attention."""

import keras
from keras import ops  # noqa: F401  (in the example)

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers.additive_score import AdditiveScore
from seq2seq_keras.layers.attention import Attention


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

    def __init__(self, units, coverage=False, **kwargs):
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

    def build(self, query_shape, value_shape):
        self.additive_score.build(query_shape, value_shape)
        if not self.additive_score.key_projection.built:
            self.additive_score.key_projection.build(value_shape)

    def project(self, value):
        return self.additive_score.project(value)

    def compare(self, query, keys, coverage):
        return self.additive_score(query, keys, coverage)

    def get_config(self):
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}
