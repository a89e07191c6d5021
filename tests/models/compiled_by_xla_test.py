"""Tests of models that XLA compiles."""

import numpy as np
import pytest

from seq2seq_keras.models import build_model
from seq2seq_keras.training import TokenCrossentropy

INPUTS = {
    "source_token_ids": np.array([[5, 6, 3], [7, 3, 0]]),
    "target_token_ids": np.array([[2, 6], [2, 7]]),
}
LABELS = np.array([[6, 3], [7, 3]])
# Those that go step by step, in a loop.
OPTIONS = [
    {"attention": "bahdanau"},
    {"attention": "bahdanau", "coverage": True, "num_layers": 2},
    {"attention": "luong", "input_feeding": True},
    {"attention": "bahdanau", "decoder": "conditional"},
    {"attention": "hard"},
    {"attention": "hard", "monotonic": True, "order": 1},
    {"attention": "luong", "attention_score": "concat", "input_feeding": True},
]


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_attention_is_trained_with_xla_as_without(options):
    losses = []
    for jit_compile in (False, True):
        model = build_model(9, 9, units=4, embedding_dim=4, dropout=0.0, **options)
        random = np.random.default_rng(0)
        model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
        model.compile("sgd", TokenCrossentropy(), jit_compile=jit_compile)
        history = model.fit(INPUTS, LABELS, epochs=3, shuffle=False, verbose=0)
        losses.append(history.history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-3)
    assert losses[0][-1] < losses[0][0]
