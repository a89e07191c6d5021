"""Does attention look where it must? Reversing words has one right alignment."""

import keras
import pytest

from seq2seq_keras.data import make_dataset, make_toy_pairs
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.training import compile_model
from seq2seq_keras.translation import Translator

KINDS = {
    "luong dot": {"attention": "luong", "attention_score": "dot"},
    "luong general": {"attention": "luong"},
    "luong concat": {"attention": "luong", "attention_score": "concat"},
    "luong with input feeding": {"attention": "luong", "input_feeding": True},
    "luong with coverage": {"attention": "luong", "coverage": True},
    "bahdanau": {"attention": "bahdanau"},
}


def share_on_the_anti_diagonal(translator, pairs):
    """How often the last letter but t is looked at most when letter t is written."""
    hits = total = 0
    for result, source in zip(
        translator.decode(pairs.source), pairs.source, strict=True
    ):
        # What is not written counts as missed.
        looked_at = result.attention.argmax(axis=1).tolist() + [None] * len(source)
        expected = range(len(source) - 1, -1, -1)
        hits += sum(a == b for a, b in zip(looked_at, expected, strict=False))
        total += len(source)
    return hits / total


@pytest.mark.slow
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_reversing_looks_along_the_anti_diagonal(options):
    keras.utils.set_random_seed(0)
    pairs = make_toy_pairs("reverse", 5000)
    train, unseen = pairs[:4500], pairs[4500:]
    tokenizer = CharacterTokenizer.fit(train.source)
    model = build_model(
        *(tokenizer.vocabulary_size, tokenizer.vocabulary_size),
        **{"cell": "gru", "units": 64, "embedding_dim": 32, "bidirectional": True},
        dropout=0.0,
        **options,
    )
    compile_model(model, learning_rate=5e-3)
    dataset = make_dataset(train, tokenizer, tokenizer)
    model.fit(dataset, epochs=8, shuffle=False, verbose=0)
    translator = Translator(model, tokenizer, tokenizer, max_length=12)
    share = share_on_the_anti_diagonal(translator, unseen)
    print(f"{options}: {share:.4f} of the positions of {len(unseen)} unseen words")
    assert share >= 0.95
