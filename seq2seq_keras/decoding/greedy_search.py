"""Taking the likeliest token at every step."""

import tensorflow as tf

from seq2seq_keras.decoding.step import SearchResult, never_written
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID


def greedy_search(step, states, *, max_length, finished):
    """Decodes a batch by taking the likeliest token at every step.

    The whole batch and all steps run in one graph; it stops when every row has
    ended. A row that has ended is padded, whatever the step says of it.

    Args:
        step: A step function, see `seq2seq_keras.decoding.step`.
        states: What the first step is given, each tensor with the batch first.
        max_length: Integer. The most tokens a row may get, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.

    Returns:
        A `SearchResult` of at most `max_length` columns.

    Example:

    >>> def count_up(token_ids, states):  # 4, 5, 6, then <eos>
    ...     following = tf.where(token_ids < 4, 4, token_ids + 1)
    ...     return tf.one_hot(tf.where(following > 6, END_ID, following), 9), states
    >>> result = greedy_search(count_up, (), max_length=9, finished=tf.zeros(1, bool))
    >>> result.token_ids.numpy()
    array([[4, 5, 6, 3]], dtype=int32)
    """
    batch_size = tf.size(finished)

    def going_on(index, finished, *_):
        # One step is taken in any case: an empty array could not be stacked.
        return (index == 0) | (index < max_length) & ~tf.reduce_all(finished)

    def advance(index, finished, token_ids, states, written, log_probabilities):
        logits, states = step(token_ids, states)
        # The score is the model's own distribution, the choice a narrower one.
        log_distribution = tf.nn.log_softmax(tf.cast(logits, tf.float32))
        allowed = log_distribution + never_written(tf.shape(logits)[-1])
        token_ids = tf.argmax(allowed, axis=-1, output_type=tf.int32)
        chosen = tf.gather(log_distribution, token_ids, batch_dims=1)
        token_ids = tf.where(finished, PAD_ID, token_ids)
        written = written.write(index, token_ids)
        log_probabilities = log_probabilities.write(
            index, tf.where(finished, 0.0, chosen)
        )
        finished |= token_ids == END_ID
        return index + 1, finished, token_ids, states, written, log_probabilities

    _, _, _, _, written, log_probabilities = tf.while_loop(
        going_on,
        advance,
        (
            tf.constant(0),
            finished,
            tf.fill([batch_size], START_ID),
            states,
            tf.TensorArray(tf.int32, 0, dynamic_size=True, element_shape=[None]),
            tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None]),
        ),
    )
    return SearchResult(
        tf.transpose(written.stack()), tf.transpose(log_probabilities.stack())
    )
