"""Adam in one operation against Keras's, which it must equal."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.training import Adam

SHAPES = ((6, 3), (4,))


def updated(make, steps: int = 5, sparse: bool = False, **options) -> list[np.ndarray]:
    """All variables after some steps with gradients of very different size."""
    rng = np.random.default_rng(0)
    variables = [
        keras.Variable(rng.normal(size=shape), dtype="float32") for shape in SHAPES
    ]
    optimizer = make(0.1, **options)
    for step in range(steps):
        rows, other = (
            tf.constant(rng.normal(0, 10.0 ** (step - 2), shape), "float32")
            for shape in ((3, 3), SHAPES[1])
        )
        # Rows 1 and 4 of an embedding, one of them twice.
        slices = tf.IndexedSlices(rows, tf.constant([1, 4, 1]), (6, 3))
        embedding = slices if sparse else tf.convert_to_tensor(slices)
        optimizer.apply([embedding, other], variables)
    return [np.array(x) for x in (*variables, *optimizer.variables)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"global_clipnorm": 0.5},
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
        {"weight_decay": 0.1},
        {"amsgrad": True},
        {"gradient_accumulation_steps": 2},
        {"use_ema": True, "ema_overwrite_frequency": 2},
    ],
    ids=str,
)
def test_it_equals_the_one_of_keras(options):
    ours, theirs = (updated(make, **options) for make in (Adam, keras.optimizers.Adam))
    # In float32 a second momentum of 0.999 lacks a hundred-thousandth of its share.
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=3e-5, atol=1e-5)


@pytest.mark.parametrize(
    "options", [{}, {"global_clipnorm": 0.5}, {"gradient_accumulation_steps": 2}]
)
def test_a_row_that_is_met_twice_has_the_sum_of_its_gradients(options):
    # Keras's adds their squares.
    sparse, dense = (updated(Adam, sparse=kind, **options) for kind in (True, False))
    for one, other in zip(sparse, dense, strict=True):
        np.testing.assert_allclose(one, other, rtol=3e-5, atol=1e-5)


def test_the_first_step_is_as_long_as_the_learning_rate():
    # Both moments are corrected to the gradient and its square: their ratio is a sign.
    variable = keras.Variable([1.0, 1.0])
    Adam(0.25).apply([tf.constant([3.0, -0.01])], [variable])
    np.testing.assert_allclose(variable, [0.75, 1.25], rtol=1e-4)


def test_it_goes_through_its_configuration():
    config = keras.optimizers.serialize(Adam(0.1, global_clipnorm=2.0))
    again = keras.optimizers.deserialize(config)
    assert type(again) is Adam
    assert again.global_clipnorm == 2.0
