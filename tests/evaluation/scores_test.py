"""Tests of seq2seq_keras.evaluation.scores."""

import json

import pytest
import sacrebleu

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import (
    INTERVALS,
    METRICS,
    bootstrap_interval,
    count_metric,
    score_metric,
    score_translations,
)
from seq2seq_keras.text import WordTokenizer

WORDS = WordTokenizer(["x"])
REFERENCES = ["je suis étudiant", "il est là ?", "nous avons un chat noir"]
TRANSLATIONS = ["je suis un étudiant", "il est là ?", "nous avons un chien noir"]


def test_all_scores_are_those_of_the_metrics():
    scores = score_translations(TRANSLATIONS, REFERENCES, WORDS, bleu_tokenizer="none")
    for name in METRICS:
        options = {"bleu_tokenizer": "none"}
        counts = count_metric(name, TRANSLATIONS, REFERENCES, WORDS, **options)
        expected = score_metric(name, TRANSLATIONS, REFERENCES, WORDS, **options)
        assert getattr(scores, name) == expected
        assert scores.intervals[name] == bootstrap_interval(counts)
        low, high = scores.intervals[name]
        assert low <= expected <= high
    assert scores.sentences == 3


def test_scores_of_sacrebleu_have_its_signatures():
    signatures = score_translations(TRANSLATIONS, REFERENCES, WORDS).signatures
    assert set(signatures) == set(METRICS)
    assert "tok:13a" in signatures["bleu"]
    assert "nc:6" in signatures["chrf"]
    assert "tok:tercom" in signatures["ter"]
    version = f"version:{sacrebleu.__version__}"
    assert all(version in signatures[name] for name in ("bleu", "chrf", "ter"))
    for name in ("wer", "symbol_error_rate", "exact_match"):
        assert signatures[name] == "nrefs:1"


def test_the_dictionary_is_flat_and_json():
    scores = score_translations(TRANSLATIONS, REFERENCES, WORDS)
    values = scores.as_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert not any(isinstance(value, dict | list) for value in values.values())
    assert (values["ter_low"], values["ter_high"]) == scores.intervals["ter"]
    assert values["bleu_signature"] == scores.signatures["bleu"]
    assert (values["sentences"], values["intervals"]) == (3, INTERVALS)


def test_intervals_may_be_left_out():
    scores = score_translations(TRANSLATIONS, REFERENCES, WORDS, intervals=False)
    assert scores.intervals == {}
    assert not any(name.endswith(("low", "intervals")) for name in scores.as_dict())


def test_without_a_tokenizer_there_are_no_symbols():
    scores = score_translations(TRANSLATIONS, REFERENCES)
    assert scores.symbol_error_rate is None
    assert scores.as_dict()["symbol_error_rate"] is None
    assert "symbol_error_rate" not in scores.intervals
    assert scores.wer == pytest.approx(2 / 12)


def test_bleu_of_words_to_spell_is_none_and_not_zero():
    scores = score_translations(["abc", "de"], ["abc", "de"], WORDS)
    assert scores.bleu is None
    assert "bleu" not in scores.intervals
    assert score_translations(["abcdef gh"], ["abcdef gh"]).bleu is None
    assert (scores.exact_match, scores.wer) == (1, 0)


def test_a_translation_that_is_no_string_is_named():
    for nothing in (None, 1, float("nan")):
        with pytest.raises(InputError, match=r"Translation 2 is .*expected a string"):
            score_translations(["a", nothing], ["a", "b"])


def test_one_sentence_has_scores_without_intervals():
    scores = score_translations(TRANSLATIONS[:1], REFERENCES[:1], WORDS)
    assert scores.wer == pytest.approx(1 / 3)
    assert scores.intervals == {}


@pytest.mark.parametrize(
    ("translations", "references"), [([], []), (["a"], ["a", "b"]), (["a"], [""])]
)
def test_nothing_to_compare_is_an_error(translations, references):
    with pytest.raises(InputError):
        score_translations(translations, references, WORDS)
