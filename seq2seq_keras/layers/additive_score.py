"""The score of a small feed-forward network."""

import keras
from keras import ops

from seq2seq_keras.layers.coverage_window import WIDTH, coverage_window


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

    def __init__(self, units, coverage=False, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.coverage = coverage
        self.query_projection = self._dense(units, "query")
        self.key_projection = self._dense(units, "key")
        self.coverage_projection = self._dense(units, "coverage") if coverage else None
        self.score_projection = self._dense(1, "score")

    def build(self, query_shape, keys_shape):
        self.query_projection.build(query_shape)
        if self.coverage_projection is not None:
            self.coverage_projection.build((None, None, WIDTH))
        self.score_projection.build((None, None, None, self.units))

    def project(self, value):
        """Keys of encoder outputs.

        Args:
            value: Tensor, shape `(batch, source_length, value_dim)`.

        Returns:
            A tensor of shape `(batch, source_length, units)`.
        """
        return self.key_projection(value)

    def call(self, query, keys, coverage=None):
        if self.coverage_projection is not None:
            keys += self.coverage_projection(coverage_window(coverage))
        # (batch, target_length, source_length, units)
        hidden = ops.tanh(self.query_projection(query)[:, :, None] + keys[:, None])
        return ops.squeeze(self.score_projection(hidden), axis=-1)

    def get_config(self):
        config = {"units": self.units, "coverage": self.coverage}
        return {**super().get_config(), **config}

    def _dense(self, units, name):
        return keras.layers.Dense(
            units, use_bias=False, dtype=self.dtype_policy, name=name
        )
