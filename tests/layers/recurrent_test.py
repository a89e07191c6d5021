"""Tests of seq2seq_keras.layers.recurrent."""

import gc

import keras
import numpy as np
import pytest
from keras.src.saving.serialization_lib import ObjectSharingScope

from seq2seq_keras.layers import make_recurrent

STATES = {"lstm": ("hidden", "cell"), "gru": ("hidden",), "rnn": ("hidden",)}


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", STATES)
def test_it_returns_its_outputs_and_the_states_of_each_direction(cell, bidirectional):
    layer = make_recurrent(cell, 6, bidirectional=bidirectional, name="encoder")
    outputs, *states = layer(np.ones((2, 3, 4), "float32"))
    directions = 2 if bidirectional else 1
    assert outputs.shape == (2, 3, 6)
    assert len(states) == directions * len(STATES[cell])
    assert {state.shape for state in states} == {(2, 6 // directions)}
    assert layer.name == "encoder"


@pytest.mark.parametrize("cell", STATES)
def test_the_first_state_is_the_hidden_one(cell):
    """It is the last output; the other one of an LSTM is not."""
    random = np.random.default_rng(0)
    outputs, *states = make_recurrent(cell, 6)(random.normal(size=(2, 3, 4)))
    is_output = [np.allclose(state, outputs[:, -1]) for state in states]
    assert is_output == [name == "hidden" for name in STATES[cell]]


def test_recurrent_dropout_acts_in_training_only():
    layer = make_recurrent("gru", 6, recurrent_dropout=0.5)
    inputs = np.ones((2, 3, 4), "float32")
    used = [layer(inputs)[0] for _ in range(2)]
    trained = [layer(inputs, training=True)[0] for _ in range(2)]
    np.testing.assert_array_equal(*used)
    assert np.abs(trained[0] - trained[1]).max() > 1e-6


@pytest.mark.parametrize("cell", STATES)
def test_recurrent_dropout_is_the_same_at_all_steps(cell):
    """Weights of one unit each: what is dropped shows in the states of that unit."""
    layer = make_recurrent(cell, 64, recurrent_dropout=0.5)
    inputs = np.ones((1, 12, 1), "float32")
    layer(inputs)
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[cell]
    kernel, _, *bias = (np.zeros_like(weight) for weight in layer.get_weights())
    layer.set_weights([kernel + 0.5, np.tile(np.eye(64), gates), *bias])
    calls = [layer(inputs, training=True)[0].numpy()[0] for _ in range(2)]
    masks = {"lstm": 1, "gru": 3, "rnn": 1}[cell]
    for outputs in calls:
        # A unit has one course for each draw of its masks; were they drawn anew at
        # each step, nearly all 64 courses would differ.
        assert 2 <= len(np.unique(outputs.round(5), axis=1).T) <= 2**masks
    # And they are new ones for each call.
    assert np.abs(calls[0] - calls[1]).max() > 1e-3


@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_dropout_finds_the_weights_of_kerass_lstm(bidirectional, tmp_path):
    """In a list, as decoders have them, Keras knows a layer by its class alone."""
    path, inputs, results = tmp_path / "x.weights.h5", np.ones((2, 3, 4)), []
    for rate in (0.0, 0.5):
        options = {"bidirectional": bidirectional, "recurrent_dropout": rate}
        model = keras.Sequential([make_recurrent("lstm", 6, **options)])
        results.append(model(inputs)[0])
        if rate:
            model.load_weights(path)
            results[-1] = model(inputs)[0]
        else:
            model.save_weights(path)
    np.testing.assert_array_equal(*results)


def test_layers_of_both_directions_stay_apart_while_a_model_is_loaded():
    """Memory that a layer leaves behind is not taken for that layer."""
    made = []
    gc.freeze()  # what other tests left need not be looked through each time
    with ObjectSharingScope():
        for _ in range(30):
            made.append(make_recurrent("rnn", 4, bidirectional=True))
            gc.collect()
    gc.unfreeze()
    directions = [d for both in made for d in (both.forward_layer, both.backward_layer)]
    assert len({id(layer) for layer in directions}) == 60
    # And Keras finds no third layer in them.
    assert all(len(both._layers) == 2 for both in made)
