"""What the training of a saved translator was told of its data."""

import dataclasses
import os
import pathlib
import shlex
from collections.abc import Collection, Mapping
from typing import Any

from seq2seq_keras.data import DataOptions, ReadingOptions, given_options
from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.training.file_names import CONFIG
from seq2seq_keras.yaml_files import read_yaml


def is_remembered(folder: str | os.PathLike) -> bool:
    """Whether it is known what the training of a saved translator was told.

    Args:
        folder: The folder of the translator.

    Returns:
        `False` for one that was imported, exported or saved by hand.
    """
    return _path(folder).is_file()


def trained_seed(folder: str | os.PathLike) -> int:
    """The seed that a saved translator was trained with, or 0 if that is not known.

    Args:
        folder: The folder of the translator.

    Returns:
        An integer. A corpus split with another seed would put sentences of the
        training into the test.
    """
    return trained_options(folder, ["seed"]).get("seed", 0)


def trained_options(
    folder: str | os.PathLike, names: Collection[str]
) -> dict[str, Any]:
    """What the training of a saved translator was told of some options.

    Args:
        folder: The folder of the translator.
        names: The names of options of `DataOptions`.

    Returns:
        A dictionary without those that are not known.

    Raises:
        InputError: If one of them is out of its range.
    """
    path, options = _read(folder)
    told = {name: options[name] for name in names if name in options}
    try:
        DataOptions(**told)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return told


def trained_reading(
    folder: str | os.PathLike, given: Mapping[str, Any]
) -> tuple[ReadingOptions, dict[str, Any]]:
    """How files of pairs are read that go with a saved translator.

    Args:
        folder: The folder of the translator.
        given: Options of `ReadingOptions` that are given now.

    Returns:
        `ReadingOptions` with those that were given, and else with those of the
        training; and a dictionary of the latter.

    Raises:
        InputError: If features are parted by something else than in the training.
    """
    path, options = _read(folder)
    names = [field.name for field in dataclasses.fields(ReadingOptions)]
    try:
        told = ReadingOptions(**{n: options[n] for n in names if n in options})
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    separator = given.get("features_separator", told.features_separator)
    if told.features_column is not None and separator != told.features_separator:
        raise InputError(
            f"{folder} knows features that `{told.features_separator}` parts, so that "
            f"what {shown(separator)} parts would be unknown: leave "
            "`features_separator` out, and have them parted so in the files."
        )
    taken = {n: v for n, v in given_options(told).items() if n not in given}
    taken.pop("weights_column", None)  # it says how much a pair counts in training
    if "columns" in given:
        taken.pop("header", None)  # which says how columns are named
    return ReadingOptions(**{**taken, **given}), taken


def as_options(values: Mapping[str, Any]) -> str:
    """Options as the command line has them."""
    words = []
    for name, value in values.items():
        words.append("--" + name.replace("_", "-"))
        words += map(shlex.quote, value if isinstance(value, list) else [value])
    return " ".join(words)


def _read(folder: str | os.PathLike) -> tuple[pathlib.Path, dict[str, Any]]:
    path = _path(folder)
    return path, read_yaml(path) if path.is_file() else {}


def _path(folder: str | os.PathLike) -> pathlib.Path:
    return pathlib.Path(folder, CONFIG)
