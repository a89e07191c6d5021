"""Does a pointer-generator copy names it has never seen?"""

import random

import keras
import pytest

from seq2seq_keras.data import Pairs, make_dataset
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.training import compile_model
from seq2seq_keras.translation import Translator

SENTENCES = [
    ("{0} gives {1} a book", "{1} receives a book from {0}"),
    ("{0} and {1} are friends", "friends are {1} and {0}"),
    ("call {0} , not {1} !", "not {1} , call {0} !"),
    ("{0} lives in {1}", "in {1} lives {0}"),
    ("where is {0} ?", "where ? {0} !"),
]


def make_pairs(count, seed):
    """Sentences with names of random letters, which no vocabulary has."""
    generator = random.Random(seed)
    sources, targets = [], []
    for _ in range(count):
        source, target = generator.choice(SENTENCES)
        names = [
            "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=length))
            for length in generator.choices(range(4, 9), k=2)
        ]
        sources.append(source.format(*names))
        targets.append(target.format(*names))
    return Pairs(sources, targets)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{"attention": "luong"}, {"attention": "bahdanau", "coverage": True}],
    ids=["luong", "bahdanau"],
)
def test_names_never_seen_are_copied(options):
    keras.utils.set_random_seed(0)
    train, unseen = make_pairs(4000, seed=1), make_pairs(500, seed=2)
    tokenizers = [
        WordTokenizer.fit(side, min_frequency=50)
        for side in (train.source, train.target)
    ]
    model = build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        **{"cell": "gru", "units": 64, "embedding_dim": 32, "bidirectional": True},
        copy=True,
        **options,
    )
    compile_model(model, learning_rate=5e-3)
    dataset = make_dataset(train, *tokenizers, copy=True)
    model.fit(dataset, epochs=4, shuffle=False, verbose=0)
    translations = Translator(model, *tokenizers, max_length=20).translate(
        unseen.source
    )
    copied = total = 0
    for target, translation in zip(unseen.target, translations, strict=True):
        words = translation.split()
        for place, word in enumerate(target.split()):
            if tokenizers[1].tokenize(word) == [1]:
                total += 1
                copied += words[place : place + 1] == [word]
    print(f"{options}: {copied} of {total} unknown names copied")
    assert total > 500
    assert copied / total >= 0.99
