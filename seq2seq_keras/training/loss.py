"""The loss: cross-entropy over real tokens."""

import keras

from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class TokenCrossentropy(keras.losses.Loss):
    """Mean cross-entropy of the tokens that are not padding.

    Keras's default divides by the number of positions, padding included, so its
    value falls as padding grows. This one divides by the number of real tokens: an
    untrained model shows the logarithm of its vocabulary size, whatever the padding.

    Args:
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.Loss`, e.g. `dtype`.

    Call arguments:
        y_true: Integer labels, shape `(batch, target_length)`; 0 is padding.
        y_pred: Logits, shape `(batch, target_length, vocabulary_size)`.
        sample_weight: Optional weights, shape `(batch, target_length)`.

    Returns:
        A scalar.

    Example:

    >>> labels, logits = keras.ops.array([[5, 3, 0]]), keras.ops.zeros((1, 3, 8))
    >>> round(float(TokenCrossentropy()(labels, logits)), 4)  # ln 8
    2.0794
    """

    def __init__(self, name="token_crossentropy", **kwargs):
        kwargs["reduction"] = "mean_with_sample_weight"
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        # Keras turns the ignored class into a mask that the mean respects.
        return keras.losses.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=True, ignore_class=PAD_ID
        )
