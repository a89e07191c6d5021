"""Tests of seq2seq_keras.layers.embedding."""

import numpy as np
import pytest

from seq2seq_keras.layers import make_embedding


def make(reversible, dtype="float32"):
    return make_embedding("source", 500, 64, reversible=reversible, dtype=dtype)


@pytest.mark.parametrize(("reversible", "deviation"), [(False, 1.0), (True, 1 / 8)])
def test_its_numbers_are_neither_small_nor_large(reversible, deviation):
    """A row times a last output of deviation 1 has deviation 1: 64 ** -0.5 is 1/8."""
    layer = make(reversible)
    layer.build()
    (matrix,) = layer.get_weights()
    assert matrix.shape == (500, 64)
    assert matrix.std() == pytest.approx(deviation, rel=0.05)
    assert abs(matrix.mean()) < 0.05 * deviation


def test_reversed_it_is_the_product_with_its_matrix_in_float32():
    layer = make(reversible=True, dtype="mixed_bfloat16")
    token_ids = np.array([[4, 9]])
    embedded = layer(token_ids)
    assert embedded.dtype == "bfloat16"
    logits = layer(embedded, reverse=True)
    assert logits.dtype == "float32"
    (matrix,) = layer.get_weights()
    np.testing.assert_allclose(
        logits[0], matrix[token_ids[0]] @ matrix.T, atol=0.01 * np.abs(logits).max()
    )
