"""Tests of seq2seq_keras.decoding.largest."""

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.decoding.largest import largest


@pytest.mark.parametrize("size", [1, 5, 37, 200])
def test_it_finds_what_top_k_finds(size):
    random = np.random.default_rng(size)
    for count in {1, min(3, size), min(12, size), size}:
        # Whole numbers, large ones rarely, so that many are equal; some impossible.
        values = random.geometric(0.5, size=(40, size)).astype("float32")
        values[values == 1] = -np.inf
        expected = tf.math.top_k(values, count)
        for found, right in zip(
            largest(tf.constant(values), count), expected, strict=True
        ):
            np.testing.assert_array_equal(found, right)
