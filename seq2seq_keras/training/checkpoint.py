"""Stopping a training in good order, and all that it needs to go on."""

import json
import os
import pathlib
import signal
import sys
import threading
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete

_PROGRESS = "progress"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


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
    path = pathlib.Path(path)
    try:
        # No pickle: what a file from elsewhere could run code with.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            progress = json.loads(str(file[_PROGRESS]))
            for key in file.files:
                if key != _PROGRESS:
                    groups.setdefault(key.partition("/")[0], []).append(file[key])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: this is no state of a training, or it is damaged ({error}). "
            "Train anew."
        ) from None
    return progress, groups


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
    shapes = [tuple(variable.shape) for variable in variables]
    saved = [array.shape for array in arrays]
    if shapes != saved:
        raise InputError(
            f"{path}: the state belongs to another model or another version of the "
            "package. Train anew."
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def state_path(folder: str | os.PathLike) -> pathlib.Path:
    """Where the state of the training into a folder is kept."""
    return pathlib.Path(folder, "training_state.npz")


def has_ended(folder: str | os.PathLike) -> bool:
    """Whether the training into a folder has come to its end."""
    return (
        pathlib.Path(folder, "scores.json").exists() and not state_path(folder).exists()
    )


class StopSignals:
    """Holds a signal to stop back until the training can save where it stands.

    Within a `with` block, SIGTERM and the keyboard's SIGINT are noted;
    `raise_if_received` then ends the process as the signal would have: with exit
    status 143, or with `KeyboardInterrupt`. Outside of the main thread, where Python
    hears no signals, nothing happens.

    Args:
        message: What to print on standard error before the process ends.

    Attributes:
        received: The number of the signal, or `None`.
        at_once: Whether there is nothing to save, so that a signal need not wait.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        self.received: int | None = None
        self.at_once = False

    def __enter__(self) -> "StopSignals":
        self._before: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: Any) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: Any) -> None:
        self.received = number
        if self.at_once:
            self.raise_if_received()

    def raise_if_received(self) -> None:
        """Ends the process if a signal has come."""
        if self.received is None:
            return
        print(self.message, file=sys.stderr, flush=True)
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + self.received)
