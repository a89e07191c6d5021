"""What a beam search holds from step to step, and how its hypotheses are read."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.base import States, growing_array
from seq2seq_keras.decoding.candidates import Candidates

# Done sentences are dropped when they are this share of those at work: dropping costs
# a copy of all that the others hold, keeping them costs a share of every step.
_WORTH_DROPPING = 0.1


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


class BeamHistory(NamedTuple):
    """`TensorArray`s over the steps; each element `(batch, beam_width, ...)`."""

    parents: tf.TensorArray
    token_ids: tf.TensorArray
    log_probabilities: tf.TensorArray
    is_alive: tf.TensorArray  # whether it is a hypothesis at all
    attention_weights: Any  # () without attention

    @classmethod
    def empty(cls, attends: bool) -> "BeamHistory":
        """The history before the first step; `attends` if there are weights to keep."""
        return cls(
            parents=growing_array(tf.int32, 2),
            token_ids=growing_array(tf.int32, 2),
            log_probabilities=growing_array(tf.float32, 2),
            is_alive=growing_array(tf.bool, 2),
            attention_weights=growing_array(tf.float32, 3) if attends else (),
        )

    def stack(self) -> "BeamHistory":
        """With tensors, `(length, batch, beam_width, ...)`; `None` for `()`."""
        return BeamHistory(*(None if array == () else array.stack() for array in self))

    def write(self, step: tf.Tensor, columns: list[tf.Tensor | None]) -> "BeamHistory":
        """Adds a step: for each array a tensor, or `None` without attention.

        The attention is that of all hypotheses in this step, the others are of those
        that live on.
        """
        return BeamHistory(
            *(
                array if column is None else array.write(step, column)
                for array, column in zip(self, columns, strict=True)
            )
        )


class BeamState(NamedTuple):
    """What goes round the loop, of the sentences at work.

    `count` is their number, which falls as sentences are done, and `rows` is
    `count * beam_width`.
    """

    index: tf.Tensor  # how many tokens have been decided
    finished: Finished  # (batch, beam_width), of the whole batch
    history: BeamHistory  # of the whole batch
    positions: tf.Tensor  # (count,): the places of the sentences in the batch
    max_length: tf.Tensor  # (count,)
    source_mask: Any  # (count, source_length), or () for all of the source
    done: tf.Tensor  # (count,): nothing better can come
    token_ids: tf.Tensor  # (count, beam_width): decided last
    sums: tf.Tensor  # (count, beam_width): of log-probabilities, as they rank
    states: States  # of the decoder, (rows, ...)
    memory: States  # (rows, ...): what steps read but do not change
    constraint_state: Any  # (rows, ...)
    coverage: tf.Tensor  # (rows, source_length): attention so far


_BY_SENTENCE = ("positions", "max_length", "source_mask", "done", "token_ids", "sums")
_BY_ROW = ("states", "memory", "constraint_state", "coverage")


def drop_done(state: BeamState, width: int) -> BeamState:
    """Leaves out the sentences that are done, if they are enough to be worth it.

    A batch goes on until its last sentence is done; without this, all the others would
    be decoded on with it for nothing. One sentence at least stays, since a model cannot
    read none.
    """
    kept = tf.cast(tf.where(~state.done)[:, 0], tf.int32)
    count, remaining = tf.size(state.done), tf.size(kept)
    dropped = tf.cast(count - remaining, tf.float32) / tf.cast(count, tf.float32)

    def take(names: tuple[str, ...], places: tf.Tensor) -> dict[str, Any]:
        parts = {name: getattr(state, name) for name in names}
        return tf.nest.map_structure(lambda part: tf.gather(part, places), parts)

    def drop() -> dict[str, Any]:
        rows = tf.reshape(kept[:, None] * width + tf.range(width), [-1])
        return {**take(_BY_SENTENCE, kept), **take(_BY_ROW, rows)}

    def keep() -> dict[str, Any]:
        return {name: getattr(state, name) for name in _BY_SENTENCE + _BY_ROW}

    is_worth_it = (remaining > 0) & (dropped >= _WORTH_DROPPING)
    return state._replace(**tf.cond(is_worth_it, drop, keep))


def without_static_count(state: BeamState) -> BeamState:
    """The same state, its graph ready for fewer sentences after a step.

    A loop in a graph takes the static shapes of its first state for those of all; the
    placeholders have none for the number of sentences and of rows.
    """

    def forget(tensor: tf.Tensor) -> tf.Tensor:
        shape = tf.TensorShape([None, *tensor.shape[1:]])
        return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=shape)

    parts = {name: getattr(state, name) for name in _BY_SENTENCE + _BY_ROW}
    return state._replace(**tf.nest.map_structure(forget, parts))


def to_batch(
    values: tf.Tensor, positions: tf.Tensor, batch_size: tf.Tensor
) -> tf.Tensor:
    """Values of the sentences at work, put at their `positions` among zeros."""
    numbers = tf.cast(values, tf.int32) if values.dtype == tf.bool else values
    shape = tf.concat([[batch_size], tf.shape(values)[1:]], axis=0)
    placed = tf.scatter_nd(positions[:, None], numbers, shape)
    return tf.cast(placed, values.dtype)


def trace_back(
    history: BeamHistory, finished: Finished
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor | None]:
    """Reads complete hypotheses from the pointers of the search.

    No step has to move whole hypotheses about; one pass at the end collects them. The
    history is stacked, each `(length, batch, beam_width, ...)`, the `finished` are
    `(batch, count)`. Returns their token ids and log-probabilities,
    `(batch, count, length)`, and their attention weights or `None`,
    `(batch, count, length, source_length)`.
    """
    steps = tf.range(tf.shape(history.parents)[0])
    last_steps = tf.where(finished.scores > -np.inf, finished.steps, -1)

    def read(later: tuple, now: tuple) -> tuple:
        places, (step, *columns) = later[0], now
        ends = (finished.parents, finished.token_ids, finished.log_probabilities)

        def pick(of_beam: tf.Tensor, of_end: tf.Tensor) -> tf.Tensor:
            written = tf.gather(of_beam, places, batch_dims=1)
            written = tf.where(step < last_steps, written, tf.zeros_like(written))
            return tf.where(step == last_steps, of_end, written)

        return tuple(map(pick, columns, ends))

    columns = history.parents, history.token_ids, history.log_probabilities
    nothing = tf.zeros_like(finished.parents)
    # Each (length, batch, count)
    parents, token_ids, log_probabilities = tf.scan(
        read,
        (steps, *columns),
        (nothing, nothing, tf.zeros_like(finished.scores)),
        reverse=True,
    )
    weights = history.attention_weights
    if weights is not None:
        # (length, batch, beam_width, source_length) -> (batch, count, length, ...)
        weights = tf.gather(weights, parents, batch_dims=2)
        is_shown = steps[:, None, None] <= last_steps
        weights = tf.where(is_shown[..., None], weights, 0.0)
        weights = tf.transpose(weights, [1, 2, 0, 3])
    token_ids, log_probabilities = (
        tf.transpose(column, [1, 2, 0]) for column in (token_ids, log_probabilities)
    )
    return token_ids, log_probabilities, weights
