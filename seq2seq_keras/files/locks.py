"""One writer at a time: locks that end with the process that holds them."""

import contextlib
import errno
import os
import pathlib
import platform
import re
import threading
from collections.abc import Iterator

from seq2seq_keras.errors import InputError
from seq2seq_keras.files.errors import errors_named

try:
    import fcntl
except ImportError:  # Windows, where nobody is kept out
    fcntl = None  # type: ignore[assignment]

# Of file systems that know no locks.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}
_HOLDER = re.compile(r"process \d+ on [\w.-]+")
# The locks of this process: descriptor and thread.
_held: dict[pathlib.Path, tuple[int, int]] = {}


@contextlib.contextmanager
def owned(folder: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Makes this thread the only writer of a folder, within a `with` block.

    The folder is made if missing, and goes again if nothing was put into it.

    Args:
        folder: The folder.

    Yields:
        The folder, as an absolute `pathlib.Path`.

    Raises:
        InputError: If somebody else is writing to it; the message names the process.
    """
    folder = pathlib.Path(os.path.realpath(folder))
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with only_writer(folder / ".lock", folder):
            yield folder
    finally:
        with contextlib.suppress(OSError):
            for path in new:
                path.rmdir()


@contextlib.contextmanager
def only_writer(lock: pathlib.Path, subject: pathlib.Path) -> Iterator[None]:
    """Holds a lock file; `subject` is what the error says is being written."""
    held = _held.get(lock)
    if held is not None and held[1] == threading.get_ident():
        yield
        return
    with errors_named(subject, inside=lock):
        descriptor = _acquire(lock, subject)
    _held[lock] = (descriptor, threading.get_ident())
    try:
        yield
    finally:
        # A process forked meanwhile holds nothing.
        if _held.pop(lock, None):
            # Deleted while it is held: who opened it meanwhile sees that it is gone.
            lock.unlink(missing_ok=True)
            os.close(descriptor)


def _acquire(lock: pathlib.Path, subject: pathlib.Path) -> int:
    while True:
        # A link would have another file written.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(lock, flags, 0o666)
        if try_lock(descriptor) is False:
            holder = os.read(descriptor, 200).decode("utf-8", "replace")
            os.close(descriptor)
            known = _HOLDER.fullmatch(holder)
            raise InputError(
                f"{subject} is being written to by {holder if known else 'another'}"
                f"{'' if known else ' process'}. Wait until that has ended, or name "
                "another folder."
            )
        if is_at(descriptor, lock):
            name = re.sub(r"[^\w.-]", "_", platform.node()) or "this_machine"
            # A disk may be too full for a name, but not for a lock.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"process {os.getpid()} on {name}".encode())
            return descriptor
        os.close(descriptor)


def try_lock(descriptor: int) -> bool | None:
    """Locks an open file until it is closed; False if another has, None if none can."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return None
    return True


def is_at(descriptor: int, path: pathlib.Path) -> bool:
    """Whether an open file still stands at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _let_go_in_child() -> None:
    """A forked process that outlives its parent must not keep its locks."""
    for descriptor, _ in _held.values():
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)
