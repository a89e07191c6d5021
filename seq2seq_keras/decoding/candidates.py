"""The best continuations of the hypotheses of a beam."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from seq2seq_keras.decoding.base import IMPOSSIBLE
from seq2seq_keras.special_tokens import PAD_ID, START_ID

_NEVER_WRITTEN = 2  # tokens: padding and `<sos>`


class Candidates(NamedTuple):
    """Continuations of the beam, best first; each `(batch, count)`."""

    sums: tf.Tensor  # of log-probabilities, as they rank
    parents: tf.Tensor  # their places in the beam
    token_ids: tf.Tensor
    log_probabilities: tf.Tensor  # of the token, as the model has it

    @property
    def is_alive(self) -> tf.Tensor:
        """Whether all tokens of a continuation were allowed."""
        return self.sums > IMPOSSIBLE / 2

    def take(self, places: tf.Tensor) -> "Candidates":
        """Those at some places, `(batch, fewer)`."""
        return Candidates(*(tf.gather(column, places, batch_dims=1) for column in self))


def best_candidates(
    logits: tf.Tensor,
    sums: tf.Tensor,
    count: int,
    constrain: Callable[[tf.Tensor], tf.Tensor] | None = None,
) -> Candidates:
    """The best continuations of all hypotheses of a beam together.

    Args:
        logits: float32, shape `(batch * beam_width, vocabulary_size)`.
        sums: float32, shape `(batch, beam_width)`: of the hypotheses so far.
        count: Integer. How many continuations; dead ones are added if there are fewer.
        constrain: Optional function from the log-probabilities, of the shape of
            `logits`, to those that rank.

    Returns:
        `Candidates`.
    """
    batch_size, width = tf.unstack(tf.shape(sums))
    # First the best of each hypothesis, then the best of those: work on the whole
    # vocabulary is what a step costs beside the model.
    per_row = tf.minimum(count + _NEVER_WRITTEN, tf.shape(logits)[-1])
    if constrain is None:
        best, token_ids = fast_top_k(logits, per_row)
        own = best = best - log_sum_exp(logits, best[:, :1])
    else:
        highest = tf.reduce_max(logits, axis=-1, keepdims=True)
        log_probabilities = logits - log_sum_exp(logits, highest)
        best, token_ids = fast_top_k(constrain(log_probabilities), per_row)
        own = tf.gather(log_probabilities, token_ids, batch_dims=1)
    never = (token_ids == PAD_ID) | (token_ids == START_ID)
    best += tf.where(never, IMPOSSIBLE, 0.0)
    all_of_sentence = width * per_row

    def by_sentence(rows: tf.Tensor) -> tf.Tensor:
        return tf.reshape(rows, [batch_size, all_of_sentence])

    sums = by_sentence(tf.reshape(sums, [-1, 1]) + best)
    # Of a beam that is narrow as yet, and few tokens, there may be too few.
    missing = tf.maximum(count - all_of_sentence, 0)
    sums = tf.pad(sums, [[0, 0], [0, missing]], constant_values=IMPOSSIBLE)
    sums, places = tf.math.top_k(sums, count)
    places = tf.minimum(places, all_of_sentence - 1)
    return Candidates(
        sums=sums,
        parents=places // per_row,
        token_ids=tf.gather(by_sentence(token_ids), places, batch_dims=1),
        log_probabilities=tf.gather(by_sentence(own), places, batch_dims=1),
    )


def log_sum_exp(logits: tf.Tensor, highest: tf.Tensor) -> tf.Tensor:
    """The logarithm of the sum of the exponentials of each row.

    Args:
        logits: Float tensor, shape `(rows, size)`.
        highest: The largest of each row, `(rows, 1)`, which is known or easily found:
            `tf.reduce_logsumexp` makes sure of more than is needed here.

    Returns:
        A tensor of shape `(rows, 1)`.
    """
    total = tf.reduce_sum(tf.exp(logits - highest), axis=-1, keepdims=True)
    return highest + tf.math.log(total)


def fast_top_k(
    values: tf.Tensor, count: int | tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
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

    >>> values, places = fast_top_k(tf.constant([[1.0, 5.0, 3.0, 5.0, 0.0]]), 3)
    >>> values.numpy(), places.numpy()
    (array([[5., 5., 3.]], dtype=float32), array([[1, 3, 2]], dtype=int32))
    """
    rows, size = tf.unstack(tf.shape(values))
    length = _block_length(size, count)
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


def _block_length(size: tf.Tensor, count: int | tf.Tensor) -> tf.Tensor:
    """How many values a block of `fast_top_k` has."""
    # The maxima and the values of `count` blocks are fewest together when each block
    # has the root of this many.
    per_block = tf.sqrt(tf.cast(size, tf.float32) / tf.cast(count, tf.float32))
    shortest = tf.maximum(tf.cast(per_block, tf.int32), 1)
    # Where a somewhat larger one divides the size, nothing has to be padded, which
    # would copy all values.
    lengths = shortest + tf.range(shortest)
    divides = (size % lengths == 0) & (count * lengths <= size)
    return lengths[tf.argmax(tf.cast(divides, tf.int32))]
