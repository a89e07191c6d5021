"""Tests of what is written for what is read."""

import os
import pathlib
import shutil

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.distributed import check_made_with, is_many, is_missing, mirrored


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("in/a.txt", "in/b.en", "in/c.csv", "in/deep/a.txt", "in/deep/d.gz"):
        path = pathlib.Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    pathlib.Path("in/.hidden").touch()
    pathlib.Path("in/.git/refs").mkdir(parents=True)
    pathlib.Path("in/.git/refs/config").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "written"),
    [
        ("in", ["a.txt", "b.en", "c.csv.txt", "deep/a.txt", "deep/d.gz.txt"]),
        ("in/*.txt", ["a.txt"]),
        ("in/*/*", ["deep/a.txt", "deep/d.gz.txt"]),
        ("in/**/*.txt", ["a.txt", "deep/a.txt"]),
        ("*/a.txt", ["in/a.txt"]),
    ],
)
def test_what_is_written_lies_as_deep_as_what_is_read(folder, inputs, written):
    made = mirrored(inputs, "out")
    assert [str(path) for path in made.values()] == [f"out/{name}" for name in written]
    assert all(pathlib.Path(read).is_file() for read in made)


def test_a_folder_that_is_hidden_is_read_where_it_is_named(folder):
    (path,) = mirrored("in/.git", "out").values()
    assert str(path) == "out/refs/config"


def test_lines_of_json_are_called_so(folder):
    (path,) = mirrored("in/*.en", "out", suffix=".jsonl").values()
    assert str(path) == "out/b.en.jsonl"


def test_a_file_with_a_star_in_its_name_is_one_file(folder):
    pathlib.Path("in/*.txt").touch()
    assert not is_many("in/*.txt")
    assert is_many("in/*.en")
    assert is_many("in")
    assert not is_many("in/a.txt")


def test_no_two_files_are_written_onto_one(folder):
    pathlib.Path("in/c.csv.txt").touch()
    with pytest.raises(InputError, match=r"would both be written to out/c.csv.txt"):
        mirrored("in", "out")


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        ("in", "in/deep", "in/deep/a.txt lies in in/deep, where translations are"),
        ("in/*", "in", "in/a.txt lies in in, where"),
        ("in/*.none", "out", "No file is called as the pattern says: in/.*none"),
    ],
)
def test_what_is_written_is_not_read(folder, inputs, output, message):
    with pytest.raises(InputError, match=message):
        mirrored(inputs, output)


def write(mirror):
    for written in mirror.values():
        written.parent.mkdir(parents=True, exist_ok=True)
        written.touch()


def test_what_was_written_among_what_is_read_is_not_read_the_next_time(folder):
    first = mirrored("in", "in/out")
    check_made_with("in/out", {})
    write(first)
    assert mirrored("in", "in/out") == first
    assert mirrored("in/**/*.txt", "in/out") == {
        read: first[read] for read in ("in/a.txt", "in/deep/a.txt")
    }
    with pytest.raises(InputError, match=r"in/out/a\.txt lies in in/out, where"):
        mirrored("in/out", "in/out")


def test_what_was_written_into_another_folder_is_not_read_either(folder):
    first = mirrored("in", "in/fr")
    check_made_with("in/fr", {})
    write(first)
    assert mirrored("in", "in/de").keys() == first.keys()
    # What is written can be what is read, if it is named.
    assert list(mirrored("in/fr", "out")) == sorted(map(str, first.values()))
    shutil.copytree("in/fr", "made/fr")
    with pytest.raises(InputError, match="made holds translations alone: made/fr/a"):
        mirrored("made", "out")


def test_what_is_older_than_its_source_is_missing(folder):
    assert is_missing("in/a.txt", "out.txt")
    pathlib.Path("out.txt").touch()
    os.utime("out.txt", (100, 100))
    os.utime("in/a.txt", (100, 100))
    assert not is_missing("in/a.txt", "out.txt")
    os.utime("in/a.txt", (101, 101))
    assert is_missing("in/a.txt", "out.txt")


def test_files_that_were_made_with_something_else_stay_alone(folder):
    check_made_with("in", {"beam_width": 5, "model": ["0"]})
    check_made_with("in", {"beam_width": 5, "model": ("0",)})
    with pytest.raises(InputError, match="with another `beam_width`: 5, and now None"):
        check_made_with("in", {"model": ["0"]})
