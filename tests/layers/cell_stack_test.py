"""Tests of seq2seq_keras.layers.cell_stack."""

import keras
import numpy as np
import pytest

from seq2seq_keras.layers.attentional_decoder import AttentionalDecoder

UNITS = 6
INPUTS, *HIDDEN = np.random.default_rng(0).normal(size=(4, 5, UNITS)).astype("float32")
STATES = {f"layer_{number}_hidden": state for number, state in enumerate(HIDDEN)}


def make_stack(**options):
    stack = AttentionalDecoder("rnn", UNITS, num_layers=3, **options).cells
    stack.build(UNITS)
    return stack


def normalise(values):
    deviation = np.sqrt(values.var(axis=-1, keepdims=True) + 1e-3)
    centred = values - values.mean(axis=-1, keepdims=True)
    return UNITS**-0.25 * centred / deviation


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("is_normalised", [False, True])
def test_it_is_one_cell_after_another(residual, is_normalised):
    """What a layer puts out is normalised with its residual, its state is not."""
    stack = make_stack(residual=residual, layer_normalization=is_normalised)
    outputs, states = stack(INPUTS, STATES, None, False)
    expected = INPUTS
    for number, layer in enumerate(stack.recurrent_layers):
        kernel, recurrent_kernel, bias = layer.get_weights()
        name, before = f"layer_{number}_hidden", expected
        expected = np.tanh(before @ kernel + STATES[name] @ recurrent_kernel + bias)
        np.testing.assert_allclose(states[name], expected, atol=1e-5)
        if residual and number > 0:
            expected = expected + before
        if is_normalised:
            expected = normalise(expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_variational_masks_are_what_is_dropped_between_the_layers():
    stack = make_stack(dropout=0.5, variational_dropout=True)
    masks = stack.make_masks(STATES)
    assert len(masks) == 2
    for mask in masks:
        assert set(np.unique(mask)) == {0.0, 2.0}
    assert (masks[0] != masks[1]).numpy().any()
    first, second = (stack(INPUTS, STATES, masks, True)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    for others in ([masks[0], 0 * masks[1]], [0 * masks[0], masks[1]]):
        assert np.abs(first - stack(INPUTS, STATES, others, True)[0]).max() > 1e-6


@pytest.mark.parametrize(
    "options", [{"dropout": 0.5}, {"variational_dropout": True}], ids=str
)
def test_there_are_no_masks_where_nothing_is_dropped_at_all_steps_alike(options):
    assert make_stack(**options).make_masks(STATES) is None


def test_all_weights_are_found_by_the_layer_it_belongs_to():
    options = {"num_layers": 2, "layer_normalization": True}
    decoder = AttentionalDecoder("gru", UNITS, **options)
    decoder.cells.build(UNITS)
    # A kernel for the inputs, one for the states, biases; a scale and a shift.
    assert len(decoder.weights) == 2 * (3 + 2)
    assert isinstance(decoder.normalizations[0], keras.layers.LayerNormalization)
