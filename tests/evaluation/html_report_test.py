"""Tests of seq2seq_keras.evaluation.html_report; see those in a browser as well."""

import dataclasses
import json
import re

import numpy as np
import pytest

from seq2seq_keras.data import EvaluationSet, Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import write_html_report
from seq2seq_keras.translation import Hypothesis, Translation


def make_translation(text, score=-1.0, attention=None):
    best = Hypothesis(text, ("<eos>",), score, np.array([0.1239]), attention)
    return Translation("a b", ("a", "￭b", "<eos>"), (best,))


def data_of(path):
    page = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    return json.loads(data)


def test_numbers_are_kept_with_few_digits(tmp_path):
    path = tmp_path / "report.html"
    attention = np.array([[0.1251, 0.0049, 0.87]])
    write_html_report([make_translation("x", -1.23456, attention)], None, path)
    (sentence,) = data_of(path)
    assert sentence["tokens"] == ["a", "▪b", "<eos>"]
    (best,) = sentence["hypotheses"]
    # In thousandths, in hundredths with nothing for zero.
    assert (best["probabilities"], best["score"]) == ([124], -1.2346)
    assert best["attention"] == ["13,,87"]


def test_blank_references_and_infinite_scores_are_none(tmp_path):
    path = tmp_path / "report.html"
    translations = [make_translation("b", score=-np.inf)]
    write_html_report(translations, [" "], path)
    (sentence,) = data_of(path)
    assert (sentence["references"], sentence["chrf"]) == ([], None)
    assert sentence["hypotheses"][0]["score"] is None
    assert "attention" not in sentence["hypotheses"][0]


def test_what_is_no_number_is_null(tmp_path):
    path = tmp_path / "report.html"
    attention = np.array([[0.125, np.nan, 0.5]])
    made = make_translation("b", np.nan, attention)
    best = dataclasses.replace(made.hypotheses[0], token_probabilities=[np.nan])
    write_html_report([dataclasses.replace(made, hypotheses=(best,))], None, path)
    (best,) = data_of(path)[0]["hypotheses"]
    assert (best["probabilities"], best["score"]) == ([None], None)
    assert best["attention"] == ["12,,50"]


def test_the_unicode_form_of_a_reference_does_not_count(tmp_path):
    path = tmp_path / "report.html"
    write_html_report([make_translation("é 한")], ["e\u0301 한"], path)
    assert data_of(path)[0]["chrf"] == 100


def test_all_references_are_kept_and_the_nearest_scores(tmp_path):
    path = tmp_path / "report.html"
    translations = [make_translation(text) for text in ("abc", "def", "ghi", "jkl")]
    test = EvaluationSet(["s"] * 4, [("xyz", "abc"), ("de f", " "), (), ("mno",)])
    for given in (test, [["xyz", None, "abc"], "de f", [""], ["mno"]]):
        write_html_report(translations, given, path)
        sentences = data_of(path)
        shown = [sentence["references"] for sentence in sentences]
        assert shown == [["xyz", "abc"], ["de f"], [], ["mno"]]
        assert [sentence["chrf"] for sentence in sentences] == [100, 100, None, 0]
        # Of all sentences that have any, not of the last one.
        assert "<footer>chrF of a sentence: nrefs:var|case:mixed" in path.read_text()


def test_pairs_are_references_too(tmp_path):
    path = tmp_path / "report.html"
    write_html_report([make_translation("abc")], Pairs(["abc"], ["xyz"]), path)
    assert data_of(path)[0]["references"] == ["xyz"]
    with pytest.raises(InputError, match="Reference 1 is 3"):
        write_html_report([make_translation("abc")], [["x", 3]], path)


@pytest.mark.parametrize(
    ("translations", "references"),
    [([], None), ([], []), ([make_translation("x")], [])],
)
def test_a_report_needs_translations_and_as_many_references(
    translations, references, tmp_path
):
    with pytest.raises(InputError, match="at least one translation, and a reference"):
        write_html_report(translations, references, tmp_path / "report.html")
    assert not any(tmp_path.iterdir())
