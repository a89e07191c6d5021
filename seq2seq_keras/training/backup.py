"""A copy of a training's folder that outlives the machine."""

import contextlib
import os
import pathlib
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.files import exchanged
from seq2seq_keras.terminal import say, show
from seq2seq_keras.training.file_names import (
    CONFIG,
    LAST,
    TENSORBOARD,
    TRAINING_FILES,
)
from seq2seq_keras.translation import TRANSLATOR_FILES
from seq2seq_keras.untrusted import in_one_line, shown

_CURRENT = "current"
_NAME = re.compile(r"saved-(\d{7})-(\d{10})-[0-9a-f]{8}")
_NAME_BYTES = 100
_TRIES = 3


class Place(NamedTuple):
    """How far a training has come.

    Attributes:
        epoch: Epochs that are done.
        step: Steps that are done in the one that follows.
    """

    epoch: int
    step: int


class Backup:
    """The copy of a training's folder at a URL, whole at every moment.

    Each copy is a folder of its own there. The object `current` holds the name of the
    one that counts and is written last, in one step; then the older one is deleted.
    What a training does not write is not copied.

    Args:
        url: Any URL that fsspec knows, such as `s3://bucket/mine`; or a folder.
        folder: The folder of the training.
        minutes: What has to pass between two copies, unless one is asked for.

    Raises:
        InputError: If fsspec, or what it needs for such a URL, is not installed; or if
            the URL lies within the folder, or holds a password, which would be written
            where others read it.

    Example:

    ```python
    backup = Backup("s3://bucket/mine", "saved_models/mine", minutes=10)
    backup.write(Place(epoch=1, step=0))
    Backup("s3://bucket/mine", "elsewhere/mine").restore()
    ```
    """

    def __init__(
        self, url: str, folder: str | os.PathLike, minutes: float = 0.0
    ) -> None:
        self.url = url
        self.folder = pathlib.Path(os.path.realpath(folder))
        self._wait = 60 * minutes
        self._written_at: float | None = None
        self._known: str | None = None  # the copy that this training goes on from
        _check_url(url)
        fsspec = import_optional("fsspec", "A backup")
        with self._errors_named():
            self._files, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        if self._is_within_the_folder():
            raise InputError(
                f"`backup` must not lie within the folder that it copies, {folder}. "
                f"Received: {url}"
            )

    def _is_within_the_folder(self) -> bool:
        protocols = self._files.protocol
        is_local = "file" in ([protocols] if isinstance(protocols, str) else protocols)
        place = os.path.realpath(self._root)
        return is_local and pathlib.Path(place).is_relative_to(self.folder)

    def place(self) -> Place | None:
        """How far the training has come whose copy is there, if there is any."""
        with self._errors_named():
            name = self._current()
        return None if name is None else _place_of(name)

    def check_free(self) -> None:
        """Refuses to begin where the copy of another training is."""
        if self.place() is not None:
            raise InputError(
                f"`backup` {self.url} holds the copy of a training: go on with "
                "`resume`, name another, or set `overwrite`."
            )

    def claim(self, place: Place | None) -> None:
        """Makes what is there the copy that `write` replaces.

        Args:
            place: How far the training that goes on has come, or `None` if it begins.

        Raises:
            InputError: If the copy has come further.
        """
        with self._errors_named():
            name = self._current()
        if name is not None and place is not None and _place_of(name) > place:
            epoch, step = _place_of(name)
            raise InputError(
                f"`backup` {self.url} has come further, to {epoch} epochs and {step} "
                f"steps, than {self.folder}, to {place.epoch} and {place.step}: "
                "another machine went on. Go on from it with a new folder, or name "
                "another `backup`."
            )
        self._known = name

    def follow(self, place: Place, *, at_once: bool = False) -> None:
        """Copies the folder if it is time; what fails is said, and tried next time."""
        is_due = (
            self._written_at is None
            or time.monotonic() - self._written_at >= self._wait
        )
        if not (is_due or at_once):
            return
        try:
            self.write(place)
        except InputError as error:
            say(f"There is no new backup, the training goes on: {error}")

    def write(self, place: Place) -> None:
        """Copies the folder, whole or not at all.

        Args:
            place: How far its training has come.

        Raises:
            InputError: If it cannot be written, or another training has written there.
        """
        name = f"saved-{place.epoch:07}-{place.step:010}-{secrets.token_hex(4)}"
        with self._errors_named():
            old = self._current()
            if old != self._known:
                raise InputError(
                    f"`backup` {self.url} has been written by another training since."
                )
            for path in _files_of(self.folder):
                there = f"{self._root}/{name}/{path}"
                self._files.makedirs(there.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(self.folder / path), there)
            self._switch(name)
            self._known = name
            self._files.invalidate_cache()
            # Also what one that was stopped on the way has left.
            for left in self._files.ls(self._root, detail=False):
                last = left.rstrip("/").rpartition("/")[2]
                if _NAME.fullmatch(last) and last != name:
                    self._files.rm(left, recursive=True)
        self._written_at = time.monotonic()

    def restore(self) -> bool:
        """Brings the copy into the folder, which must be missing or empty.

        Returns:
            Whether there was one.

        Raises:
            InputError: If it cannot be read, or the folder holds anything.
        """
        with self._errors_named():
            for _ in range(_TRIES):
                name = self._current()
                if name is None:
                    return False
                try:
                    self._fetch(name)
                except FileNotFoundError:
                    # Replaced by a newer one while it was read?
                    if self._current() == name:
                        raise
                else:
                    return True
        raise InputError(f"`backup` {self.url} is written by a training right now.")

    def _fetch(self, name: str) -> None:
        start = f"{self._root}/{name}/"
        self._files.invalidate_cache()  # another machine writes there
        with exchanged(self.folder, _check_empty) as staged:
            for there in self._files.find(start):
                inside = there.rpartition(f"/{name}/")[2]
                if not _is_of_a_training(inside):
                    raise InputError(
                        f"`backup` {self.url}: a training writes no {shown(inside)}."
                    )
                path = staged / inside
                path.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(there, str(path))

    def _current(self) -> str | None:
        try:
            found = self._files.cat_file(f"{self._root}/{_CURRENT}")
        except FileNotFoundError:
            return None
        name = found[:_NAME_BYTES].decode("ascii", "replace")
        if not _NAME.fullmatch(name):
            raise InputError(
                f"`backup` {self.url}: {_CURRENT} is not what a training has written."
            )
        return name

    def _switch(self, name: str) -> None:
        with (
            self._files.transaction,
            self._files.open(f"{self._root}/{_CURRENT}", "wb") as file,
        ):
            file.write(name.encode("ascii"))

    @contextlib.contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            # Each kind of store has errors of its own.
            reason = in_one_line(error) or type(error).__name__
            raise InputError(f"`backup` {self.url}: {reason}") from error


def restore_backup(folder: str | os.PathLike, url: str) -> bool:
    """Brings the copy of a training into its folder if that holds none.

    Args:
        folder: The folder of the training.
        url: Where its copy is; see `Backup`.

    Returns:
        Whether it was brought.

    Raises:
        InputError: As `Backup.restore` does.
    """
    if pathlib.Path(folder, CONFIG).is_file() or not Backup(url, folder).restore():
        return False
    show(f"{folder} is a copy of {url}.")
    return True


def _check_url(url: str) -> None:
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    if password is not None:
        raise InputError(
            "`backup` must hold no password, since it is written to training.yaml. "
            "fsspec finds it in its configuration, the environment or ~/.netrc."
        )


def _place_of(name: str) -> Place:
    found: Any = _NAME.fullmatch(name)
    return Place(int(found[1]), int(found[2]))


def _check_empty(folder: pathlib.Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f"{folder} is not empty, and holds no training: name a new folder, which "
            "`backup` is copied into."
        )


def _files_of(folder: pathlib.Path) -> list[str]:
    """What a training has written, relative to its folder."""
    found = (
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    return [path for path in found if _is_of_a_training(path)]


def _is_of_a_training(path: str) -> bool:
    first, *others = path.split("/")
    if first == TENSORBOARD:
        return bool(others) and all(re.fullmatch(r"\w[\w.-]*", x) for x in others)
    return path.removeprefix(f"{LAST}/") in (*TRANSLATOR_FILES, *TRAINING_FILES)
