"""The steps of a beam search."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.beam_history import BeamHistory, Finished, trace_back
from seq2seq_keras.decoding.beam_result import BeamResult, BeamTrace
from seq2seq_keras.decoding.beam_sentences import Sentences, drop_done, unknown_count
from seq2seq_keras.decoding.candidates import best_candidates
from seq2seq_keras.decoding.constraints import Constraint
from seq2seq_keras.decoding.coverage_penalty import log_coverage
from seq2seq_keras.decoding.step import IMPOSSIBLE, repeat_rows
from seq2seq_keras.special_tokens import END_ID, START_ID


class BeamState(NamedTuple):
    """What goes round the loop, of the sentences at work.

    `count` is their number, which falls as sentences are done, and `rows` is
    `count * beam_width`.
    """

    index: tf.Tensor  # how many tokens have been decided
    token_ids: tf.Tensor  # (count, beam_width): decided last
    sums: tf.Tensor  # (count, beam_width): of log-probabilities, as they rank
    states: Any  # of the decoder, (rows, ...)
    constraint_state: Any  # (rows, ...)
    coverage: tf.Tensor  # (rows, source_length): attention so far
    finished: Finished  # (batch, beam_width)
    done: tf.Tensor  # (count,): nothing better can come
    history: BeamHistory  # of the whole batch, as is `finished`
    sentences: Sentences


class BeamSteps(NamedTuple):
    """What stays the same from step to step, and the steps.

    See `beam_search` for what the fields are; `divisor` is the function of
    `length_divisor`.
    """

    step: Callable
    constraint: Constraint | None
    batch_size: tf.Tensor
    width: int
    n_best: int
    divisor: Callable
    coverage_penalty: float

    def start(self, states, finished, sentences):
        """The `BeamState` before the first step; `states` has a row a hypothesis."""
        shape = [self.batch_size, self.width]
        # All hypotheses begin alike, so only the first one counts as yet.
        is_first = tf.range(self.width) == 0
        sums = tf.broadcast_to(tf.where(is_first, 0.0, IMPOSSIBLE), shape)
        coverage = tf.zeros([tf.reduce_prod(shape), 0])
        if self.coverage_penalty:
            coverage = tf.zeros_like(states["attention_weights"], tf.float32)
        remembered = ()
        if self.constraint:
            remembered = self.constraint.initial_state(self.batch_size)
        at_work = {
            "token_ids": tf.fill(shape, START_ID),
            "sums": sums,
            "states": states,
            "constraint_state": repeat_rows(remembered, self.width),
            "coverage": coverage,
            "done": finished,
            "sentences": sentences,
        }
        return BeamState(
            index=tf.constant(0),
            finished=Finished.none(shape),
            history=BeamHistory.empty("attention_weights" in states),
            **unknown_count(at_work),
        )

    def goes_on(self, state):
        """Whether there is another step."""
        # One step is taken in any case: an empty array could not be stacked.
        return (state.index == 0) | ~tf.reduce_all(state.done)

    def advance(self, state):
        """One step, from `BeamState` to `BeamState`, in a list as the loop has it."""
        state = self._without_done(state)
        sentences = state.sentences
        logits, states = self.step(
            tf.reshape(state.token_ids, [-1]), {**state.states, **sentences.memory}
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
        states, remembered, moved_coverage = tf.nest.map_structure(
            lambda tensor: tf.gather(tensor, rows),
            (states, state.constraint_state, coverage),
        )
        if self.constraint:
            token_ids = tf.reshape(live.token_ids, [-1])
            remembered = self.constraint.advance(token_ids, state.index, remembered)
        columns = live.parents, live.token_ids, live.log_probabilities, is_alive
        placed = [
            None if column is None else sentences.to_batch(column, self.batch_size)
            for column in (*columns, weights)
        ]
        following = state._replace(
            index=state.index + 1,
            token_ids=live.token_ids,
            sums=live.sums,
            states=states,
            constraint_state=remembered,
            coverage=moved_coverage,
            finished=self._finish(state, candidates, coverage),
            history=state.history.write(state.index, placed),
        )
        return [following._replace(done=self._is_done(following))]

    def _without_done(self, state):
        """The same state, of fewer sentences if enough of them are done."""
        by_sentence = {
            name: getattr(state, name) for name in ("token_ids", "sums", "done")
        }
        by_sentence["sentences"] = state.sentences._replace(memory=())
        by_row = {
            name: getattr(state, name)
            for name in ("states", "constraint_state", "coverage")
        }
        by_row["memory"] = state.sentences.memory
        by_sentence, by_row = drop_done(state.done, by_sentence, by_row, self.width)
        sentences = by_sentence.pop("sentences")._replace(memory=by_row.pop("memory"))
        return state._replace(sentences=sentences, **by_sentence, **by_row)

    def _candidates(self, state, logits):
        constrain = None
        if self.constraint:
            constrain = functools.partial(
                self.constraint, index=state.index, state=state.constraint_state
            )
        # At most one continuation of each hypothesis is `<eos>`, so of twice the
        # width at least the width can live on.
        return best_candidates(logits, state.sums, 2 * self.width, constrain)

    def _ends(self, state, candidates):
        """Which candidates are a hypothesis that can grow no further."""
        at_limit = state.index + 1 >= state.sentences.max_length[:, None]
        return (candidates.token_ids == END_ID) | at_limit

    def _finish(self, state, candidates, coverage):
        """Adds the candidates that are complete to the finished hypotheses."""
        is_among_best = tf.range(2 * self.width) < self.width
        completes = self._ends(state, candidates) & is_among_best & candidates.is_alive
        completes &= ~state.done[:, None]
        scores = candidates.sums / self.divisor(state.index + 1)
        if self.coverage_penalty:
            covered = tf.gather(coverage, self._rows(candidates.parents))
            mask = state.sentences.source_mask
            mask = None if mask == () else mask[:, None]
            scores += self.coverage_penalty * log_coverage(covered, mask)
        positions = state.sentences.positions
        finished = state.finished.at(positions).merge(
            scores=tf.where(completes, scores, -np.inf),
            step=state.index,
            candidates=candidates,
        )
        return state.finished.put(positions, finished)

    def _live(self, state, candidates):
        """The best candidates that can grow."""
        ends = self._ends(state, candidates)
        sums = candidates.sums + tf.where(ends, IMPOSSIBLE, 0.0)
        sums, places = tf.math.top_k(sums, self.width)
        return candidates.take(places)._replace(sums=sums)

    def _rows(self, beams):
        """Rows of the decoder for places in the beams."""
        return tf.range(tf.shape(beams)[0])[:, None] * self.width + beams

    def _is_done(self, state):
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
        max_length = state.sentences.max_length
        scores = state.finished.at(state.sentences.positions).scores
        bound = state.sums[:, 0] / self.divisor(max_length)
        enough = scores[:, self.n_best - 1] >= bound
        is_full = scores[:, self.width - 1] > -np.inf
        at_limit = state.index >= max_length
        is_dead = state.sums[:, 0] <= IMPOSSIBLE / 2
        return state.done | enough | is_full | at_limit | is_dead

    def result(self, state, empty):
        """The n best, traced back from their ends."""
        best = Finished(*(column[:, : self.n_best] for column in state.finished))
        history = state.history.stack()
        traced = trace_back(history, best)
        # A row with nothing to decode has one hypothesis, the empty one.
        first = tf.range(self.n_best) == 0
        scores = tf.where(empty[:, None] & first, 0.0, best.scores)

        def by_sentence(column):
            # (length, batch, beam_width) -> (batch, length, beam_width)
            return tf.transpose(column, [1, 0, 2])

        trace = BeamTrace(
            parents=by_sentence(history.parents),
            token_ids=by_sentence(history.token_ids),
            log_probabilities=by_sentence(history.log_probabilities),
            is_alive=by_sentence(history.is_alive),
            end_steps=best.steps,
            end_parents=best.parents,
        )
        return BeamResult(
            token_ids=traced.token_ids,
            log_probabilities=traced.log_probabilities,
            scores=scores,
            attention_weights=traced.attention_weights,
            trace=trace,
        )
