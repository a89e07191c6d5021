"""Tests of seq2seq_keras.decoding.candidates."""

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.decoding import best_candidates, fast_top_k


def by_hand(logits, sums, count):
    """The best of all continuations of each sentence, in the order of the fields."""
    for sentence in range(len(sums)):
        found = []
        for beam, total in enumerate(sums[sentence]):
            row = logits[sentence * sums.shape[1] + beam].astype("f8")
            for token, value in enumerate(row - np.log(np.exp(row).sum())):
                if token not in (0, 2):
                    found.append((total + value, beam, token, value))
        yield sorted(found, reverse=True)[:count]


def test_they_are_the_best_of_all_continuations_but_padding_and_start():
    random = np.random.default_rng(0)
    logits = random.normal(size=(4 * 3, 30)).astype("f4")
    logits[:, [0, 2]] += 5  # likely, and yet never written
    sums = random.normal(size=(4, 3)).astype("f4")
    found = best_candidates(tf.constant(logits), tf.constant(sums), 6)
    for row, expected in enumerate(by_hand(logits, sums, 6)):
        for column, right in zip(found, zip(*expected, strict=True), strict=True):
            np.testing.assert_allclose(column[row], right, atol=1e-5)
    assert found.is_alive.numpy().all()


def test_constraints_change_the_sums_but_not_the_log_probabilities():
    logits = tf.math.log([[0.0, 0.0, 0.0, 0.2, 0.5, 0.3]])
    worse = tf.constant([0.0, 0.0, 0.0, -0.1, -1e9, -9.0])
    sums = tf.constant([[-1.0]])
    found = best_candidates(logits, sums, 3, lambda values: values + worse)
    assert found.token_ids.numpy().tolist() == [[3, 5, 4]]
    assert found.is_alive.numpy().tolist() == [[True, True, False]]
    np.testing.assert_allclose(
        found.log_probabilities, np.log([[0.2, 0.3, 0.5]]), rtol=1e-5
    )
    expected = np.log([0.2, 0.3]) - 1.0 - [0.1, 9.0]
    np.testing.assert_allclose(found.sums[0, :2], expected, rtol=1e-5)


@pytest.mark.parametrize("size", [1, 5, 37, 200, 401, 1000])
def test_it_finds_what_top_k_finds(size):
    random = np.random.default_rng(size)
    for count in {1, min(3, size), min(12, size), size}:
        # Whole numbers, large ones rarely, so that many are equal; some impossible.
        values = random.geometric(0.5, size=(40, size)).astype("float32")
        values[values == 1] = -np.inf
        expected = tf.math.top_k(values, count)
        for found, right in zip(
            fast_top_k(tf.constant(values), count), expected, strict=True
        ):
            np.testing.assert_array_equal(found, right)


def test_too_few_are_filled_up_with_dead_ones():
    logits = tf.math.log([[0.0, 0.0, 0.0, 0.2, 0.5, 0.3]])
    found = best_candidates(logits, tf.zeros([1, 1]), 12)
    assert found.token_ids[0, :3].numpy().tolist() == [4, 5, 3]
    assert found.is_alive.numpy().tolist() == [[True] * 3 + [False] * 9]
    assert not found.parents.numpy().any()
