"""Tests of seq2seq_keras.evaluation.evaluate."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.data import Pairs, load_corpus
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import evaluate_translator, score_translations


def perplexity_one_by_one(translator, pairs):
    total, count = 0.0, 0
    for source, target in pairs:
        source_ids = translator.source_tokenizer.tokenize(source)
        target_ids = translator.target_tokenizer.tokenize(target)
        inputs = {
            "source_token_ids": np.array([[*source_ids, 3]]),
            "target_token_ids": np.array([[2, *target_ids]]),
        }
        rows = tf.nn.log_softmax(translator.model(inputs, training=False))[0].numpy()
        for row, label in zip(rows, [*target_ids, 3], strict=True):
            total -= float(row[label])
            count += 1
    return math.exp(total / count)


def test_perplexity_is_per_token_whatever_the_batches(translator):
    pairs = load_corpus("phrasebook/english-french").test[:10]
    expected = perplexity_one_by_one(translator, pairs)
    for batch_size in (4, 64):
        evaluation = evaluate_translator(translator, pairs, batch_size=batch_size)
        assert evaluation.perplexity == pytest.approx(expected, rel=1e-4)


def test_scores_are_those_of_the_translations(translator):
    pairs = load_corpus("phrasebook/english-french").test[:20]
    evaluation = evaluate_translator(translator, pairs)
    assert evaluation.translations == translator.translate(pairs.source)
    expected = score_translations(
        evaluation.translations, pairs.target, translator.target_tokenizer
    )
    assert evaluation.scores == expected
    assert evaluation.search == translator.search
    values = evaluation.as_dict()
    assert values["bleu"] == expected.bleu
    assert values["perplexity_teacher_forced"] == evaluation.perplexity
    assert values["sentences"] == 20
    assert values["seconds"] > 0


def test_blank_pairs_count_as_sentences(translator):
    translation = translator.translate("he is tired")
    pairs = Pairs(["", "he is tired"], ["", translation])
    evaluation = evaluate_translator(translator, pairs, protocol="of a test")
    assert evaluation.scores.sentences == 2
    assert evaluation.scores.exact_match == 1.0
    assert math.isfinite(evaluation.perplexity)
    assert evaluation.as_dict()["protocol"] == "of a test"


def test_without_a_pair_to_measure_the_perplexity_is_no_number(translator):
    evaluation = evaluate_translator(translator, [("", "il est fatigué")])
    assert math.isnan(evaluation.perplexity)
    assert evaluation.as_dict()["perplexity_teacher_forced"] is None


def test_the_tokenizer_of_bleu_and_the_search_are_handed_on(translator):
    pairs = load_corpus("phrasebook/english-french").test[:5]
    evaluation = evaluate_translator(
        translator, pairs, bleu_tokenizer="char", beam_width=2
    )
    assert "tok:char" in evaluation.scores.signatures["bleu"]
    assert evaluation.search.beam_width == 2
    assert evaluation.protocol == evaluation.search.describe()


def test_the_protocol_tells_all_that_decided(translator):
    pairs = load_corpus("phrasebook/english-french").test[:2]
    drawn = evaluate_translator(translator, pairs, sample=True, seed=5, avoid=["il"])
    assert drawn.protocol == "sampling, seed=5, with `avoid`"
    judged = evaluate_translator(
        translator, pairs, beam_width=4, rescore=translator, rescore_weight=0.25
    )
    assert judged.protocol == (
        "beam search, beam_width=4, rescored by another model (0.25, 0)"
    )


def test_the_dictionary_can_be_saved_with_the_translator(translator, tmp_path):
    pairs = load_corpus("phrasebook/english-french").test[:5]
    values = evaluate_translator(translator, pairs).as_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    translator.save(tmp_path / "model", scores=values)
    scores = json.loads((tmp_path / "model" / "scores.json").read_text("utf-8"))
    assert scores == values
    assert "| bleu_low |" in (tmp_path / "model" / "README.md").read_text("utf-8")


def test_nothing_to_score_by_is_an_error(translator):
    with pytest.raises(InputError, match="Every reference is empty"):
        evaluate_translator(translator, [("he is tired", ""), ("", " ")])
