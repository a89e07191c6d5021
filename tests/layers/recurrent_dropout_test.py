"""Tests of seq2seq_keras.layers.recurrent_dropout."""

import keras
import numpy as np
import pytest

from seq2seq_keras.layers import RecurrentDropoutLSTMCell

INPUTS = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def unroll(weights, mask):
    """An LSTM in NumPy, which forgets the same units at every step."""
    kernel, recurrent_kernel, bias = weights
    hidden = cell = np.zeros((2, 4))
    for step in range(INPUTS.shape[1]):
        gates = INPUTS[:, step] @ kernel + (hidden * mask) @ recurrent_kernel + bias
        enter, forget, candidate, leave = np.split(gates, 4, axis=1)
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(candidate)
        hidden = sigmoid(leave) * np.tanh(cell)
    return hidden


@pytest.mark.parametrize("training", [False, True])
def test_it_is_an_lstm_with_one_mask(training):
    cell = RecurrentDropoutLSTMCell(4, recurrent_dropout=0.5)
    layer = keras.layers.RNN(cell)
    layer.build(INPUTS.shape)
    mask = cell.get_recurrent_dropout_mask(np.ones((2, 4), "float32")).numpy()
    assert set(np.unique(mask)) == {0, 2}
    # The layer drops what the cell has drawn already.
    received = layer(INPUTS, training=training)
    expected = unroll(layer.get_weights(), mask if training else 1)
    np.testing.assert_allclose(received, expected, atol=1e-6)


def test_it_draws_another_mask_for_each_call():
    layer = keras.layers.RNN(RecurrentDropoutLSTMCell(4, recurrent_dropout=0.5))
    calls = [layer(INPUTS, training=True) for _ in range(2)]
    assert np.abs(calls[0] - calls[1]).max() > 1e-6


def test_config_round_trip():
    cell = RecurrentDropoutLSTMCell(4, recurrent_dropout=0.5, dtype="mixed_bfloat16")
    config = keras.saving.serialize_keras_object(cell)
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == cell.get_config()
    assert (restored.units, restored.recurrent_dropout) == (4, 0.5)
    assert restored.implementation == 2
