"""Tests of seq2seq_keras.decoding.coverage_penalty."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.coverage_penalty import log_coverage


def test_what_is_overlooked_costs_its_logarithm_and_a_finite_one():
    coverage = tf.constant([[0.5, 0.25, 3.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = [np.log(0.5 * 0.25), 0.0, np.log(1e-6)]
    np.testing.assert_allclose(log_coverage(coverage), expected, rtol=1e-5)


def test_only_the_real_source_counts():
    coverage = tf.constant([[0.5, 0.0]])
    mask = tf.constant([[True, False]])
    np.testing.assert_allclose(log_coverage(coverage, mask), [np.log(0.5)], rtol=1e-5)
