"""Tests of seq2seq_keras.evaluation.resampling."""

import itertools

import numpy as np
import pytest

from seq2seq_keras.evaluation import (
    METRICS,
    bootstrap_interval,
    count_metric,
    paired_p_value,
)
from seq2seq_keras.text import WordTokenizer

TOKENIZER = WordTokenizer(["x"])
WORDS = ["le", "la", "un", "une", "chat", "chien", "voit", "mange", "noir", "petit"]


def make_references(count=120):
    generator = np.random.default_rng(1)
    sizes = generator.integers(5, 12, size=count)
    return [" ".join(generator.choice(WORDS, size=size)) for size in sizes]


def spoil(references, share, seed):
    """Translations of which a share of the words is wrong."""
    generator = np.random.default_rng(seed)
    return [
        " ".join(w if generator.random() > share else "faux" for w in text.split())
        for text in references
    ]


REFERENCES = make_references()
GOOD, BAD = spoil(REFERENCES, 0.1, seed=2), spoil(REFERENCES, 0.3, seed=3)


def counts_of(name, translations, references=REFERENCES):
    return count_metric(name, translations, references, TOKENIZER, bleu_tokenizer="13a")


@pytest.mark.parametrize("name", METRICS)
def test_the_interval_is_that_of_whole_samples_scored_one_by_one(name):
    """Percentiles of the scores of 1,000 samples drawn with another generator."""
    counts = counts_of(name, BAD)
    generator = np.random.default_rng(0)
    scores = []
    for _ in range(1000):
        chosen = generator.integers(len(REFERENCES), size=len(REFERENCES))
        scores.append(counts.part(chosen).score)
    low, high = bootstrap_interval(counts)
    spread = np.std(scores)
    np.testing.assert_allclose(
        [low, high], np.percentile(scores, [2.5, 97.5]), atol=0.35 * spread + 1e-12
    )
    assert low <= counts.score <= high


@pytest.mark.parametrize("name", METRICS)
def test_what_is_all_right_has_no_doubt(name):
    counts = counts_of(name, REFERENCES)
    assert bootstrap_interval(counts) == pytest.approx((counts.score, counts.score))


def test_an_exact_match_has_the_interval_of_a_share():
    # 2.5 % of a binomial distribution lie outside on either side.
    references = ["a"] * 400
    counts = counts_of("exact_match", ["a"] * 300 + ["b"] * 100, references)
    spread = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert bootstrap_interval(counts) == pytest.approx(
        (0.75 - spread, 0.75 + spread), abs=0.006
    )


def test_one_sentence_has_no_interval():
    assert bootstrap_interval(counts_of("wer", GOOD[:1], REFERENCES[:1])) is None


def test_samples_without_a_word_in_their_references_do_not_matter():
    low, high = bootstrap_interval(counts_of("wer", ["a", ""], ["a", ""]))
    assert (low, high) == (0, 0)


def test_intervals_and_p_values_are_the_same_every_time():
    good, other = (counts_of("bleu", spoil(REFERENCES, 0.1, seed)) for seed in (2, 9))
    np.random.seed(0)
    first = bootstrap_interval(good, other), paired_p_value(good, other)
    np.random.seed(1)
    assert (bootstrap_interval(good, other), paired_p_value(good, other)) == first


@pytest.mark.parametrize("name", METRICS)
def test_a_system_does_not_differ_from_itself(name):
    counts = counts_of(name, BAD)
    assert bootstrap_interval(counts, counts) == (0, 0)
    assert paired_p_value(counts, counts) == 1


@pytest.mark.parametrize("name", ["bleu", "wer"])
def test_systems_that_differ_clearly(name):
    good, bad = counts_of(name, GOOD), counts_of(name, BAD)
    low, high = bootstrap_interval(good, bad)
    assert low < good.score - bad.score < high
    assert low > 0 or high < 0
    # Two-sided, 9,999 swaps, none of which differs as much.
    assert paired_p_value(good, bad) == pytest.approx(2 / 10_000)
    np.testing.assert_allclose(bootstrap_interval(bad, good), (-high, -low), rtol=1e-9)


def test_two_systems_of_one_quality_are_not_told_apart():
    good, other = counts_of("bleu", GOOD), counts_of("bleu", spoil(REFERENCES, 0.1, 9))
    low, high = bootstrap_interval(good, other)
    assert low < 0 < high
    assert paired_p_value(good, other) > 0.05


def test_pairing_takes_away_what_makes_sentences_hard():
    """Both fail on the same sentences, the second on one more."""
    references = ["a"] * 100
    first = counts_of("exact_match", ["a"] * 51 + ["b"] * 49, references)
    second = counts_of("exact_match", ["a"] * 50 + ["b"] * 50, references)
    low, high = bootstrap_interval(first, second)
    assert low == 0 and high <= 0.04
    low, high = bootstrap_interval(first)
    assert high - low > 0.15


def test_few_sentences_are_swapped_in_every_way():
    rights = ["1110111", "0010010"]  # of seven sentences
    rows = [[int(digit) for digit in each] for each in rights]
    counts = [
        counts_of("exact_match", ["a" if right else "b" for right in row], ["a"] * 7)
        for row in rows
    ]
    difference = np.array(rows[0]) - rows[1]
    sums = [
        int(np.dot(signs, difference)) for signs in itertools.product((1, -1), repeat=7)
    ]
    at_least = np.mean([total >= difference.sum() for total in sums])
    assert paired_p_value(*counts) == pytest.approx(2 * at_least)
