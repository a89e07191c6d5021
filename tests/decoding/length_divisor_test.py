"""Tests of seq2seq_keras.decoding.length_divisor."""

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.decoding.length_divisor import length_divisor
from seq2seq_keras.errors import InputError


@pytest.mark.parametrize(
    ("normalization", "penalty", "expected"),
    [
        ("average", 1.0, [1, 4, 7]),
        ("average", 0.5, [1, 2, 7**0.5]),
        ("gnmt", 1.0, [1, 1.5, 2]),
        ("gnmt", 2.0, [1, 2.25, 4]),
        ("gnmt", 0.0, [1, 1, 1]),
        ("none", 3.0, [1, 1, 1]),
    ],
)
def test_divisors_of_some_lengths(normalization, penalty, expected):
    divisor = length_divisor(normalization, penalty)
    np.testing.assert_allclose(divisor(tf.constant([1, 4, 7])), expected, rtol=1e-6)


@pytest.mark.parametrize("arguments", [("mean", 1.0), ("average", -0.5)])
def test_what_is_no_divisor_is_named(arguments):
    with pytest.raises(InputError, match=r"mean|length_penalty=-0\.5"):
        length_divisor(*arguments)
