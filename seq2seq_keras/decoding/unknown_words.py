"""Replacing the unknown token by the source word it stands for."""

import tensorflow as tf

from seq2seq_keras.special_tokens import END_ID, PAD_ID, UNKNOWN_ID


def replace_unknown(token_ids, attention_weights, source_token_ids, vocabulary_size):
    """Makes each `<unk>` a copy of the source word that got most attention.

    Args:
        token_ids: int32, shape `(batch, n_best, target_length)`.
        attention_weights: Shape `(batch, n_best, target_length, source_length)`.
        source_token_ids: int32, shape `(batch, source_length)`.
        vocabulary_size: Integer, of the target.

    Returns:
        int32, the shape of `token_ids`: `vocabulary_size + s` in place of `<unk>`, for
        source position `s`; padding and `<eos>` are never chosen.

    Example:

    >>> token_ids, weights = tf.constant([[[5, 1]]]), [[[[0.9, 0.1], [0.2, 0.8]]]]
    >>> replace_unknown(token_ids, weights, tf.constant([[7, 8]]), 10).numpy()
    array([[[ 5, 11]]], dtype=int32)

    Reference:
        - [Luong et al., 2015](https://arxiv.org/abs/1410.8206), section 3.3; with
          attention for the alignment,
          [Jean et al., 2015](https://arxiv.org/abs/1412.2007), section 3.3.
    """
    is_word = (source_token_ids != PAD_ID) & (source_token_ids != END_ID)
    weights = tf.where(is_word[:, None, None], attention_weights, -1.0)
    position = tf.argmax(weights, axis=-1, output_type=tf.int32)
    return tf.where(token_ids == UNKNOWN_ID, vocabulary_size + position, token_ids)
