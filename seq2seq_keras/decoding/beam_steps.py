"""The steps of a beam search."""

import functools
from collections.abc import Callable
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
    BeamTrace,
    Growing,
    SearchResult,
    States,
    Step,
    growing_array,
)
from seq2seq_keras.decoding.beam_state import (
    BeamColumns,
    BeamState,
    Finished,
    trace_back,
)
from seq2seq_keras.decoding.candidates import Candidates, best_candidates
from seq2seq_keras.decoding.constraints import Constraint
from seq2seq_keras.decoding.scoring import log_coverage
from seq2seq_keras.special_tokens import END_ID, START_ID


class OfBatch(NamedTuple):
    """What no step changes, with a row for each sentence: of the batch, or at work."""

    positions: tf.Tensor  # their places in the batch
    max_length: tf.Tensor
    source_mask: Any  # (count, source_length), or () for all of the source
    memory: States


class BeamSteps(NamedTuple):
    """What stays the same from step to step, and the steps.

    See `beam_search` for what the fields are; `divisor` is the function of
    `length_divisor`, `attends` whether attention weights are kept, `plain` as of
    `growing_array`.
    """

    step: Step
    constraint: Constraint | None
    batch_size: tf.Tensor
    width: int | tf.Tensor
    n_best: int | tf.Tensor
    divisor: Callable[[tf.Tensor], tf.Tensor]
    coverage_penalty: float | tf.Tensor
    attends: bool
    plain: bool = False
    groups: int = 1
    diversity_penalty: float = 0.0

    @property
    def group_width(self) -> int | tf.Tensor:
        """How many hypotheses a group has, which stand beside each other."""
        return self.width if self.groups == 1 else self.width // self.groups

    @property
    def covers(self) -> bool:
        """Whether coverage is asked for, or may be."""
        return tf.is_tensor(self.coverage_penalty) or self.coverage_penalty > 0

    def run(
        self, states: States, finished: tf.Tensor, of_batch: OfBatch
    ) -> tuple[Finished, list[Growing]]:
        """Searches until all sentences are done.

        Returns the complete hypotheses and, over the steps, what led to them.
        """

        def until_some_leave(
            positions: tf.Tensor, found: Finished, state: BeamState
        ) -> tuple[tf.Tensor, Finished, BeamState]:
            places = places_at_work(state.done)
            at_work = take_rows(of_batch, tf.gather(positions, places))
            state = self._take_steps(state.stay(places), at_work)
            found = found.put(at_work.positions, state.finished)
            return at_work.positions, found, state

        shape = [self.batch_size, self.width]
        _, found, state = tf.while_loop(
            lambda positions, found, state: goes_on(state.index, state.done),
            until_some_leave,
            (
                without_static_count(of_batch.positions),
                Finished.none(shape),
                self._first(states, finished),
            ),
        )
        return found, state.arrays

    def _first(self, states: States, finished: tf.Tensor) -> BeamState:
        """The state before the first step, when a sentence has a single hypothesis."""
        arrays = self._arrays(states)
        coverage = tf.zeros([self.batch_size, 0])
        if self.covers:
            coverage = tf.zeros_like(states["attention_weights"], tf.float32)
        constraint_state = ()
        if self.constraint:
            constraint_state = self.constraint.initial_state(self.batch_size)
        state = BeamState(
            index=tf.constant(0),
            done=without_static_count(finished),
            token_ids=tf.fill([self.batch_size, 1], START_ID),
            sums=tf.zeros([self.batch_size, 1]),
            states=without_static_count(dict(states)),
            constraint_state=without_static_count(constraint_state),
            coverage=without_static_count(coverage),
            finished=without_static_count(Finished.none([self.batch_size, self.width])),
            arrays=arrays,
        )
        # The beam grows too.
        return state._replace(
            token_ids=without_static_count(state.token_ids, axes=2),
            sums=without_static_count(state.sums, axes=2),
        )

    def _arrays(self, states: States) -> list[Growing]:
        """What is written at each step: `BeamColumns`, and attention weights."""
        shapes = [[self.batch_size, self.width, 4]]
        if self.attends:
            source_length = tf.shape(states["attention_weights"])[1]
            shapes.append([self.batch_size, self.width, source_length])
        arrays = [growing_array(tf.float32, shape, self.plain) for shape in shapes]
        return without_static_count(arrays, axes=4) if self.plain else arrays

    def _take_steps(self, state: BeamState, at_work: OfBatch) -> BeamState:
        """Steps until enough sentences are done, or the beam has its width."""
        width = tf.shape(state.token_ids)[1]
        # All hypotheses of a sentence share it.
        memory = take_rows(at_work.memory, _each(tf.size(state.done), width))

        def goes_on_alike(state: BeamState) -> tf.Tensor:
            is_as_wide = tf.shape(state.token_ids)[1] == width
            return goes_on_together(state.index, state.done) & is_as_wide

        def advance(state: BeamState) -> list[BeamState]:
            return [self._advance(state, at_work, memory)]

        return tf.while_loop(goes_on_alike, advance, [state])[0]

    def _advance(self, state: BeamState, at_work: OfBatch, memory: States) -> BeamState:
        logits, states = self.step(
            tf.reshape(state.token_ids, [-1]), {**state.states, **memory}
        )
        states = {name: states[name] for name in state.states}
        coverage = state.coverage
        if self.covers:
            coverage += tf.cast(states["attention_weights"], tf.float32)
        logits = tf.cast(logits, tf.float32)
        live, finished = self._keep(state, at_work, logits, coverage)
        is_alive = live.is_alive & ~state.done[:, None]
        columns = BeamColumns(
            live.parents, live.token_ids, live.log_probabilities, is_alive
        )
        written = [columns.pack(), *self._attention(state, states)]
        rows = tf.reshape(_rows(state, live.parents), [-1])
        states, constraint_state, moved_coverage = take_rows(
            (states, state.constraint_state, coverage), rows
        )
        if self.constraint:
            constraint_state = self.constraint.advance(
                tf.reshape(live.token_ids, [-1]), state.index, constraint_state
            )
        following = BeamState(
            index=state.index + 1,
            done=state.done,
            token_ids=live.token_ids,
            sums=live.sums,
            states=states,
            constraint_state=constraint_state,
            coverage=moved_coverage,
            finished=finished,
            arrays=[
                array.write(
                    state.index, to_batch(column, at_work.positions, self.batch_size)
                )
                for array, column in zip(state.arrays, written, strict=True)
            ],
        )
        return following._replace(done=self._is_done(following, at_work))

    def _attention(self, state: BeamState, states: States) -> list[tf.Tensor]:
        """The weights of a step, `(count, beam_width, source_length)`, if kept."""
        if not self.attends:
            return []
        weights = tf.cast(states["attention_weights"], tf.float32)
        count, width = tf.unstack(tf.shape(state.token_ids))
        weights = tf.reshape(weights, [count, width, tf.shape(weights)[1]])
        return [tf.pad(weights, [[0, 0], [0, self.width - width], [0, 0]])]

    def _keep(
        self,
        state: BeamState,
        at_work: OfBatch,
        logits: tf.Tensor,
        coverage: tf.Tensor,
    ) -> tuple[Candidates, Finished]:
        """What lives on after a step, and all that is complete."""
        if self.groups > 1:
            return self._keep_by_group(state, at_work, logits, coverage)
        candidates = self._candidates(state, logits)
        completes = self._completes(state, at_work, candidates)
        finished = self._finish(
            state, state.finished, at_work, candidates, completes, coverage
        )
        return self._live(state, at_work, candidates), finished

    def _keep_by_group(
        self,
        state: BeamState,
        at_work: OfBatch,
        logits: tf.Tensor,
        coverage: tf.Tensor,
    ) -> tuple[Candidates, Finished]:
        """The same, one group after the other: what each writes costs those after it.

        The penalty decides what is kept, and is no part of a score.
        """
        width = self.group_width
        written = tf.zeros([tf.shape(state.token_ids)[0], tf.shape(logits)[1]])
        kept = []
        for group in range(self.groups):
            penalties = self.diversity_penalty * written
            candidates, paid = self._candidates_of(group, state, logits, penalties)
            completes = self._completes(state, at_work, candidates)
            own = slice(group * width, (group + 1) * width)
            finished = self._finish(
                *(state, Finished(*(column[:, own] for column in state.finished))),
                *(at_work, candidates, completes, coverage),
            )
            live = self._live(state, at_work, candidates, paid)
            # A group that is full is done.
            is_full = finished.scores[:, -1:] > -np.inf
            live = live._replace(sums=tf.where(is_full, IMPOSSIBLE, live.sums))
            written = _count(written, candidates.token_ids, completes)
            written = _count(written, live.token_ids, live.is_alive)
            kept.append((live, finished))
        lives, all_finished = zip(*kept, strict=True)
        return (
            Candidates(*(tf.concat(x, 1) for x in zip(*lives, strict=True))),
            Finished(*(tf.concat(x, 1) for x in zip(*all_finished, strict=True))),
        )

    def _candidates(self, state: BeamState, logits: tf.Tensor) -> Candidates:
        constrain = None
        if self.constraint:
            constrain = functools.partial(
                self.constraint, index=state.index, state=state.constraint_state
            )
        # At most one continuation of each hypothesis is `<eos>`, so of twice the
        # width at least the width can live on.
        return best_candidates(logits, state.sums, 2 * self.width, constrain)

    def _candidates_of(
        self, group: int, state: BeamState, logits: tf.Tensor, penalties: tf.Tensor
    ) -> tuple[Candidates, tf.Tensor]:
        """Those of a group, the best with penalties first, and what each pays."""
        width = tf.shape(state.token_ids)[1]
        # All groups begin with the one hypothesis that there is.
        first = tf.minimum(group * self.group_width, width - 1)
        own_width = tf.minimum(self.group_width, width)
        places = first + tf.range(own_width)
        rows = tf.reshape(_rows(state, places), [-1])

        log_probabilities = honest = tf.nn.log_softmax(tf.gather(logits, rows))
        if self.constraint:
            honest = self.constraint(
                log_probabilities,
                index=state.index,
                state=take_rows(state.constraint_state, rows),
            )
        sums = tf.gather(state.sums, places, axis=1)
        found = best_candidates(
            log_probabilities,
            sums,
            2 * self.group_width,
            lambda _: honest - tf.repeat(penalties, own_width, axis=0),
        )
        # To take the penalty away and add it again would round.
        sentences = tf.range(tf.shape(sums)[0])[:, None]
        each = tf.stack(
            [sentences * own_width + found.parents, found.token_ids], axis=-1
        )
        without = tf.gather_nd(honest, each)
        without += tf.gather(sums, found.parents, batch_dims=1)
        without = tf.where(found.is_alive, without, IMPOSSIBLE)
        paid = tf.gather(penalties, found.token_ids, batch_dims=1)
        return found._replace(sums=without, parents=found.parents + first), paid

    def _ends(
        self, state: BeamState, at_work: OfBatch, candidates: Candidates
    ) -> tf.Tensor:
        """Which candidates are a hypothesis that can grow no further."""
        at_limit = state.index + 1 >= at_work.max_length[:, None]
        return (candidates.token_ids == END_ID) | at_limit

    def _completes(
        self, state: BeamState, at_work: OfBatch, candidates: Candidates
    ) -> tf.Tensor:
        """Which candidates, `(count, 2 * group_width)`, are complete hypotheses."""
        is_among_best = tf.range(2 * self.group_width) < self.group_width
        completes = (
            self._ends(state, at_work, candidates) & is_among_best & candidates.is_alive
        )
        return completes & ~state.done[:, None]

    def _finish(
        self,
        state: BeamState,
        finished: Finished,
        at_work: OfBatch,
        candidates: Candidates,
        completes: tf.Tensor,
        coverage: tf.Tensor,
    ) -> Finished:
        """Adds the candidates that are complete to the finished hypotheses."""
        scores = candidates.sums / self.divisor(state.index + 1)
        if self.covers:
            covered = tf.gather(coverage, _rows(state, candidates.parents))
            mask = at_work.source_mask
            mask = None if isinstance(mask, tuple) else mask[:, None]
            scores += self.coverage_penalty * log_coverage(covered, mask)
        return finished.merge(
            scores=tf.where(completes, scores, -np.inf),
            step=state.index,
            candidates=candidates,
        )

    def _live(
        self,
        state: BeamState,
        at_work: OfBatch,
        candidates: Candidates,
        paid: tf.Tensor | None = None,
    ) -> Candidates:
        """The best candidates that can grow, after what each pays."""
        ends = self._ends(state, at_work, candidates)
        sums = candidates.sums + tf.where(ends, IMPOSSIBLE, 0.0)
        ranks = sums if paid is None else sums - paid
        _, places = tf.math.top_k(ranks, self.group_width)
        return candidates._replace(sums=sums).take(places)

    def _is_done(self, state: BeamState, at_work: OfBatch) -> tf.Tensor:
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
        scores, best = state.finished.scores, state.sums[:, 0]
        if self.groups > 1:
            best = tf.reduce_max(state.sums, axis=1)
            # Each goes on till it is full: two may have found the same.
            enough = is_full = tf.reduce_all(scores > -np.inf, axis=1)
        else:
            bound = best / self.divisor(at_work.max_length)
            enough = scores[:, self.n_best - 1] >= bound
            is_full = scores[:, self.width - 1] > -np.inf
        at_limit = state.index >= at_work.max_length
        is_dead = best <= IMPOSSIBLE / 2
        return state.done | enough | is_full | at_limit | is_dead

    def _join_groups(self, found: Finished, history: BeamColumns) -> Finished:
        """All that the groups have found, best first, each once."""

        def sort(found: Finished) -> Finished:
            _, places = tf.math.top_k(found.scores, self.width)
            return Finished(*(tf.gather(x, places, batch_dims=1) for x in found))

        found = sort(found)
        token_ids, *_ = trace_back(history, None, found)
        scores = tf.where(_is_repeated(token_ids), -np.inf, found.scores)
        return sort(found._replace(scores=scores))

    def result(
        self, found: Finished, arrays: list[Growing], empty: tf.Tensor
    ) -> SearchResult:
        """The n best, traced back from their ends."""
        packed, *attention = (array.stack() for array in arrays)
        history = BeamColumns.unpack(packed)
        if self.groups > 1:
            found = self._join_groups(found, history)
        best = Finished(*(column[:, : self.n_best] for column in found))
        kept_weights = attention[0] if attention else None
        token_ids, log_probabilities, weights = trace_back(
            history, kept_weights, best, self.plain
        )
        # A row with nothing to decode has one hypothesis, the empty one.
        first = tf.range(self.n_best) == 0
        scores = tf.where(empty[:, None] & first, 0.0, best.scores)
        # (length, batch, beam_width) -> (batch, length, beam_width)
        columns = (tf.transpose(column, [1, 0, 2]) for column in history)
        trace = BeamTrace._make([*columns, best.steps, best.parents])
        return SearchResult(token_ids, log_probabilities, scores, weights, trace)


def _is_repeated(token_ids: tf.Tensor) -> tf.Tensor:
    """Which of the sequences `(batch, count, length)` are one before them."""
    same = tf.reduce_all(token_ids[:, :, None] == token_ids[:, None], axis=-1)
    earlier = tf.range(tf.shape(same)[1])
    return tf.reduce_any(same & (earlier < earlier[:, None]), axis=2)


def _count(written: tf.Tensor, token_ids: tf.Tensor, is_kept: tf.Tensor) -> tf.Tensor:
    """Adds to how often each token was written, `(count, vocabulary_size)`."""
    sentences = tf.range(tf.shape(token_ids)[0])[:, None] + tf.zeros_like(token_ids)
    places = tf.stack([sentences, token_ids], axis=-1)
    return tf.tensor_scatter_nd_add(written, places, tf.cast(is_kept, tf.float32))


def _each(count: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """The sentence of each row of the decoder."""
    return tf.repeat(tf.range(count), width)


def _rows(state: BeamState, beams: tf.Tensor) -> tf.Tensor:
    """Rows of the decoder for places in the beams."""
    count, width = tf.unstack(tf.shape(state.token_ids))
    return tf.range(count)[:, None] * width + beams
