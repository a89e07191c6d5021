"""An input is never its own output, whatever the spelling of its path."""

import os
import stat
from collections.abc import Iterable

from seq2seq_keras.errors import InputError

# What is called how, and its path or the number of an open file.
Named = tuple[str, str | os.PathLike | int]


def check_outputs(outputs: Iterable[Named], inputs: Iterable[Named]) -> None:
    """Refuses to write onto what is read, or two things onto one file.

    Links, hard or symbolic, lead to the same file; terminals and other devices may be
    both. Call it before anything is opened.

    Args:
        outputs: Pairs of what the user calls it and where it will be written, a path
            or the number of an open file.
        inputs: The same of what is read.

    Raises:
        InputError: If one file is both, or two of the outputs.
    """
    read = {key: name for name, place in inputs if (key := _identity(place))}
    written: dict[str, str] = {}
    for name, place in outputs:
        key = _identity(place)
        if key is None:
            continue
        if key in read:
            raise InputError(
                f"{_shown(name, place)} is the same file as {read[key]}, which is "
                "read, and writing would destroy it. Name another file to write to."
            )
        if isinstance(place, int):
            continue  # `--output /dev/stdout` is that very file
        # Of two hard links each is replaced by itself.
        if (real := os.path.realpath(place)) in written:
            raise InputError(
                f"{_shown(name, place)} is the same file as {written[real]}. Name "
                "another one for each."
            )
        written[real] = name


def _identity(place: str | os.PathLike | int) -> tuple[int, int] | str | None:
    """What all names of a file have in common; None for what may be read and written.

    A named pipe is not: it would wait for itself for ever.
    """
    try:
        seen = os.stat(place)  # noqa: PTH116  (of an open file too)
    except (OSError, ValueError):
        return None if isinstance(place, int) else os.path.realpath(place)
    is_named_pipe = stat.S_ISFIFO(seen.st_mode) and not isinstance(place, int)
    if stat.S_ISREG(seen.st_mode) or is_named_pipe:
        return seen.st_dev, seen.st_ino
    return None


def _shown(name: str, place: str | os.PathLike | int) -> str:
    return name if isinstance(place, int) else f"{name} {os.fspath(place)}"
