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


def test_rates_take_the_nearest_and_the_mean_length():
    counts = count_metric("wer", TRANSLATIONS, REFERENCES, bleu_tokenizer="13a")
    # To "a cat is here now" one word is exchanged; 5, 5 and 7 words.
    np.testing.assert_allclose(counts.rows, [[1, 17 / 3], [3, 5], [0, 3]])
    symbols = score_metric("symbol_error_rate", TRANSLATIONS, REFERENCES, WORDS)
    assert symbols == pytest.approx(counts.score)


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
