"""The sentences of a batch that are not done yet: only they are decoded.

A batch goes on until its last sentence is done; on captions a sentence needs half of
the steps of its batch. So a search has two loops. The inner one takes steps, and ends
when enough sentences are done. The outer one copies what the others hold and starts it
again.
"""

from typing import Any

import tensorflow as tf

# Done sentences leave when they are this share of those at work: to go on without them
# costs a copy of all that the others hold, with them a share of every step.
_WORTH_LEAVING = 0.1
_POWERS = [2**n for n in range(3, 20)]


def goes_on(index: tf.Tensor, done: tf.Tensor) -> tf.Tensor:
    """Whether there is another step, given which sentences at work are done."""
    # One step is taken in any case: an empty array could not be stacked.
    return (index == 0) | ~tf.reduce_all(done)


def goes_on_together(index: tf.Tensor, done: tf.Tensor) -> tf.Tensor:
    """Whether there is another step before some of those that are done leave."""
    count, staying = tf.size(done), tf.math.count_nonzero(~done, dtype=tf.int32)
    leaving = count - _rounded_up(staying)
    share = tf.cast(leaving, tf.float32) / tf.cast(count, tf.float32)
    return (index == 0) | ((staying > 0) & (share < _WORTH_LEAVING))


def places_at_work(done: tf.Tensor) -> tf.Tensor:
    """The places of the sentences that stay, and of some done ones, see `_rounded_up`.

    All stay if none would: a model reads one.
    """
    stays = ~done | tf.reduce_all(done)
    count = tf.math.count_nonzero(stays, dtype=tf.int32)
    is_among_first = tf.cumsum(tf.cast(~stays, tf.int32)) <= _rounded_up(count) - count
    return tf.cast(tf.where(stays | is_among_first)[:, 0], tf.int32)


def _rounded_up(count: tf.Tensor) -> tf.Tensor:
    """The next of 1, 2, ..., 8, 10, ..., 16, 20, ...: four to a power of two.

    A processor's library keeps a kernel for each number of rows that it meets.
    """
    powers = tf.constant(_POWERS)
    step = tf.maximum(1, tf.reduce_max(tf.where(count > powers, powers // 4, 0)))
    return -(-count // step) * step


def take_rows(tensors: Any, rows: tf.Tensor) -> Any:
    """Some rows of each of a nest of tensors."""
    return tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), tensors)


def without_static_count(tensors: Any, axes: int = 1) -> Any:
    """A nest of tensors, ready to be fewer, or others, after a turn of a loop.

    A loop in a graph takes the static shapes of what it starts with for those of all
    its turns; the placeholders have none for the first `axes` axes.
    """

    def forget(tensor: tf.Tensor) -> tf.Tensor:
        shape = tf.TensorShape([*[None] * axes, *tensor.shape[axes:]])
        return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=shape)

    return tf.nest.map_structure(forget, tensors)


def to_batch(
    values: tf.Tensor, positions: tf.Tensor, batch_size: tf.Tensor
) -> tf.Tensor:
    """Values of the sentences at work, put at their `positions` among zeros."""
    shape = tf.concat([[batch_size], tf.shape(values)[1:]], axis=0)
    return tf.scatter_nd(positions[:, None], values, shape)
