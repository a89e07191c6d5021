"""Which options name what a command reads and what it writes."""

import os
import pathlib
from collections.abc import Iterator
from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras.data import files_of
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import check_outputs

# Files, lists of files or folders of translators that a command reads.
INPUTS = (
    *(
        "config",
        "init",
        "model",
        "models",
        "ensemble",
        "rescore",
        "systems",
        "teachers",
        "input",
        "allowed",
        "test",
        "train",
    ),
    *("train_source", "train_target", "validation_source", "validation_target"),
    *("validation", "source_vectors", "target_vectors", "file", "vocabulary", "sets"),
    *("source_vocabulary", "target_vocabulary", "tokenizer"),
    *("certificate", "key", "token_file", "onnxruntime_web"),
)
# A file that it writes, or a folder, into which it writes these.
OUTPUTS: dict[str, tuple[str, ...]] = {
    "access_log": (),
    "output": (),
    "attention_plot": (),
    "length_plot": (),
    "projector": ("vectors.tsv", "words.tsv", "projector_config.pbtxt"),
}
# Those are the name of an option elsewhere.
_POSITIONAL = ("model", "models", "file", "systems", "teachers")
# Those of translators.
_FOLDERS = ("model", "ensemble", "rescore", "systems", "teachers")
_STANDARD_INPUT, _STANDARD_OUTPUT = 0, 1


def check_paths(command: str, options: Options) -> None:
    """Refuses a command that would write onto what it reads.

    Args:
        command: The name of the command.
        options: Its options.

    Raises:
        InputError: If it would; the option is named.
    """
    if "action" in options:
        options = options[options.action]
    inputs = list(_inputs(options))
    if command == "export":
        _check_export(options.output, inputs)
    outputs: list[tuple[str, Any]] = [("standard output", _STANDARD_OUTPUT)]
    # `train` knows what it writes, and looks itself.
    names = () if command in ("train", "import") else OUTPUTS
    if command == "import":
        outputs += _translator_files("--output", options.output)
    outputs += [
        (f"--{name}", pathlib.Path(options[name], inside))
        for name in names
        if options.get(name) is not None
        for inside in OUTPUTS[name] or ("",)
    ]
    check_outputs(outputs, inputs)


def _inputs(options: Options) -> Iterator[tuple[str, Any]]:
    for name in INPUTS:
        given = options.get(name)
        values = given if isinstance(given, list) else [given]
        shown = name if name in _POSITIONAL else f"--{name}"
        for value in (value for value in values if value is not None):
            path = os.fspath(value)
            yield f"{shown} {path}", path
            yield from ((f"{shown} {path}", file) for file in files_of(path))
            # Any file of a translator is what it is made of.
            if name in _FOLDERS and pathlib.Path(path).is_dir():
                yield from ((f"a file of {path}", part) for part in _parts(path))
    if "input" in options and options.input is None:
        yield "standard input", _STANDARD_INPUT


def _parts(folder: str) -> Iterator[pathlib.Path]:
    from seq2seq_keras.training import TRAINING_FILES
    from seq2seq_keras.translation import RUNTIME_FILES, TRANSLATOR_FILES

    names = (*TRANSLATOR_FILES, *TRAINING_FILES, *RUNTIME_FILES)
    for name in dict.fromkeys(names):
        if (path := pathlib.Path(folder, name)).is_file():
            yield path


def _translator_files(name: str, folder: str) -> Iterator[tuple[str, pathlib.Path]]:
    from seq2seq_keras.translation import TRANSLATOR_FILES

    for part in TRANSLATOR_FILES:
        yield name, pathlib.Path(folder, part)


def _check_export(output: str, inputs: list[tuple[str, Any]]) -> None:
    """A folder is replaced as a whole, with what is in it."""
    replaced = pathlib.Path(output).resolve()
    for name, path in inputs:
        if pathlib.Path(path).resolve().is_relative_to(replaced):
            raise InputError(
                f"{name} is inside of {output}, which exporting would replace. Name "
                "another folder."
            )
