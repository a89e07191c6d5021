"""A temporary file for what does not fit the memory."""

import tempfile
import threading
import weakref
from typing import IO

from seq2seq_keras.errors import InputError


class ScratchFile:
    """Pieces of bytes in a temporary file without a name.

    It is made with the first piece and ends with the process, however that ends.

    Args:
        purpose: What needs it, for messages.
    """

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()  # there is one place in the file

    def append(self, content: bytes) -> int:
        """Writes a piece at the end, and returns its place."""
        try:
            with self._lock:
                if self._file is None:
                    self._file = tempfile.TemporaryFile()  # noqa: SIM115
                    weakref.finalize(self, self._file.close)
                place = self._file.seek(0, 2)
                self._file.write(content)
                self._file.flush()
        except OSError as error:
            raise InputError(
                f"{self._purpose} needs a temporary file, which failed: "
                f"{error.strerror}. Make room, or name another folder in the "
                "environment variable TMPDIR."
            ) from error
        return place

    def read(self, place: int, size: int) -> bytes:
        """Reads so many bytes from a place on."""
        assert self._file is not None
        with self._lock:
            self._file.seek(place)
            return self._file.read(size)
