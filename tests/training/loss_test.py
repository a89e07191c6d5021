"""Tests of seq2seq_keras.training.loss."""

import math

import keras
import numpy as np
import pytest

from seq2seq_keras.models.build import build_model
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.training.loss import TokenCrossentropy


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


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(TokenCrossentropy(name="nll"))
    assert keras.saving.deserialize_keras_object(config).name == "nll"
