"""Tests of `compare_translations` and `read_system`."""

import math

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import (
    METRICS,
    compare_translations,
    read_system,
    score_translations,
)
from seq2seq_keras.text import WordTokenizer

WORDS = WordTokenizer(["x"])
REFERENCES = ["je suis étudiant", "il est là ?", "nous avons un chat noir"] * 10
WRONG = ["il est étudiant", "il est la", "vous avez un chat"] * 10


def test_each_system_is_scored_and_compared_with_the_first():
    systems = {"wrong": WRONG, "again": WRONG, "right": REFERENCES}
    table = compare_translations(systems, REFERENCES, WORDS)
    assert list(table["metric"].unique()) == list(METRICS)
    assert list(table["system"]) == list(systems) * len(METRICS)
    rows = table.set_index(["metric", "system"])
    wrong, right = (
        score_translations(each, REFERENCES, WORDS) for each in (WRONG, REFERENCES)
    )
    for name, metric in METRICS.items():
        first, again, other = (rows.loc[name, system] for system in systems)
        assert (first["score"], first["low"]) == (
            getattr(wrong, name),
            wrong.intervals[name][0],
        )
        assert math.isnan(first["difference"]) and math.isnan(first["p_value"])
        assert (again["difference"], again["p_value"]) == (0, 1)
        assert other["difference"] == getattr(right, name) - getattr(wrong, name)
        assert (other["difference"] > 0) == metric.higher_is_better
        assert (
            other["difference_low"] <= other["difference"] <= other["difference_high"]
        )
        assert other["p_value"] < 0.001
        assert first["signature"] == wrong.signatures.get(name, "")


def test_what_is_not_defined_is_left_out():
    systems = {"a": ["b c", "d"], "b": ["b c", "e"]}
    table = compare_translations(systems, ["b c", "d"])
    assert list(table["metric"].unique()) == ["chrf", "ter", "wer", "exact_match"]


@pytest.mark.parametrize(
    ("systems", "references", "message"),
    [
        ({"a": WRONG}, REFERENCES, r"needs two systems. Received: \['a'\]"),
        ({"a": WRONG, "b": WRONG[1:]}, REFERENCES, "b has 29 translations .* 30 ref"),
        ({"a": ["x"], "b": ["x"]}, ["x"], "two or more references"),
    ],
)
def test_what_cannot_be_compared(systems, references, message):
    with pytest.raises(InputError, match=message):
        compare_translations(systems, references)


def test_a_system_is_a_translator_or_a_file(saved_translator, translator, tmp_path):
    sources = ["he is tired", "", "she is tired"]
    options = {"max_length": 1}
    translations, tokenizer = read_system(saved_translator, sources, **options)
    assert translations == translator.translate(sources, **options)
    assert translations != translator.translate(sources)
    assert tokenizer.get_config() == translator.target_tokenizer.get_config()
    path = tmp_path / "translations.txt"
    path.write_text("".join(f"{text}\n" for text in translations), encoding="utf-8")
    assert read_system(path, sources, **options) == (translations, None)


def test_a_file_has_a_line_for_each_sentence(tmp_path):
    path = tmp_path / "translations.txt"
    path.write_text("a\nb\n")
    with pytest.raises(InputError, match="has 2 lines and the test set has 3 sent"):
        read_system(path, ["x", "y", "z"])
    with pytest.raises(InputError, match="no such file"):
        read_system(tmp_path / "missing", ["x"])
