"""Writing files so that a crash never leaves half of one."""

import contextlib
import hashlib
import os
import pathlib
import secrets
from collections.abc import Iterator

from seq2seq_keras import stopping


@contextlib.contextmanager
def replaced_when_complete(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives a name beside `path` to write to, and renames it when all went well.

    Args:
        path: Where the file (not a folder) belongs. Its parent folder is made.

    Yields:
        A `pathlib.Path` with the same suffix, in the same folder.

    Example:

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "notes.txt")
    >>> with replaced_when_complete(path) as beside:
    ...     _ = beside.write_text("whole", encoding="utf-8")
    >>> path.read_text(encoding="utf-8")
    'whole'
    """
    # A link stays a link: what it points to is replaced.
    path = pathlib.Path(path).resolve()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file is to be written.")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    stopping.unfinished.add(beside)
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
        stopping.unfinished.discard(beside)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes `text` as UTF-8 with Unix line ends, whole or not at all."""
    with replaced_when_complete(path) as beside:
        # A name of a file may be no valid Unicode; JSON and YAML read this back.
        beside.write_text(text, "utf-8", "backslashreplace", newline="\n")


def sha256(path: str | os.PathLike) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits."""
    with pathlib.Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
