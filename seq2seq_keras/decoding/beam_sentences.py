"""Which sentences of a batch a beam search still works on."""

from typing import Any, NamedTuple

import tensorflow as tf

# Done sentences are dropped when they are this share of those at work: dropping costs
# a copy of all that the others hold, keeping them costs a share of every step.
_WORTH_DROPPING = 0.1


class Sentences(NamedTuple):
    """What a search holds of the sentences at work; `rows` is `count * beam_width`."""

    positions: tf.Tensor  # (count,): their places in the batch
    max_length: tf.Tensor  # (count,)
    source_mask: Any  # (count, source_length), or () for all of the source
    memory: Any  # (rows, ...): what steps read but do not change

    def to_batch(self, values, batch_size):
        """Values of the sentences, at their places in the batch, zeros elsewhere.

        Args:
            values: Tensor, shape `(count, ...)`.
            batch_size: Integer or scalar tensor.

        Returns:
            A tensor of shape `(batch_size, ...)`.
        """
        numbers = tf.cast(values, tf.int32) if values.dtype == tf.bool else values
        shape = tf.concat([[batch_size], tf.shape(values)[1:]], axis=0)
        placed = tf.scatter_nd(self.positions[:, None], numbers, shape)
        return tf.cast(placed, values.dtype)


def drop_done(done, by_sentence, by_row, width):
    """Leaves out the sentences that are done, if they are enough to be worth it.

    A batch goes on until its last sentence is done; without this, all the others
    would be decoded on with it for nothing.

    Args:
        done: Boolean tensor, shape `(count,)`.
        by_sentence: A nest of tensors of shape `(count, ...)`.
        by_row: A nest of tensors of shape `(count * width, ...)`.
        width: Integer. The width of the beam.

    Returns:
        Both nests, of fewer sentences or as they were; always of one sentence at
        least, since a model cannot read none.
    """
    kept = tf.cast(tf.where(~done)[:, 0], tf.int32)
    count, remaining = tf.size(done), tf.size(kept)
    dropped = tf.cast(count - remaining, tf.float32) / tf.cast(count, tf.float32)

    def drop():
        rows = tf.reshape(kept[:, None] * width + tf.range(width), [-1])
        return (
            tf.nest.map_structure(lambda tensor: tf.gather(tensor, kept), by_sentence),
            tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), by_row),
        )

    is_worth_it = (remaining > 0) & (dropped >= _WORTH_DROPPING)
    return tf.cond(is_worth_it, drop, lambda: (by_sentence, by_row))


def unknown_count(tensors):
    """The same tensors, of as many sentences as there may be, for the graph's sake.

    Args:
        tensors: A nest of tensors with the sentences first.

    Returns:
        The nest; the first axis of its tensors has no static size.
    """

    def forget(tensor):
        shape = tf.TensorShape([None, *tensor.shape[1:]])
        return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=shape)

    return tf.nest.map_structure(forget, tensors)
