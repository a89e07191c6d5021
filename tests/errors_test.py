"""Tests of seq2seq_keras.errors."""

import pytest

import seq2seq_keras as s2s
from seq2seq_keras import vectors
from seq2seq_keras.errors import InputError, check_choice, check_texts


def test_a_wrong_choice_names_the_right_ones():
    check_choice("cell", "gru", ("lstm", "gru"))
    message = "`cell` must be one of 'lstm', 'gru'. Received: cell='lstn'"
    with pytest.raises(InputError, match=message):
        check_choice("cell", "lstn", ("lstm", "gru"))


@pytest.mark.parametrize("texts", ["a b", b"a b", ""])
def test_a_single_string_is_no_list_of_texts(texts):
    with pytest.raises(InputError, match=r"`words` must be texts.*a single string"):
        check_texts(lines=["a b"], words=texts)


WORDS = s2s.WordTokenizer(["a", "b"])
TEXTS = ["a b", "b a"]
TAKES_TEXTS = {
    "fit": lambda one: s2s.WordTokenizer.fit(one),
    "a vocabulary": lambda one: s2s.WordTokenizer(one),
    "ids of many": lambda one: WORDS.tokenize_to_ragged(one),
    "pairs": lambda one: s2s.Pairs(one, one),
    "pairs, one side": lambda one: s2s.Pairs(TEXTS, one),
    "a metric": lambda one: s2s.score_metric("wer", one, one),
    "a metric, one side": lambda one: s2s.score_metric("wer", TEXTS, one),
    "scores": lambda one: s2s.score_translations(one, one, intervals=False),
    "a comparison": lambda one: s2s.compare_translations({"x": TEXTS, "y": one}, TEXTS),
    "its references": lambda one: s2s.compare_translations(
        {"x": TEXTS, "y": TEXTS}, one
    ),
    "lengths": lambda one: s2s.score_by_length(one, one, one),
    "vectors": lambda one: vectors.one_hot(one),
    "given targets": lambda one: s2s.score_targets(None, one),
    "an evaluation": lambda one: s2s.evaluate_translator(None, one),
}


@pytest.mark.parametrize("name", TAKES_TEXTS)
def test_a_string_where_texts_belong_is_refused_and_not_spelt(name):
    with pytest.raises(InputError, match="a single string"):
        TAKES_TEXTS[name]("a b")
