"""What a beam search remembers of its steps, to read its hypotheses from the end."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


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
    def none(cls, shape):
        """No hypothesis yet, in tensors of a shape."""
        zeros = tf.zeros(shape, tf.int32)
        return cls(tf.fill(shape, -np.inf), zeros, zeros, zeros, tf.zeros(shape))

    def at(self, positions):
        """Those of the sentences at some places of the batch."""
        return Finished(*(tf.gather(column, positions) for column in self))

    def put(self, positions, others):
        """With others in the place of those of some sentences."""
        return Finished(
            *(
                tf.tensor_scatter_nd_update(column, positions[:, None], other)
                for column, other in zip(self, others, strict=True)
            )
        )

    def merge(self, scores, step, candidates):
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
    def empty(cls, attends):
        """The history before the first step.

        Args:
            attends: Whether there are attention weights to keep.
        """

        def array(dtype, rank):
            return tf.TensorArray(
                dtype, 0, dynamic_size=True, element_shape=[None] * rank
            )

        return cls(
            parents=array(tf.int32, 2),
            token_ids=array(tf.int32, 2),
            log_probabilities=array(tf.float32, 2),
            is_alive=array(tf.bool, 2),
            attention_weights=array(tf.float32, 3) if attends else (),
        )

    def stack(self):
        """With tensors, `(length, batch, beam_width, ...)`; `None` for `()`."""
        weights = self.attention_weights
        return BeamHistory(
            self.parents.stack(),
            self.token_ids.stack(),
            self.log_probabilities.stack(),
            self.is_alive.stack(),
            None if weights == () else weights.stack(),
        )

    def write(self, step, columns):
        """Adds a step.

        Args:
            step: Integer or scalar tensor.
            columns: A tensor for each array: of the hypotheses that live on, and the
                attention that all had in this step; `None` without attention.
        """
        return BeamHistory(
            *(
                array if column is None else array.write(step, column)
                for array, column in zip(self, columns, strict=True)
            )
        )


class Traced(NamedTuple):
    """Whole hypotheses, read back from their ends."""

    token_ids: tf.Tensor  # (batch, count, length)
    log_probabilities: tf.Tensor  # (batch, count, length)
    attention_weights: tf.Tensor | None  # (batch, count, length, source_length)


def trace_back(history, finished):
    """Reads complete hypotheses from the pointers of the search.

    No step has to move whole hypotheses about; one pass at the end collects them.

    Args:
        history: The `BeamHistory`, stacked: each `(length, batch, beam_width, ...)`.
        finished: The `Finished` ones to read, each `(batch, count)`.

    Returns:
        `Traced`.
    """
    steps = tf.range(tf.shape(history.parents)[0])
    last_steps = tf.where(finished.scores > -np.inf, finished.steps, -1)

    def read(later, now):
        places, (step, *columns) = later[0], now
        ends = (finished.parents, finished.token_ids, finished.log_probabilities)

        def pick(of_beam, of_end):
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
    return Traced(
        tf.transpose(token_ids, [1, 2, 0]),
        tf.transpose(log_probabilities, [1, 2, 0]),
        weights,
    )
