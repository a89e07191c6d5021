"""Tests of the losses of seq2seq_keras.training: metrics."""

import keras
import numpy as np
import pytest

from seq2seq_keras.training import Perplexity, TokenAccuracy, TokenCrossentropy

LABELS = np.array([[4, 3, 0, 0], [5, 4, 3, 0]])


def logits_for(predicted):
    return 5.0 * np.eye(6, dtype="float32")[np.array(predicted)]


@pytest.mark.parametrize("padding_right", [0, 5])
def test_padding_counts_neither_as_right_nor_as_wrong(padding_right):
    """Padding predicted as padding once passed for accuracy."""
    predicted = [[4, 5, *[padding_right] * 2], [5, 4, 4, padding_right]]
    metric = TokenAccuracy()
    metric.update_state(LABELS, logits_for(predicted))
    assert float(metric.result()) == pytest.approx(3 / 5)


def test_of_equal_logits_the_first_is_meant():
    """Else a model that says the same of all tokens would always be right."""
    metric = TokenAccuracy()
    metric.update_state(np.array([[1, 2]]), np.array([[[0.0, 5, 5], [0, 5, 5]]]))
    assert float(metric.result()) == 0.5


def test_weights_are_respected():
    weights = np.array([[1, 0, 1, 1], [1, 1, 3, 1]])
    metric = TokenAccuracy()
    metric.update_state(LABELS, logits_for([[4, 3, 0, 0], [5, 5, 3, 0]]), weights)
    assert float(metric.result()) == pytest.approx((1 + 0 + 1 + 0 + 3) / 6)


def test_batches_of_unlike_size_are_joined_token_by_token():
    random = np.random.default_rng(0)
    logits = random.normal(size=(2, 4, 6)).astype("float32")
    together, apart = Perplexity(), Perplexity()
    together.update_state(LABELS, logits)
    for row in range(2):
        apart.update_state(LABELS[row : row + 1], logits[row : row + 1])
    assert float(together.result()) == pytest.approx(float(apart.result()), rel=1e-5)


def test_perplexity_is_the_geometric_mean_of_the_inverse_probabilities():
    probabilities = np.full((1, 3, 6), 0.1, "float32")
    probabilities[0, 0, 4], probabilities[0, 1, 3] = 0.5, 0.125
    metric = Perplexity()
    metric.update_state(np.array([[4, 3, 0]]), np.log(probabilities))
    # Rows are no distributions, so the softmax divides by their sums.
    first, second = 0.5 / 1.0, 0.125 / 0.625
    assert float(metric.result()) == pytest.approx((1 / (first * second)) ** 0.5, 1e-5)


def test_before_the_first_token_the_mean_is_zero():
    assert float(TokenAccuracy().result()) == 0.0
    assert float(Perplexity().result()) == 1.0


def test_a_reset_forgets():
    metric = TokenAccuracy()
    metric.update_state(LABELS, logits_for(LABELS))
    metric.reset_state()
    metric.update_state(LABELS, logits_for((LABELS + 1) % 6))
    assert float(metric.result()) == 0.0


@pytest.mark.parametrize("cls", [TokenAccuracy, Perplexity])
def test_config_round_trip(cls):
    config = keras.saving.serialize_keras_object(cls(name="m"))
    assert keras.saving.deserialize_keras_object(config).name == "m"


@pytest.mark.parametrize(
    ("monitor", "better", "worse"),
    [("val_perplexity", 2.0, 3.0), ("token_accuracy", 0.9, 0.1), ("loss", 1.0, 2.0)],
)
def test_callbacks_know_which_way_is_better(monitor, better, worse):
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.Dense(6)])
    model.compile(
        loss=TokenCrossentropy(), weighted_metrics=[TokenAccuracy(), Perplexity()]
    )
    model.evaluate(np.zeros((1, 3, 1)), np.array([[4, 3, 0]]), verbose=0)
    stopping = keras.callbacks.EarlyStopping(monitor)
    stopping.set_model(model)
    stopping._set_monitor_op()
    assert stopping._is_improvement(better, worse)
    assert not stopping._is_improvement(worse, better)


def test_of_several_batches_the_loss_is_a_mean_over_sentences():
    """Which is why its exponential is not the perplexity, as the page says."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(2, 3, 2)).astype("float32")
    labels = np.array([[4, 0, 0], [5, 4, 3]])
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Dense(6)])
    model.compile(loss=TokenCrossentropy(), weighted_metrics=[Perplexity()])
    one, two = (
        model.evaluate(inputs[row], labels[row], verbose=0)
        for row in (slice(0, 1), slice(1, 2))
    )
    loss, perplexity = model.evaluate(inputs, labels, batch_size=1, verbose=0)
    assert loss == pytest.approx((one[0] + two[0]) / 2)
    assert perplexity == pytest.approx(np.exp((one[0] + 3 * two[0]) / 4), rel=1e-5)
