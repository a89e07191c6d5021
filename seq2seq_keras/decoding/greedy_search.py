"""Taking the likeliest token at every step."""

import tensorflow as tf

from seq2seq_keras.decoding.one_hypothesis import decode_one_hypothesis


def greedy_search(step, states, *, max_length, finished, memory=None, constraints=()):
    """Decodes a batch by taking the likeliest token at every step.

    The whole batch and all steps run in one graph; it stops when every row has
    ended. A row that has ended is padded, whatever the step says of it.

    Args:
        step: A step function, see `seq2seq_keras.decoding.step`.
        states: What the first step is given, each tensor with the batch first.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens a row may
            get, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change.
        constraints: Sequence of `Constraint`s.

    Returns:
        A `SearchResult` of at most `max_length` columns.

    Example:

    >>> def count_up(token_ids, states):  # 4, 5, 6, then <eos>
    ...     following = tf.where(token_ids < 4, 4, token_ids + 1)
    ...     return tf.one_hot(tf.where(following > 6, 3, following), 9), states
    >>> result = greedy_search(count_up, {}, max_length=9, finished=tf.zeros(1, bool))
    >>> result.token_ids.numpy()
    array([[4, 5, 6, 3]], dtype=int32)
    """

    def likeliest(log_probabilities, index):
        return tf.argmax(log_probabilities, axis=-1, output_type=tf.int32)

    return decode_one_hypothesis(
        step,
        states,
        choose=likeliest,
        max_length=max_length,
        finished=finished,
        memory=memory,
        constraints=constraints,
    )
