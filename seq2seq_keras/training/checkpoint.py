"""All that an interrupted training needs to go on."""

import hashlib
import json
import math
import os
import pathlib
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import current, replaced_when_complete
from seq2seq_keras.training.file_names import STATE
from seq2seq_keras.untrusted import (
    check_members,
    in_one_line,
    open_regular,
    parse_json,
    shown,
)

_PROGRESS = "progress"
_SUM_BYTES = 64


def save_state(
    path: str | os.PathLike, progress: dict[str, Any], groups: dict[str, Sequence]
) -> None:
    """Writes the state of a training as one file, whole or not at all.

    Args:
        path: Where to, ending in `.npz`.
        progress: Dictionary that JSON can hold.
        groups: Dictionary from names to lists of variables or arrays.
    """
    arrays: dict[str, Any] = {
        f"{name}/{index}": np.asarray(value)
        for name, values in groups.items()
        for index, value in enumerate(values)
    }
    arrays[_PROGRESS] = np.array(json.dumps(progress))
    with replaced_when_complete(path) as beside:
        np.savez(beside, **arrays)
        # An archive may be followed by something else.
        with beside.open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0, os.SEEK_END)
            file.write(digest.encode("ascii"))


def load_state(
    path: str | os.PathLike,
) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]]:
    """Reads what `save_state` wrote.

    Args:
        path: The file.

    Returns:
        A pair of `progress` and `groups`, with arrays for variables.

    Raises:
        InputError: If the file is damaged.
    """
    groups: dict[str, list] = {}
    try:
        with open_regular(path) as opened:
            size = _check_sum(opened)
            # No pickle: what a file from elsewhere could run code with.
            with np.load(opened, allow_pickle=False) as file:
                check_members(file.zip, size, path)
                text = str(file[_PROGRESS]).encode("utf-8")
                progress = parse_json(text, path, finite=False)
                for key in file.files:
                    if key != _PROGRESS:
                        groups.setdefault(key.partition("/")[0], []).append(file[key])
    except Exception as error:  # of whatever kind, with so much to get wrong
        raise InputError(
            f"{path}: this is no state of a training, or it is damaged "
            f"({in_one_line(error)}). Train anew."
        ) from None
    return progress, groups


def _check_sum(file: BinaryIO) -> int:
    """Refuses a file that does not end in its sum; returns the size of the rest."""
    size = os.fstat(file.fileno()).st_size - _SUM_BYTES
    digest = hashlib.sha256()
    left = size
    while left > 0 and (chunk := file.read(min(left, 2**20))):
        digest.update(chunk)
        left -= len(chunk)
    if size <= 0 or file.read() != digest.hexdigest().encode("ascii"):
        raise ValueError("its sum is not that of its content")
    file.seek(0)
    return size


def check_progress(
    progress: Any, path: str | os.PathLike, *, steps: int, average_epochs: int
) -> None:
    """Refuses the progress of a training that cannot have come there.

    Args:
        progress: What `load_state` returned, possibly of somebody else's making.
        path: Where it comes from, for the error.
        steps: Integer. The steps of an epoch.
        average_epochs: Integer. The most epochs whose weights are kept.

    Raises:
        InputError: Names the first field that is not right.
    """
    found = progress if isinstance(progress, dict) else {}
    rows = found.get("history")
    seconds = found.get("seconds")
    right = {
        "fingerprint": isinstance(found.get("fingerprint"), str),
        "history": isinstance(rows, list) and _are_epochs(rows),
        # A row for each epoch that is over.
        "epoch": _is_count(found.get("epoch")) and found["epoch"] == len(rows or []),
        "step": _is_count(found.get("step"), steps),
        "logs": _is_row(found.get("logs")),
        "last_epochs": _is_count(found.get("last_epochs"), average_epochs),
        "seconds": isinstance(seconds, int | float) and 0 <= seconds < math.inf,
    }
    for name, is_right in right.items():
        if not is_right:
            value = shown(found.get(name))
            raise InputError(
                f"{path}: this is no state of this training: {name} cannot be {value}. "
                "Train anew."
            )


def _is_count(value: Any, most: float = math.inf) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and all(
        type(number) in (int, float) for number in value.values()
    )


def _are_epochs(rows: list) -> bool:
    return all(_is_row(row) for row in rows) and (
        [row.get("epoch") for row in rows] == list(range(1, len(rows) + 1))
    )


def assign_all(
    variables: Sequence, arrays: Sequence[np.ndarray], path: str | os.PathLike
) -> None:
    """Gives variables their saved values.

    Args:
        variables: List of Keras or TensorFlow variables.
        arrays: List of arrays.
        path: Where they come from, for the error.

    Raises:
        InputError: If number or shapes differ.
    """
    check_fit(variables, arrays, path)
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def check_fit(
    variables: Sequence, arrays: Sequence[np.ndarray], path: str | os.PathLike
) -> None:
    """Refuses arrays that are not those of some variables; see `assign_all`."""
    shapes = [tuple(variable.shape) for variable in variables]
    saved = [array.shape for array in arrays]
    if shapes != saved or any(array.dtype.kind not in "fiubV" for array in arrays):
        raise InputError(
            f"{path}: the state belongs to another model or another version of the "
            "package. Train anew."
        )


def state_path(folder: str | os.PathLike) -> pathlib.Path:
    """Where the state of the training into a folder is kept."""
    return pathlib.Path(folder, STATE)


def has_ended(folder: str | os.PathLike) -> bool:
    """Whether the training into a folder has come to its end."""
    return current(folder, "scores.json").exists() and not state_path(folder).exists()
