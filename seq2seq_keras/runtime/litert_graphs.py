"""The graphs of a folder in LiteRT's interpreter."""

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.runtime.folder import RuntimeFolder
from seq2seq_keras.startup import notes_held_back
from seq2seq_keras.translation import LITERT_MODEL
from seq2seq_keras.untrusted import in_one_line

_Arrays = dict[str, np.ndarray]
# What a file of this format has behind the place of its first table.
_MARK = slice(4, 8), b"TFL3"


def open_litert(
    folder: RuntimeFolder, name: str, threads: int
) -> Callable[[_Arrays], _Arrays]:
    """Opens a signature, of what was checked and not of what lies there now.

    Args:
        folder: What was read of the folder.
        name: Of the signature.
        threads: Integer. How many threads compute at most; 0 for as many as there are
            cores.

    Returns:
        A function from inputs by name, of which it takes those it needs, to outputs by
        name. Calls from several threads wait for each other.

    Raises:
        InputError: If the file cannot be opened, or has no such signature.
    """
    interpreters = import_optional(
        "ai_edge_litert.interpreter", "Translations from LiteRT"
    )
    path, (place, mark) = folder.path / LITERT_MODEL, _MARK
    if folder.weights[place] != mark:
        raise InputError(f"{path} is damaged or is no file of LiteRT.")
    try:
        runner = interpreters.Interpreter(
            model_content=folder.weights, num_threads=threads or os.cpu_count()
        ).get_signature_runner(name)
        needed = list(runner.get_input_details())
    except Exception as error:  # of many kinds
        raise InputError(
            f"{path} cannot be opened by LiteRT: {in_one_line(error)}"
        ) from error
    return _Signature(runner, needed)


class _Signature:
    """Runs a signature, for one caller after the other."""

    def __init__(self, runner: Any, needed: list[str]) -> None:
        self.runner, self.needed = runner, needed
        self.lock = threading.Lock()
        # Its first call prepares the graph, which LiteRT says.
        self.context: Callable = notes_held_back

    def __call__(self, feeds: _Arrays) -> _Arrays:
        with self.lock, self.context():
            self.context = contextlib.nullcontext
            return self.runner(**{name: feeds[name] for name in self.needed})
