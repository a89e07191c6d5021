"""A line of JSON for each request, and for what happens to models."""

import datetime
import json
import pathlib
import re
import sys
import threading
import uuid
from collections.abc import Callable
from typing import IO, Any

from seq2seq_keras.terminal import say

_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)


class AccessLog:
    """Writes lines; where they find no room, requests are answered all the same.

    Args:
        path: The file, which is added to; `-` for standard error, `None` for no file.
        lost: Function that is told how many lines have been lost so far.

    Raises:
        OSError: If the file cannot be opened.
    """

    def __init__(self, path: str | None, lost: Callable[[int], None]) -> None:
        self._lost, self._count = lost, 0
        self._lock = threading.Lock()
        self._is_shown = path == "-"
        self._file: IO[bytes] | None = None
        if self._is_shown:
            self._file = sys.stderr.buffer
        elif path is not None:
            # Without a buffer, in which lines that found no room would wait.
            self._file = pathlib.Path(path).open("ab", buffering=0)  # noqa: SIM115

    def write(self, **fields: Any) -> None:
        """Writes one line; texts in it are escaped."""
        if self._file is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, **fields}).encode() + b"\n"
        with self._lock:
            try:
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError) as error:
                self._count += 1
                self._lost(self._count)
                if self._count == 1:
                    say(f"seq2seq-keras: warning: the access log: {error}")

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None and not self._is_shown:
            self._file.close()

    def event(self, **fields: Any) -> None:
        """Writes what happened to a model, on standard error if there is no log."""
        self.write(**fields)
        if not self._is_shown:
            say(f"seq2seq-keras: {json.dumps(fields)}")


def request_id(given: str | None) -> str:
    """The id that a request brings, if it may be written down, or else a new one."""
    return given if given and _ID.fullmatch(given) else uuid.uuid4().hex
