"""What a score is divided by, so that long hypotheses stand a chance."""

import tensorflow as tf

from seq2seq_keras.errors import InputError, check_choice

NORMALIZATIONS = ("average", "gnmt", "none")


def length_divisor(normalization, penalty):
    """Makes the function from the length of a hypothesis to the divisor of its score.

    It never falls as the length grows, which the early stop of the beam search
    relies on.

    Args:
        normalization: "average" (`length ** penalty`), "gnmt"
            (`((5 + length) / 6) ** penalty`) or "none" (1).
        penalty: Float, 0 or more.

    Returns:
        A function of an int32 tensor that returns a float32 tensor.

    Raises:
        InputError: If there is no such normalization, or the penalty is negative.

    Example:

    >>> length_divisor("gnmt", 1.0)(tf.constant([1, 7])).numpy()
    array([1., 2.], dtype=float32)

    Reference:
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    check_choice("length_normalization", normalization, NORMALIZATIONS)
    if penalty < 0:
        raise InputError(
            "`length_penalty` must be 0 or more; a negative one would favour short "
            f"translations without end. Received: length_penalty={penalty}"
        )

    def divisor(length):
        length = tf.cast(length, tf.float32)
        if normalization == "none":
            return tf.ones_like(length)
        base = length if normalization == "average" else (5.0 + length) / 6.0
        return base**penalty

    return divisor
