"""Writing a file so that a crash never leaves half of one."""

import contextlib
import errno
import hashlib
import os
import pathlib
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator

from seq2seq_keras import stopping
from seq2seq_keras.files.errors import errors_named
from seq2seq_keras.files.locks import is_at, try_lock

_MARK = ".unfinished"
_UNFINISHED = re.compile(r"\..*-[0-9a-f]{8}\.unfinished(\.[^.]*)?", re.DOTALL)
# Of the name of a file, which may be as long as names can be.
_STEM = 40
_DESCRIPTOR = re.compile(r"/dev/fd/(\d+)|/proc/(?:self|thread-self)/fd/(\d+)")
# Of file systems that sync no folders.
_NOT_SYNCED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


@contextlib.contextmanager
def replaced_when_complete(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives a name beside `path` to write to, and renames it when all went well.

    What is no regular file is not replaced: a device or a named pipe is written into,
    and so is an open file such as `/dev/stdout`.

    Args:
        path: Where the file (not a folder) belongs. Its parent folder is made. A file
            that stands there passes its permissions on.

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
    path = pathlib.Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file is to be written.")
    descriptor = _descriptor(path)
    if descriptor is not None:
        with _copied_into(descriptor, path) as beside:
            yield beside
    elif path.exists() and not path.is_file():
        with errors_named(path):
            yield path
    else:
        # A link stays a link: what it points to is replaced.
        with _replaced(pathlib.Path(os.path.realpath(path)), path) as beside:
            yield beside


@contextlib.contextmanager
def _replaced(path: pathlib.Path, given: pathlib.Path) -> Iterator[pathlib.Path]:
    with contextlib.ExitStack() as stack:
        with errors_named(given, inside=path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            _sweep(path.parent)
            beside = _make_beside(path, stack)
        stack.enter_context(errors_named(given, inside=beside))
        yield beside
        keep_mode(beside, path)
        sync(beside)
        beside.replace(path)
        sync(path.parent)


def _make_beside(path: pathlib.Path, stack: contextlib.ExitStack) -> pathlib.Path:
    """An empty file, locked until it is deleted when the stack is left."""
    # Nobody may read meanwhile what they may not read in the end.
    mode = 0o600 if path.exists() else 0o666
    while True:
        token = f"-{secrets.token_hex(4)}{_MARK}"
        beside = path.with_name(f".{path.stem[:_STEM]}{token}{path.suffix}")
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        if try_lock(descriptor) is not False and is_at(descriptor, beside):
            break
        os.close(descriptor)  # taken for one left behind, and deleted
    if os.name == "nt":
        os.close(descriptor)  # an open file could not be renamed
    else:
        stack.callback(os.close, descriptor)
    stopping.unfinished.add(beside)
    stack.callback(stopping.unfinished.discard, beside)
    stack.callback(beside.unlink, missing_ok=True)
    return beside


def _sweep(folder: pathlib.Path) -> None:
    """Deletes what processes that were killed have left unfinished in a folder."""
    for path in _names(folder):
        if not _UNFINISHED.fullmatch(path.name):
            continue
        # What is still being written is locked; what cannot be opened is not ours.
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if try_lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _names(folder: pathlib.Path) -> list[pathlib.Path]:
    try:
        return list(folder.iterdir())
    except PermissionError:  # one may write into it all the same
        return []


def _descriptor(path: pathlib.Path) -> int | None:
    """The number of the open file that a path such as `/dev/stdout` names."""
    name = os.path.normpath(path)
    if name in _STANDARD:
        return _STANDARD[name]
    found = _DESCRIPTOR.fullmatch(name)
    return int(found[1] or found[2]) if found else None


@contextlib.contextmanager
def _copied_into(descriptor: int, path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Opened by its name, it would be cut to nothing, or not opened at all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        errors_named(path, inside=folder),
        open(os.dup(descriptor), "wb") as output,  # noqa: PTH123
    ):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()
        beside = pathlib.Path(folder, f"output{path.suffix}")
        beside.touch()
        yield beside
        with beside.open("rb") as file:
            shutil.copyfileobj(file, output)


def keep_mode(new: pathlib.Path, old: pathlib.Path) -> None:
    """Gives a file or folder the owner and permissions of what it will replace."""
    try:
        before = old.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        # Only root may give a file to others.
        with contextlib.suppress(OSError):
            os.chown(new, before.st_uid, before.st_gid)
    mode = stat.S_IMODE(before.st_mode)
    new.chmod(mode if new.is_dir() else mode & 0o777)


def sync(path: pathlib.Path) -> None:
    """Waits until a file, or the list of names in a folder, is on the disk."""
    if os.name == "nt":
        return  # where what is open for reading only cannot be synced
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_SYNCED:
            raise
    finally:
        os.close(descriptor)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes `text` as UTF-8 with Unix line ends, whole or not at all."""
    with replaced_when_complete(path) as beside:
        # A name of a file may be no valid Unicode; JSON and YAML read this back.
        beside.write_text(text, "utf-8", "backslashreplace", newline="\n")


def sha256(path: str | os.PathLike) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits."""
    with pathlib.Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
