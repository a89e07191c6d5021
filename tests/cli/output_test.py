"""Tests of how translations are written as lines."""

import json

import numpy as np
import pytest

from seq2seq_keras.cli import main, translation_json, translation_lines
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import CharacterTokenizer, SpaceTokenizer
from seq2seq_keras.translation import Hypothesis, Translation, pharaoh_alignment


def hypothesis(text, score, attention=None):
    tokens = (*text.split(), "<eos>")
    return Hypothesis(text, tokens, score, np.full(len(tokens), 0.5), attention)


# To "b" the decoder looked at "y"; its <eos> looked at that of the source.
WEIGHTS = np.array([[0.1, 0.7, 0.2], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]])
TRANSLATION = Translation(
    source="x y",
    source_tokens=("x", "y", "<eos>"),
    hypotheses=(hypothesis("b a", -0.25, WEIGHTS), hypothesis("a", -1.5)),
)


def test_a_line_is_the_text_and_what_was_asked_for():
    assert translation_lines(TRANSLATION) == ["b a"]
    assert translation_lines(TRANSLATION, scores=True) == ["b a\t-0.2500"]
    assert translation_lines(TRANSLATION, alignments=True) == ["b a\t1-0 0-1"]
    assert translation_lines(TRANSLATION, scores=True, alignments=True) == [
        "b a\t-0.2500\t1-0 0-1"
    ]


def test_n_best_lists_are_written_as_moses_does():
    assert translation_lines(TRANSLATION, number=7, n_best=2, scores=True) == [
        "7 ||| b a ||| -0.2500",
        "7 ||| a ||| -1.5000",
    ]


def test_alignments_leave_both_ends_out():
    assert pharaoh_alignment(hypothesis("b a", 0.0, WEIGHTS)) == "1-0 0-1"


def test_an_alignment_never_points_at_the_end_of_the_source():
    """`<eos>` got most of the weight, so the best word is named."""
    attention = np.array([[0.1, 0.2, 0.7], [0.0, 0.0, 1.0]])
    assert pharaoh_alignment(hypothesis("b", 0.0, attention)) == "1-0"


def test_a_token_that_looked_at_no_word_has_no_pair():
    """`<eos>` got all of the weight, as from a hard attention."""
    attention = np.array([[0.0, 0.0, 1.0], [0.0, 0.4, 0.6], [0.0, 0.0, 1.0]])
    assert pharaoh_alignment(hypothesis("b a", 0.0, attention)) == "1-1"
    assert pharaoh_alignment(hypothesis("b", 0.0, attention[::2])) == ""


def test_a_translation_cut_off_has_no_end_to_leave_out():
    cut_off = Hypothesis("b a", ("b", "a"), 0.0, np.ones(2), WEIGHTS[:2], ended=False)
    assert pharaoh_alignment(cut_off) == "1-0 0-1"


def test_what_was_not_found_has_no_score_in_json():
    nothing = Hypothesis("", (), -np.inf, np.zeros(0), np.zeros((0, 3)))
    translation = Translation("x", ("x", "<eos>"), (nothing,))
    line = translation_json(translation)
    assert json.loads(line, parse_constant=pytest.fail)["score"] is None
    assert translation_lines(translation, alignments=True) == ["\t"]


def test_what_is_no_number_is_null_in_json():
    broken = Hypothesis("b", ("b",), np.nan, np.array([np.nan]), WEIGHTS[:1] * np.inf)
    line = translation_json(Translation("x", ("x", "y", "<eos>"), (broken,)))
    record = json.loads(line, parse_constant=pytest.fail)
    assert (record["score"], record["token_probabilities"]) == (None, [None])
    assert record["attention"] == [[None] * 3]


def test_without_attention_there_is_no_alignment():
    with pytest.raises(InputError, match=r'no alignments without .* or `"hard"`'):
        pharaoh_alignment(hypothesis("b", 0.0))


def test_json_has_the_whole_record_in_one_line():
    line = translation_json(TRANSLATION)
    record = json.loads(line)
    assert record["source_tokens"] == ["x", "y", "<eos>"]
    assert record["translation"] == "b a"
    assert record["token_probabilities"] == [0.5, 0.5, 0.5]
    np.testing.assert_array_equal(record["attention"], WEIGHTS)
    assert [other["translation"] for other in record["n_best"]] == ["b a", "a"]
    assert record["n_best"][1]["attention"] is None


def test_json_has_no_list_where_there_is_one_translation():
    single = Translation("x", ("x", "<eos>"), (hypothesis("é", -1.0),))
    line = translation_json(single)
    assert "é" in line
    assert "n_best" not in json.loads(line)


def test_a_translation_with_line_ends_is_a_line_and_that_is_said(
    random_translator, tmp_path, capsys
):
    target = CharacterTokenizer.fit(["\n" * 9], keep_white_space=True)
    translator = random_translator(3, SpaceTokenizer.fit(["a b c"]), target)
    folder = str(translator.save(tmp_path / "model"))
    (tmp_path / "in.txt").write_text("a b\nc\n")
    out, test = tmp_path / "out.txt", tmp_path / "test.tsv"
    fixed = ["--min-length", "2", "--max-length", "2"]
    command = ["translate", folder, "--input", str(tmp_path / "in.txt"), *fixed]
    assert main([*command, "--output", str(out)]) == 0
    lines = out.read_text().splitlines()
    assert [{*line} for line in lines] == [{" "}] * 2
    assert "2 translations have line ends" in capsys.readouterr().err
    assert main([*command, "--json"]) == 0
    text, error = capsys.readouterr()
    texts = [json.loads(line)["translation"] for line in text.splitlines()]
    assert [each.replace("\n", " ") for each in texts] == lines
    assert error == ""
    test.write_text("a\tb\nb\tc\nc\ta\n")
    assert (
        main(["evaluate", folder, "--test", str(test), "--output", str(out), *fixed])
        == 0
    )
    assert [{*line} for line in out.read_text().splitlines()] == [{" "}] * 3
