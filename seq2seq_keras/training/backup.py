"""A copy of a training's folder that outlives the machine."""

import contextlib
import os
import pathlib
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.files import exchanged, write_text
from seq2seq_keras.terminal import say, show
from seq2seq_keras.training.file_names import (
    CONFIG,
    LAST,
    STATE,
    TENSORBOARD,
    TRAINING_FILES,
)
from seq2seq_keras.translation import TRANSLATOR_FILES
from seq2seq_keras.untrusted import in_one_line, shown

_CURRENT = "current"
_TRAINING = 12  # letters of a fingerprint in the name of a copy
_NAME = re.compile(r"saved-([0-9a-f]{12})-(\d{7})-(\d{10})-[0-9a-f]{8}")
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
    backup.begin("0123456789abcdef")
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
        self._tried_at: float | None = None
        self._place: Place | None = None  # of the last copy
        self._known: str | None = None  # its name
        self._training = ""  # what tells this training from others
        _check_url(url)
        fsspec = import_optional("fsspec", "A backup")
        with self._errors_named():
            self._files, root = fsspec.core.url_to_fs(url)
        protocols = self._files.protocol
        self._is_local = "file" in (
            [protocols] if isinstance(protocols, str) else protocols
        )
        self._root = root.rstrip("/")
        if self._is_local and pathlib.Path(os.path.realpath(self._root)).is_relative_to(
            self.folder
        ):
            raise InputError(
                f"`backup` must not lie within the folder that it copies, {folder}. "
                f"Received: {url}"
            )

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

    def begin(self, fingerprint: str) -> None:
        """Makes it that of a training that begins; what is there will be replaced.

        Args:
            fingerprint: What tells the training from others.
        """
        with self._errors_named():
            self._known = self._current()
        self._training = fingerprint[:_TRAINING]

    def go_on(self, fingerprint: str, place: Place) -> None:
        """Makes it that of a training that goes on.

        Args:
            fingerprint: What tells the training from others.
            place: How far it has come.

        Raises:
            InputError: If the copy is another's, or has come further.
        """
        with self._errors_named():
            name = self._current()
        self._training = fingerprint[:_TRAINING]
        if name is not None and _training_of(name) != self._training:
            raise InputError(
                f"`backup` {self.url} holds the copy of another training. Name another."
            )
        if name is not None and _place_of(name) > place:
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
        # What is due with the next saving must not wait for the one after it.
        is_due = self._tried_at is None or (
            time.monotonic() - self._tried_at >= 0.9 * self._wait
        )
        if place == self._place or not (is_due or at_once):
            return
        try:
            self.write(place)
        except InputError as error:
            say(f"There is no new backup, the training goes on: {error}")

    def write(self, place: Place, *, has_ended: bool = False) -> None:
        """Copies the folder, whole or not at all.

        Args:
            place: How far its training has come.
            has_ended: Whether it is to be the folder of one that has ended, which keeps
                its state with the last translator.

        Raises:
            InputError: If it cannot be written, or another training has written there.
        """
        self._tried_at = time.monotonic()
        name = (
            f"saved-{self._training}-{place.epoch:07}-{place.step:010}-"
            f"{secrets.token_hex(4)}"
        )
        with self._errors_named():
            self._check_known()
            # What was stopped on the way takes room.
            self._delete(*(set(self._copies()) - {self._known}))
            try:
                self._copy(name, has_ended)
                # Another machine may have gone on meanwhile.
                self._check_known()
            except BaseException:
                self._delete(name)
                raise
            self._switch(name)
        old, self._known, self._place = self._known, name, place
        if old is not None:
            self._delete(old)

    def _check_known(self) -> None:
        if self._current() != self._known:
            raise InputError(
                f"`backup` {self.url} has been written by another training since."
            )

    def _copy(self, name: str, has_ended: bool) -> None:
        sizes = {}
        for path in _files_of(self.folder):
            inside = f"{LAST}/{path}" if has_ended and path == STATE else path
            there = f"{self._root}/{name}/{inside}"
            self._files.makedirs(there.rpartition("/")[0], exist_ok=True)
            self._files.put_file(str(self.folder / path), there)
            if not inside.startswith(f"{TENSORBOARD}/"):  # which is written to any time
                sizes[inside] = (self.folder / path).stat().st_size
        self._files.invalidate_cache()
        found = self._files.find(f"{self._root}/{name}", detail=True)
        copied = {_inside(path, name): of["size"] for path, of in found.items()}
        if any(copied.get(path) != size for path, size in sizes.items()):
            raise InputError(f"`backup` {self.url}: what was copied is not there.")

    def _copies(self) -> list[str]:
        """The names of all copies, whole or not."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        names = (path.rstrip("/").rpartition("/")[2] for path in found)
        return [name for name in names if _NAME.fullmatch(name)]

    def _delete(self, *names: str) -> None:
        """Deletes copies; what is left is left for the next time."""
        for name in names:
            with contextlib.suppress(Exception):
                self._files.rm(f"{self._root}/{name}", recursive=True)

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
        self._files.invalidate_cache()  # another machine writes there
        with exchanged(self.folder, _check_empty) as staged:
            names = set()
            for there in self._files.find(f"{self._root}/{name}"):
                inside = _inside(there, name)
                if not _is_of_a_training(inside):
                    raise InputError(
                        f"`backup` {self.url}: a training writes no {shown(inside)}."
                    )
                path = staged / inside
                path.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(there, str(path))
                names.add(inside)
            has_state = names & {STATE, f"{LAST}/{STATE}"}
            if self._current() != name or CONFIG not in names or not has_state:
                raise FileNotFoundError(f"{name} is not whole.")

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
        path = f"{self._root}/{_CURRENT}"
        if self._is_local:
            # fsspec would make it in another folder, maybe of another disk.
            write_text(path, name)
            return
        with self._files.transaction, self._files.open(path, "wb") as file:
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
    # It may stand within another: simplecache::ftp://...
    if re.search(r"//[^/@]*:[^/@]*@", url):
        raise InputError(
            "`backup` must hold no password, since it is written to training.yaml. "
            "fsspec finds it in its configuration, the environment or ~/.netrc."
        )


def _place_of(name: str) -> Place:
    found: Any = _NAME.fullmatch(name)
    return Place(int(found[2]), int(found[3]))


def _training_of(name: str) -> str:
    found: Any = _NAME.fullmatch(name)
    return found[1]


def _inside(path: str, name: str) -> str:
    """Where a file belongs within the copy of that name."""
    return path.rpartition(f"/{name}/")[2]


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
