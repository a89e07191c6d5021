"""Where translations were written from, by models that know more than each step."""

from collections.abc import Sequence

import tensorflow as tf

from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.special_tokens import START_ID

_Tensors = dict[str, tf.Tensor]


def posterior_attention(
    models: Sequence[EncoderDecoder], states: Sequence[_Tensors], token_ids: tf.Tensor
) -> tf.Tensor:
    """The alignments of what a search found, each given the whole of it.

    A step of a search knows what was written before; a whole translation tells more.

    Args:
        models: `EncoderDecoder`s that align.
        states: For each what its `encode` returned, a row for each source.
        token_ids: int32, shape `(batch, n_best, length)`, as of a `SearchResult`.

    Returns:
        float32, shape `(batch, n_best, length, source_length)`: the mean of the
        models' probabilities, 0 for padding.
    """
    batch, n_best, length = tf.unstack(tf.shape(token_ids))
    labels = tf.reshape(token_ids, [-1, length])
    start = tf.fill([batch * n_best, 1], START_ID)
    given = tf.concat([start, labels[:, :-1]], axis=1)
    weights = [
        model.align(
            given, labels, {name: tf.repeat(x, n_best, 0) for name, x in own.items()}
        )
        for model, own in zip(models, states, strict=True)
    ]
    is_token = tf.cast(tf.not_equal(labels, 0), tf.float32)[:, :, None]
    mean = sum(weights) / len(weights) * is_token
    return tf.reshape(mean, [batch, n_best, length, -1])
