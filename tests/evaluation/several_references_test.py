"""Tests of scores against several references of a sentence, or none."""

import numpy as np
import pandas as pd
import pytest
import sacrebleu

from seq2seq_keras.data import EvaluationSet, Pairs
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


@pytest.mark.parametrize("metric", [sacrebleu.BLEU, sacrebleu.CHRF, sacrebleu.TER])
@pytest.mark.parametrize("most", [1, 3])
def test_scores_and_signatures_are_those_of_sacrebleus_own_metric(metric, most):
    generator = np.random.default_rng(most)

    def text():
        return " ".join(generator.choice(list("abcd"), generator.integers(4, 12)))

    written = [text() for _ in range(60)]
    counts = [generator.integers(1, most + 1) for _ in written]
    streams = [
        [text() if number < count else None for count in counts]
        for number in range(most)
    ]
    own = metric()
    expected = own.corpus_score(written, streams).score
    scores = score_translations(written, list(zip(*streams, strict=True)))
    name = metric.__name__.lower()
    assert getattr(scores, name) == pytest.approx(expected)
    assert scores.signatures[name] == str(own.get_signature())
    low, high = scores.intervals[name]
    assert low < expected < high


@pytest.mark.parametrize(
    ("references", "nrefs"),
    [
        (["a", ["a"]], "nrefs:1"),
        ([["a", "b"], ["a", None, "c"]], "nrefs:2"),
        ([["a", "b"], ["a"]], "nrefs:var"),
        # Who has none does not count.
        ([["a", "b"], None], "nrefs:2"),
    ],
)
def test_every_signature_tells_how_many_references(references, nrefs):
    translations = ["x"] * len(references)
    signatures = score_translations(translations, references, WORDS).signatures
    assert list(signatures) == list(METRICS)
    assert {each.partition("|")[0] for each in signatures.values()} == {nrefs}


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
    found = []
    for tokens in references:
        edits = edits_by_hand(written, tokens)
        rate = edits / len(tokens) if tokens else (float("inf") if edits else 0.0)
        found.append((rate, edits, len(tokens)))
    return min(found)[1:]


def test_rates_are_those_of_the_nearest_reference():
    generator = np.random.default_rng(0)

    def text():  # also one without words
        return " ".join(generator.choice(list("abc"), generator.integers(7)))

    written = [text() for _ in range(300)]
    references = [[text() for _ in range(generator.integers(1, 5))] for _ in range(300)]
    pairs = zip(written, references, strict=True)
    expected = [
        nearest_by_hand(one.split(), [each.split() for each in own])
        for one, own in pairs
    ]
    counts = count_metric("wer", written, references, bleu_tokenizer="13a")
    np.testing.assert_array_equal(counts.rows, expected)
    edits, tokens = np.sum(expected, axis=0)
    assert score_metric("wer", written, references) == pytest.approx(edits / tokens)
    symbols = score_metric("symbol_error_rate", written, references, WORDS)
    assert symbols == pytest.approx(edits / tokens)


def test_the_nearest_has_the_lowest_rate_and_not_the_fewest_edits():
    # To "a" there are two edits for one token, to the other one three for five.
    references = ["a", "a a c d e"]
    counts = count_metric("wer", ["a a b"], [references], bleu_tokenizer="13a")
    np.testing.assert_array_equal(counts.rows, [[3, 5]])
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
        assert score_translations(texts, references).sentences == 3


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


@pytest.mark.parametrize("make", [Pairs, EvaluationSet])
def test_a_set_of_sources_stands_for_its_references(make):
    references = [("a b", "a c"), ("d",)] if make is EvaluationSet else ["a b", "d"]
    test = make(["the source", "x"], references)
    systems = {"first": ["a c", "d"], "second": ["a", "x"]}
    texts = systems["first"]
    assert score_translations(texts, test) == score_translations(texts, references)
    assert score_metric("ter", texts, test) == score_metric("ter", texts, references)
    tables = (compare_translations(systems, given) for given in (test, references))
    pd.testing.assert_frame_equal(*tables)
    options = {"metric": "exact_match", "buckets": 1}
    tables = (
        score_by_length(test.source, texts, given, **options)
        for given in (test, references)
    )
    pd.testing.assert_frame_equal(*tables)


def test_whether_there_is_a_score_does_not_depend_on_the_translation():
    """The nearest reference is too short for BLEU, another one is not."""
    references = [["a b", "a b c d"]] * 3
    systems = {"long": ["a b c d"] * 3, "short": ["a b"] * 3}
    assert score_translations(systems["short"], references).bleu == 0
    table = compare_translations(systems, references).set_index(["metric", "system"])
    assert table.loc[("bleu", "long"), "score"] == pytest.approx(100)
    # The nearest has no words, but not all have none.
    scores = score_translations([""], [["", "a"]])
    assert (scores.wer, scores.exact_match, scores.chrf) == (0, 1, 0)


def test_a_comparison_needs_two_sentences_with_a_reference():
    systems = {"a": ["x", "y"], "b": ["y", "x"]}
    with pytest.raises(InputError, match="Of 2 sentences only one has a reference"):
        compare_translations(systems, [["x"], None])


def test_lengths_say_how_many_references_there_were():
    options = {"metric": "exact_match", "buckets": [3]}
    table = score_by_length(TRANSLATIONS, TRANSLATIONS, REFERENCES, **options)
    assert table["signature"].tolist() == ["nrefs:var"] * 2


@pytest.mark.parametrize("wrong", [3, [3], float("nan")])
def test_what_is_no_reference_is_named(wrong):
    with pytest.raises(InputError, match="Reference 2 is"):
        score_metric("wer", TRANSLATIONS[:2], ["a", wrong])


def test_no_reference_at_all_is_an_error():
    with pytest.raises(InputError, match="Every reference is empty"):
        score_metric("wer", ["a", "b"], [None, []])
