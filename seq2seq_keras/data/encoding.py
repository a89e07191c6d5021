"""Pairs of texts to rows of token ids."""

import itertools

import numpy as np
import tensorflow as tf

from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text.copying import source_copy_ids, target_copy_ids
from seq2seq_keras.text.subword_tokenizer import SubwordTokenizer

_CHUNK = 4096


def encode_pairs(pairs, sides, *, copy=False, alpha=0.0, seed=0):
    """Yields pairs as rows of ids, some thousand at a time.

    Args:
        pairs: `Pairs` or a `PairStream`.
        sides: For source and for target a pair of the tokenizer and the most tokens,
            or `None`.
        copy: Whether the labels are ids of the vocabulary that each source extends.
        alpha: Float. Sharpness of subword sampling, 0 for none.
        seed: Seed of the sampling, or a tuple of seeds.

    Yields:
        Pairs of the number of pairs read and, of those within the limits, a tuple of
        the longer side's length without sampling, `<eos>` included, the encoder's
        input, the decoder's, the labels and, to copy, the source once more.
    """
    draws = np.random.default_rng(seed)
    pairs, first = iter(pairs), 1
    while chunk := list(itertools.islice(pairs, _CHUNK)):
        tokens, lengths = [], []
        for (tokenizer, _), texts in zip(sides, zip(*chunk, strict=True), strict=True):
            rows = tokenizer.split_to_ragged(texts, first=first)
            lengths.append(tf.cast(rows.row_lengths(), tf.int32))
            if alpha and isinstance(tokenizer, SubwordTokenizer):
                drawn = int(draws.integers(2**31))
                rows = tokenizer.sample_to_ragged(texts, seed=drawn, alpha=alpha)
            tokens.append(rows)
        fits = True
        for (_, limit), length in zip(sides, lengths, strict=True):
            fits &= (length > 0) & (length <= (limit or length.dtype.max))
        longest = tf.maximum(*lengths)[fits] + 1  # with `<eos>`, or `<sos>`
        source, target = (tf.ragged.boolean_mask(rows, fits) for rows in tokens)
        yield len(chunk), (longest, *_token_ids(source, target, sides, copy))
        first += len(chunk)


def _token_ids(source_tokens, target_tokens, sides, copy):
    """The encoder's input, the decoder's, the labels and, to copy, the source again."""
    (source_tokenizer, _), (target_tokenizer, _) = sides
    source = source_tokenizer.table.lookup(source_tokens)
    target = target_tokenizer.table.lookup(target_tokens)
    ended = [source, target]
    if copy:
        # The labels too are ids of the vocabulary that each source extends.
        labels = target_copy_ids(target_tokens, source_tokens, target_tokenizer)
        ended = [source, labels, source_copy_ids(source_tokens, target_tokenizer)]
    start = tf.fill([source.nrows(), 1], START_ID)
    end = tf.fill([source.nrows(), 1], END_ID)
    source, *rest = (tf.concat([rows, end], axis=1) for rows in ended)
    return source, tf.concat([start, target], axis=1), *rest
