"""Tests of seq2seq_keras.vectors: evaluate analogies."""

import math

import numpy as np
import pytest
from strategies import random_vectors

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import WordVectors, evaluate_analogies, read_analogy_set


def test_hits_are_those_that_one_query_after_another_finds(tmp_path, monkeypatch):
    import importlib

    module = importlib.import_module("seq2seq_keras.vectors.evaluation")
    monkeypatch.setattr(module, "_BATCH", 7)
    vectors = random_vectors(12, 3)
    generator = np.random.default_rng(0)
    questions = [[f"w{n}" for n in generator.permutation(12)[:4]] for _ in range(50)]
    for words in questions[::2]:  # so that at least half are hits
        words[3] = vectors.analogy(*words[:3], 1)[0].word
    questions.append(["w0", "w1", "w2", "absent"])
    path = tmp_path / "questions.txt"
    lines = [": first", *map(" ".join, questions[:20])]
    lines += [": second", *map(" ".join, questions[20:])]
    path.write_text("\n".join(lines).upper())
    hits = [vectors.analogy(*words[:3], 1)[0].word == words[3] for words in questions]
    result = evaluate_analogies(vectors, path)
    assert result.sections == {
        "FIRST": (sum(hits[:20]), 20, 20),
        "SECOND": (sum(hits[20:]), 30, 31),
    }
    assert 0.5 <= result.accuracy == sum(hits) / 50 < 1
    assert "50 of 51 analogies covered (98%)" in str(result)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        # The nearest to king - man + woman is King, which was asked with.
        (
            ["man", "woman", "king", "King", "KING", "queen"],
            [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 1.1, 1], [0, 1, 0.5]],
        ),
        # It is Queen, which the answer is, too.
        (
            ["man", "woman", "king", "queen", "Queen"],
            [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 0.2], [0, 1, 1]],
        ),
    ],
)
def test_words_are_the_same_in_whatever_case(words, rows, tmp_path):
    """As in gensim, which goes down the list, past what was asked with in any case."""
    path = tmp_path / "questions.txt"
    path.write_text("man king woman queen\nMAN KING WOMAN QUEEN\n")
    result = evaluate_analogies(WordVectors(words, rows), path)
    assert result.sections == {"all": (2, 2, 2)}


def test_the_interval_is_that_of_wilson(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("a b c d\n" * 9 + "a b c e\n")
    rows = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [-1, -1, -1]]
    vectors = WordVectors("abcde", rows)
    result = evaluate_analogies(vectors, path)
    assert result.accuracy == 0.9
    # By Wilson's formula with z = 1.959964.
    z2 = 1.959964**2
    middle, half = 0.9 + z2 / 20, math.sqrt(z2) * math.sqrt(0.09 / 10 + z2 / 400)
    assert result.low == pytest.approx((middle - half) / (1 + z2 / 10), abs=1e-5)
    assert result.high == pytest.approx((middle + half) / (1 + z2 / 10), abs=1e-5)


def test_without_a_covered_analogy_there_is_no_accuracy(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("a b c d\n")
    result = evaluate_analogies(random_vectors(5, 2), path)
    assert math.isnan(result.accuracy)
    assert result.coverage == 0


def test_the_mark_of_windows_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_bytes(b"\xef\xbb\xbf: family\r\na b c d\r\n")
    assert read_analogy_set(path) == {"family": [("a", "b", "c", "d")]}


def test_the_known_set_is_whole_and_broken_ones_are_errors(tmp_path):
    sections = read_analogy_set("google")
    assert (len(sections), sum(map(len, sections.values()))) == (14, 19_544)
    path = tmp_path / "questions.txt"
    for text, message in (
        ("a b c\n", "line 1: expected four words"),
        (": family\n", "holds no analogy"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            evaluate_analogies(random_vectors(2, 2), path)
