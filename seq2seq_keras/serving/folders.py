"""What is a model on disk: a translator, a SavedModel, or a folder of versions."""

import contextlib
import os
import pathlib
import re
from collections.abc import Sequence
from typing import Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.options import ServingOptions, check_name
from seq2seq_keras.translation import is_translator_folder

_ONLY_VERSION = 1
_INT64 = 2**63
_DIGITS, _NUMBER = re.compile(r"[0-9]+"), re.compile(r"0*[0-9]{1,19}")


def named_folders(
    folders: Sequence[str | os.PathLike], options: ServingOptions
) -> dict[str, pathlib.Path]:
    """The folders of models by the names they are served under.

    Args:
        folders: What was named on the command line.
        options: `ServingOptions`.

    Returns:
        A dictionary.

    Raises:
        InputError: If a folder holds no model, or two models have one name.
    """
    places = [pathlib.Path(folder) for folder in folders]
    names = options.name or [place.resolve().name for place in places]
    if len(names) != len(places):
        raise InputError(
            f"There are {len(places)} models and {len(names)} names: `--name` takes "
            "one for each model."
        )
    if len({*names}) != len(names):
        raise InputError(
            f"Two models have one name: {', '.join(names)}. Choose `--name`."
        )
    for place in places:
        if not versions_in(place):
            raise InputError(
                f"{place} holds no model: neither a saved translator, nor a "
                "SavedModel, nor folders of them with numbers for names."
            )
    for label in options.labels or ():
        if not any(label in options.labels_given_to(name) for name in names):
            raise InputError(f"`--labels` has {label}, and there is no such model.")
    return dict(zip(map(check_name, names), places, strict=True))


def versions_in(folder: pathlib.Path) -> dict[int, pathlib.Path]:
    """The versions of a folder by their numbers; one, of number 1, if it is a model."""
    if is_saved_model(folder) or is_translator_folder(folder):
        return {_ONLY_VERSION: folder}
    found: dict[int, pathlib.Path] = {}
    for path in _models_in(folder):
        if _is_number(path.name):
            found.setdefault(int(path.name), path)
    return found


def misnamed_in(folder: pathlib.Path) -> list[pathlib.Path]:
    """Models that are no version: a number too large, or another name of a version."""
    if is_saved_model(folder) or is_translator_folder(folder):
        return []
    used = {*versions_in(folder).values()}
    return [path for path in _models_in(folder) if path not in used]


def _models_in(folder: pathlib.Path) -> list[pathlib.Path]:
    """Models in a folder that have digits for names, `1` before `01`."""
    try:
        inside = list(folder.iterdir())
    except OSError:
        return []
    return [
        path
        for path in sorted(inside, key=lambda path: (len(path.name), path.name))
        if _DIGITS.fullmatch(path.name)
        and (is_saved_model(path) or is_translator_folder(path))
    ]


def _is_number(name: str) -> bool:
    """Whether digits are a number of 64 bits, zeros before it aside."""
    return _NUMBER.fullmatch(name) is not None and int(name) < _INT64


def is_saved_model(folder: pathlib.Path) -> bool:
    """Whether a folder is a SavedModel, whole or not."""
    return (folder / "saved_model.pb").is_file()


def marks_of(folder: pathlib.Path) -> list[Any]:
    """What changes when a file of a folder does."""
    marks = []
    for path in _inside(folder):
        try:
            state = path.stat()
        except OSError:
            continue
        marks.append((str(path), state.st_size, state.st_mtime_ns))
    return marks


def _inside(folder: pathlib.Path) -> list[pathlib.Path]:
    """What is in a folder; of one that vanishes meanwhile, what was there so far."""
    paths = []
    with contextlib.suppress(OSError):
        for path in folder.rglob("*"):
            paths.append(path)
    return sorted(paths)
