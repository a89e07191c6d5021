"""Tests of what the server answers for one text."""

import json

import numpy as np
import pytest

from seq2seq_keras.serving import TranslateRequest, translation_record
from seq2seq_keras.translation import BeamNode, Hypothesis, Translation


def test_what_is_no_number_is_null():
    """JSON has neither NaN nor infinity, and a page could not read them."""
    attention = np.array([[0.25, np.nan]])
    broken = Hypothesis("b", ("b",), np.nan, np.array([np.nan]), attention)
    node = BeamNode("b", None, np.nan, -np.inf, rank=0)
    found = Translation("x", ("x", "<eos>"), (broken,), beam=(node,))
    record = translation_record(found, tells_all=True, alignments=False)
    read = json.loads(json.dumps(record), parse_constant=pytest.fail)
    (hypothesis,), (tree,) = read["hypotheses"], read["beam"]
    assert (hypothesis["score"], hypothesis["token_probabilities"]) == (None, [None])
    assert hypothesis["attention"] == [[0.25, None]]
    assert tree == {
        "token": "b",
        "parent": None,
        "probability": None,
        "score": None,
        "rank": 0,
    }


def test_null_is_a_value_of_an_option_that_may_have_none():
    def search(**given):
        return TranslateRequest(texts=["a"], **given).search()

    assert search(max_length_ratio=None) == {"max_length_ratio": None}
    assert search(beam_width=None, prefix=None, seed=None) == search() == {}
