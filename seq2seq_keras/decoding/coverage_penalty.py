"""What a translation loses for source tokens that it overlooked."""

import tensorflow as tf

# A source token without any attention costs as much as one with this share of it;
# the logarithm of 0 would be no number.
_LEAST_COVERAGE = 1e-6


def log_coverage(coverage, source_mask=None):
    """GNMT's measure of how much of the source was attended to.

    Attention beyond a sum of 1 makes up for nothing.

    Args:
        coverage: float32, shape `(..., source_length)`: the sum of the attention that
            each source token got; one below 1e-6 counts as 1e-6.
        source_mask: Optional boolean tensor that broadcasts to that shape: the source
            tokens that count. Defaults to all.

    Returns:
        float32, shape `(...,)`: the sum of `log(min(coverage, 1))`, 0 for a source
        that got all the attention it needs and less for any other.

    Example:

    >>> log_coverage(tf.constant([[1.7, 1.0], [0.5, 0.5]])).numpy().round(3)
    array([ 0.   , -1.386], dtype=float32)

    Reference:
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    logs = tf.math.log(tf.clip_by_value(coverage, _LEAST_COVERAGE, 1.0))
    if source_mask is not None:
        logs = tf.where(source_mask, logs, 0.0)
    return tf.reduce_sum(logs, axis=-1)
