"""Tests of the coverage of seq2seq_keras.layers."""

import keras
import numpy as np
import pytest
from keras import ops

from seq2seq_keras.layers import CoverageLoss, coverage_window


def test_the_loss_is_that_of_the_paper():
    """Equation 12 of See et al., in loops, per real token."""
    weights = np.random.default_rng(0).dirichlet(np.ones(4), size=(2, 3))
    target = np.array([[2, 5, 6], [2, 7, 0]])
    layer = CoverageLoss(0.5)
    logits = np.ones((2, 3, 8), "float32")
    np.testing.assert_array_equal(layer(logits, weights, target), logits)
    total, count = 0.0, 0
    for b in range(2):
        coverage = np.zeros(4)
        for t in range(3):
            if target[b, t]:
                total += np.minimum(weights[b, t], coverage).sum()
                count += 1
            coverage += weights[b, t]
    (loss,) = layer.losses
    assert float(loss) == pytest.approx(0.5 * total / count, rel=1e-5)


def test_a_batch_of_nothing_but_padding_has_no_loss():
    layer = CoverageLoss(0.5)
    layer(np.ones((1, 2, 8)), np.ones((1, 2, 1)), np.zeros((1, 2), int))
    assert float(layer.losses[0]) == 0.0


def test_config_round_trip():
    layer = CoverageLoss(0.5, name="coverage")
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).weight == 0.5


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
