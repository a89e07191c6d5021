"""Tests of every command with streams that fail, and with signals at any moment."""

import io
import itertools
import signal
import subprocess
import sys
import time

import pytest

from seq2seq_keras.cli import main

ERROR = "seq2seq-keras: error: "
NO_SPACE = f"{ERROR}standard output: No space left on device"
CLOSED = f"{ERROR}Standard output is closed. Send it to /dev/null instead."
TINY = ["--tokenizer", "character", "--units", "8", "--embedding_dim", "4"]


class FullDisk(io.StringIO):
    """Takes what fits a buffer, and then nothing."""

    def flush(self):
        raise OSError(28, "No space left on device")


class NobodyReads(io.StringIO):
    """A pipe whose reader has gone."""

    def flush(self):
        raise BrokenPipeError(32, "Broken pipe")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pairs, their sources and a few vectors."""
    path = tmp_path_factory.mktemp("files")
    sources = ["he is tired", "i am tired", "we are here", "he is here"] * 3
    lines = (f"{source}\til est {number}\n" for number, source in enumerate(sources))
    (path / "pairs.tsv").write_text("".join(lines))
    (path / "source.txt").write_text("".join(f"{source}\n" for source in sources))
    (path / "vectors.txt").write_text("3 2\nhe 1 0\nis 0 1\nhere 1 1\n")
    return path


def arguments(name, folder, model, output):
    """A command that runs through, and writes to standard output when it does."""
    test = [model, "--test", folder / "pairs.tsv"]
    train = ["--train", folder / "pairs.tsv", *TINY]
    vectors = folder / "vectors.txt"
    words = ["--input", folder / "source.txt", "--output", output / "made.txt"]
    words += ["--method", "lsa", "--dimensions", "2"]
    return {
        "train": ["train", *train, "--epochs", "1", "--output", output / "model"],
        "translate": ["translate", model, "--input", folder / "source.txt"],
        "evaluate": ["evaluate", *test],
        "evaluate as JSON": ["evaluate", *test, "--json"],
        "compare": ["compare", model, folder / "source.txt", *test[1:]],
        "score": ["score", *test],
        "report": ["report", *test, "--output", output / "report.html"],
        "export": ["export", model, output / "serving"],
        "describe": ["describe", *train[:4]],
        "vectors train": ["vectors", "train", *words],
        "vectors load": ["vectors", "load", vectors],
        "vectors similar": ["vectors", "similar", vectors, "he"],
        "vectors analogy": ["vectors", "analogy", vectors, "he", "is", "here"],
        "help": ["translate", "--help"],
    }[name]


LIGHT = ["describe", "help"]
LIGHT += [f"vectors {name}" for name in ("train", "load", "similar", "analogy")]
HEAVY = ["train", "translate", "evaluate", "evaluate as JSON", "compare", "report"]
HEAVY += ["score", "export"]
NAMES = [*LIGHT, *(pytest.param(name, marks=pytest.mark.slow) for name in HEAVY)]


@pytest.mark.parametrize("name", NAMES)
def test_no_command_takes_a_stream_that_fails_for_success(
    name, folder, saved_translator, tmp_path, monkeypatch, capsys
):
    for stream, status, lines in (
        (None, 2, [CLOSED]),
        (FullDisk(), 2, [NO_SPACE]),
        (NobodyReads(), 141, []),
    ):
        output = tmp_path / str(type(stream).__name__)
        output.mkdir()
        monkeypatch.setattr(sys, "stdout", stream)
        given = arguments(name, folder, saved_translator, output)
        assert main([str(argument) for argument in given]) == status
        monkeypatch.undo()
        said = capsys.readouterr().err.splitlines()
        # A training also says how to go on, the scores of targets their mean.
        assert [line for line in said if line.startswith("seq2seq-keras:")] == lines
        assert not list(output.rglob(".*"))


def test_a_command_without_anything_to_read_names_the_way_out(
    saved_translator, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["translate", str(saved_translator)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"{ERROR}Standard input is closed. Name a file."


def started(given, **streams):
    command = [sys.executable, "-m", "seq2seq_keras", *map(str, given)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **streams)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LIGHT, *HEAVY])
def test_real_processes_with_a_full_disk(name, folder, saved_translator, tmp_path):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        given = arguments(name, folder, saved_translator, tmp_path)
        with started(given, stdout=full) as process:
            _, error = process.communicate()
    assert process.returncode == 2
    assert error.splitlines()[-1] == NO_SPACE
    assert "Traceback" not in error


# From the moment on that Python itself has started.
MOMENTS = [0.5 + 0.75 * step for step in range(20)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["train", "translate"])
def test_signals_at_twenty_moments(name, folder, saved_translator, tmp_path):
    """Whenever it comes: a status, at most a line, and nothing half written."""
    source = tmp_path / "source.txt"
    source.write_text("he is tired\n" * 20_000)
    expected = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
    whole = {"train": "model/scores.json", "translate": "o.txt"}[name]
    statuses = set()
    for moment, number in zip(MOMENTS, itertools.cycle(expected), strict=False):
        output = tmp_path / f"{moment}"
        output.mkdir()
        if name == "train":
            given = [*arguments("train", folder, "", output), "--epochs", "50"]
            given += ["--patience", "50", "--samples", "0"]
        else:
            given = ["translate", saved_translator, "--input", source]
            given += ["--output", output / "o.txt"]
        with started(given, stdout=subprocess.DEVNULL) as process:
            time.sleep(moment)  # the experiment, not a way to wait for something
            process.send_signal(number)
            _, error = process.communicate()
        statuses.add(process.returncode)
        if process.returncode in (0, -number):  # its work was done
            assert (output / whole).exists(), (moment, error)
            assert not error, moment
        else:
            assert process.returncode == expected[number], (moment, error)
            assert len(error.splitlines()) == 1, (moment, error)
            assert name == "train" or not list(output.iterdir()), moment
        assert not list(output.rglob(".*")), moment
    assert {130, 143, 129} <= statuses
