"""Many files to read, and the file that is written for each."""

import functools
import glob
import os
import pathlib
import re

from seq2seq_keras.distributed.made_with import MADE_WITH
from seq2seq_keras.errors import InputError

_WILDCARD = re.compile(r"[*?[]")
# What is no text, a line for each translation, by its name.
_NOT_LINES = re.compile(
    r"\.(tsv|csv|jsonl?|ndjson|parquet|tmx|xml|sgml?|gz|xz|bz2|zst|zip)$", re.IGNORECASE
)


def is_many(path: str | os.PathLike) -> bool:
    """Whether a path stands for many files: a folder, or a pattern with wildcards.

    Args:
        path: A path; a file that has a wildcard in its name is that file.
    """
    place = pathlib.Path(path)
    return place.is_dir() or (
        not place.exists() and _WILDCARD.search(os.fspath(path)) is not None
    )


def mirrored(
    inputs: str | os.PathLike, output: str | os.PathLike, *, suffix: str = ".txt"
) -> dict[str, pathlib.Path]:
    """Names the file in a folder that is written for each of many that are read.

    It lies as deep as the one that is read, seen from the folder given or from the
    part of the pattern before the first wildcard. A file of lines keeps its name; that
    of a table or a packed file gets another suffix behind its own.

    Args:
        inputs: A folder, which is read with those in it, or a pattern; `**` stands for
            any folders. What is hidden, by a name that begins with a dot, is not read.
        output: The folder that is written. It may lie in the folder that is read: what
            calls before have written there, with `check_made_with`, is not read.
        suffix: The suffix.

    Returns:
        A dictionary from paths that are read, in order, to those that are written.

    Raises:
        InputError: If there is none, two would be written onto one file, or other files
            lie in the folder that is written.

    Example:

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("a.txt", "b.csv"):
    ...     (folder / name).touch()
    >>> [path.as_posix() for path in mirrored(folder, "out").values()]
    ['out/a.txt', 'out/b.csv.txt']
    """
    base, files = _found(os.fspath(inputs))
    made: dict[str, pathlib.Path] = {}
    owners: dict[pathlib.Path, str] = {}
    for file in _not_written(files, base, output):
        name = file.relative_to(base)
        if _NOT_LINES.search(name.name) or suffix != ".txt":
            name = name.with_name(name.name + suffix)
        written = pathlib.Path(output, name)
        if written in owners:
            raise InputError(
                f"{owners[written]} and {file} would both be written to {written}. "
                "Rename one of them."
            )
        owners[written] = os.fspath(file)
        made[os.fspath(file)] = written
    return made


def _not_written(
    files: list[pathlib.Path], base: pathlib.Path, output: str | os.PathLike
) -> list[pathlib.Path]:
    """Leaves out what was written before, in folders within that say so."""
    place = pathlib.Path(output).resolve()
    is_made = functools.cache(lambda folder: (base / folder / MADE_WITH).is_file())
    others = [
        file
        for file in files
        if not any(map(is_made, file.relative_to(base).parents[:-1]))
    ]
    if not others:
        raise InputError(
            f"{base} holds translations alone: {files[0]} and whatever else is in it "
            f"lie in folders with a {MADE_WITH}. Name the folder to translate."
        )
    found = next((x for x in others if x.resolve().is_relative_to(place)), None)
    if found is None:
        return others
    raise InputError(
        f"{found} lies in {output}, where translations are written, and would "
        "be translated itself. Name another folder to write to."
    )


def is_missing(read: str | os.PathLike, written: str | os.PathLike) -> bool:
    """Whether a file that is made of another is not there, or older than that one.

    Args:
        read: The other, which is there.
        written: The file.
    """
    try:
        return os.stat(written).st_mtime_ns < os.stat(read).st_mtime_ns  # noqa: PTH116
    except FileNotFoundError:
        return True


def _found(inputs: str) -> tuple[pathlib.Path, list[pathlib.Path]]:
    """Where the files lie, and their paths in order."""
    folder = pathlib.Path(inputs)
    if folder.is_dir():
        found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        files = [path for path in found if not _is_hidden(path.relative_to(folder))]
        if not files:
            raise InputError(f"{inputs} is a folder without a file in it.")
        return folder, files
    names = sorted(glob.glob(inputs, recursive=True))  # noqa: PTH207
    files = [path for path in map(pathlib.Path, names) if path.is_file()]
    if not files:
        raise InputError(f"No file is called as the pattern says: {inputs}")
    parts = folder.parts
    plain = next(i for i, part in enumerate(parts) if _WILDCARD.search(part))
    return pathlib.Path(*parts[:plain]), files


def _is_hidden(path: pathlib.Path) -> bool:
    """Whether a file, or a folder that it is in, is; as wildcards have it, too."""
    return any(part.startswith(".") for part in path.parts)
