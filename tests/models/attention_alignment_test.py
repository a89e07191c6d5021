"""Does attention look where it must? Toys have one right alignment.

What reverses or copies a word has one for each letter. Where each vowel is doubled and
each `x` is left out, letters come and go, and each that is written still has its own.
"""

import itertools
import random

import keras
import numpy as np
import pytest

from seq2seq_keras.data import Pairs, make_dataset, make_toy_pairs
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
    # Additive attention learns it more slowly, and not from every start in 8.
    epochs = 24 if options["attention"] == "bahdanau" else 8
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    translator = Translator(model, tokenizer, tokenizer, max_length=12)
    share = share_on_the_anti_diagonal(translator, unseen)
    print(f"{options}: {share:.4f} of the positions of {len(unseen)} unseen words")
    assert share >= 0.95


def doubled(letter):
    """What a letter is written as."""
    return "" if letter == "x" else 2 * letter if letter in "aeiou" else letter


def aligned_pairs(task, count):
    """Pairs of which it is known what each letter is written from.

    No letter follows itself in a source, nor where `x` is left out: a second one might
    as well be written from the first.
    """
    generator, pairs = random.Random(0), {}
    while len(pairs) < count:
        letters = "abcdefghijx" if task == "edits" else "abcdefghij"
        source = "".join(generator.choices(letters, k=generator.randint(3, 8)))
        kept = source.replace("x", "")
        if not kept or any(a == b for a, b in itertools.pairwise(kept)):
            continue
        target = {"copy": source, "reverse": source[::-1]}.get(task)
        pairs[source] = target or "".join(map(doubled, source))
    return Pairs(list(pairs), list(pairs.values()))


def known_alignment(task, source):
    """For each letter of the target the place of the letter it comes from."""
    places = range(len(source))
    if task == "edits":
        return [place for place in places for _ in doubled(source[place])]
    return list(reversed(places) if task == "reverse" else places)


def posterior_of_given(model, tokenizer, pairs):
    """Of true targets, the likeliest position of each letter."""
    found = []
    for source, target in zip(pairs.source, pairs.target, strict=True):
        labels = np.array([tokenizer.tokenize(target)])
        given = np.array([[2, *labels[0][:-1]]])
        states = model.encode(np.array([[*tokenizer.tokenize(source), 3]]))
        weights = keras.ops.convert_to_numpy(model.align(given, labels, states))
        found.append(weights[0].argmax(axis=-1).tolist())
    return found


def share_found(task, options, count, epochs):
    """How many letters of unseen words the posterior finds, given and written."""
    keras.utils.set_random_seed(0)
    pairs = aligned_pairs(task, count)
    train, unseen = pairs[: count * 9 // 10], pairs[count * 9 // 10 :]
    tokenizer = CharacterTokenizer.fit(pairs.source)
    sizes = [tokenizer.vocabulary_size] * 2
    model = build_model(
        *sizes,
        **{"cell": "gru", "units": 64, "embedding_dim": 32, "bidirectional": True},
        # The end knows which letter was the last one, and would do as well as that.
        **{"dropout": 0.0, "encode_end": False, "attention": "hard", **options},
    )
    compile_model(model, learning_rate=5e-3)
    dataset = make_dataset(train, tokenizer, tokenizer)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    given = posterior_of_given(model, tokenizer, unseen[:100])
    translator = Translator(model, tokenizer, tokenizer, max_length=20)
    found = translator.decode(unseen.source)
    written = [result.attention.argmax(axis=1).tolist()[:-1] for result in found]
    expected = [known_alignment(task, source) for source in unseen.source]
    return share_right(given, expected[:100]), share_right(written, expected)


def share_right(found, expected):
    """What is not written counts as missed."""
    pairs = zip(found, expected, strict=True)
    right = sum(a == b for one in pairs for a, b in zip(*one, strict=False))
    return right / sum(map(len, expected))


ALIGNED = [
    ("reverse", {}),
    ("reverse", {"order": 1}),
    ("copy", {}),
    *(
        (task, {"monotonic": True, "order": order})
        for task in ("copy", "edits")
        for order in (0, 1)
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("task", "options"), ALIGNED, ids=str)
def test_the_posterior_of_hard_attention_finds_the_alignment(task, options):
    shares = share_found(task, options, 5000, 12)
    print(f"{task}, {options}: {shares[0]:.4f} of given, {shares[1]:.4f} of written")
    assert min(shares) >= 0.99
