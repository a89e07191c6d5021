"""Tests of seq2seq_keras.evaluation.record."""

import hashlib
import json
import platform
import shutil

import numpy as np
import pandas as pd
import pytest
import sacrebleu

from seq2seq_keras.data import Pairs, load_corpus
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation import (
    Evaluation,
    comparison_record,
    data_sha256,
    evaluation_record,
    model_sha256,
    score_translations,
)
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import SearchRequest, Translator

PAIRS = Pairs(["a b", "b"], ["x y", "y"])


def make_translator(words="a b", **options):
    tokenizer = WordTokenizer.fit([words])
    model = build_model(6, 6, units=4, embedding_dim=3, **options)
    model.set_weights([np.full(w.shape, 0.5, w.dtype) for w in model.get_weights()])
    return Translator(model, tokenizer, tokenizer)


@pytest.fixture(scope="module")
def small():
    return make_translator()


def test_the_record_has_all_it_takes_to_repeat_the_evaluation(small):
    scores = score_translations(["x y", "z"], PAIRS.target)
    judge = make_translator("a c")
    request = SearchRequest.of(
        SearchOptions(), {"beam_width": 3, "rescore": judge, "rescore_weight": 0.25}
    )
    evaluation = Evaluation("a test", request, scores, 2.5, 0.5, ["x y", "z"])
    table = pd.DataFrame({"lengths": ["1", "2"], "score": [np.nan, 1.5]})
    record = evaluation_record(evaluation, small, PAIRS, table)
    assert evaluation.as_dict().items() <= record.items()
    assert record["search"]["beam_width"] == 3
    assert record["search"]["rescore_weight"] == 0.25
    assert record["rescore_sha256"] == model_sha256(judge) != model_sha256(small)
    assert record["data_sha256"] == data_sha256(PAIRS)
    assert record["model_sha256"] == model_sha256(small)
    assert record["models"] == 1
    assert record["versions"]["python"] == platform.python_version()
    assert record["versions"]["sacrebleu"] == sacrebleu.__version__
    assert record["by_length"] == [
        {"lengths": "1", "score": None},
        {"lengths": "2", "score": 1.5},
    ]
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_the_record_of_a_comparison_is_json():
    table = pd.DataFrame({"system": ["a", "b"], "p_value": [np.nan, 0.5]})
    record = comparison_record(table, PAIRS, "a test")
    assert record["comparison"][0] == {"system": "a", "p_value": None}
    assert (record["sentences"], record["data_sha256"]) == (2, data_sha256(PAIRS))
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_the_hash_of_data_is_that_of_lines_of_json():
    text = '["a b", "x y"]\n["나", "é\\n"]\n'
    pairs = [("a b", "x y"), ("나", "é\n")]
    assert data_sha256(pairs) == hashlib.sha256(text.encode()).hexdigest()


def test_every_change_of_the_data_changes_their_hash():
    others = [
        [("a b", "x y")],
        [("b", "y"), ("a b", "x y")],
        [("a b", "x y"), ("y", "b")],
        [("a", "b x y"), ("b", "y")],
        [("a b", "x y"), ("b", "y ")],
    ]
    hashes = {data_sha256(pairs) for pairs in [PAIRS, *others]}
    assert len(hashes) == 1 + len(others)


def test_the_hash_of_a_model_is_the_same_wherever_it_lies(
    translator, saved_translator, tmp_path
):
    expected = model_sha256(translator)
    folder = shutil.copytree(saved_translator, tmp_path / "elsewhere")
    loaded = Translator.load(folder)
    assert model_sha256(loaded) == expected
    # Neither using it, saving it again nor another search makes it another model.
    loaded.translate(load_corpus("phrasebook/english-french").test.source[0])
    loaded.save(folder, scores={"bleu": 1.0}, description="copied")
    assert model_sha256(Translator.load(folder)) == expected


def test_every_change_of_the_model_changes_its_hash(small):
    nudged = make_translator()
    *weights, last = nudged.model.get_weights()
    last.flat[-1] += 1e-6
    nudged.model.set_weights([*weights, last])
    others = [
        nudged,
        make_translator("a c"),
        make_translator(reverse_source=True),  # the same weights, otherwise used
        Translator.ensemble([small, small]),
        Translator.ensemble([small, nudged]),
    ]
    hashes = {model_sha256(each) for each in [small, *others]}
    assert len(hashes) == 1 + len(others)
    assert model_sha256(make_translator()) == model_sha256(small)
