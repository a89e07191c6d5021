"""Tests of seq2seq_keras.training.compile."""

import keras
import numpy as np
import pytest

from seq2seq_keras.data import make_dataset, make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.translation import Translator


def test_it_is_plain_compile():
    model = compile_model(
        build_model(9, 9, units=4), learning_rate=0.5, global_clipnorm=2.0
    )
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.optimizer.global_clipnorm == 2.0


def test_another_model_is_refused():
    with pytest.raises(InputError, match=r"from `build_model`.*Received: Sequential"):
        compile_model(keras.Sequential(), label_smoothing=0.1)


@pytest.mark.parametrize(
    ("task", "cell"),
    [
        ("copy", "gru"),
        pytest.param("reverse", "lstm", marks=pytest.mark.slow),
        pytest.param("copy", "lstm", marks=pytest.mark.slow),
        pytest.param("reverse", "gru", marks=pytest.mark.slow),
    ],
)
def test_copying_and_reversing_are_learnt(task, cell):
    """To 99 % exact match on strings never seen."""
    pairs = make_toy_pairs(task, 28_500)
    train, unseen = pairs[:28_000], pairs[28_000:]
    tokenizer = CharacterTokenizer.fit(train.source)
    size = tokenizer.vocabulary_size
    model = build_model(
        *(size, size), cell=cell, units=128, embedding_dim=32, dropout=0.0
    )
    dataset = make_dataset(train, tokenizer, tokenizer, batch_size=64)
    epochs = 7
    schedule = keras.optimizers.schedules.CosineDecay(
        5e-3, epochs * int(dataset.cardinality())
    )
    compile_model(model, learning_rate=schedule)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    translations = Translator(model, tokenizer, tokenizer).translate(unseen.source)
    right = np.mean([a == b for a, b in zip(translations, unseen.target, strict=True)])
    assert right >= 0.99
