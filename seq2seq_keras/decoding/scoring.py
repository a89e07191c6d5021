"""What hypotheses are ranked by, and what given targets are worth."""

from collections.abc import Callable
from typing import Any, cast

import tensorflow as tf

from seq2seq_keras.decoding.base import States, Step, never_written
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.special_tokens import PAD_ID, START_ID

# A source token without any attention costs as much as one with this share of it;
# the logarithm of 0 would be no number.
_LEAST_COVERAGE = 1e-6


def length_divisor(
    normalization: str, penalty: float
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Makes the function from the length of a hypothesis to the divisor of its score.

    It never falls as the length grows, which the early stop of the beam search
    relies on.

    Args:
        normalization: "average" (`length ** penalty`), "gnmt"
            (`((5 + length) / 6) ** penalty`) or "none" (1).
        penalty: Float, from 0 to 5.

    Returns:
        A function of an int32 tensor that returns a float32 tensor.

    Raises:
        InputError: If there is no such normalization, or the penalty is out of its
            range; a negative one would favour short translations without end.

    Example:

    >>> length_divisor("gnmt", 1.0)(tf.constant([1, 7])).numpy()
    array([1., 2.], dtype=float32)

    Reference:
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    options = SearchOptions(
        length_normalization=cast(Any, normalization), length_penalty=penalty
    )
    return power_divisor(*options.length_terms)


def power_divisor(
    offset: float | tf.Tensor, exponent: float | tf.Tensor
) -> Callable[[tf.Tensor], tf.Tensor]:
    """The function of `length_divisor`, of `SearchOptions.length_terms`.

    Args:
        offset: Float, or float32 scalar.
        exponent: Float, or float32 scalar.

    Returns:
        A function of an int32 tensor that returns a float32 tensor.
    """

    def divisor(length: tf.Tensor) -> tf.Tensor:
        return ((offset + tf.cast(length, tf.float32)) / (offset + 1.0)) ** exponent

    return divisor


def log_coverage(
    coverage: tf.Tensor, source_mask: tf.Tensor | None = None
) -> tf.Tensor:
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


def free_running_log_probabilities(
    step: Step, states: States, labels: tf.Tensor, *, memory: States | None = None
) -> tf.Tensor:
    """Log-probabilities of given tokens when each step is fed the model's own choice.

    With teacher forcing each token is predicted from the true ones before it. Here it
    is predicted from what the model itself would have written so far, as in use;
    the difference between the two is the exposure bias.

    Args:
        step: A `Step`.
        states: What the first step is given, each tensor with the batch first.
        labels: int32, shape `(batch, target_length)`: the given tokens with `<eos>`,
            padded with 0.
        memory: Optional dictionary of what no step changes.

    Returns:
        float32, shape `(batch, target_length)`; 0 for padding.

    Example:

    >>> def repeat(token_ids, states):  # surest of the token it was fed last
    ...     return 2.0 * tf.one_hot(token_ids, 6), states
    >>> labels = tf.constant([[4, 4, 3]])
    >>> free_running_log_probabilities(repeat, {}, labels).numpy().round(2)
    array([[-2.52, -2.52, -2.52]], dtype=float32)

    Reference:
        - [Ranzato et al., 2016](https://arxiv.org/abs/1511.06732): exposure bias.
    """
    memory = memory or {}
    length = tf.shape(labels)[1]

    def advance(
        index: tf.Tensor, token_ids: tf.Tensor, states: States, written: tf.TensorArray
    ) -> tuple:
        logits, next_states = step(token_ids, {**states, **memory})
        log_distribution = tf.nn.log_softmax(tf.cast(logits, tf.float32))
        label = labels[:, index]
        given = tf.gather(log_distribution, label, batch_dims=1)
        written = written.write(index, tf.where(label == PAD_ID, 0.0, given))
        allowed = log_distribution + never_written(tf.shape(logits)[-1])
        token_ids = tf.argmax(allowed, axis=-1, output_type=tf.int32)
        return index + 1, token_ids, {n: next_states[n] for n in states}, written

    written = tf.TensorArray(tf.float32, length, element_shape=[None])
    *_, written = tf.while_loop(
        lambda index, *_: index < length,
        advance,
        (tf.constant(0), tf.fill(tf.shape(labels)[:1], START_ID), states, written),
    )
    return tf.transpose(written.stack())
