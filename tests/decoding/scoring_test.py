"""Tests of what hypotheses are ranked by and targets are worth."""

import numpy as np
import pytest
import tensorflow as tf
from table_decoder import TableDecoder

from seq2seq_keras.decoding import (
    free_running_log_probabilities,
    length_divisor,
    log_coverage,
)
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


def test_what_is_overlooked_costs_its_logarithm_and_a_finite_one():
    coverage = tf.constant([[0.5, 0.25, 3.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = [np.log(0.5 * 0.25), 0.0, np.log(1e-6)]
    np.testing.assert_allclose(log_coverage(coverage), expected, rtol=1e-5)


def test_only_the_real_source_counts():
    coverage = tf.constant([[0.5, 0.0]])
    mask = tf.constant([[True, False]])
    np.testing.assert_allclose(log_coverage(coverage, mask), [np.log(0.5)], rtol=1e-5)


def test_each_step_is_fed_the_choice_of_the_one_before():
    decoder = TableDecoder(50)
    labels = np.array([[4, 5, 3, 0], [6, 6, 6, 3], [3, 0, 0, 0]], "int32")
    found = free_running_log_probabilities(
        **decoder.start([0, 1, 2]), labels=tf.constant(labels)
    )
    for row in range(3):
        own = []
        for place in range(4):
            log_probabilities, _ = decoder.distribution(row, own)
            label = labels[row, place]
            expected = log_probabilities[label] if label else 0.0
            np.testing.assert_allclose(found[row, place], expected, atol=1e-5)
            log_probabilities[[0, 2]] = -np.inf
            own.append(int(np.argmax(log_probabilities)))
