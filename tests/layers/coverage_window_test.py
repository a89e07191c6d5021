"""Tests of seq2seq_keras.layers.coverage_window."""

import numpy as np
from keras import ops

from seq2seq_keras.layers.coverage_window import coverage_window


def test_each_position_sees_its_neighbours_and_zeros_beyond_the_ends():
    coverage = np.arange(1.0, 9.0, dtype="float32").reshape(2, 4)
    window = np.asarray(coverage_window(ops.array(coverage)))
    assert window.shape == (2, 4, 5)
    for b, s, n in np.ndindex(window.shape):
        inside = 0 <= s + n - 2 < 4
        assert window[b, s, n] == (coverage[b, s + n - 2] if inside else 0.0)


def test_a_source_of_one_token_has_no_neighbours():
    np.testing.assert_array_equal(
        coverage_window(ops.ones((1, 1))), [[[0.0, 0.0, 1.0, 0.0, 0.0]]]
    )
