"""Tests of WeightAverages."""

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training import WeightAverages


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def visit(averages, model, values, epoch_length=None):
    """Lets the weights have one value after another, as training would."""
    averages.set_model(model)
    for step, value in enumerate(values, start=1):
        model.set_weights([np.full_like(w, value) for w in model.get_weights()])
        averages.on_train_batch_end(step)
        if epoch_length and step % epoch_length == 0:
            averages.on_epoch_end(step // epoch_length)


def applied(averages, model):
    with averages.applied():
        values = [w.ravel().tolist() for w in model.get_weights()]
    assert len({value for weights in values for value in weights}) == 1
    return values[0][0]


def test_a_moving_average_follows_its_formula(model):
    values = np.random.default_rng(0).normal(size=200)
    averages = WeightAverages(momentum=0.95)
    expected = 0.0
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    visit(averages, model, values)
    for step, value in enumerate(values, start=1):
        momentum = min(0.95, (1 + step) / (10 + step))
        expected = momentum * expected + (1 - momentum) * value
    assert applied(averages, model) == pytest.approx(expected, abs=1e-6)


def test_the_first_weights_are_soon_forgotten(model):
    model.set_weights([np.full_like(w, 1e3) for w in model.get_weights()])
    averages = WeightAverages(momentum=0.999)
    visit(averages, model, [1.0] * 100)
    assert applied(averages, model) == pytest.approx(1.0, abs=0.01)


def test_the_last_epochs_are_averaged(model):
    averages = WeightAverages(epochs=3)
    visit(averages, model, [9, 9, 9, 1, 9, 2, 9, 6], epoch_length=2)
    assert applied(averages, model) == pytest.approx((1 + 2 + 6) / 3)


def test_the_training_goes_on_from_the_weights_as_they_were(model):
    averages = WeightAverages(epochs=2)
    visit(averages, model, [1.0, 2.0], epoch_length=1)
    with pytest.raises(RuntimeError), averages.applied():
        raise RuntimeError
    assert model.get_weights()[0][0, 0] == 2.0


def test_weights_that_do_not_change_are_their_own_average(model):
    """To the last bit, so that frozen embeddings stay what they were."""
    before = model.get_weights()
    averages = WeightAverages(momentum=0.9, epochs=2)
    averages.set_model(model)
    for step in range(50):
        averages.on_train_batch_end(step)
    averages.on_epoch_end(0)
    with averages.applied():
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_it_works_in_plain_fit(model):
    averages = WeightAverages(momentum=0.5)
    inputs = np.eye(2, dtype="float32")
    model.fit(inputs, inputs[:, :1], epochs=5, verbose=0, callbacks=[averages])
    present = model.get_weights()[0]
    with averages.applied():
        assert (model.get_weights()[0] != present).any()


def another():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("options", [{"epochs": 3}, {"momentum": 0.9}])
def test_another_model_begins_anew_and_the_same_goes_on(model, options):
    averages, alone = WeightAverages(**options), WeightAverages(**options)
    visit(averages, model, [7.0, 8.0], epoch_length=1)
    second = another()
    for each in (averages, alone):
        second.set_weights([np.zeros_like(w) for w in second.get_weights()])
        visit(each, second, [1.0, 2.0], epoch_length=1)
    assert applied(averages, second) == pytest.approx(applied(alone, second))
    assert applied(averages, second) < 3

    # The same model, in two halves, as in one.
    for each in (averages, alone):
        visit(each, second, [4.0], epoch_length=1)
    assert applied(averages, second) == pytest.approx(applied(alone, second))
    whole = WeightAverages(**options)
    second.set_weights([np.zeros_like(w) for w in second.get_weights()])
    visit(whole, second, [1.0, 2.0, 4.0], epoch_length=1)
    assert applied(averages, second) == pytest.approx(applied(whole, second))


@pytest.mark.parametrize(
    "arguments", [{"momentum": 0.0}, {"momentum": 1.0}, {"epochs": 0}]
)
def test_arguments_out_of_range_are_named(arguments):
    with pytest.raises(InputError, match="Received: "):
        WeightAverages(**arguments)


def test_quantized_weights_stay_as_they_are():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="dense")])
    model.get_layer("dense").quantize("int8")
    averages = WeightAverages(momentum=0.9)
    averages.set_model(model)
    averages.on_train_batch_end(0)
    before = model.get_weights()
    with averages.applied():
        for now, then in zip(model.get_weights(), before, strict=True):
            assert now.dtype == then.dtype
            np.testing.assert_allclose(now, then, rtol=1e-6)
