"""Tests of compile_model."""

import keras
import numpy as np
import pytest

from seq2seq_keras.data import Pairs, make_dataset, make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import EncoderDecoder, build_model
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.training import compile_model
from seq2seq_keras.translation import Translator


def test_it_is_plain_compile():
    model = compile_model(
        build_model(9, 9, units=4), learning_rate=0.5, global_clipnorm=2.0
    )
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.optimizer.global_clipnorm == 2.0


def test_the_first_fit_traces_a_step_once(monkeypatch):
    """Variables made within a trace would have it traced twice: seconds each time."""
    traces, step = [], EncoderDecoder.train_step

    def counted(self, data):
        traces.append(1)
        return step(self, data)

    monkeypatch.setattr(EncoderDecoder, "train_step", counted)
    model = compile_model(build_model(9, 9, cell="rnn", units=4, dropout=0.0))
    token_ids = np.array([[2, 5, 6]])
    inputs = {"source_token_ids": token_ids, "target_token_ids": token_ids}
    model.fit(inputs, token_ids, verbose=0)
    assert len(traces) == 1


def test_another_model_is_refused():
    with pytest.raises(InputError, match=r"from `build_model`.*Received: Sequential"):
        compile_model(keras.Sequential(), label_smoothing=0.1)


def test_copying_of_short_strings_is_learnt():
    """To 99 % exact match on strings never seen."""
    pairs = make_toy_pairs("copy", 20_000)
    sources = [source for source in pairs.source if len(source) <= 5]
    assert share_learnt(Pairs(sources, sources), "gru", 64, 32, 4) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("task", ["copy", "reverse"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_copying_and_reversing_are_learnt(task, cell):
    """To 99 % exact match on strings never seen."""
    assert share_learnt(make_toy_pairs(task, 28_500), cell, 128, 64, 7) >= 0.99


def share_learnt(pairs, cell, units, batch_size, epochs):
    """Trains on all but the last 500 pairs; the share of those that are right."""
    train, unseen = pairs[:-500], pairs[-500:]
    tokenizer = CharacterTokenizer.fit(train.source)
    size = tokenizer.vocabulary_size
    model = build_model(
        *(size, size), cell=cell, units=units, embedding_dim=32, dropout=0.0
    )
    dataset = make_dataset(train, tokenizer, tokenizer, batch_size=batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.64 / units, epochs * int(dataset.cardinality())
    )
    compile_model(model, learning_rate=schedule)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    translations = Translator(model, tokenizer, tokenizer).translate(unseen.source)
    return np.mean([a == b for a, b in zip(translations, unseen.target, strict=True)])
