"""The loss: cross-entropy over real tokens."""

import keras
from keras import ops

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import PAD_ID
from seq2seq_keras.training.crossentropy import token_crossentropy


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
        sample_weight: Optional weights, shape `(batch, target_length)`.

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

    def __init__(self, label_smoothing=0.0, name="token_crossentropy", **kwargs):
        if not 0 <= label_smoothing < 1:
            raise InputError(
                "`label_smoothing` must be from 0 to less than 1. "
                f"Received: label_smoothing={label_smoothing}"
            )
        kwargs["reduction"] = "mean_with_sample_weight"
        super().__init__(name=name, **kwargs)
        self.label_smoothing = label_smoothing

    def __call__(self, y_true, y_pred, sample_weight=None):
        real = ops.cast(ops.not_equal(y_true, PAD_ID), self.dtype)
        if sample_weight is not None:
            real *= ops.cast(sample_weight, self.dtype)
        return super().__call__(y_true, y_pred, real)

    def call(self, y_true, y_pred):
        return token_crossentropy(y_true, y_pred, self.label_smoothing)

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
