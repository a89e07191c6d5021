"""Loss and metrics of teacher-forced predictions, none of which counts padding."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import KerasTensor, ops

from seq2seq_keras.ranges import Range, checks_numbers
from seq2seq_keras.special_tokens import PAD_ID


def token_weights(
    labels: KerasTensor, sample_weight: KerasTensor | None, dtype: str
) -> KerasTensor:
    """What each token counts: nothing for padding, else 1 or what is asked for.

    Args:
        labels: Integers, shape `(batch, length)`.
        sample_weight: Optional weights of tokens, or of sentences, shape `(batch,)`.
        dtype: The type of the result.

    Returns:
        Shape `(batch, length)`.
    """
    real = ops.cast(ops.not_equal(labels, PAD_ID), dtype)
    if sample_weight is None:
        return real
    weights = ops.cast(sample_weight, dtype)
    # Left to broadcasting, weights of sentences would be those of columns.
    return real * (weights[:, None] if len(weights.shape) == 1 else weights)


def token_crossentropy(
    labels: KerasTensor, logits: KerasTensor, label_smoothing: float = 0.0
) -> KerasTensor:
    """Computes the cross-entropy of each token, with labels smoothed or not.

    Most of a training step with a large vocabulary is spent on its logits. Keras's own
    function goes over them more often, and once more with the gradient of what
    smoothing adds; here one operation gives the loss and the gradient.

    Args:
        labels: Integers, shape `(batch, length)`.
        logits: float32, shape `(batch, length, vocabulary_size)`.
        label_smoothing: Float in [0, 1). Share of each label's probability that is
            spread evenly over the vocabulary.

    Returns:
        float32, shape `(batch, length)`, in nats.

    Example:

    >>> losses = token_crossentropy(ops.array([[5, 3]]), ops.zeros((1, 2, 8)))
    >>> [round(float(loss), 4) for loss in losses[0]]  # ln 8
    [2.0794, 2.0794]

    Reference:
        - [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """
    columns = tf.reshape(tf.cast(labels, "int32"), [-1])

    @tf.custom_gradient
    def crossentropy(logits: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        # (batch, length, vocabulary) -> (tokens, vocabulary)
        rows = tf.reshape(logits, (-1, tf.shape(logits)[-1]))
        losses, slopes = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
            features=rows, labels=columns
        )
        if label_smoothing:
            true_logits = tf.gather(rows, columns, axis=1, batch_dims=1)
            losses += label_smoothing * (true_logits - tf.reduce_mean(rows, axis=-1))

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            smoothed = _smooth(slopes, columns, label_smoothing)
            return tf.reshape(
                smoothed * tf.reshape(upstream, (-1, 1)), tf.shape(logits)
            )

        return tf.reshape(losses, tf.shape(labels)), gradient

    return crossentropy(tf.convert_to_tensor(logits))


def _smooth(slopes: tf.Tensor, columns: tf.Tensor, label_smoothing: float) -> tf.Tensor:
    """From probabilities less labels to probabilities less smoothed labels."""
    if not label_smoothing:
        return slopes
    rows, size = tf.unstack(tf.shape(slopes))
    shared = slopes - label_smoothing / tf.cast(size, slopes.dtype)
    places = tf.stack([tf.range(rows), columns], axis=1)
    return tf.tensor_scatter_nd_add(
        shared, places, tf.fill([rows], tf.cast(label_smoothing, slopes.dtype))
    )


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class TokenCrossentropy(keras.losses.Loss):
    """Mean cross-entropy of the tokens that are not padding.

    Keras's default divides by the number of positions, padding included, so its
    value falls as padding grows. This one divides by the number of real tokens: an
    untrained model shows the logarithm of its vocabulary size, whatever the padding.

    Args:
        label_smoothing: Float in [0, 1). Share of each label's probability that is
            spread evenly over the vocabulary, so that the model does not grow too
            sure. Perplexities are measured without it.
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.Loss`, e.g. `dtype`.

    Call arguments:
        y_true: Integer labels, shape `(batch, target_length)`; 0 is padding.
        y_pred: Logits, shape `(batch, target_length, vocabulary_size)`.
        sample_weight: Optional weights, shape `(batch, target_length)`, or `(batch,)`
            for one of all tokens of a sentence.

    Returns:
        A scalar.

    Raises:
        InputError: If `label_smoothing` is out of its range.

    Example:

    >>> labels, logits = keras.ops.array([[5, 3, 0]]), keras.ops.zeros((1, 3, 8))
    >>> round(float(TokenCrossentropy()(labels, logits)), 4)  # ln 8
    2.0794

    Reference:
        - [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7: label
          smoothing.
    """

    @checks_numbers(label_smoothing=Range(0, below=1))
    def __init__(
        self,
        label_smoothing: float = 0.0,
        name: str = "token_crossentropy",
        **kwargs: Any,
    ) -> None:
        kwargs["reduction"] = "mean_with_sample_weight"
        super().__init__(name=name, **kwargs)
        self.label_smoothing = label_smoothing

    def __call__(
        self,
        y_true: KerasTensor,
        y_pred: KerasTensor,
        sample_weight: KerasTensor | None = None,
    ) -> KerasTensor:
        weights = token_weights(y_true, sample_weight, self.dtype)
        return super().__call__(y_true, y_pred, weights)

    def token_values(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """The loss of each token, of the shape of `y_true`."""
        return token_crossentropy(y_true, y_pred, self.label_smoothing)

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        return self.token_values(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


class _TokenMean(keras.metrics.Metric):
    """The mean of a value over the tokens that are not padding.

    What is better, `EarlyStopping` and the like ask of `_direction`, as of Keras's own.
    """

    _direction: str

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def token_values(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """The value of each token, of the shape of `y_true`."""
        raise NotImplementedError

    def update_state(
        self,
        y_true: KerasTensor,
        y_pred: KerasTensor,
        sample_weight: KerasTensor | None = None,
    ) -> None:
        weights = token_weights(y_true, sample_weight, self.dtype)
        values = ops.cast(self.token_values(y_true, y_pred), self.dtype)
        self.add(ops.sum(values * weights), ops.sum(weights))

    def add(self, total: KerasTensor, weight: KerasTensor) -> None:
        """Adds tokens whose values are summed already, each times its weight."""
        self.total.assign_add(ops.cast(total, self.dtype))
        self.count.assign_add(ops.cast(weight, self.dtype))

    def mean(self) -> KerasTensor:
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

    _direction = "up"

    def __init__(self, name: str = "token_accuracy", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def token_values(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        # The first of the greatest, as of `ops.argmax`, which is slower.
        best = ops.top_k(y_pred, 1)[1][..., 0]
        return ops.equal(ops.cast(y_true, "int32"), best)

    def result(self) -> KerasTensor:
        return self.mean()


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class Perplexity(_TokenMean):
    """The exponential of the mean cross-entropy per real token.

    It is teacher-forced: each token is predicted from the true ones before it. A
    perplexity measured on the model's own outputs is another number. So is `exp(loss)`
    of several batches, whose losses Keras averages by their sentences and not by their
    tokens.

    Args:
        name: Name of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.

    Example:

    >>> metric = Perplexity()
    >>> metric.update_state(ops.array([[1, 2, 0]]), ops.zeros((1, 3, 8)))
    >>> round(float(metric.result()), 4)
    8.0
    """

    _direction = "down"

    def __init__(self, name: str = "perplexity", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def token_values(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        return token_crossentropy(y_true, y_pred)

    def result(self) -> KerasTensor:
        return ops.exp(self.mean())
