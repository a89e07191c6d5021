"""The continuations of a beam that are worth a look."""

from typing import NamedTuple

import tensorflow as tf

from seq2seq_keras.decoding.largest import largest
from seq2seq_keras.decoding.step import IMPOSSIBLE
from seq2seq_keras.special_tokens import PAD_ID, START_ID

_NEVER_WRITTEN = 2  # tokens: padding and `<sos>`


class Candidates(NamedTuple):
    """Continuations of the beam, best first; each `(batch, count)`."""

    sums: tf.Tensor  # of log-probabilities, as they rank
    parents: tf.Tensor  # their places in the beam
    token_ids: tf.Tensor
    log_probabilities: tf.Tensor  # of the token, as the model has it

    @property
    def is_alive(self):
        """Whether all tokens of a continuation were allowed."""
        return self.sums > IMPOSSIBLE / 2

    def take(self, places):
        """Those at some places, `(batch, fewer)`."""
        return Candidates(*(tf.gather(column, places, batch_dims=1) for column in self))


def best_candidates(logits, sums, count, constrain=None):
    """The best continuations of all hypotheses of a beam together.

    Args:
        logits: float32, shape `(batch * beam_width, vocabulary_size)`.
        sums: float32, shape `(batch, beam_width)`: of the hypotheses so far.
        count: Integer. How many continuations.
        constrain: Optional function from the log-probabilities, of the shape of
            `logits`, to those that rank.

    Returns:
        `Candidates`.
    """
    batch_size, width = tf.unstack(tf.shape(sums))
    log_norm = _log_norm(logits)
    ranks = logits if constrain is None else constrain(logits - log_norm)
    # First the best of each hypothesis, then the best of those: work on the whole
    # vocabulary is what a step costs beside the model.
    per_row = tf.minimum(count + _NEVER_WRITTEN, tf.shape(logits)[-1])
    best, token_ids = largest(ranks, per_row)
    own = best - log_norm
    if constrain is None:
        best = own
    else:
        own = tf.gather(logits, token_ids, batch_dims=1) - log_norm
    never = (token_ids == PAD_ID) | (token_ids == START_ID)
    best += tf.where(never, IMPOSSIBLE, 0.0)

    def by_sentence(rows):
        return tf.reshape(rows, [batch_size, width * per_row])

    sums, places = tf.math.top_k(by_sentence(tf.reshape(sums, [-1, 1]) + best), count)
    return Candidates(
        sums=sums,
        parents=places // per_row,
        token_ids=tf.gather(by_sentence(token_ids), places, batch_dims=1),
        log_probabilities=tf.gather(by_sentence(own), places, batch_dims=1),
    )


def _log_norm(logits):
    """The logarithm of the sum of the exponentials of each row, `(rows, 1)`.

    `tf.reduce_logsumexp` goes through the rows several times; the softmax, which is
    one fused operation, takes half as long, and the likeliest token, whose
    probability is never tiny, tells what it divided by.
    """
    top = tf.argmax(logits, axis=-1, output_type=tf.int32)
    probability = tf.gather(tf.nn.softmax(logits), top, batch_dims=1)
    highest = tf.gather(logits, top, batch_dims=1)
    return (highest - tf.math.log(probability))[:, None]
