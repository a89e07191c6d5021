"""Tests of what a saved translator knows of the data it was trained on."""

import pytest

from seq2seq_keras.data import ReadingOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import as_options, trained_options, trained_reading

TOLD = (
    "columns: ['0', '2']\nseparator: '|||'\nheader: auto\nencoding: cp949\nunits: 4\n"
)


def test_what_the_training_was_told_is_remembered(tmp_path):
    (tmp_path / "training.yaml").write_text(TOLD)
    options, taken = trained_reading(tmp_path, {})
    assert options == ReadingOptions(
        columns=["0", "2"], separator="|||", encoding="cp949"
    )
    assert taken == {
        "columns": ["0", "2"],
        "separator": "|||",
        "encoding": "cp949",
    }
    assert as_options(taken) == "--columns 0 2 --separator '|||' --encoding cp949"


def test_what_is_said_now_comes_first(tmp_path):
    (tmp_path / "training.yaml").write_text(TOLD)
    options, taken = trained_reading(tmp_path, {"columns": ["1", "0"], "comment": "#"})
    assert options.columns == ["1", "0"]
    assert (options.comment, options.separator) == ("#", "|||")
    assert "columns" not in taken


def test_what_was_not_told_is_not_remembered(tmp_path):
    assert trained_reading(tmp_path, {}) == (ReadingOptions(), {})
    (tmp_path / "training.yaml").write_text("units: 4\ncolumns: null\n")
    assert trained_reading(tmp_path, {}) == (ReadingOptions(), {})


def test_what_cannot_be_an_option_names_the_file(tmp_path):
    (tmp_path / "training.yaml").write_text("columns: [1]\n")
    with pytest.raises(InputError, match=r"training\.yaml: `columns` must be a list"):
        trained_reading(tmp_path, {})


def test_features_are_parted_as_in_the_training(tmp_path):
    (tmp_path / "training.yaml").write_text("features_column: '2'\n")
    given = {"features_column": "3", "features_separator": ";"}
    options, _ = trained_reading(tmp_path, given)
    assert options.features_column == "3"
    with pytest.raises(InputError, match="knows features that `;` parts"):
        trained_reading(tmp_path, {**given, "features_separator": "|"})


def test_other_options_are_those_that_are_known(tmp_path):
    (tmp_path / "training.yaml").write_text("seed: 5\nunits: 4\n")
    assert trained_options(tmp_path, ["seed", "batch_size"]) == {"seed": 5}


def test_a_damaged_option_names_the_file(tmp_path):
    (tmp_path / "training.yaml").write_text("batch_size: many\n")
    with pytest.raises(InputError, match=r"training\.yaml: `batch_size` must be"):
        trained_options(tmp_path, ["batch_size"])
