"""Tests of seq2seq_keras.decoding.unknown_words."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.unknown_words import replace_unknown


def test_each_unknown_word_becomes_the_source_word_with_most_attention():
    random = np.random.default_rng(0)
    token_ids = random.integers(0, 4, size=(5, 2, 6)).astype("int32")
    source = random.integers(4, 9, size=(5, 4)).astype("int32")
    source[:, 3] = 3
    source[2, 2:] = 3, 0
    weights = random.dirichlet([1.0] * 4, size=(5, 2, 6)).astype("float32")
    found = replace_unknown(
        tf.constant(token_ids), tf.constant(weights), tf.constant(source), 20
    )
    for row, rank, place in np.ndindex(token_ids.shape):
        expected = token_ids[row, rank, place]
        if expected == 1:
            words = [s for s in range(4) if source[row, s] > 3]
            expected = 20 + max(words, key=lambda s: weights[row, rank, place, s])
        assert found[row, rank, place] == expected
