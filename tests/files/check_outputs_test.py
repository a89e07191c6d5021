"""Tests of the rule that an input is never its own output."""

import os

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import check_outputs


@pytest.fixture
def text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    path = tmp_path / "text.txt"
    path.write_text("mine")
    (tmp_path / "link").symlink_to("text.txt")
    (tmp_path / "other").hardlink_to(path)
    return path


@pytest.mark.parametrize(
    "spelling",
    ["text.txt", "./text.txt", "folder/../text.txt", "link", "other", "{absolute}"],
)
def test_the_same_file_is_refused_however_it_is_spelled(text, spelling):
    path = spelling.format(absolute=text)
    message = f"--output {path} is the same file as --input, which is read"
    with pytest.raises(InputError, match=message):
        check_outputs([("--output", path)], [("--input", "text.txt")])
    with pytest.raises(InputError):
        check_outputs([("--output", "text.txt")], [("--input", path)])


def test_an_open_file_is_refused_too(text):
    with text.open() as opened:
        with pytest.raises(InputError, match=r"--output .* as standard input"):
            check_outputs([("--output", text)], [("standard input", opened.fileno())])
        with pytest.raises(InputError, match=r"^standard output is the same"):
            check_outputs([("standard output", opened.fileno())], [("--input", text)])


def test_two_outputs_on_one_file_are_refused(text):
    with pytest.raises(InputError, match="--plot new is the same file as --output"):
        check_outputs([("--output", "folder/../new"), ("--plot", "new")], [])


def test_a_named_pipe_does_not_wait_for_itself(text):
    os.mkfifo("pipe")
    with pytest.raises(InputError, match="same file"):
        check_outputs([("--output", "pipe")], [("--input", "pipe")])


def test_other_files_devices_and_closed_descriptors_are_nobodys_business(text):
    outputs = [("--output", "new"), ("--other", os.devnull), ("--closed", 1_000)]
    check_outputs(outputs, [("--input", text), ("--test", os.devnull), ("x", "none")])
