"""Reading files that may come from anyone: within bounds, or refused in one line."""

import io
import json
import math
import os
import pathlib
import stat
import zipfile
from collections.abc import Iterable
from typing import Any, BinaryIO

from seq2seq_keras.errors import InputError

# JSON costs up to twenty times its size in memory.
JSON_BYTES = 2**25
_DEEPEST_JSON = 64
# Without waiting for the writer of a FIFO.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(
    path: str | os.PathLike, *, inside: str | os.PathLike | None = None
) -> BinaryIO:
    """Opens a file for reading, if it is one and not a pipe, a device or a folder.

    With `inside`, it must lie in that folder, links followed.

    Raises:
        FileNotFoundError: If there is none.
        InputError: If it is something else, lies elsewhere or cannot be read.
    """
    path = pathlib.Path(path)
    try:
        real = pathlib.Path(os.path.realpath(path))
        if inside is not None and not real.is_relative_to(os.path.realpath(inside)):
            raise InputError(
                f"{path} is a link to a file outside of its folder. Put the file "
                "itself there."
            )
        descriptor = os.open(real, _FLAGS)
    except NotADirectoryError as error:
        raise FileNotFoundError(str(error)) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise InputError(f"{path} is {kind}; a regular file is expected.")
    return os.fdopen(descriptor, "rb")


def read_regular(
    path: str | os.PathLike,
    *,
    limit: int,
    inside: str | os.PathLike | None = None,
) -> bytes:
    """Reads a file of no more than `limit` bytes, as `open_regular` opens it.

    Raises:
        FileNotFoundError: If there is none.
        InputError: See `open_regular`; or if it is larger.
    """
    with open_regular(path, inside=inside) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise InputError(
                f"{path} has {size:,} bytes, which is more than such a file can have: "
                f"{limit:,}."
            )
        try:
            # What is added while it is read is left: the sum will tell.
            return file.read(size)
        except OSError as error:
            raise _unreadable(path, error) from error
        except MemoryError as error:
            raise InputError(
                f"{path} has {size:,} bytes, more than fit the memory."
            ) from error


def parse_json(content: bytes, path: str | os.PathLike, *, finite: bool = True) -> Any:
    """Parses JSON in which every key stands once.

    Raises:
        InputError: If it is no such JSON, or nested deeply.
    """
    try:
        if len(content) > JSON_BYTES:
            raise ValueError(f"more than {JSON_BYTES:,} bytes")
        parsed = json.loads(
            content.decode("utf-8-sig"),  # Windows marks its files
            object_pairs_hook=_object,
            parse_float=_finite if finite else float,
            parse_constant=_finite if finite else float,
        )
        _check_depth(parsed)
        if b"\\u" in content:  # halves of a character, which no file can hold
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise InputError(f"{path} is damaged (nested too deeply).") from error
    except ValueError as error:
        raise InputError(f"{path} is damaged ({in_one_line(error)}).") from error
    return parsed


def open_archive(
    content: bytes, path: str | os.PathLike, members: Iterable[str]
) -> zipfile.ZipFile:
    """Opens a zip archive in memory that stores its members as they are.

    Raises:
        InputError: If it is no archive, a member is missing, packed or there twice, or
            they claim to be larger than the file.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # of whatever kind, with so many fields to get wrong
        raise InputError(
            f"{path} is no archive, or damaged ({in_one_line(error)})."
        ) from error
    names = set(archive.namelist())
    missing = [name for name in members if name not in names]
    if missing:
        raise InputError(f"{path} is damaged: it holds no {missing[0]}.")
    check_members(archive, len(content), path)
    return archive


def check_members(archive: zipfile.ZipFile, size: int, path: str | os.PathLike) -> None:
    """Refuses an archive whose members are packed, there twice or larger than it.

    Raises:
        InputError: If it is such a one.
    """
    infos = archive.infolist()
    if len({info.filename for info in infos}) < len(infos):
        raise InputError(f"{path} is damaged: it holds two files of one name.")
    plain = all(i.compress_type == zipfile.ZIP_STORED for i in infos)
    if not plain or sum(info.file_size for info in infos) > size:
        raise InputError(
            f"{path} is no archive that this package wrote: its files are packed, or "
            "claim to be larger than the archive."
        )


def read_member(archive: zipfile.ZipFile, name: str, path: str | os.PathLike) -> bytes:
    """Reads a file of an archive that `open_archive` opened.

    Raises:
        InputError: If it is damaged.
    """
    try:
        return archive.read(name)
    except Exception as error:
        raise InputError(
            f"{path} is damaged: {name} in it ({in_one_line(error)})."
        ) from error


def in_one_line(error: BaseException, longest: int = 300) -> str:
    """The message of an error from elsewhere, short and on one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in words)
    return text if len(text) <= longest else text[:longest] + "…"


def shown(value: Any) -> str:
    """How a value from elsewhere stands in a message, short and on one line."""
    return in_one_line(ValueError(repr(value)), 60)


def _unreadable(path: str | os.PathLike, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read ({error.strerror or error}).")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return made


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is not finite")
    return number


def _check_depth(content: Any) -> None:
    level, depth = [content], 0
    while level:
        depth += 1
        if depth > _DEEPEST_JSON:
            raise ValueError(f"nested more than {_DEEPEST_JSON} deep")
        level = [
            inner
            for outer in level
            if isinstance(outer, list | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
