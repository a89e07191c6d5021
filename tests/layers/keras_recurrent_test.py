"""The package's LSTM and GRU against Keras's own, which they must equal."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seq2seq_keras.layers import GRU, LSTM

UNITS, BATCH, LENGTH, DIM = 5, 3, 6, 4
PAIRS = {"lstm": (LSTM, keras.layers.LSTM), "gru": (GRU, keras.layers.GRU)}
MASKS = {
    "none": None,
    "right": [[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0]],
    "left and holes": [[0, 0, 1, 1, 1, 1], [1, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 0]],
}


def make(kind: str, dtype: str = "float32", **options) -> list[keras.layers.Layer]:
    """Ours and Keras's with the same weights."""
    options = {"return_sequences": True, "return_state": True, **options}
    layers = [make(UNITS, dtype=dtype, **options) for make in PAIRS[kind]]
    rng = np.random.default_rng(1)
    for layer in layers:
        layer.build((None, None, DIM))
    weights = [rng.normal(0, 0.5, w.shape) for w in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def factors(tensor) -> np.ndarray:
    """Every number counts differently in the loss."""
    return np.linspace(0.5, 1.5, np.prod(tensor.shape), dtype="float32").reshape(
        tensor.shape
    )


def run(layer: keras.layers.Layer, mask: str, training: bool = True) -> tuple:
    """Outputs, states and all gradients, from states that are not zero."""
    rng = np.random.default_rng(2)
    inputs = tf.constant(rng.normal(size=(BATCH, LENGTH, DIM)), "float32")
    sizes = layer.cell.state_size
    count = len(sizes) if isinstance(sizes, list | tuple) else 1
    states = [
        tf.constant(rng.normal(size=(BATCH, UNITS)), "float32") for _ in range(count)
    ]
    real = None if MASKS[mask] is None else tf.constant(MASKS[mask]) > 0
    watched = [inputs, *states]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        found = layer(inputs, initial_state=states, mask=real, training=training)
        loss = sum(ops.sum(ops.cast(x, "float32") ** 2 * factors(x)) for x in found)
    weights = [weight.value for weight in layer.trainable_variables]
    return found, tape.gradient(loss, [*watched, *weights])


def assert_close(ours, theirs, tolerance: float) -> None:
    for our, their in zip(ours, theirs, strict=True):
        our, their = (np.array(ops.cast(x, "float32")) for x in (our, their))
        largest = np.abs(their).max() + 1e-9
        np.testing.assert_allclose(our / largest, their / largest, atol=tolerance)


@pytest.mark.parametrize("mask", list(MASKS))
@pytest.mark.parametrize("kind", list(PAIRS))
@pytest.mark.parametrize("go_backwards", [False, True])
def test_outputs_states_and_gradients_are_those_of_keras(kind, mask, go_backwards):
    ours, theirs = make(kind, go_backwards=go_backwards)
    for our, their in zip(run(ours, mask), run(theirs, mask), strict=True):
        assert_close(our, their, 1e-6)


@pytest.mark.parametrize("kind", list(PAIRS))
def test_masked_steps_can_put_out_zeros(kind):
    ours, theirs = make(kind, zero_output_for_mask=True)
    mask = "left and holes"
    for our, their in zip(run(ours, mask), run(theirs, mask), strict=True):
        assert_close(our, their, 1e-6)


@pytest.mark.parametrize("kind", list(PAIRS))
def test_without_training_nothing_else_comes_out(kind):
    ours, theirs = make(kind)
    results = [
        run(ours, "right", False),
        run(ours, "right"),
        run(theirs, "right", False),
    ]
    for first, second, third in zip(*results, strict=True):
        assert_close(first, second, 1e-6)
        assert_close(first, third, 1e-6)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("kind", list(PAIRS))
def test_gradients_of_many_steps_are_summed_in_float32(kind, dtype):
    inputs = tf.constant(np.random.default_rng(3).normal(size=(64, 40, DIM)), "float32")

    def bias_slopes(layer):
        with tf.GradientTape() as tape:
            outputs = layer(inputs, training=True)[0]
            loss = tf.reduce_sum(tf.cast(outputs, "float32"))
        slopes = tape.gradient(loss, [layer.cell.bias.value])[0]
        return np.array(tf.cast(slopes, "float32"))

    low, _ = make(kind, dtype)
    _, exact = make(kind, "float32")
    low, exact = bias_slopes(low), bias_slopes(exact)
    # Of 2,560 numbers like these bfloat16 keeps the first some hundred.
    np.testing.assert_allclose(low, exact, atol=0.01 * np.abs(exact).max())


@pytest.mark.parametrize("form", ["int32", "float32", "with an axis more"])
@pytest.mark.parametrize("kind", list(PAIRS))
def test_masks_of_other_forms_are_taken_as_keras_takes_them(kind, form):
    inputs = tf.constant(np.random.default_rng(2).normal(size=(BATCH, LENGTH, DIM)))
    mask = tf.constant(MASKS["left and holes"])
    mask = (mask > 0)[..., None] if form == "with an axis more" else tf.cast(mask, form)
    ours, theirs = (layer(inputs, mask=mask) for layer in make(kind))
    assert_close(ours, theirs, 1e-6)
