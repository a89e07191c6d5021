"""The loop of the searches that keep one hypothesis of each sentence."""

import tensorflow as tf

from seq2seq_keras.decoding.constraints import AllOf
from seq2seq_keras.decoding.step import IMPOSSIBLE, SearchResult, never_written
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID


def decode_one_hypothesis(
    step, states, *, choose, max_length, finished, memory=None, constraints=()
):
    """Decodes a batch, adding the token that `choose` names at every step.

    A row that may write nothing at all, because its constraints forbid every token,
    ends there.

    Args:
        step: A step function, see `seq2seq_keras.decoding.step`.
        states: What the first step is given, each tensor with the batch first.
        choose: Function from the log-probabilities `(batch, vocabulary_size)`, those of
            forbidden tokens impossibly low, and the number of the step to token ids
            `(batch,)`.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens of a row.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change.
        constraints: Sequence of `Constraint`s.

    Returns:
        A `SearchResult`.
    """
    memory, batch_size = memory or {}, tf.size(finished)
    constraint = AllOf(constraints)
    max_length = tf.broadcast_to(max_length, [batch_size])
    attends = "attention_weights" in states

    def goes_on(index, finished, *_):
        # One step is taken in any case: an empty array could not be stacked.
        return (index == 0) | ~tf.reduce_all(finished)

    def advance(index, finished, token_ids, states, remembered, written):
        logits, following = step(token_ids, {**states, **memory})
        states = {name: following[name] for name in states}
        # The score is the model's own distribution, the choice a narrower one.
        log_distribution = tf.nn.log_softmax(tf.cast(logits, tf.float32))
        allowed = log_distribution + never_written(tf.shape(logits)[-1])
        allowed = constraint(allowed, index, remembered)
        token_ids = choose(allowed, index)
        stuck = tf.gather(allowed, token_ids, batch_dims=1) <= IMPOSSIBLE / 2
        finished |= stuck
        chosen = tf.gather(log_distribution, token_ids, batch_dims=1)
        columns = [
            tf.where(finished, PAD_ID, token_ids),
            tf.where(finished, 0.0, chosen),
        ]
        if attends:
            weights = tf.cast(states["attention_weights"], tf.float32)
            columns.append(tf.where(finished[:, None], 0.0, weights))
        token_ids = columns[0]
        remembered = constraint.advance(token_ids, index, remembered)
        written = [a.write(index, c) for a, c in zip(written, columns, strict=True)]
        finished |= (token_ids == END_ID) | (index + 1 >= max_length)
        return index + 1, finished, token_ids, states, remembered, written

    def array(dtype, rank):
        return tf.TensorArray(dtype, 0, dynamic_size=True, element_shape=[None] * rank)

    written = [array(tf.int32, 1), array(tf.float32, 1)]
    *_, written = tf.while_loop(
        goes_on,
        advance,
        [
            tf.constant(0),
            finished,
            tf.fill([batch_size], START_ID),
            dict(states),
            constraint.initial_state(batch_size),
            [*written, array(tf.float32, 2)] if attends else written,
        ],
    )
    # (length, batch, ...) -> (batch, length, ...)
    columns = [array.stack() for array in written]
    return SearchResult(
        *(tf.transpose(c, [1, 0, *range(2, c.shape.rank)]) for c in columns)
    )
