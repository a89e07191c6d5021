"""Tests of seq2seq_keras.evaluation.scores."""

import pytest
import sacrebleu

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.scores import score_translations
from seq2seq_keras.text.character_tokenizer import CharacterTokenizer
from seq2seq_keras.text.word_tokenizer import WordTokenizer

WORDS = WordTokenizer(["x"])
REFERENCES = ["je suis étudiant", "il est là ?", "nous avons un chat noir"]


def test_perfect_translations_have_perfect_scores():
    scores = score_translations(REFERENCES, REFERENCES, WORDS)
    assert scores.bleu == pytest.approx(100)
    assert scores.chrf == pytest.approx(100)
    assert scores.exact_match == 1
    assert scores.token_error_rate == 0
    assert scores.sentences == 3


def test_bleu_and_chrf_are_those_of_sacrebleu_with_their_signatures():
    translations = ["je suis un étudiant", "il est là ?", "nous avons un chien noir"]
    scores = score_translations(translations, REFERENCES, WORDS)
    assert scores.bleu == sacrebleu.corpus_bleu(translations, [REFERENCES]).score
    assert scores.chrf == sacrebleu.corpus_chrf(translations, [REFERENCES]).score
    assert "tok:13a" in scores.bleu_signature
    assert f"version:{sacrebleu.__version__}" in scores.chrf_signature


@pytest.mark.parametrize(
    ("translation", "reference", "edits", "length"),
    [
        ("je suis", "je suis étudiant", 1, 3),  # one left out
        ("je suis un étudiant", "je suis étudiant", 1, 3),  # one added
        ("tu es étudiant", "je suis étudiant", 2, 3),  # two exchanged
        ("", "je suis", 2, 2),
        ("l'homme", "l'femme", 1, 2),  # tokens, not words between spaces
    ],
)
def test_the_token_error_rate_counts_edits(translation, reference, edits, length):
    # A second, perfect sentence of four tokens: the rate is that of the corpus.
    scores = score_translations([translation, "a b c d"], [reference, "a b c d"], WORDS)
    assert scores.token_error_rate == pytest.approx(edits / (length + 4))


def test_what_is_said_for_an_empty_reference_is_added_tokens():
    scores = score_translations(["a b", "c"], ["", "c"], WORDS)
    assert scores.token_error_rate == 2.0


def test_tokens_may_be_characters_and_spaces():
    tokenizer = CharacterTokenizer(["x"])
    scores = score_translations(["a c"], ["a b"], tokenizer)
    assert scores.token_error_rate == pytest.approx(1 / 3)


def test_an_exact_match_ignores_spacing_and_unicode_form():
    scores = score_translations(["va\u202f!", "e\u0301tat"], ["va  !", "état"], WORDS)
    assert scores.exact_match == 1.0
    assert score_translations(["Va"], ["va"], WORDS).exact_match == 0.0


@pytest.mark.parametrize(
    ("translations", "references"), [([], []), (["a"], ["a", "b"]), (["a"], [""])]
)
def test_nothing_to_compare_is_an_error(translations, references):
    with pytest.raises(InputError):
        score_translations(translations, references, WORDS)
