"""Tests of seq2seq_keras.evaluation.metrics."""

import sys
import unicodedata

import jiwer
import numpy as np
import pytest
import sacrebleu

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import METRICS, count_metric, score_metric
from seq2seq_keras.text import CharacterTokenizer, WordTokenizer

WORDS = WordTokenizer(["x"])
REFERENCES = [
    "je suis étudiant à Paris .",
    "il est là , n'est-ce pas ?",
    "nous avons un chat noir (et un chien).",
    "나는 학교에 갑니다 .",
]
TRANSLATIONS = [
    "je suis un étudiant à Paris.",
    "il est là , pas ?",
    "",
    "나는 오늘 학교에 갑니다 .",
]
SACREBLEU = {
    "bleu": sacrebleu.corpus_bleu,
    "chrf": sacrebleu.corpus_chrf,
    "ter": sacrebleu.corpus_ter,
}


def score(name, translations=TRANSLATIONS, references=REFERENCES, **options):
    return score_metric(name, translations, references, WORDS, **options)


@pytest.mark.parametrize("name", SACREBLEU)
def test_scores_are_those_of_sacrebleu(name):
    expected = SACREBLEU[name](TRANSLATIONS, [REFERENCES]).score
    assert score(name) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("tokenizer", ["13a", "none", "char", "intl", "zh"])
def test_bleu_takes_the_tokenizers_of_sacrebleu(tokenizer):
    metric = sacrebleu.BLEU(tokenize=tokenizer)
    expected = metric.corpus_score(TRANSLATIONS, [REFERENCES]).score
    assert score("bleu", bleu_tokenizer=tokenizer) == pytest.approx(expected, abs=1e-9)
    counts = count_metric("bleu", TRANSLATIONS, REFERENCES, bleu_tokenizer=tokenizer)
    assert counts.signature == str(metric.get_signature())
    assert f"|tok:{tokenizer}|" in counts.signature


def test_bleu_tokenizers_differ():
    scores = {score("bleu", bleu_tokenizer=name) for name in ("13a", "none", "char")}
    assert len(scores) == 3


def test_the_word_error_rate_is_that_of_jiwer():
    assert score("wer") == pytest.approx(jiwer.wer(REFERENCES, TRANSLATIONS))


@pytest.mark.parametrize(
    ("translation", "reference", "edits", "length"),
    [
        ("je suis", "je suis étudiant", 1, 3),  # one left out
        ("je suis un étudiant", "je suis étudiant", 1, 3),  # one added
        ("tu es étudiant", "je suis étudiant", 2, 3),  # two exchanged
        ("", "je suis", 2, 2),
        ("a b", "", 2, 0),
        ("l'homme", "l'femme", 1, 2),  # tokens, not words between spaces
    ],
)
def test_the_symbol_error_rate_counts_edits(translation, reference, edits, length):
    # A second, perfect sentence of four tokens: the rate is that of the corpus.
    rate = score("symbol_error_rate", [translation, "a b c d"], [reference, "a b c d"])
    assert rate == pytest.approx(edits / (length + 4))


def test_symbols_may_be_characters_and_spaces():
    tokenizer = CharacterTokenizer(["x"])
    assert score_metric("symbol_error_rate", ["a c"], ["a b"], tokenizer) == 1 / 3
    assert score_metric("wer", ["a c"], ["a b"]) == 1 / 2


def test_what_is_said_for_an_empty_reference_is_added():
    assert score("wer", ["a b", "c"], ["", "c"]) == 2.0


def test_an_exact_match_ignores_spacing_and_unicode_form():
    written, expected = ["va\u202f!", "e\u0301tat", "Va"], ["va  !", "état", "va"]
    assert score("exact_match", written, expected) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", METRICS)
def test_the_unicode_form_does_not_count(name):
    apart = [unicodedata.normalize("NFD", text) for text in TRANSLATIONS]
    assert score(name, apart) == score(name)


@pytest.mark.parametrize("name", METRICS)
def test_a_better_translation_is_on_the_better_side(name):
    perfect, other = score(name, REFERENCES), score(name)
    assert (perfect > other) == METRICS[name].higher_is_better
    assert perfect == pytest.approx(
        {"bleu": 100, "chrf": 100, "exact_match": 1}.get(name, 0)
    )


def test_bleu_is_at_most_100(monkeypatch):
    # sacreBLEU's sum of logarithms may come out a little above.
    class Above:
        score = 100.00000000000004

    monkeypatch.setattr(
        sacrebleu.metrics.BLEU, "_compute_score_from_stats", lambda *_: Above
    )
    assert score("bleu", REFERENCES) == 100.0


@pytest.mark.parametrize("name", METRICS)
def test_the_order_of_sentences_does_not_count(name):
    assert score(name, TRANSLATIONS[::-1], REFERENCES[::-1]) == score(name)


@pytest.mark.parametrize("name", METRICS)
def test_the_score_of_a_part_is_that_of_its_sentences(name):
    counts = count_metric(name, TRANSLATIONS, REFERENCES, WORDS, bleu_tokenizer="13a")
    chosen = np.array([1, 3])
    expected = score(name, TRANSLATIONS[1::2], REFERENCES[1::2])
    assert counts.part(chosen).score == pytest.approx(expected, abs=1e-9)
    assert counts.part(chosen[:0]).score is None


@pytest.mark.parametrize("name", METRICS)
def test_empty_translations_are_bad_but_have_a_score(name):
    worst = {"bleu": 0, "chrf": 0, "ter": 100, "exact_match": 0}.get(name, 1)
    assert score(name, [""] * len(REFERENCES)) == pytest.approx(worst)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    ("translations", "references"),
    [([], []), (["a"], ["a", "b"]), (["a"], [""]), (["", ""], [" ", "\u202f"])],
)
def test_nothing_to_score_is_an_error(name, translations, references):
    with pytest.raises(InputError):
        score(name, translations, references)


def test_bleu_of_words_to_spell_is_an_error_and_not_zero():
    # Right to the last letter, and yet sacreBLEU says 0.
    with pytest.raises(InputError, match=r"BLEU is not defined .* none has 4 tokens"):
        score("bleu", ["abc", "d e f"], ["abc", "d e f"])
    assert score("bleu", ["d e f g"], ["d e f g"]) == pytest.approx(100)


def test_what_is_not_known_or_missing_is_named():
    with pytest.raises(InputError, match=r"`metric` must be one of 'bleu'.*'rouge'"):
        score("rouge")
    with pytest.raises(InputError, match="`bleu_tokenizer` must be one of"):
        score("bleu", bleu_tokenizer="spm")
    with pytest.raises(InputError, match="pass the tokenizer of the target"):
        score_metric("symbol_error_rate", TRANSLATIONS, REFERENCES)


def test_a_tokenizer_whose_package_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "MeCab", None)
    module = "sacrebleu.tokenizers.tokenizer_ja_mecab"
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(InputError, match=r"sacrebleu\[ja\]"):
        score("bleu", bleu_tokenizer="ja-mecab")
