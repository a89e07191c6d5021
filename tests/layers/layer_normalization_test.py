"""Tests of seq2seq_keras.layers.layer_normalization."""

import numpy as np
import pytest

from seq2seq_keras.layers.layer_normalization import make_normalization


def test_it_is_the_normalisation_of_the_paper():
    layer = make_normalization(4)
    layer.build((None, 4))
    gamma, beta = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, -1.0])
    layer.set_weights([gamma, beta])
    values = np.random.default_rng(0).normal(2.0, 3.0, size=(2, 3, 4))
    outputs = layer(values.astype("float32"))
    for b, t in np.ndindex(2, 3):
        row = values[b, t]
        expected = (row - row.mean()) / np.sqrt(row.var() + layer.epsilon)
        np.testing.assert_allclose(outputs[b, t], gamma * expected + beta, atol=1e-5)


@pytest.mark.parametrize("units", [16, 256])
def test_products_of_its_first_outputs_have_a_variance_of_one(units):
    queries, keys = np.random.default_rng(0).normal(size=(2, 400, units))
    layer = make_normalization(units)
    products = layer(queries).numpy() @ layer(keys).numpy().T
    assert products.var() == pytest.approx(1.0, rel=0.1)
