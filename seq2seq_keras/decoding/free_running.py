"""Scoring given targets while the decoder follows its own words."""

import tensorflow as tf

from seq2seq_keras.decoding.step import never_written
from seq2seq_keras.special_tokens import PAD_ID, START_ID


def free_running_log_probabilities(step, states, labels, *, memory=None):
    """Log-probabilities of given tokens when each step is fed the model's own choice.

    With teacher forcing each token is predicted from the true ones before it. Here it
    is predicted from what the model itself would have written so far, as in use;
    the difference between the two is the exposure bias.

    Args:
        step: A step function, see `seq2seq_keras.decoding.step`.
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

    def advance(index, token_ids, states, written):
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
