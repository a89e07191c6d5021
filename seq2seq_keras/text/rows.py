"""Rows of tokens: some left out, the others joined to texts.

`tf.ragged.boolean_mask` and `tf.strings.reduce_join` do the same for any number of
axes. For rows alone a few operations are enough, where those take hundreds, which a
translator would trace before its first answer and run for each.
"""

import tensorflow as tf


def keep_tokens(tokens: tf.Tensor, is_kept: tf.Tensor) -> tf.RaggedTensor:
    """Leaves tokens out of dense rows.

    Args:
        tokens: Tensor, shape `(batch, length)`.
        is_kept: Boolean tensor of that shape.

    Returns:
        A `tf.RaggedTensor`, shape `(batch, length)`.

    Example:

    >>> keep_tokens(tf.constant([["a", "b"]]), tf.constant([[True, False]])).to_list()
    [[b'a']]
    """
    places = tf.where(is_kept)
    return tf.RaggedTensor.from_value_rowids(
        tf.gather_nd(tokens, places),
        places[:, 0],
        nrows=tf.shape(tokens, tf.int64)[0],
        validate=False,
    )


def join_rows(tokens: tf.RaggedTensor, separator: str = "") -> tf.Tensor:
    """Joins the tokens of each row to a text.

    Args:
        tokens: Ragged string tensor, shape `(batch, length)`.
        separator: String between two tokens.

    Returns:
        A string tensor, shape `(batch,)`; of an empty row an empty string.

    Example:

    >>> join_rows(tf.ragged.constant([["a", "b"], []], dtype=tf.string), "-").numpy()
    array([b'a-b', b''], dtype=object)
    """
    return tf.strings.unsorted_segment_join(
        tokens.values, tokens.value_rowids(), tokens.nrows(), separator
    )
