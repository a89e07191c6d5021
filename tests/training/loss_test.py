"""Tests of the losses of seq2seq_keras.training: loss."""

import math

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.training import (
    Perplexity,
    TokenAccuracy,
    TokenCrossentropy,
    compile_model,
)


def loss_in_loops(labels, logits, weights):
    total = 0.0
    for row, column in np.ndindex(*labels.shape):
        if labels[row, column] != 0:
            values = logits[row, column]
            log_sum = math.log(sum(math.exp(v) for v in values))
            total += weights[row, column] * (log_sum - values[labels[row, column]])
    return total / (weights * (labels != 0)).sum()


@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_mean_over_real_tokens(weighted):
    random = np.random.default_rng(0)
    labels = np.array([[4, 3, 0, 0], [5, 6, 7, 3]])
    logits = random.normal(size=(2, 4, 9)).astype("float32")
    weights = random.uniform(size=(2, 4)) if weighted else np.ones((2, 4))
    sample_weight = weights if weighted else None
    loss = TokenCrossentropy()(labels, logits, sample_weight)
    assert float(loss) == pytest.approx(loss_in_loops(labels, logits, weights), 1e-5)


@pytest.mark.parametrize("make", [TokenCrossentropy, TokenAccuracy, Perplexity])
@pytest.mark.parametrize("length", [2, 4])  # as many tokens as sentences, and not
def test_a_weight_of_a_sentence_is_that_of_all_its_tokens(make, length):
    random = np.random.default_rng(2)
    labels = random.integers(4, 9, size=(2, length))
    logits = random.normal(size=(2, length, 9)).astype("float32")
    logits[1] = 9.0 * np.eye(9)[labels[1]]  # the second sentence is known
    first = float(make()(labels[:1], logits[:1]))
    for weights in ([1.0, 0.0], [[1.0], [0.0]], [[1.0] * length, [0.0] * length]):
        assert float(make()(labels, logits, np.array(weights))) == pytest.approx(first)
    assert float(make()(labels, logits)) != pytest.approx(first)


def test_fit_takes_a_weight_a_sentence():
    model = compile_model(build_model(9, 9, units=4, embedding_dim=4))
    inputs = {
        "source_token_ids": np.array([[5, 3], [6, 3]]),
        "target_token_ids": np.array([[2, 4], [2, 8]]),
    }
    labels, weights = np.array([[4, 3], [8, 3]]), np.array([1.0, 0.0])
    both = model.evaluate(inputs, labels, sample_weight=weights, verbose=0)
    first = {name: array[:1] for name, array in inputs.items()}
    one = model.evaluate(first, labels[:1], verbose=0)
    np.testing.assert_allclose(both, one, rtol=1e-5)


@pytest.mark.parametrize("padding", [0, 1, 30])
def test_an_untrained_model_shows_the_logarithm_of_its_vocabulary(padding):
    model = compile_model(build_model(500, 700, units=16, embedding_dim=8))
    random = np.random.default_rng(0)
    source, target = random.integers(4, 500, size=(2, 8, 6))
    inputs = {
        "source_token_ids": np.pad(source, ((0, 0), (0, padding))),
        "target_token_ids": np.pad(target, ((0, 0), (0, padding))),
    }
    labels = np.pad(target, ((0, 0), (0, padding)))
    for sample_weight in (None, (labels != 0).astype("float32")):
        loss, _, perplexity = model.evaluate(
            inputs, labels, sample_weight=sample_weight, verbose=0
        )
        assert loss == pytest.approx(math.log(700), abs=0.02)
        assert perplexity == pytest.approx(700, rel=0.02)


def test_smoothed_labels_share_their_probability_with_all_tokens():
    """Against the cross-entropy of the smoothed distribution, in NumPy."""
    random = np.random.default_rng(1)
    labels = np.array([[4, 3, 0], [5, 6, 8]])
    logits = random.normal(size=(2, 3, 9)).astype("float32")
    smoothed = np.full(logits.shape, 0.3 / 9)
    np.put_along_axis(smoothed, labels[..., None], 0.7 + 0.3 / 9, axis=-1)
    log_sums = np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    losses = -(smoothed * (logits - log_sums)).sum(axis=-1)
    expected = losses[labels != 0].mean()
    loss = TokenCrossentropy(label_smoothing=0.3)(labels, logits)
    assert float(loss) == pytest.approx(expected, 1e-5)


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0])
def test_smoothing_out_of_range_is_refused(label_smoothing):
    with pytest.raises(InputError, match="must be at least 0 and less than 1"):
        TokenCrossentropy(label_smoothing)


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(TokenCrossentropy(0.1, name="nll"))
    restored = keras.saving.deserialize_keras_object(config)
    assert (restored.name, restored.label_smoothing) == ("nll", 0.1)
