"""Tests of words that begin with `--`, and of commands printed to be copied."""

import shlex
import types

import pytest

from seq2seq_keras import training, translation, vectors
from seq2seq_keras.cli import main, make_parser
from seq2seq_keras.terminal import escaped


@pytest.fixture
def commands_run(monkeypatch):
    """The options of the commands that `main` would run."""
    seen = []
    table = dict.fromkeys(["translate", "compare", "vectors"], seen.append)
    monkeypatch.setattr("seq2seq_keras.cli.commands._COMMANDS", table)
    return seen


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["translate", "--", "--my-model"], "model", "--my-model"),
        (["compare", "--corpus", "x", "--", "--a-b", "-c"], "systems", ["--a-b", "-c"]),
        (["compare", "a-b", "--", "--c-d"], "systems", ["a-b", "--c-d"]),
        (["translate", "m", "--prefix=--no-way"], "prefix", "--no-way"),
        (["translate", "m", "--avoid", "mother-in-law"], "avoid", ["mother-in-law"]),
    ],
)
def test_words_and_values_stay_as_they_are(commands_run, arguments, name, value):
    assert main(arguments) == 0
    assert commands_run[0][name] == value


def test_words_of_vectors_may_begin_with_dashes(commands_run):
    assert main(["vectors", "similar", "f", "--count", "3", "--", "--x-y"]) == 0
    options = commands_run[0]["similar"]
    assert (options.file, options.words, options.count) == ("f", ["--x-y"], 3)


def test_nothing_is_imported_for_what_is_no_option(commands_run):
    assert main(["compare", "--", "--import", "nowhere", "--cell", "a:b"]) == 0
    systems = ["--import", "nowhere", "--cell", "a:b"]
    assert commands_run[0].systems == systems


NAMES = ["my model", "-model", "$(touch x)", "a'b;c", "한국어"]


def suggested(capsys):
    """The last line that was printed, as a shell takes it apart."""
    line = capsys.readouterr().out.splitlines()[-1]
    assert escaped(line) == line
    return shlex.split(line)


@pytest.mark.parametrize("name", NAMES)
def test_how_to_use_what_was_trained(monkeypatch, capsys, name):
    made = types.SimpleNamespace(evaluation="scores")
    monkeypatch.setattr(training, "train", lambda config: made)
    assert main(["train", "--corpus", "copy", f"--output={name}"]) == 0
    program, *words = suggested(capsys)
    assert program == "seq2seq-keras"
    options = make_parser().parse_args(words).translate
    assert options.model in (name, f"./{name}")


@pytest.mark.parametrize("name", NAMES)
def test_how_to_go_on_with_a_training(monkeypatch, capsys, name, tmp_path):
    monkeypatch.chdir(tmp_path)

    class Stopped:
        def __init__(self, config, signals, *_):
            raise OSError("the disk is full")

    monkeypatch.setattr("seq2seq_keras.training.run.Trainer", Stopped)
    path = training.state_path(name)
    path.parent.mkdir()
    path.touch()
    (path.parent / "training.yaml").write_text("corpus: copy\n")
    assert main(["train", f"--resume={name}"]) == 2
    hint, error = capsys.readouterr().err.splitlines()
    assert error == "seq2seq-keras: error: the disk is full"
    words = shlex.split(hint.partition("seq2seq-keras ")[2])
    assert make_parser().parse_args(words).train.resume in (name, f"./{name}")


@pytest.mark.parametrize("name", NAMES)
def test_how_to_look_at_what_was_exported(monkeypatch, capsys, name):
    made = types.SimpleNamespace(export=lambda folder, **_: folder)
    monkeypatch.setattr(translation.Translator, "load", lambda folder: made)
    assert main(["export", "m", "--", name]) == 0
    assert suggested(capsys)[3] in (name, f"./{name}")


@pytest.mark.parametrize("word", ["--x", "-c", "$HOME", "a b", "'"])
def test_how_to_look_at_vectors(monkeypatch, capsys, tmp_path, word):
    made = types.SimpleNamespace(
        describe=lambda: "vectors", words=[word], save=lambda *_, **__: None
    )
    monkeypatch.setattr(vectors, "word2vec", lambda texts, **options: made)
    (tmp_path / "text").write_text("a\n")
    arguments = ["--input", str(tmp_path / "text"), "--output=-my vectors"]
    assert main(["vectors", "train", *arguments]) == 0
    options = make_parser().parse_args(suggested(capsys)[1:]).vectors.similar
    assert (options.file, options.words) == ("./-my vectors", [word])
