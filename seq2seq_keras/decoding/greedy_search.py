"""Taking the likeliest token at every step, and the loop that sampling shares."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from seq2seq_keras.decoding.base import (
    IMPOSSIBLE,
    SearchResult,
    States,
    Step,
    growing_array,
    never_written,
)
from seq2seq_keras.decoding.constraints import AllOf, Constraint
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID


@checks_numbers(ranges_of(SearchOptions))
def greedy_search(
    step: Step,
    states: States,
    *,
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    constraints: Sequence[Constraint] = (),
) -> SearchResult:
    """Decodes a batch by taking the likeliest token at every step.

    The whole batch and all steps run in one graph; it stops when every row has
    ended. A row that has ended is padded, whatever the step says of it.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given, each tensor with the batch first.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens a row may
            get, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change.
        constraints: Sequence of `Constraint`s.

    Returns:
        A `SearchResult` of at most `max_length` columns, without the axis `n_best`.

    Example:

    >>> def count_up(token_ids, states):  # 4, 5, 6, then <eos>
    ...     following = tf.where(token_ids < 4, 4, token_ids + 1)
    ...     return tf.one_hot(tf.where(following > 6, 3, following), 9), states
    >>> result = greedy_search(count_up, {}, max_length=9, finished=tf.zeros(1, bool))
    >>> result.token_ids.numpy()
    array([[4, 5, 6, 3]], dtype=int32)
    """

    def likeliest(log_probabilities: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        return tf.argmax(log_probabilities, axis=-1, output_type=tf.int32)

    return write_tokens(
        step,
        states,
        choose=likeliest,
        max_length=max_length,
        finished=finished,
        memory=memory,
        constraints=constraints,
    )


def write_tokens(
    step: Step,
    states: States,
    *,
    choose: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    constraints: Sequence[Constraint] = (),
) -> SearchResult:
    """Decodes a batch, adding the token that `choose` names at every step.

    It is called with the log-probabilities `(batch, vocabulary_size)`, those of
    forbidden tokens impossibly low, and the number of the step. A row that may write
    nothing at all, because its constraints forbid every token, ends there. Other
    arguments are those of `greedy_search`; the result has no axis `n_best`.
    """
    memory, batch_size = memory or {}, tf.size(finished)
    constraint = AllOf(constraints)
    max_length = tf.broadcast_to(max_length, [batch_size])
    attends = "attention_weights" in states

    def goes_on(index: tf.Tensor, finished: tf.Tensor, *_: object) -> tf.Tensor:
        # One step is taken in any case: an empty array could not be stacked.
        return (index == 0) | ~tf.reduce_all(finished)

    def advance(
        index: tf.Tensor,
        finished: tf.Tensor,
        token_ids: tf.Tensor,
        states: States,
        constraint_state: tuple,
        arrays: list[tf.TensorArray],
    ) -> tuple:
        logits, following = step(token_ids, {**states, **memory})
        states = {name: following[name] for name in states}
        # The score is the model's own distribution, the choice a narrower one.
        log_distribution = tf.nn.log_softmax(tf.cast(logits, tf.float32))
        allowed = log_distribution + never_written(tf.shape(logits)[-1])
        allowed = constraint(allowed, index, constraint_state)
        token_ids = choose(allowed, index)
        finished |= tf.gather(allowed, token_ids, batch_dims=1) <= IMPOSSIBLE / 2
        token_ids = tf.where(finished, PAD_ID, token_ids)
        chosen = tf.gather(log_distribution, token_ids, batch_dims=1)
        columns = [token_ids, tf.where(finished, 0.0, chosen)]
        if attends:
            weights = tf.cast(states["attention_weights"], tf.float32)
            columns.append(tf.where(finished[:, None], 0.0, weights))
        constraint_state = constraint.advance(token_ids, index, constraint_state)
        arrays = [a.write(index, c) for a, c in zip(arrays, columns, strict=True)]
        finished |= (token_ids == END_ID) | (index + 1 >= max_length)
        return index + 1, finished, token_ids, states, constraint_state, arrays

    arrays = [growing_array(tf.int32, 1), growing_array(tf.float32, 1)]
    *_, arrays = tf.while_loop(
        goes_on,
        advance,
        [
            tf.constant(0),
            finished,
            tf.fill([batch_size], START_ID),
            dict(states),
            constraint.initial_state(batch_size),
            [*arrays, growing_array(tf.float32, 2)] if attends else arrays,
        ],
    )
    # (length, batch, ...) -> (batch, length, ...)
    token_ids, log_probabilities, *weights = (
        tf.transpose(stacked, [1, 0, *range(2, stacked.shape.rank)])
        for stacked in (array.stack() for array in arrays)
    )
    length = tf.math.count_nonzero(token_ids, axis=1, dtype=tf.float32)
    total = tf.reduce_sum(log_probabilities, axis=1)
    scores = tf.math.divide_no_nan(total, length)
    return SearchResult(token_ids, log_probabilities, scores, *weights)
