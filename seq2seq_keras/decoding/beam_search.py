"""Keeping several hypotheses at every step."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.base import (
    IMPOSSIBLE,
    BeamTrace,
    SearchResult,
    States,
    Step,
    repeat_rows,
)
from seq2seq_keras.decoding.beam_state import (
    BeamHistory,
    BeamState,
    Finished,
    drop_done,
    to_batch,
    trace_back,
    without_static_count,
)
from seq2seq_keras.decoding.candidates import Candidates, best_candidates
from seq2seq_keras.decoding.constraints import AllOf, Constraint
from seq2seq_keras.decoding.scoring import length_divisor, log_coverage
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import END_ID, START_ID


@checks_numbers(ranges_of(SearchOptions))
def beam_search(
    step: Step,
    states: States,
    *,
    beam_width: int,
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    n_best: int = 1,
    length_normalization: str = "average",
    length_penalty: float = 1.0,
    coverage_penalty: float = 0.0,
    source_mask: tf.Tensor | None = None,
    constraints: Sequence[Constraint] = (),
) -> SearchResult:
    """Decodes a batch, keeping the best `beam_width` hypotheses at every step.

    A hypothesis is complete when it ends with `<eos>` or has `max_length` tokens.
    Complete hypotheses are set apart: they do not grow, and they take no place from
    live ones. A continuation completes a hypothesis only if it is among the best
    `beam_width` of its step, so a beam of width 1 is greedy steps. A sentence is done
    when `beam_width` hypotheses are complete, or earlier if no live one can still
    come among the `n_best`.

    The score of a complete hypothesis is the sum of its log-probabilities divided by
    `length ** length_penalty` ("average"), `((5 + length) / 6) ** length_penalty`
    ("gnmt") or 1 ("none"), and `coverage_penalty` times the sum over source tokens of
    `log(min(attention it got, 1))`, which is 0 or less.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given, a dictionary of tensors with the batch
            first.
        beam_width: Integer.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens of a
            hypothesis, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change;
            all hypotheses of a sentence share it.
        n_best: Integer, at most `beam_width`. How many hypotheses to return.
        length_normalization: "average", "gnmt" or "none".
        length_penalty: Float, 0 or more.
        coverage_penalty: Float, 0 or more. Needs `attention_weights` in the states.
        source_mask: Optional boolean tensor, `(batch, source_length)`: the source
            tokens that `coverage_penalty` asks about. Defaults to all.
        constraints: Sequence of `Constraint`s.

    Returns:
        A `SearchResult`.

    Raises:
        InputError: If `n_best` is more than `beam_width`, or there is no attention
            for `coverage_penalty`.

    Example:

    >>> def a_or_b(token_ids, states):  # 4 or 5 with 0.6 and 0.4, then <eos>
    ...     first = tf.math.log([0.0, 0.0, 0.0, 0.0, 0.6, 0.4])
    ...     then = tf.math.log([0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    ...     return tf.where(token_ids[:, None] == 2, first, then), states
    >>> one = tf.zeros(1, bool)
    >>> best = beam_search(
    ...     a_or_b, {}, beam_width=2, n_best=2, max_length=5, finished=one
    ... )
    >>> best.token_ids.numpy()
    array([[[4, 3],
            [5, 3]]], dtype=int32)

    Reference:
        - [Graves, 2012](https://arxiv.org/abs/1211.3711): beam steps.
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    if not 1 <= n_best <= beam_width:
        raise InputError(
            "A beam holds `beam_width` hypotheses, so `n_best` is at least 1 and no "
            f"larger. Received: n_best={n_best}, beam_width={beam_width}"
        )
    if coverage_penalty and "attention_weights" not in states:
        raise InputError("`coverage_penalty` needs a model with attention.")
    steps = BeamSteps(
        step=step,
        constraint=AllOf(constraints) if constraints else None,
        batch_size=tf.size(finished),
        width=beam_width,
        n_best=n_best,
        divisor=length_divisor(length_normalization, length_penalty),
        coverage_penalty=coverage_penalty,
    )
    first = steps.start(
        repeat_rows(states, beam_width),
        repeat_rows(memory or {}, beam_width),
        max_length=tf.broadcast_to(max_length, tf.shape(finished)),
        finished=finished,
        source_mask=() if source_mask is None else source_mask,
    )
    last = tf.while_loop(steps.goes_on, steps.advance, [first])[0]
    return steps.result(last, finished)


class BeamSteps(NamedTuple):
    """What stays the same from step to step, and the steps.

    See `beam_search` for what the fields are; `divisor` is the function of
    `length_divisor`.
    """

    step: Step
    constraint: Constraint | None
    batch_size: tf.Tensor
    width: int
    n_best: int
    divisor: Callable[[tf.Tensor], tf.Tensor]
    coverage_penalty: float

    def start(
        self,
        states: States,
        memory: States,
        *,
        max_length: tf.Tensor,
        finished: tf.Tensor,
        source_mask: tf.Tensor | tuple,
    ) -> BeamState:
        """The state before the first step, given a row for each hypothesis."""
        shape = [self.batch_size, self.width]
        # All hypotheses begin alike, so only the first one counts as yet.
        is_first = tf.range(self.width) == 0
        coverage = tf.zeros([tf.reduce_prod(shape), 0])
        if self.coverage_penalty:
            coverage = tf.zeros_like(states["attention_weights"], tf.float32)
        constraint_state = ()
        if self.constraint:
            constraint_state = self.constraint.initial_state(self.batch_size)
        state = BeamState(
            index=tf.constant(0),
            finished=Finished.none(shape),
            history=BeamHistory.empty("attention_weights" in states),
            positions=tf.range(self.batch_size),
            max_length=max_length,
            source_mask=source_mask,
            done=finished,
            token_ids=tf.fill(shape, START_ID),
            sums=tf.broadcast_to(tf.where(is_first, 0.0, IMPOSSIBLE), shape),
            states=states,
            memory=memory,
            constraint_state=repeat_rows(constraint_state, self.width),
            coverage=coverage,
        )
        return without_static_count(state)

    def goes_on(self, state: BeamState) -> tf.Tensor:
        """Whether there is another step."""
        # One step is taken in any case: an empty array could not be stacked.
        return (state.index == 0) | ~tf.reduce_all(state.done)

    def advance(self, state: BeamState) -> list[BeamState]:
        """One step, from `BeamState` to `BeamState`, in a list as the loop has it."""
        state = drop_done(state, self.width)
        logits, states = self.step(
            tf.reshape(state.token_ids, [-1]), {**state.states, **state.memory}
        )
        states = {name: states[name] for name in state.states}
        candidates = self._candidates(state, tf.cast(logits, tf.float32))
        weights, coverage = states.get("attention_weights"), state.coverage
        if weights is not None:
            weights = tf.cast(weights, tf.float32)
            coverage += weights if self.coverage_penalty else 0.0
            shape = [tf.size(state.done), self.width, tf.shape(weights)[1]]
            weights = tf.reshape(weights, shape)
        live = self._live(state, candidates)
        is_alive = live.is_alive & ~state.done[:, None]
        rows = tf.reshape(self._rows(live.parents), [-1])
        states, constraint_state, moved_coverage = tf.nest.map_structure(
            lambda tensor: tf.gather(tensor, rows),
            (states, state.constraint_state, coverage),
        )
        if self.constraint:
            constraint_state = self.constraint.advance(
                tf.reshape(live.token_ids, [-1]), state.index, constraint_state
            )
        columns = live.parents, live.token_ids, live.log_probabilities, is_alive
        placed = [
            None
            if column is None
            else to_batch(column, state.positions, self.batch_size)
            for column in (*columns, weights)
        ]
        following = state._replace(
            index=state.index + 1,
            token_ids=live.token_ids,
            sums=live.sums,
            states=states,
            constraint_state=constraint_state,
            coverage=moved_coverage,
            finished=self._finish(state, candidates, coverage),
            history=state.history.write(state.index, placed),
        )
        return [following._replace(done=self._is_done(following))]

    def _candidates(self, state: BeamState, logits: tf.Tensor) -> Candidates:
        constrain = None
        if self.constraint:
            constrain = functools.partial(
                self.constraint, index=state.index, state=state.constraint_state
            )
        # At most one continuation of each hypothesis is `<eos>`, so of twice the
        # width at least the width can live on.
        return best_candidates(logits, state.sums, 2 * self.width, constrain)

    def _ends(self, state: BeamState, candidates: Candidates) -> tf.Tensor:
        """Which candidates are a hypothesis that can grow no further."""
        at_limit = state.index + 1 >= state.max_length[:, None]
        return (candidates.token_ids == END_ID) | at_limit

    def _finish(
        self, state: BeamState, candidates: Candidates, coverage: tf.Tensor
    ) -> Finished:
        """Adds the candidates that are complete to the finished hypotheses."""
        is_among_best = tf.range(2 * self.width) < self.width
        completes = self._ends(state, candidates) & is_among_best & candidates.is_alive
        completes &= ~state.done[:, None]
        scores = candidates.sums / self.divisor(state.index + 1)
        if self.coverage_penalty:
            covered = tf.gather(coverage, self._rows(candidates.parents))
            mask = state.source_mask
            mask = None if mask == () else mask[:, None]
            scores += self.coverage_penalty * log_coverage(covered, mask)
        finished = state.finished.at(state.positions).merge(
            scores=tf.where(completes, scores, -np.inf),
            step=state.index,
            candidates=candidates,
        )
        return state.finished.put(state.positions, finished)

    def _live(self, state: BeamState, candidates: Candidates) -> Candidates:
        """The best candidates that can grow."""
        ends = self._ends(state, candidates)
        sums = candidates.sums + tf.where(ends, IMPOSSIBLE, 0.0)
        sums, places = tf.math.top_k(sums, self.width)
        return candidates.take(places)._replace(sums=sums)

    def _rows(self, beams: tf.Tensor) -> tf.Tensor:
        """Rows of the decoder for places in the beams."""
        return tf.range(tf.shape(beams)[0])[:, None] * self.width + beams

    def _is_done(self, state: BeamState) -> tf.Tensor:
        """Whether no live hypothesis can still come among the n best.

        No search is cut short that would have found better. Let `s <= 0` be the sum
        of a live hypothesis, and let it be complete later, at length `m` with the
        sum `t`. Log-probabilities are 0 or less, so `t <= s`. The divisor `d` is
        positive and never falls, so `d(m) <= d(max_length)` and, `s` being 0 or less,
        `t / d(m) <= s / d(m) <= s / d(max_length)`. The coverage penalty only takes
        away. So the best live sum, divided as at the greatest length, bounds every
        score to come; if the n best are as good already, they stay, since of equal
        scores the older are kept.
        """
        scores = state.finished.at(state.positions).scores
        bound = state.sums[:, 0] / self.divisor(state.max_length)
        enough = scores[:, self.n_best - 1] >= bound
        is_full = scores[:, self.width - 1] > -np.inf
        at_limit = state.index >= state.max_length
        is_dead = state.sums[:, 0] <= IMPOSSIBLE / 2
        return state.done | enough | is_full | at_limit | is_dead

    def result(self, state: BeamState, empty: tf.Tensor) -> SearchResult:
        """The n best, traced back from their ends."""
        best = Finished(*(column[:, : self.n_best] for column in state.finished))
        history = state.history.stack()
        token_ids, log_probabilities, weights = trace_back(history, best)
        # A row with nothing to decode has one hypothesis, the empty one.
        first = tf.range(self.n_best) == 0
        scores = tf.where(empty[:, None] & first, 0.0, best.scores)
        # (length, batch, beam_width) -> (batch, length, beam_width)
        columns = (tf.transpose(column, [1, 0, 2]) for column in history[:4])
        trace = BeamTrace._make([*columns, best.steps, best.parents])
        return SearchResult(token_ids, log_probabilities, scores, weights, trace)
