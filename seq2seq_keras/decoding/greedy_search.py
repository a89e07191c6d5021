"""Taking the likeliest token at every step, and the loop that sampling shares."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.at_work import (
    goes_on,
    goes_on_together,
    places_at_work,
    take_rows,
    to_batch,
    without_static_count,
)
from seq2seq_keras.decoding.base import (
    IMPOSSIBLE,
    Growing,
    SearchResult,
    States,
    Step,
    growing_array,
    never_written,
)
from seq2seq_keras.decoding.candidates import log_sum_exp
from seq2seq_keras.decoding.constraints import AllOf, Constraint
from seq2seq_keras.decoding.scoring import length_divisor
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
    divisor: Callable[[tf.Tensor], tf.Tensor] | None = None,
    details: bool = True,
    attention: bool = True,
    plain: bool = False,
) -> SearchResult:
    """Decodes a batch by taking the likeliest token at every step.

    The whole batch and all steps run in one graph; it stops when every row has
    ended. Rows that have ended leave the batch, and are padded.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given, each tensor with the batch first.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens a row may
            get, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change.
        constraints: Sequence of `Constraint`s.
        divisor: What divides the sum of the log-probabilities that a row is ranked by,
            given the lengths; the length by default. See `length_divisor`.
        details: Whether log-probabilities and scores are returned too: to write tokens,
            logits are enough.
        attention: Whether attention weights are returned, if there are any.
        plain: Whether the loops hold nothing but tensors, for other runtimes.

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

    def likeliest(values: tf.Tensor, index: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        return tf.argmax(values, axis=-1, output_type=tf.int32)

    return write_tokens(
        step,
        states,
        choose=likeliest,
        max_length=max_length,
        finished=finished,
        memory=memory,
        constraints=constraints,
        divisor=divisor,
        # Rules may multiply log-probabilities; else logits have the same order.
        ranks_logits=not constraints,
        details=details,
        attention=attention,
        plain=plain,
    )


def write_tokens(
    step: Step,
    states: States,
    *,
    choose: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor],
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    constraints: Sequence[Constraint] = (),
    divisor: Callable[[tf.Tensor], tf.Tensor] | None = None,
    ranks_logits: bool = False,
    details: bool = True,
    attention: bool = True,
    plain: bool = False,
) -> SearchResult:
    """Decodes a batch, adding the token that `choose` names at every step.

    It is called with the log-probabilities `(rows, vocabulary_size)`, or with the
    logits if it `ranks_logits`, those of forbidden tokens impossibly low; with the
    number of the step, and with the places of the rows in the batch. A row that gets
    where its constraints forbid every token is no translation, whatever it begins
    with: it is left empty, with a score of minus infinity. Other arguments are those of
    `greedy_search`; the result has no axis `n_best`.
    """
    steps = _Steps(
        step=step,
        choose=choose,
        constraint=AllOf(constraints),
        batch_size=tf.size(finished),
        max_length=tf.broadcast_to(max_length, tf.shape(finished)),
        memory=memory or {},
        ranks_logits=ranks_logits,
        details=details,
        attends=attention and "attention_weights" in states,
        plain=plain,
    )
    divisor = divisor or length_divisor("average", 1.0)
    token_ids, *columns = (array.stack() for array in steps.run(states, finished))
    token_ids = tf.transpose(token_ids)
    is_whole = steps.is_whole(token_ids) | finished if constraints else None
    token_ids = _kept(token_ids, is_whole)
    weights = None
    if steps.attends:
        weights = _kept(tf.transpose(columns.pop(), [1, 0, 2]), is_whole)
    if not details:
        return SearchResult(token_ids, attention_weights=weights)
    # (length, batch) -> (batch, length)
    log_probabilities, *ranked = (
        _kept(tf.transpose(column), is_whole) for column in columns
    )
    # What rules have changed is what counts, as in a beam.
    totals = tf.reduce_sum(ranked[0] if ranked else log_probabilities, axis=1)
    lengths = tf.math.count_nonzero(token_ids, axis=1)
    scores = tf.math.divide_no_nan(totals, divisor(lengths))
    if is_whole is not None:
        scores = tf.where(is_whole, scores, -np.inf)
    return SearchResult(token_ids, log_probabilities, scores, weights)


def _kept(values: tf.Tensor, is_whole: tf.Tensor | None) -> tf.Tensor:
    """What was written, `(batch, ...)`; zeros in rows that came to a dead end."""
    if is_whole is None:
        return values
    shape = [-1] + [1] * (len(values.shape) - 1)
    return tf.where(tf.reshape(is_whole, shape), values, tf.zeros_like(values))


class _Writing(NamedTuple):
    """What goes round the loop, of the rows at work."""

    index: tf.Tensor  # how many tokens have been decided
    done: tf.Tensor
    token_ids: tf.Tensor  # decided last
    states: States  # of the decoder
    constraint_state: Any
    # Of all rows: tokens, log-probabilities, what rules made of them, attention.
    arrays: list[Growing]


class _Steps(NamedTuple):
    """What stays the same from step to step, and the steps; see `write_tokens`."""

    step: Step
    choose: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]
    constraint: AllOf
    batch_size: tf.Tensor
    max_length: tf.Tensor
    memory: States
    ranks_logits: bool
    details: bool
    attends: bool
    plain: bool = False

    def run(self, states: States, finished: tf.Tensor) -> list[Growing]:
        """Writes until all rows are done; returns arrays over the steps."""
        arrays = self._arrays(states)
        rows = {
            "done": finished,
            "token_ids": tf.fill([self.batch_size], START_ID),
            "states": dict(states),
            "constraint_state": self.constraint.initial_state(self.batch_size),
        }
        rows = without_static_count(rows)
        writing = _Writing(index=tf.constant(0), arrays=arrays, **rows)
        positions = without_static_count(tf.range(self.batch_size))
        _, writing = tf.while_loop(
            lambda positions, writing: goes_on(writing.index, writing.done),
            self._until_some_leave,
            (positions, writing),
        )
        return writing.arrays

    @property
    def has_rules(self) -> bool:
        return bool(self.constraint.constraints)

    def is_whole(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Which rows end with `<eos>` or at their length, and not before."""
        lengths = tf.math.count_nonzero(token_ids, axis=1, dtype=tf.int32)
        return tf.reduce_any(token_ids == END_ID, 1) | (lengths >= self.max_length)

    def _arrays(self, states: States) -> list[Growing]:
        """What is written at each step, see `_Writing`."""
        elements: list[tuple[tf.DType, list]] = [(tf.int32, [self.batch_size])]
        if self.details:
            elements += [(tf.float32, [self.batch_size])] * (1 + self.has_rules)
        if self.attends:
            source_length = tf.shape(states["attention_weights"])[1]
            elements.append((tf.float32, [self.batch_size, source_length]))
        arrays = [growing_array(*element, self.plain) for element in elements]
        if self.plain:
            ranks = (1 + len(shape) for _, shape in elements)
            arrays = list(map(without_static_count, arrays, ranks))
        return arrays

    def _until_some_leave(
        self, positions: tf.Tensor, writing: _Writing
    ) -> tuple[tf.Tensor, _Writing]:
        places = places_at_work(writing.done)
        positions = tf.gather(positions, places)
        done, token_ids, states, constraint_state = take_rows(writing[1:5], places)
        memory, max_length = take_rows((self.memory, self.max_length), positions)

        def advance(writing: _Writing) -> list[_Writing]:
            return [self._advance(writing, positions, memory, max_length)]

        [writing] = tf.while_loop(
            lambda writing: goes_on_together(writing.index, writing.done),
            advance,
            [
                _Writing(
                    index=writing.index,
                    done=done,
                    token_ids=token_ids,
                    states=states,
                    constraint_state=constraint_state,
                    arrays=writing.arrays,
                )
            ],
        )
        return positions, writing

    def _advance(
        self,
        writing: _Writing,
        positions: tf.Tensor,
        memory: States,
        max_length: tf.Tensor,
    ) -> _Writing:
        index = writing.index
        logits, following = self.step(writing.token_ids, {**writing.states, **memory})
        logits = tf.cast(logits, tf.float32)
        # The score is the model's own distribution, the choice a narrower one.
        values = logits if self.ranks_logits else tf.nn.log_softmax(logits)
        allowed = values + never_written(tf.shape(logits)[-1])
        allowed = self.constraint(allowed, index, writing.constraint_state)
        token_ids = self.choose(allowed, index, positions)
        done = writing.done
        done |= tf.gather(allowed, token_ids, batch_dims=1) <= IMPOSSIBLE / 2
        token_ids = tf.where(done, PAD_ID, token_ids)
        columns = [token_ids]
        if self.details:
            chosen = tf.gather(values, token_ids, batch_dims=1)
            if self.ranks_logits:
                highest = tf.reduce_max(logits, axis=-1, keepdims=True)
                chosen -= log_sum_exp(logits, highest)[:, 0]
            columns.append(tf.where(done, 0.0, chosen))
            if self.has_rules:
                ranked = tf.gather(allowed, token_ids, batch_dims=1)
                columns.append(tf.where(done, 0.0, ranked))
        if self.attends:
            weights = tf.cast(following["attention_weights"], tf.float32)
            columns.append(tf.where(done[:, None], 0.0, weights))
        placed = (to_batch(column, positions, self.batch_size) for column in columns)
        arrays = zip(writing.arrays, placed, strict=True)
        return _Writing(
            index=index + 1,
            done=done | (token_ids == END_ID) | (index + 1 >= max_length),
            token_ids=token_ids,
            states={name: following[name] for name in writing.states},
            constraint_state=self.constraint.advance(
                token_ids, index, writing.constraint_state
            ),
            arrays=[array.write(index, column) for array, column in arrays],
        )
