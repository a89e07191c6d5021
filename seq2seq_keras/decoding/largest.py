"""The largest of many values, without a look at all of them in turn."""

import tensorflow as tf


def largest(values, count):
    """The same as `tf.math.top_k`, several times faster for a few of many.

    `tf.math.top_k` compares every value with the best so far. Here only the maxima of
    short blocks are compared: each of the `count` largest values is in one of the
    `count` blocks with the largest maxima, since any other block has that many values
    before it.

    Args:
        values: Float tensor, shape `(rows, size)`.
        count: Integer or int32 scalar, 1 to `size`.

    Returns:
        A pair of tensors of shape `(rows, count)`: the values, largest first, and
        their places, int32; of equal values the first comes first.

    Example:

    >>> values, places = largest(tf.constant([[1.0, 5.0, 3.0, 5.0, 0.0]]), 3)
    >>> values.numpy(), places.numpy()
    (array([[5., 5., 3.]], dtype=float32), array([[1, 3, 2]], dtype=int32))
    """
    rows, size = tf.unstack(tf.shape(values))
    # The maxima and the values of `count` blocks are fewest together when each block
    # has the root of this many.
    per_block = tf.sqrt(tf.cast(size, tf.float32) / tf.cast(count, tf.float32))
    length = tf.maximum(tf.cast(per_block, tf.int32), 1)
    values = tf.pad(
        values, [[0, 0], [0, -size % length]], constant_values=-float("inf")
    )
    # (rows, size) -> (rows, blocks, length)
    blocks = tf.reshape(values, [rows, -1, length])
    _, chosen = tf.math.top_k(tf.reduce_max(blocks, axis=-1), count)
    # In the order of the values, so that of equal ones the first is found first.
    chosen = tf.sort(chosen)
    kept = tf.reshape(tf.gather(blocks, chosen, batch_dims=1), [rows, count * length])
    values, places = tf.math.top_k(kept, count)
    block = tf.gather(chosen, places // length, batch_dims=1)
    return values, block * length + places % length
