"""Metrics of teacher-forced predictions that do not count padding."""

import keras
from keras import ops

from seq2seq_keras.special_tokens import PAD_ID
from seq2seq_keras.training.crossentropy import token_crossentropy


class _TokenMean(keras.metrics.Metric):
    """The mean of a value over the tokens that are not padding."""

    def __init__(self, name, **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def token_values(self, y_true, y_pred):
        """The value of each token, shape `(batch, target_length)`."""
        raise NotImplementedError

    def update_state(self, y_true, y_pred, sample_weight=None):
        weights = ops.cast(ops.not_equal(y_true, PAD_ID), self.dtype)
        if sample_weight is not None:
            weights *= ops.cast(sample_weight, self.dtype)
        values = ops.cast(self.token_values(y_true, y_pred), self.dtype)
        self.total.assign_add(ops.sum(values * weights))
        self.count.assign_add(ops.sum(weights))

    def mean(self):
        """The mean so far; 0 before the first token."""
        return ops.divide_no_nan(self.total, self.count)


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class TokenAccuracy(_TokenMean):
    """The share of real tokens that get the highest logit.

    Args:
        name: Name of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.

    Example:

    >>> metric = TokenAccuracy()
    >>> metric.update_state(ops.array([[1, 2, 0]]), ops.array([[[0, 1, 0]] * 3]))
    >>> float(metric.result())
    0.5
    """

    def __init__(self, name="token_accuracy", **kwargs):
        super().__init__(name=name, **kwargs)

    def token_values(self, y_true, y_pred):
        # The first of the greatest, as of `ops.argmax`, which is slower.
        best = ops.top_k(y_pred, 1)[1][..., 0]
        return ops.equal(ops.cast(y_true, "int32"), best)

    def result(self):
        return self.mean()


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class Perplexity(_TokenMean):
    """The exponential of the mean cross-entropy per real token.

    It is teacher-forced: each token is predicted from the true ones before it. A
    perplexity measured on the model's own outputs is another number.

    Args:
        name: Name of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.

    Example:

    >>> metric = Perplexity()
    >>> metric.update_state(ops.array([[1, 2, 0]]), ops.zeros((1, 3, 8)))
    >>> round(float(metric.result()), 4)
    8.0
    """

    def __init__(self, name="perplexity", **kwargs):
        super().__init__(name=name, **kwargs)

    def token_values(self, y_true, y_pred):
        return token_crossentropy(y_true, y_pred)

    def result(self):
        return ops.exp(self.mean())
