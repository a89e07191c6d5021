"""Tests of scores against several references of a sentence, or none."""

import numpy as np
import pytest
import sacrebleu

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import (
    METRICS,
    compare_translations,
    count_metric,
    score_by_length,
    score_metric,
    score_translations,
)
from seq2seq_keras.text import WordTokenizer

WORDS = WordTokenizer(["x"])
TRANSLATIONS = ["the cat is here now", "a dog", "who knows that"]
REFERENCES = [
    ["the cat is now here", "a cat is here now", "here is the cat at this time"],
    "a dog is here now",
    ["who knows that", None],
]
STREAMS = [
    ["the cat is now here", "a dog is here now", "who knows that"],
    ["a cat is here now", None, None],
    ["here is the cat at this time", None, None],
]


@pytest.mark.parametrize("name", ["bleu", "chrf", "ter"])
def test_it_is_what_sacrebleu_says(name):
    corpus = getattr(sacrebleu, f"corpus_{name}")(TRANSLATIONS, STREAMS)
    assert score_metric(name, TRANSLATIONS, REFERENCES) == pytest.approx(corpus.score)
    signature = score_translations(TRANSLATIONS, REFERENCES).signatures[name]
    assert "nrefs:var" in signature


def test_exact_match_counts_any():
    texts = ["who knows that", "a dog", "a cat"]
    references = [["x", "who knows that"], ["a dog", "y"], ["cat", "a  c"]]
    assert score_metric("exact_match", texts, references) == 2 / 3


def edits_by_hand(written, expected):
    """Levenshtein's table, cell by cell."""
    table = {(row, 0): row for row in range(len(written) + 1)}
    table |= {(0, column): column for column in range(len(expected) + 1)}
    for row, mine in enumerate(written, start=1):
        for column, its in enumerate(expected, start=1):
            table[row, column] = min(
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (mine != its),
            )
    return table[len(written), len(expected)]


def nearest_by_hand(written, references):
    """The edits and the length of the reference with the lowest rate."""
    best = None
    for tokens in references:
        edits = edits_by_hand(written, tokens)
        rate = edits / len(tokens) if tokens else (float("inf") if edits else 0.0)
        if best is None or rate < best[0]:
            best = rate, edits, len(tokens)
    return best[1:]


def test_rates_are_those_of_the_nearest_reference():
    generator = np.random.default_rng(0)

    def text(shortest):
        return " ".join(generator.choice(list("abc"), generator.integers(shortest, 7)))

    written = [text(0) for _ in range(300)]
    # Also of no token, which a list may hold.
    references = [
        [text(0) for _ in range(generator.integers(1, 5))] for _ in range(300)
    ]
    pairs = zip(written, references, strict=True)
    expected = [
        nearest_by_hand(one.split(), [each.split() for each in own])
        for one, own in pairs
    ]
    counts = count_metric("wer", written, references, bleu_tokenizer="13a")
    rates = [edits / length if length else edits for edits, length in expected]
    rows = np.where(counts.rows[:, 1], counts.rows[:, 0] / counts.rows[:, 1].clip(1), 0)
    np.testing.assert_allclose(rows, rates)
    edits, tokens = np.sum(expected, axis=0)
    assert score_metric("wer", written, references) == pytest.approx(edits / tokens)
    symbols = score_metric("symbol_error_rate", written, references, WORDS)
    assert symbols == pytest.approx(edits / tokens)


def test_the_nearest_has_the_lowest_rate_and_not_the_fewest_edits():
    # To "a b" it is one edit of two tokens, to the long one two of eight.
    references = ["a b", "a a a a a a b b"]
    counts = count_metric("wer", ["a a a a a a"], [references], bleu_tokenizer="13a")
    np.testing.assert_array_equal(counts.rows, [[2, 8]])
    # Of equal rates the shorter one, in whatever order.
    for own in (["x b", "a a y y"], ["a a y y", "x b"]):
        counts = count_metric("wer", ["a b"], [own], bleu_tokenizer="13a")
        np.testing.assert_array_equal(counts.rows, [[1, 2]])


@pytest.mark.parametrize("name", METRICS)
def test_a_sentence_without_a_reference_counts_nothing(name):
    texts, references = ["no one knows", *TRANSLATIONS], [None, *REFERENCES]
    for missing in (None, [], [None]):
        references[0] = missing
        score = score_metric(name, texts, references, WORDS)
        assert score == score_metric(name, TRANSLATIONS, REFERENCES, WORDS)
    assert score_translations(texts, [None, *REFERENCES]).sentences == 3


@pytest.mark.parametrize("name", METRICS)
def test_one_reference_in_a_list_is_that_reference(name):
    plain = STREAMS[0]
    wrapped = [[text] for text in plain]
    score = score_metric(name, TRANSLATIONS, wrapped, WORDS)
    assert score == score_metric(name, TRANSLATIONS, plain, WORDS)


def test_comparisons_and_lengths_take_them_too():
    systems = {"a": TRANSLATIONS, "b": ["x", *TRANSLATIONS[1:]]}
    table = compare_translations(systems, REFERENCES).set_index(["metric", "system"])
    assert table.loc[("exact_match", "a"), "score"] == 1 / 3
    table = score_by_length(
        TRANSLATIONS, TRANSLATIONS, REFERENCES, metric="exact_match", buckets=[3]
    )
    assert table["score"].tolist() == [0.5, 0]


@pytest.mark.parametrize("wrong", [3, [3], float("nan")])
def test_what_is_no_reference_is_named(wrong):
    with pytest.raises(InputError, match="Reference 2 is"):
        score_metric("wer", TRANSLATIONS[:2], ["a", wrong])


def test_no_reference_at_all_is_an_error():
    with pytest.raises(InputError, match="Every reference is empty"):
        score_metric("wer", ["a", "b"], [None, []])
