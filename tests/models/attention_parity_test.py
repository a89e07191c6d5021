"""Parity over every combination of the attention options."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.models import build_model, check_parity
from seq2seq_keras.training import TokenCrossentropy

ATTENTIONS = [
    *(
        {"attention": "luong", "attention_score": score, "input_feeding": feeding}
        for score in ("dot", "general", "concat")
        for feeding in (False, True)
    ),
    {"attention": "bahdanau"},
    {"attention": "bahdanau", "decoder": "conditional"},
    {"attention": "luong", "decoder": "conditional", "attention_score": "concat"},
    {"attention": "luong", "deep_output": True},
    *(
        {"attention": "hard", "monotonic": monotonic, "order": order}
        for monotonic in (False, True)
        for order in (0, 1)
    ),
    {"attention": None},
]
GRID = {
    "cell": ("lstm", "gru", "rnn"),
    "num_layers": (1, 2),
    "coverage": (False, True),
    "copy": (False, True),
}
MODELS = [
    {**attention, **dict(zip(GRID, values, strict=True))}
    for attention in ATTENTIONS
    for values in itertools.product(*GRID.values())
    # Coverage and copying work on the weights of a context.
    if attention["attention"] not in (None, "hard") or not any(values[2:])
]
# Each attention again with features that are apart: of the 12 tokens the last two.
FEATURES = [
    {"features_encoder": "sum"},
    *(
        {"features_encoder": kind, "attend_features": attends}
        for kind in ("linear", "recurrent")
        for attends in (False, True)
    ),
]
MODELS += [
    {
        **attention,
        **features,
        "features_vocabulary_size": 2,
        "cell": "gru",
        "copy": copy,
    }
    for attention in ATTENTIONS
    for features in FEATURES
    for copy in (False, True)
    if attention["attention"] is not None or not features.get("attend_features")
    if attention["attention"] not in (None, "hard") or not copy
]


def batch_for(options):
    inputs = {
        "source_token_ids": np.array([[11, 10, 7, 8, 3], [9, 10, 3, 0, 0]]),
        "target_token_ids": np.array([[2, 7, 1, 11], [2, 1, 0, 0]]),
    }
    labels = np.array([[7, 1, 11, 3], [1, 3, 0, 0]])
    if options["copy"]:
        # 12 is the size of the vocabulary.
        inputs["source_copy_ids"] = np.array([[5, 13, 13, 8, 3], [12, 10, 3, 0, 0]])
        labels = np.array([[7, 13, 11, 3], [12, 3, 0, 0]])
    return inputs, labels


def train(model, inputs, labels):
    """Two steps as large as they come."""
    optimizer = keras.optimizers.Adam(0.1)
    before = model.get_weights()
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = TokenCrossentropy()(labels, model(inputs, training=True))
        gradients = tape.gradient(loss, model.trainable_weights)
        assert all(gradient is not None for gradient in gradients)
        optimizer.apply(gradients, model.trainable_weights)
    after = model.get_weights()
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


def check_models(models):
    """The largest difference, with large random weights and with trained ones."""
    random = np.random.default_rng(0)
    largest = 0.0
    for options in models:
        inputs, labels = batch_for(options)
        model = build_model(12, 12, units=8, embedding_dim=6, **options)
        train(model, inputs, labels)
        trained = model.get_weights()
        drawn = [random.normal(size=weight.shape) for weight in trained]
        for weights in (trained, drawn):
            model.set_weights(weights)
            report = check_parity(model, (inputs, labels))
            assert report.agrees, (options, report)
            largest = max(largest, report.max_difference)
    return largest


def test_some_of_the_combinations_agree():
    assert check_models(MODELS[8::41]) < 1e-4


@pytest.mark.slow
def test_every_combination_agrees():
    """Cell x layers x attention x score x input feeding x coverage x copy, features."""
    assert len(MODELS) == 10 * 24 + 5 * 6 + 10 * 10 + 4 * 5 + 3
    largest = check_models(MODELS)
    print(f"{len(MODELS)} models, largest difference {largest:.2e}")
    assert largest < 1e-4
