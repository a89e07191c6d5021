"""What a beam search holds from step to step, and how its hypotheses are read."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.at_work import take_rows, without_static_count
from seq2seq_keras.decoding.base import Growing, States, growing_array
from seq2seq_keras.decoding.candidates import Candidates


class Finished(NamedTuple):
    """The best complete hypotheses so far, best first; each `(batch, beam_width)`.

    A hypothesis is kept as its last token and where it came from.
    """

    scores: tf.Tensor  # minus infinity where there is none
    steps: tf.Tensor  # at which it ended
    parents: tf.Tensor  # its place in the beam before that step
    token_ids: tf.Tensor  # its last token
    log_probabilities: tf.Tensor  # of that token

    @classmethod
    def none(cls, shape: list) -> "Finished":
        """No hypothesis yet, in tensors of a shape."""
        zeros = tf.zeros(shape, tf.int32)
        return cls(tf.fill(shape, -np.inf), zeros, zeros, zeros, tf.zeros(shape))

    def at(self, positions: tf.Tensor) -> "Finished":
        """Those of the sentences at some places of the batch."""
        return Finished(*(tf.gather(column, positions) for column in self))

    def put(self, positions: tf.Tensor, others: "Finished") -> "Finished":
        """With others in the place of those of some sentences."""
        return Finished(
            *(
                tf.tensor_scatter_nd_update(column, positions[:, None], other)
                for column, other in zip(self, others, strict=True)
            )
        )

    def merge(
        self, scores: tf.Tensor, step: tf.Tensor, candidates: Candidates
    ) -> "Finished":
        """Takes in candidates, those with a score above minus infinity."""
        new = Finished(
            scores=scores,
            steps=tf.fill(tf.shape(scores), step),
            parents=candidates.parents,
            token_ids=candidates.token_ids,
            log_probabilities=candidates.log_probabilities,
        )
        # The older ones first: of equal scores they stay.
        both = [tf.concat(pair, axis=1) for pair in zip(self, new, strict=True)]
        scores, places = tf.math.top_k(both[0], tf.shape(self.scores)[1])
        kept = (tf.gather(column, places, batch_dims=1) for column in both[1:])
        return Finished(scores, *kept)


class BeamColumns(NamedTuple):
    """What a step decides for each place of the beam, `(batch, beam_width)`.

    Stacked, each has an axis in front, for the steps.
    """

    parents: tf.Tensor
    token_ids: tf.Tensor
    log_probabilities: tf.Tensor
    is_alive: tf.Tensor  # whether it is a hypothesis at all

    def pack(self) -> tf.Tensor:
        """As one tensor, `(batch, beam_width, 4)`."""
        # Ids and places are far below 2 ** 24, up to which float32 has all integers.
        columns = [tf.cast(column, tf.float32) for column in self]
        return tf.stack(columns, axis=-1)

    @classmethod
    def unpack(cls, packed: tf.Tensor) -> "BeamColumns":
        """Those that were packed."""
        columns = tf.unstack(packed, num=len(cls._fields), axis=-1)
        parents, token_ids, log_probabilities, is_alive = columns
        parents, token_ids = (tf.cast(x, tf.int32) for x in (parents, token_ids))
        return cls(parents, token_ids, log_probabilities, is_alive > 0)


class BeamState(NamedTuple):
    """What goes round the loop, of the sentences at work.

    `count` is their number, which falls as sentences are done; `width` is that of the
    beam, 1 before the first step; `rows` is `count * width`.
    """

    index: tf.Tensor  # how many tokens have been decided
    done: tf.Tensor  # (count,): nothing better can come
    token_ids: tf.Tensor  # (count, width): decided last
    sums: tf.Tensor  # (count, width): of log-probabilities, as they rank
    states: States  # of the decoder, (rows, ...)
    constraint_state: Any  # (rows, ...)
    coverage: tf.Tensor  # (rows, source_length): attention so far
    finished: Finished  # (count, beam_width)
    arrays: list[Growing]  # of all sentences: `BeamColumns`, attention weights

    def stay(self, places: tf.Tensor) -> "BeamState":
        """The state of the sentences at some places alone."""
        width = tf.shape(self.token_ids)[1]
        rows = tf.reshape(places[:, None] * width + tf.range(width), [-1])
        of_rows = (self.states, self.constraint_state, self.coverage)
        states, constraint_state, coverage = take_rows(of_rows, rows)
        return self._replace(
            done=tf.gather(self.done, places),
            token_ids=tf.gather(self.token_ids, places),
            sums=tf.gather(self.sums, places),
            finished=self.finished.at(places),
            states=states,
            constraint_state=constraint_state,
            coverage=coverage,
        )


def trace_back(
    history: BeamColumns,
    weights: tf.Tensor | None,
    finished: Finished,
    plain: bool = False,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor | None]:
    """Reads complete hypotheses from the pointers of the search.

    No step has to move whole hypotheses about; one pass at the end collects them. The
    history and the attention weights are stacked, `(length, batch, beam_width, ...)`,
    the `finished` are `(batch, count)`; `plain` is as of `growing_array`. Returns their
    token ids and log-probabilities, `(batch, count, length)`, and their attention
    weights or `None`, `(batch, count, length, source_length)`.
    """
    length = tf.shape(history.parents)[0]
    last_steps = tf.where(finished.scores > -np.inf, finished.steps, -1)
    columns = history.parents, history.token_ids, history.log_probabilities
    ends = finished.parents, finished.token_ids, finished.log_probabilities

    def read(
        count: tf.Tensor, places: tf.Tensor, arrays: list[Growing]
    ) -> tuple[tf.Tensor, tf.Tensor, list[Growing]]:
        step = length - 1 - count

        def pick(of_beam: tf.Tensor, of_end: tf.Tensor) -> tf.Tensor:
            written = tf.gather(tf.gather(of_beam, step), places, batch_dims=1)
            written = tf.where(step < last_steps, written, tf.zeros_like(written))
            return tf.where(step == last_steps, of_end, written)

        picked = list(map(pick, columns, ends))
        written = zip(arrays, picked, strict=True)
        return count + 1, picked[0], [array.write(count, x) for array, x in written]

    shape = tf.unstack(tf.shape(finished.parents))
    first = [growing_array(column.dtype, shape, plain) for column in columns]
    if plain:
        first = without_static_count(first, axes=3)
    nothing = tf.zeros_like(finished.parents)
    *_, arrays = tf.while_loop(
        lambda count, *_: count < length, read, (tf.constant(0), nothing, first)
    )
    # The last step was read first. Each (length, batch, count)
    in_order = tf.range(length - 1, -1, -1)
    parents, token_ids, log_probabilities = (
        tf.gather(array.stack(), in_order) for array in arrays
    )
    if weights is not None:
        # (length, batch, beam_width, source_length) -> (batch, count, length, ...)
        weights = tf.gather(weights, parents, batch_dims=2)
        is_shown = tf.range(length)[:, None, None] <= last_steps
        weights = tf.where(is_shown[..., None], weights, 0.0)
        weights = tf.transpose(weights, [1, 2, 0, 3])
    token_ids, log_probabilities = (
        tf.transpose(column, [1, 2, 0]) for column in (token_ids, log_probabilities)
    )
    return token_ids, log_probabilities, weights
