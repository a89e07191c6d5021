"""Tests of seq2seq_keras.text.rows, against TensorFlow's own for any ragged tensor."""

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.text import join_rows, keep_tokens


@pytest.mark.parametrize("shape", [(5, 7), (3, 0), (0, 4)])
def test_tokens_that_are_kept_stay_in_their_rows(shape):
    random = np.random.default_rng(0)
    tokens = tf.constant(random.choice(["a", "bc", "", "é"], size=shape), tf.string)
    is_kept = tf.constant(random.random(shape) < 0.5)
    expected = tf.ragged.boolean_mask(tokens, is_kept)
    kept = keep_tokens(tokens, is_kept)
    assert kept.to_list() == expected.to_list()
    assert kept.nrows() == shape[0]


@pytest.mark.parametrize("separator", ["", " ", "--"])
def test_rows_are_joined_empty_ones_too(separator):
    rows = [["a", "b", ""], [], ["한", "글"], [""], ["x"]]
    tokens = tf.ragged.constant(rows, tf.string, ragged_rank=1)
    expected = [separator.join(row).encode() for row in rows]
    assert join_rows(tokens, separator).numpy().tolist() == expected


def test_no_rows_are_no_texts():
    tokens = tf.RaggedTensor.from_row_lengths(tf.constant([], tf.string), [])
    assert join_rows(tokens).shape == [0]
