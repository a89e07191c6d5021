"""Tests of seq2seq_keras.translation.likeness, against the libraries, pair by pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import score_metric
from seq2seq_keras.options import choices_of
from seq2seq_keras.text import SpaceTokenizer
from seq2seq_keras.translation import likeness

TEXTS = [
    *("le chat dort .", "le chat dort, le chat mange.", "dort le chat .", "", "a"),
    *("un chien", "une chienne mange le chat noir dans le jardin", "￭ 나는 학생이다."),
]
SOME = st.lists(st.text("ab .,é", max_size=30), min_size=1, max_size=5)
LIBRARY = {"chrf": CHRF(), "bleu": BLEU(effective_order=True)}


def by_library(name, texts, references):
    score = LIBRARY[name].sentence_score
    return [
        [score(text, [other]).score / 100 for other in references] for text in texts
    ]


@pytest.mark.parametrize("name", LIBRARY)
def test_scores_are_those_of_sacrebleu_for_each_pair(name):
    found = likeness(name, TEXTS, TEXTS[::-1], str.split)
    expected = by_library(name, TEXTS, TEXTS[::-1])
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert 0.1 < np.mean(expected) < 0.9  # there is something to compare


@pytest.mark.parametrize("name", LIBRARY)
@settings(max_examples=50, deadline=None)
@given(texts=SOME, references=SOME)
def test_scores_are_those_of_sacrebleu_whatever_the_texts(name, texts, references):
    found = likeness(name, texts, references, str.split)
    np.testing.assert_allclose(found, by_library(name, texts, references), atol=1e-12)


def test_the_error_rate_is_that_of_the_metric():
    texts = [text for text in TEXTS if text]
    tokenizer = SpaceTokenizer.fit(texts)
    found = likeness("symbol_error_rate", TEXTS, texts, tokenizer.split)
    rates = [
        [score_metric("symbol_error_rate", [x], [y], tokenizer) for y in texts]
        for x in TEXTS
    ]
    np.testing.assert_allclose(found, 1 - np.array(rates), atol=1e-12)


def test_of_an_empty_reference_whatever_is_written_is_wrong():
    found = likeness("symbol_error_rate", ["", "a b"], ["", "a"], str.split)
    np.testing.assert_array_equal(found, [[1, 0], [0, 0]])


def test_texts_match_or_do_not():
    found = likeness("exact_match", ["a", "b"], ["b", "a", "c"], str.split)
    np.testing.assert_array_equal(found, [[0, 1, 0], [1, 0, 0]])


def test_every_utility_of_a_search_is_a_measure():
    hint = SearchOptions.__annotations__["utility"]
    names = choices_of(hint)
    assert len(names) == 4
    for name in names:
        assert likeness(name, ["a b"], ["a b"], str.split) == pytest.approx(1)
    with pytest.raises(InputError, match="`utility` must be one of"):
        likeness("ter", ["a"], ["a"], str.split)
