"""Tests of the RecurrentStack of seq2seq_keras.layers."""

import numpy as np
import pytest

from seq2seq_keras.layers import RecurrentStack

UNITS = 6
INPUTS, *HIDDEN = np.random.default_rng(0).normal(size=(4, 5, UNITS)).astype("float32")
STATES = {f"layer_{number}_hidden": state for number, state in enumerate(HIDDEN)}


def make_stack(**options):
    stack = RecurrentStack("rnn", UNITS, num_layers=3, **options)
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
    outputs, states = stack.step(INPUTS, STATES)
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
    with stack.sequence(STATES, training=True) as masks:
        pass
    assert len(masks) == 2
    for mask in masks:
        assert set(np.unique(mask)) == {0.0, 2.0}
    assert (masks[0] != masks[1]).numpy().any()
    first, second = (stack.step(INPUTS, STATES, masks, True)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    for others in ([masks[0], 0 * masks[1]], [0 * masks[0], masks[1]]):
        assert np.abs(first - stack.step(INPUTS, STATES, others, True)[0]).max() > 1e-6


@pytest.mark.parametrize(
    "options", [{"dropout": 0.5}, {"variational_dropout": True}], ids=str
)
def test_there_are_no_masks_where_nothing_is_dropped_at_all_steps_alike(options):
    with make_stack(**options).sequence(STATES, training=True) as masks:
        assert masks is None


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("options", [{}, {"residual": True}], ids=str)
def test_a_sequence_at_once_is_its_steps_one_after_another(cell, options):
    stack = RecurrentStack(cell, UNITS, num_layers=2, **options)
    stack.build(UNITS)
    inputs = np.random.default_rng(1).normal(size=(5, 4, UNITS)).astype("float32")
    names = [name for states in stack.states for name in states]
    states = dict.fromkeys(names, HIDDEN[0])
    outputs, last = stack(inputs, states)
    for number in range(4):
        output, states = stack.step(inputs[:, number], states)
        np.testing.assert_allclose(output, outputs[:, number], atol=1e-5)
    for name in names:
        np.testing.assert_allclose(states[name], last[name], atol=1e-5)


def make_normalization(units):
    (layer,) = RecurrentStack("rnn", units, layer_normalization=True).normalizations
    return layer


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
