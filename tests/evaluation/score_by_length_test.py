"""Tests of `score_by_length`."""

import itertools

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import (
    bootstrap_interval,
    count_metric,
    score_by_length,
    score_metric,
    score_translations,
)

# In words, in no order.
LENGTHS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
SOURCES = [" ".join("x" * length) for length in LENGTHS]
REFERENCES = [f"a b c {length} e f" for length in LENGTHS]
TRANSLATIONS = [text.replace("5", "f").replace("9", "") for text in REFERENCES]


def test_each_bucket_has_the_score_of_its_sentences():
    table = score_by_length(SOURCES, TRANSLATIONS, REFERENCES, buckets=[2, 5])
    bounds = [(1, 2), (3, 5), (6, 9)]
    assert list(table["lengths"]) == ["1-2", "3-5", "6-9"]
    for row, (low, high) in zip(table.itertuples(), bounds, strict=True):
        chosen = [i for i, length in enumerate(LENGTHS) if low <= length <= high]
        texts = [[side[i] for i in chosen] for side in (TRANSLATIONS, REFERENCES)]
        assert row.sentences == len(chosen)
        assert row.mean_length == pytest.approx(np.mean([LENGTHS[i] for i in chosen]))
        assert row.score == pytest.approx(score_metric("bleu", *texts))
        counts = count_metric("bleu", *texts, bleu_tokenizer="13a")
        assert (row.low, row.high) == pytest.approx(bootstrap_interval(counts))
        assert (row.metric, row.unit) == ("BLEU", "words")


def test_the_metric_and_its_tokenizer_are_chosen():
    table = score_by_length(
        SOURCES, TRANSLATIONS, REFERENCES, metric="exact_match", buckets=[2, 4]
    )
    # Those of 5 and 9 words are wrong.
    assert list(table["score"]) == [1, 1, pytest.approx(2 / 6)]
    joined = ["a,b,c,d."] * 12
    for tokenizer, defined in (("13a", True), ("none", False)):
        table = score_by_length(SOURCES, joined, joined, bleu_tokenizer=tokenizer)
        assert table["score"].notna().all() == defined


def test_features_before_a_source_are_no_part_of_its_length():
    words = ["go", "gone", "going"]
    featured = ["V;PST\tgo", "V;V.PTCP;PST\tgone", "\tgoing"]
    expected, found = (
        score_by_length(sources, words, words, metric="exact_match", buckets=3)
        for sources in (words, featured)
    )
    assert list(found["lengths"]) == list(expected["lengths"]) == ["2", "4", "5"]
    assert set(found["unit"]) == {"characters"}


def test_one_source_without_features_does_not_make_words_of_the_others():
    words = ["going", "gone", "went", "go"]
    featured = ["V;V.PTCP;PRS\tgoing", "V;V.PTCP\tgone", "V;PST\twent", "go"]
    table = score_by_length(
        featured, words, words, metric="exact_match", buckets=[2, 4]
    )
    assert list(table["lengths"]) == ["2", "4", "5"]
    assert list(table["sentences"]) == [1, 2, 1]


def test_one_tab_does_not_make_features_of_a_text():
    sources = ["one two\tthree", "one two", "one two", "one two"]
    table = score_by_length(sources, sources, sources, metric="wer", buckets=[2])
    assert list(table["lengths"]) == ["2", "3"]


def test_a_sentence_without_a_reference_is_in_no_bucket():
    sources = ["a b", "a b c", "a b c d", "x x x x x x"]
    references = ["a b", None, ["a b c d", "a"], None]
    table = score_by_length(
        sources, sources, references, metric="exact_match", buckets=[2, 4]
    )
    assert list(table["lengths"]) == ["2", "4"]
    assert list(table["sentences"]) == [1, 1]
    scores = score_translations(sources, references, intervals=False)
    assert table["sentences"].sum() == scores.sentences


def test_the_number_of_buckets_may_be_one_of_numpy():
    tables = [
        score_by_length(SOURCES, REFERENCES, REFERENCES, metric="wer", buckets=number)
        for number in (2, np.int64(2))
    ]
    assert tables[0].equals(tables[1])


@pytest.mark.parametrize("buckets", [1, 2, 3, 6, 100])
def test_buckets_share_the_sentences_and_no_length(buckets):
    table = score_by_length(
        SOURCES, REFERENCES, REFERENCES, metric="chrf", buckets=buckets
    )
    assert table["sentences"].sum() == len(SOURCES)
    assert 1 <= len(table) <= min(buckets, len(set(LENGTHS)))
    ends = [text.split("-") for text in table["lengths"]]
    for before, after in itertools.pairwise(ends):
        assert int(before[-1]) < int(after[0])


def test_buckets_are_about_equally_full():
    generator = np.random.default_rng(0)
    sources = [" ".join("x" * n) for n in generator.permutation(np.arange(2, 62))]
    table = score_by_length(sources, sources, sources, metric="wer", buckets=6)
    assert list(table["sentences"]) == [10] * 6
    assert table["lengths"].iloc[0] == "2-11"


def test_spelling_has_its_length_in_letters():
    sources = ["abc", "de", "abcd e", "안녕"]
    table = score_by_length(
        sources, sources, sources, metric="exact_match", buckets=[2, 3]
    )
    assert list(table["unit"].unique()) == ["characters"]
    assert list(table["lengths"]) == ["2", "3", "5"]


def test_a_bucket_without_a_score_or_an_interval_has_none():
    texts = ["one", "one two", "one two three four five"]
    table = score_by_length(texts, texts, texts, buckets=[1, 2])
    assert table["score"].isna().tolist() == [True, True, False]
    assert table["low"].isna().all()


def test_what_cannot_be_scored_by_length():
    with pytest.raises(InputError, match="12 sources and 11 references"):
        score_by_length(SOURCES, TRANSLATIONS, REFERENCES[1:])
    with pytest.raises(InputError, match=r"must rise. Received: buckets=\[5, 5\]"):
        score_by_length(SOURCES, TRANSLATIONS, REFERENCES, buckets=[5, 5])
    with pytest.raises(InputError, match=r"Received: buckets=0"):
        score_by_length(SOURCES, TRANSLATIONS, REFERENCES, buckets=0)
    with pytest.raises(InputError, match="at least one"):
        score_by_length([], [], [])
