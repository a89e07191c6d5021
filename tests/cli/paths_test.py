"""Tests of what no command writes onto; nothing of it gets as far as to be opened."""

import argparse
import contextlib
import itertools
import os
import pathlib

import pytest

from seq2seq_keras.cli import (
    INPUTS,
    OUTPUTS,
    TextType,
    check_paths,
    main,
    make_parser,
)
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import TrainingConfig, resume_training, train
from seq2seq_keras.translation import TRANSLATOR_FILES

# Options whose text is no path that is read or written.
OTHER = {
    *("attention", "avoid", "cell", "columns", "corpus", "first", "second", "third"),
    *("end", "import", "member", "prefix", "special_tokens", "start", "words"),
    *("separator", "comment", "encoding", "features_column", "features_separator"),
    *("weights_column", "seeds", "backup"),
    *("address", "allowed_hosts", "cors_origins", "host", "labels", "name"),
    "replicas",
    *("help", "version", "print_config"),
    "resume",  # a folder that goes on to be what it is
}


def actions(parser, command=()):
    """Yields each command with its options."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action._name_parser_map.items():
                yield from actions(inner, (*command, name))
        else:
            yield command, action


PARSER = make_parser()
OPTIONS = list(actions(PARSER))


def test_every_option_is_known_to_name_a_path_or_not():
    texts = {
        action.dest
        for _, action in OPTIONS
        if action.nargs != 0
        and (
            isinstance(action.type, TextType)
            or (getattr(action, "_typehint", None) or action.type or str)
            in (str, str | None)
        )
    }
    assert texts == {*INPUTS, *OUTPUTS} | (OTHER & texts)
    assert not {*INPUTS, *OUTPUTS} & OTHER


def pairs():
    """Each option that is written, with each that is read by the same command."""
    by_command = {}
    for command, action in OPTIONS:
        by_command.setdefault(command, {})[action.dest] = action
    for command, options in by_command.items():
        read = [options[name] for name in INPUTS if name in options]
        written = [options[name] for name in OUTPUTS if name in options]
        for one, other in itertools.product(read, written):
            if command not in (("train",), ("export",), ("import",)):
                yield pytest.param(
                    command, one, other, options, id=_id(command, one, other)
                )


def _id(command, one, other):
    return f"{' '.join(command)} {one.dest} {other.dest}"


def given(action, value):
    return [f"--{action.dest}", value] if action.option_strings else [value]


@pytest.mark.parametrize(("command", "read", "written", "options"), list(pairs()))
def test_an_input_is_never_an_output(
    command, read, written, options, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    inside = OUTPUTS[written.dest][:1]
    path = pathlib.Path(*inside) if inside else pathlib.Path("a.yaml")
    path.write_text("{}")
    arguments = [*command]
    for action in options.values():
        if action is read:
            arguments += given(action, str(path))
        elif action is written:
            arguments += given(action, "." if inside else "./a.yaml")
        elif not action.option_strings or action.required:
            arguments += given(action, "something")
    parsed = PARSER.parse_args(arguments)
    with pytest.raises(InputError, match="is read, and writing would destroy it"):
        check_paths(parsed.command, parsed[parsed.command])
    assert path.read_text() == "{}"


@pytest.fixture
def model(tmp_path):
    """A folder with the names of a translator."""
    (tmp_path / "model").mkdir()
    for name in (*TRANSLATOR_FILES, "training.yaml"):
        (tmp_path / "model" / name).touch()
    (tmp_path / "text").write_text("a\n")
    return tmp_path / "model"


@pytest.mark.parametrize("name", ["model.keras", "config.json", "training.yaml"])
@pytest.mark.parametrize("command", ["translate --output", "evaluate --length_plot"])
def test_the_model_is_not_written_onto(model, command, name, capsys):
    command, option = command.split()
    assert main([command, str(model), option, f"{model}/../model/{name}"]) == 2
    error = capsys.readouterr().err
    assert f"same file as a file of {model}, which is read" in error
    assert error.count("\n") == 1


def test_neither_are_the_others_of_an_ensemble(model, tmp_path, capsys):
    arguments = ["--ensemble", str(model), "--output", str(model / "model.keras")]
    assert main(["translate", str(tmp_path / "other"), *arguments]) == 2
    assert f"same file as a file of {model}" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["model", "."])
def test_an_export_does_not_replace_the_model(model, tmp_path, output, capsys):
    assert main(["export", str(model), str(tmp_path / output)]) == 2
    assert "which exporting would replace" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["train", "validation", "source_vectors"])
@pytest.mark.parametrize("name", ["log.csv", "README.md", "last/model.keras"])
def test_a_training_does_not_write_onto_its_data(tmp_path, option, name, capsys):
    (tmp_path / "last").mkdir()
    path = tmp_path / name
    path.write_text("a\tb\n")
    options = {"train": [str(tmp_path / "other")], option: [str(path)]}
    if option == "source_vectors":
        options[option] = str(path)
    arguments = ["--overwrite", "true", "--output", str(tmp_path)]
    for key, value in options.items():
        arguments += [f"--{key}", *([value] if isinstance(value, str) else value)]
    assert main(["train", *arguments]) == 2
    error = capsys.readouterr().err
    assert f"{name} is the same file as {path} of `{option}`, which is read" in error
    assert path.read_text() == "a\tb\n"
    config = TrainingConfig(output=str(tmp_path), overwrite=True, **options)
    with pytest.raises(ValueError, match="is the same file as"):
        train(config)


@pytest.mark.parametrize("name", ["a.zip:glove.txt", "./a.zip:in/glove.txt:1"])
def test_a_member_of_an_archive_is_read_from_the_archive(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("a.zip").touch()
    parsed = PARSER.parse_args(
        ["vectors", "load", name, "--output", f"{tmp_path}/a.zip"]
    )
    with pytest.raises(InputError, match=f"same file as file {name}, which is read"):
        check_paths("vectors", parsed.vectors)
    # A file of that very name is another one.
    pathlib.Path(name).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(name).touch()
    check_paths("vectors", parsed.vectors)


@pytest.mark.parametrize("option", ["source_vectors", "target_vectors"])
def test_a_training_does_not_write_onto_an_archive_it_reads(tmp_path, option):
    (tmp_path / "log.csv").touch()
    given = {option: f"{tmp_path}/log.csv:glove.txt"}
    config = TrainingConfig(output=str(tmp_path), train=["a"], overwrite=True, **given)
    with pytest.raises(InputError, match=f"log.csv:glove.txt of `{option}`, which is"):
        train(config)


def test_neither_does_one_that_goes_on(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("a\tb\n")
    (tmp_path / "training.yaml").write_text(f"train: ['{path}']\n")
    with pytest.raises(ValueError, match=r"log\.csv of `output` .* is the same file"):
        resume_training(tmp_path)
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "training.yaml"]


@contextlib.contextmanager
def standing_for(number, path):
    """A file in the place of a standard stream."""
    kept = os.dup(number)
    with path.open("r+b") as file:
        os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def test_standard_streams_are_looked_at_too(model, tmp_path):
    text = tmp_path / "text"

    def check(*arguments):
        parsed = PARSER.parse_args(["translate", str(model), *map(str, arguments)])
        check_paths("translate", parsed.translate)

    with standing_for(1, text), pytest.raises(InputError, match=r"^standard output is"):
        check("--input", text)
    with standing_for(0, text), pytest.raises(InputError, match="as standard input"):
        check("--output", text)
    with standing_for(1, model / "model.keras"), pytest.raises(InputError):
        check("--input", text)
    other = tmp_path / "other"
    other.touch()
    with standing_for(1, other):
        check("--input", text)
        check("--input", text, "--output", "/dev/stdout")
        with pytest.raises(InputError, match="is the same file as --input"):
            check("--input", other, "--output", "/dev/stdout")
