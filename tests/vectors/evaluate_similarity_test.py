"""Tests of seq2seq_keras.vectors: evaluate similarity."""

import math

import numpy as np
import pytest
from scipy.stats import spearmanr
from strategies import random_vectors

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import (
    WordVectors,
    cosine_similarity,
    evaluate_similarity,
    read_similarity_set,
)


@pytest.fixture
def judged(tmp_path):
    """Thirty pairs with judgements, one of them of an unknown word."""
    lines = [f"w{n}\tW{n + 30}\t{(7 * n) % 10}.5" for n in range(29)]
    path = tmp_path / "pairs.tsv"
    path.write_text("# comment\n" + "\n".join([*lines, "w1\tabsent\t3", ""]))
    return path


def test_the_correlation_is_that_of_scipy_over_the_covered_pairs(judged):
    vectors = random_vectors(60, 8)
    result = evaluate_similarity(vectors, judged)
    cosines = np.diag(cosine_similarity(vectors.matrix[:29], vectors.matrix[30:59]))
    expected = spearmanr([(7 * n) % 10 for n in range(29)], cosines).statistic
    assert result.spearman == pytest.approx(expected)
    assert (result.covered, result.pairs) == (29, 30)
    assert -1 <= result.low < result.spearman < result.high <= 1
    assert "29 of 30 pairs covered (97%)" in str(result)
    assert result == evaluate_similarity(vectors, judged)


def test_the_interval_holds_the_true_correlation_about_as_often_as_it_says(tmp_path):
    # Cosines that have the judgements' order but for noise, many times over.
    generator = np.random.default_rng(0)
    path, inside, true = tmp_path / "pairs.tsv", 0, 0.6
    scale = 2 * math.sin(math.pi * true / 6)  # Pearson's for this Spearman's
    for _ in range(20):
        judged, noise = generator.normal(size=(2, 60))
        angles = 0.3 * (scale * judged + math.sqrt(1 - scale**2) * noise)
        lines = [f"a{n}\tb{n}\t{score}" for n, score in enumerate(judged)]
        path.write_text("\n".join(lines))
        rows = [[1, 0]] * 60 + [[math.sin(a), math.cos(a)] for a in angles]
        words = [f"a{n}" for n in range(60)] + [f"b{n}" for n in range(60)]
        result = evaluate_similarity(WordVectors(words, rows), path)
        inside += result.low <= true <= result.high
    assert 16 <= inside <= 20


def test_nothing_can_be_said_where_all_similarities_are_equal(judged):
    one_hot = WordVectors([f"w{n}" for n in range(60)], np.eye(60))
    assert math.isnan(evaluate_similarity(one_hot, judged).spearman)
    few = evaluate_similarity(random_vectors(2, 2), judged)
    assert math.isnan(few.spearman)
    assert (few.covered, few.coverage) == (0, 0)


@pytest.mark.parametrize(("name", "pairs"), [("wordsim353", 353), ("simlex999", 999)])
def test_the_known_sets_are_whole(name, pairs):
    scores = read_similarity_set(name)
    assert len(scores) == pairs
    assert all(0 <= score <= 10 for *_, score in scores)


def test_the_mark_of_windows_is_no_part_of_the_first_word(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(b"\xef\xbb\xbfa\tb\t1\r\n")
    assert read_similarity_set(path) == [("a", "b", 1.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\t1\na b 1\n", "line 2: expected two words and a finite number"),
        ("a\tb\tx\n", "line 1: expected two words"),
        ("a\tb\t1\nb\ta\tnan\n", "line 2: expected two words and a finite number"),
        ("a\tb\tinf\n", "line 1: expected two words and a finite number"),
        ("# nothing\n", "holds no pair"),
    ],
)
def test_broken_files_are_errors(text, message, tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        evaluate_similarity(random_vectors(2, 2), path)
    with pytest.raises(InputError, match="known by name are wordsim353, simlex999"):
        evaluate_similarity(random_vectors(2, 2), tmp_path / "absent")
    path.write_bytes(b"\xff\t\xfe\t1\n")
    with pytest.raises(InputError, match="not valid UTF-8"):
        evaluate_similarity(random_vectors(2, 2), path)
