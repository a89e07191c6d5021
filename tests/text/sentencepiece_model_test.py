"""Tests of seq2seq_keras.text.sentencepiece_model."""

import re

import numpy as np
import pytest
import sentencepiece

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import train_sentencepiece

TEXTS = [
    "der kleine Hund läuft über die Wiese",
    "le petit chien court",
    "학생이 읽어요",
]
every_algorithm = pytest.mark.parametrize("algorithm", ["bpe", "unigram"])


def processor_of(model):
    return sentencepiece.SentencePieceProcessor(model_proto=model)


def pieces_of(model):
    processor = processor_of(model)
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def test_the_first_merge_is_the_most_frequent_pair():
    """By hand: `a` before `b` three times, every other pair once."""
    model = train_sentencepiece(["cab ab xab"], algorithm="bpe", max_size=10)
    assert pieces_of(model)[:4] == ["\x1fpad", "\x1funk", "\x1fbos", "\x1feos"]
    assert pieces_of(model)[4] == "ab"
    assert set(pieces_of(model)[5:]) == {"▁", "a", "b", "c", "x"}


@every_algorithm
def test_the_same_texts_make_the_same_model(algorithm):
    texts = [" ".join(np.random.default_rng(n).permutation(TEXTS)) for n in range(50)]
    first = train_sentencepiece(texts, algorithm=algorithm)
    assert train_sentencepiece(iter(texts), algorithm=algorithm) == first


@every_algorithm
def test_the_smallest_size_is_named_and_will_do(algorithm):
    with pytest.raises(InputError, match="Received: max_size=9") as caught:
        train_sentencepiece(TEXTS, algorithm=algorithm, max_size=9)
    smallest = int(re.search(r"must be at least (\d+)", str(caught.value))[1])
    assert smallest == 4 + len(set("".join(TEXTS)) - {" "}) + len("▁")
    with pytest.raises(InputError, match=f"max_size={smallest - 1}"):
        train_sentencepiece(TEXTS, algorithm=algorithm, max_size=smallest - 1)
    model = train_sentencepiece(TEXTS, algorithm=algorithm, max_size=smallest)
    assert len(pieces_of(model)) == smallest


@every_algorithm
def test_few_texts_make_fewer_pieces_than_allowed(algorithm):
    model = train_sentencepiece(["ab ab"], algorithm=algorithm, max_size=500)
    assert 4 < len(pieces_of(model)) < 12


@every_algorithm
def test_rare_characters_are_in_no_piece(algorithm):
    texts = ["naïve naive naive", "über"]
    model = train_sentencepiece(texts, algorithm=algorithm, min_frequency=2)
    assert set("".join(pieces_of(model)[4:])) == set("▁naiver") - {"r"}


@every_algorithm
@pytest.mark.parametrize("odd", ["▅", "\0", "▁"])
def test_no_text_is_dropped_for_a_character_in_it(algorithm, odd):
    pieces = pieces_of(train_sentencepiece([f"qz {odd} zq", "a"], algorithm=algorithm))
    assert {"q", "z"} <= set("".join(pieces))
    assert odd == "▁" or odd not in "".join(pieces)
    assert ("_" in pieces) == (odd == "▁")


@every_algorithm
def test_no_text_is_dropped_for_its_length(algorithm):
    model = train_sentencepiece(["qz " * 2000, "a"], algorithm=algorithm)
    assert {"q", "z"} <= set("".join(pieces_of(model)))


@every_algorithm
@pytest.mark.parametrize("name", ["<unk>", "<s>", "</s>", "<pad>"])
def test_the_names_of_special_pieces_are_text_like_any_other(algorithm, name):
    model = train_sentencepiece([f"a {name} b"], algorithm=algorithm)
    assert set(name) <= set("".join(pieces_of(model)[4:]))


@pytest.mark.parametrize("texts", [[], ["", " "], ["▅ \0"]])
def test_blank_texts_make_no_model(texts):
    with pytest.raises(InputError, match="nothing but special tokens"):
        train_sentencepiece(texts, algorithm="bpe")


def test_an_unknown_algorithm_names_the_known_ones():
    with pytest.raises(InputError, match=r"'bpe', 'unigram'.*Received.*'wordpiece'"):
        train_sentencepiece(TEXTS, algorithm="wordpiece")
