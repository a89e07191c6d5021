"""Ids for words that the target vocabulary lacks but the source has.

Each sentence extends the target vocabulary by the words of its source: id
`vocabulary_size + s` is the word at source position `s`, and if it occurs again, at
the first of its positions.

Reference:
    - [See et al., 2017](https://arxiv.org/abs/1704.04368), section 2.2.
"""

import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from seq2seq_keras.text.features import NOT_COPIED
from seq2seq_keras.text.rows import keep_tokens
from seq2seq_keras.text.tokenizer import Tokenizer


def check_copying(source_tokenizer: Tokenizer, target_tokenizer: Tokenizer) -> None:
    """Raises an `InputError` if a source token would not be one of the target.

    Args:
        source_tokenizer: The tokenizer of the source.
        target_tokenizer: The tokenizer of the target.
    """
    kinds = [type(t.text_tokenizer) for t in (source_tokenizer, target_tokenizer)]
    if kinds[0] is not kinds[1]:
        names = [kind.__name__ for kind in kinds]
        raise InputError(
            "Copying source tokens (`copy`, `replace_unknown`) needs one kind of "
            f"tokenizer for both sides. Received: {' and '.join(names)}"
        )


def source_copy_ids(
    source_tokens: tf.RaggedTensor, target_tokenizer: Tokenizer
) -> tf.RaggedTensor:
    """What each source token is in the extended target vocabulary.

    Args:
        source_tokens: Ragged string tensor, shape `(batch, source_length)`, from
            `copied_tokens` of the source's tokenizer.
        target_tokenizer: The tokenizer of the target.

    Returns:
        A ragged int32 tensor of the same shape. What is not to be copied is `<sos>`,
        which no search writes.

    Example:

    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
    >>> tokens = tf.ragged.constant([["see", "Seoul", "and", "Seoul"]])
    >>> source_copy_ids(tokens, WordTokenizer(["and"])).to_list()
    [[5, 6, 4, 6]]
    """
    token_ids = target_tokenizer.ids(source_tokens)
    copied = target_tokenizer.vocabulary_size + _first_positions(source_tokens)
    token_ids = tf.ragged.map_flat_values(_or_copied, token_ids, copied)
    is_copied = source_tokens.flat_values != NOT_COPIED
    return token_ids.with_flat_values(
        tf.where(is_copied, token_ids.flat_values, START_ID)
    )


def target_copy_ids(
    target_tokens: tf.RaggedTensor,
    source_tokens: tf.RaggedTensor,
    target_tokenizer: Tokenizer,
) -> tf.RaggedTensor:
    """What a model that copies is to write: ids in the extended vocabulary.

    Args:
        target_tokens: Ragged string tensor, shape `(batch, target_length)`.
        source_tokens: Ragged string tensor, shape `(batch, source_length)`, as for
            `source_copy_ids`.
        target_tokenizer: The tokenizer of the target.

    Returns:
        A ragged int32 tensor, shape `(batch, target_length)`. Words that neither the
        vocabulary nor the source has stay unknown.

    Example:

    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
    >>> target, source = (tf.ragged.constant([[a, b]]) for a, b in ("xy", "zx"))
    >>> target_copy_ids(target, source, WordTokenizer(["a"])).to_list()
    [[6, 1]]
    """
    token_ids = target_tokenizer.ids(target_tokens)
    both = tf.concat([source_tokens, target_tokens], axis=1)
    # (batch, source_length + target_length), of which the target's part
    positions = _first_positions(both)
    source_lengths = tf.cast(source_tokens.row_lengths(), tf.int32)
    is_target = _positions(both) >= tf.gather(source_lengths, both.value_rowids())
    positions = target_tokens.with_flat_values(
        tf.boolean_mask(positions.flat_values, is_target)
    )
    found = positions.flat_values < tf.gather(
        source_lengths, target_tokens.value_rowids()
    )
    copied = tf.where(
        found, target_tokenizer.vocabulary_size + positions.flat_values, UNKNOWN_ID
    )
    return tf.ragged.map_flat_values(_or_copied, token_ids, copied)


def _or_copied(token_ids: tf.Tensor, copied: tf.Tensor) -> tf.Tensor:
    return tf.where(token_ids == UNKNOWN_ID, copied, token_ids)


def _positions(tokens: tf.RaggedTensor) -> tf.Tensor:
    """0, 1, 2, ... in every row, flat."""
    lengths = tf.cast(tokens.row_lengths(), tf.int32)
    return tf.ragged.range(lengths).flat_values


def _first_positions(tokens: tf.RaggedTensor) -> tf.RaggedTensor:
    """Where in its row each token stands first; equality of whole strings."""
    words = tf.unique(tokens.flat_values, out_idx=tf.int64)
    # A number for each word of each row.
    keys = tokens.value_rowids() * tf.size(words.y, tf.int64) + words.idx
    unique = tf.unique(keys)
    first = tf.math.unsorted_segment_min(
        _positions(tokens), unique.idx, tf.size(unique.y)
    )
    return tokens.with_flat_values(tf.gather(first, unique.idx))


def target_tokens(
    token_ids: tf.Tensor, source_tokens: tf.Tensor | None, target_tokenizer: Tokenizer
) -> tf.Tensor:
    """The tokens that ids of the extended vocabulary stand for.

    Args:
        token_ids: int32, shape `(batch, target_length)`; 0 is padding.
        source_tokens: String tensor, shape `(batch, source_length)`; `None` where
            nothing is copied.
        target_tokenizer: The tokenizer of the target.

    Returns:
        A string tensor of the shape of `token_ids`; padding is an empty string.

    Example:

    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
    >>> ids, source = tf.constant([[4, 6, 3, 0]]), tf.constant([["to", "Seoul"]])
    >>> target_tokens(ids, source, WordTokenizer(["a"])).numpy().astype(str)
    array([['a', 'Seoul', '<eos>', '']], dtype='<U5')
    """
    vocabulary = tf.constant(["", *target_tokenizer.vocabulary[1:]])
    if source_tokens is None:
        return tf.gather(vocabulary, token_ids)
    size = target_tokenizer.vocabulary_size
    written = tf.gather(vocabulary, tf.minimum(token_ids, size - 1))
    position = tf.clip_by_value(token_ids - size, 0, tf.shape(source_tokens)[1] - 1)
    copied = tf.gather(source_tokens, position, batch_dims=1)
    return tf.where(token_ids < size, written, copied)


def replace_unknown(
    token_ids: tf.Tensor,
    attention_weights: tf.Tensor,
    source_token_ids: tf.Tensor,
    vocabulary_size: int,
) -> tf.Tensor:
    """Makes each `<unk>` a copy of the source word that got most attention.

    Args:
        token_ids: int32, shape `(batch, n_best, target_length)`.
        attention_weights: Shape `(batch, n_best, target_length, source_length)`.
        source_token_ids: int32, shape `(batch, source_length)`; 0 too for what is not
            to be copied.
        vocabulary_size: Integer, of the target.

    Returns:
        int32, the shape of `token_ids`: `vocabulary_size + s` in place of `<unk>`, for
        source position `s`; padding and `<eos>` are never chosen. Where nothing else
        got any attention, `<unk>` stays.

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
    weights = tf.where(is_word[:, None, None], attention_weights, 0.0)
    position = tf.argmax(weights, axis=-1, output_type=tf.int32)
    is_attended = tf.reduce_any(weights > 0, axis=-1)
    is_replaced = (token_ids == UNKNOWN_ID) & is_attended
    return tf.where(is_replaced, vocabulary_size + position, token_ids)


def join_tokens(
    tokens: tf.Tensor, token_ids: tf.Tensor, target_tokenizer: Tokenizer
) -> tf.Tensor:
    """The texts of dense tokens; padding, start and end vanish.

    Args:
        tokens: String tensor, shape `(batch, target_length)`, from `target_tokens`.
        token_ids: Their ids.
        target_tokenizer: The tokenizer of the target.

    Returns:
        A string tensor, shape `(batch,)`.
    """
    # Told by their ids: a word copied from the source may look like a special token.
    hidden = (token_ids == PAD_ID) | (token_ids == START_ID) | (token_ids == END_ID)
    return target_tokenizer.join_graph(keep_tokens(tokens, ~hidden))
