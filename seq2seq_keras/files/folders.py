"""Folders whose files change all at once."""

import contextlib
import ctypes
import errno
import os
import pathlib
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from seq2seq_keras.errors import InputError
from seq2seq_keras.files.errors import errors_named
from seq2seq_keras.files.locks import only_writer, owned
from seq2seq_keras.files.writing import keep_mode, sync

_STAGED, _SWITCHED = ".saving", ".saved"
# An earlier version gave them names that differ, as `tempfile` makes them.
_UNFINISHED = re.compile(rf"{re.escape(_STAGED)}(-[a-z0-9_]{{8}})?")
_EXCHANGED = 2  # RENAME_EXCHANGE of linux/fs.h
_HERE = -100  # AT_FDCWD of fcntl.h
_CANNOT_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}
_TRIES = 20
_Result = TypeVar("_Result")


@contextlib.contextmanager
def switched(folder: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives a folder to write files to, which replace those of `folder` all at once.

    When all are on the disk, one rename of that hidden folder is the switch: from then
    on `current` finds each file in there first. Then the files are moved to their
    places one by one; the next writer goes on with that if this one is killed. So at
    every moment a reader finds all of the old files or all of the new ones.

    Args:
        folder: Where the files belong; it is made if missing. Others in it are left
            alone.

    Yields:
        A `pathlib.Path`, an empty folder. No folders can be made in it.

    Raises:
        InputError: If somebody else is writing to the folder.
    """
    with owned(folder) as place:
        staged = place / _STAGED
        with errors_named(place, inside=staged):
            _move_files(place)
            for left in place.glob(f"{_STAGED}*/"):
                if _UNFINISHED.fullmatch(left.name):
                    shutil.rmtree(left)
            staged.mkdir()
            try:
                yield staged
                _settle(staged, place)
                for path in staged.iterdir():
                    if (place / path.name).is_dir():
                        raise IsADirectoryError(
                            f"{place / path.name} is a folder; a file is to be written."
                        )
                staged.rename(place / _SWITCHED)
                sync(place)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
            _move_files(place)


def _move_files(folder: pathlib.Path) -> None:
    """Moves what a switch has brought to where it belongs."""
    came = folder / _SWITCHED
    if not came.is_dir() or came.is_symlink():
        return
    for path in sorted(came.iterdir()):
        path.replace(folder / path.name)
    sync(folder)
    came.rmdir()


def current(folder: str | os.PathLike, name: str) -> pathlib.Path:
    """Where a file of a folder stands, also while `switched` brings others.

    Args:
        folder: The folder.
        name: The name of the file.

    Returns:
        A `pathlib.Path`; whether there is such a file is another question.
    """
    came = pathlib.Path(folder, _SWITCHED, name)
    return came if came.is_file() else pathlib.Path(folder, name)


def read_whole(
    folder: str | os.PathLike, names: Sequence[str], read: Callable[[], _Result]
) -> _Result:
    """Reads some files of a folder again if they were replaced meanwhile.

    Args:
        folder: The folder.
        names: The files that `read` reads.
        read: Function that reads them, each where `current` says.

    Returns:
        What it returns. An error counts if it comes while nobody replaces the files.
    """
    for _ in range(_TRIES):
        places, files = _state(folder, names)
        try:
            result = read()
        except (InputError, OSError):
            if _state(folder, names) == (places, files):
                raise
        else:
            if _state(folder, names)[1] == files:
                return result
    return read()


def _state(
    folder: str | os.PathLike, names: Sequence[str]
) -> tuple[list[pathlib.Path], list[tuple | None]]:
    """Where the files stand, and what tells each from another in its place."""
    places, files = [], []
    for name in names:
        found = None
        for _ in range(2):  # it may be moved between the two looks
            path = current(folder, name)
            with contextlib.suppress(OSError):
                seen = path.stat()
                found = (seen.st_dev, seen.st_ino, seen.st_mtime_ns, seen.st_size)
                break
        places.append(path)
        files.append(found)
    return places, files


@contextlib.contextmanager
def exchanged(
    folder: str | os.PathLike, check: Callable[[pathlib.Path], None]
) -> Iterator[pathlib.Path]:
    """Gives a folder to write to, which then takes the place of another as a whole.

    Where the system can exchange two names there is no moment without either. Else the
    old folder stands beside for a moment under a hidden name, and the next writer puts
    it back if this one is killed then.

    Args:
        folder: The folder; its parent is made if missing.
        check: Function that raises an `InputError` if it must not be replaced.

    Yields:
        A `pathlib.Path`, an empty folder beside.

    Raises:
        InputError: If somebody else is writing the folder, or `check` says so.
    """
    place = pathlib.Path(os.path.realpath(folder))
    staged, old, lock = (
        place.with_name(f".{place.name}.export-{what}")
        for what in ("unfinished", "replaced", "lock")
    )
    check(place)
    with errors_named(place, inside=place.parent):
        place.parent.mkdir(parents=True, exist_ok=True)
    with only_writer(lock, place), errors_named(place, inside=staged):
        _tidy(place, staged, old)
        check(place)
        staged.mkdir()
        try:
            yield staged
            _settle(staged, place)
            check(place)
            _take_place(staged, place, old)
            sync(place.parent)
        finally:
            _tidy(place, staged, old)


def _tidy(place: pathlib.Path, staged: pathlib.Path, old: pathlib.Path) -> None:
    """Deletes what is unfinished or was replaced; an old folder alone stays."""
    if old.exists() and not place.exists():
        old.rename(place)
    for left in (staged, old):
        if left.exists():
            shutil.rmtree(left)


def _take_place(staged: pathlib.Path, place: pathlib.Path, old: pathlib.Path) -> None:
    if not place.exists() or not any(place.iterdir()):
        staged.rename(place)  # one step, on an empty folder too
    elif not _exchange(staged, place):
        place.rename(old)
        staged.rename(place)


def _exchange(first: pathlib.Path, second: pathlib.Path) -> bool:
    """Gives each the name of the other in one step, where the system can."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    if renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGED) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _settle(new: pathlib.Path, old: pathlib.Path) -> None:
    """Gives files and folders permissions, and waits until they are on the disk.

    What is new follows the umask, whatever its writer thought of; what replaces an old
    file passes its permissions on.
    """
    mode = stat.S_IMODE(new.stat().st_mode)  # made with no other wish
    for path in [*new.rglob("*"), new]:
        path.chmod(mode if path.is_dir() else mode & 0o666)
        # The folder of `switched` is not one that stays.
        if path != new or new.parent != old:
            keep_mode(path, old / path.relative_to(new))
        sync(path)
