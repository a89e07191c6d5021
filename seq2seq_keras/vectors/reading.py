"""Reading files of vectors, plain or compressed, text or binary."""

import collections
import functools
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import open_packed, split_member
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import escaped, write_error
from seq2seq_keras.untrusted import shown
from seq2seq_keras.vectors.embedding_matrix import fold, spellings
from seq2seq_keras.vectors.formats import (
    GROWTH,
    Row,
    binary_rows,
    find_format,
    text_rows,
)
from seq2seq_keras.vectors.numbers import NUMBERS

_SECONDS = 0.5
# The matrix grows with what is read, not with what a first line tells of.
_FIRST_NUMBERS = 2**20


_NOT_UNICODE = "whose words are not valid UTF-8"
_REPEATED = "of words that came before, whose first row counts"


class Faults:
    """The rows of a file that are left out, counted by what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: collections.Counter[str] = collections.Counter()
        self.first: dict[str, Row] = {}

    def add(self, fault: str, row: Row) -> None:
        """Counts a row."""
        self.counts[fault] += 1
        self.first.setdefault(fault, row)

    def __str__(self) -> str:
        parts = []
        for fault, count in self.counts.items():
            row = self.first[fault]
            word = shown(_decode(row.word) or row.word)
            place = row.place().removeprefix(f"{self.name}, ")
            parts.append(f"{count:,} {fault} (first {word}, {place})")
        return f"Rows were left out: {'; '.join(parts)}."


class Progress:
    """A line on standard error that is written over, twice a second.

    `share` tells how much is done, in [0, 1].
    """

    def __init__(self, title: str, share: Callable[[], float], *, shown: bool) -> None:
        self.title = title
        self.share = share
        self.shown = shown
        self._next = time.monotonic() + _SECONDS
        self._has_written = False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._has_written:
            write_error("\n")

    def update(self, words: int) -> None:
        """Writes how many words there are so far, if it is time to."""
        if not self.shown or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS
        self._has_written = True
        line = f"{self.title}: {self.share():4.0%}, {words:,} words"
        write_error(f"\r{escaped(line)}")


@checks_numbers(NUMBERS)
def read_vectors(
    path: str | os.PathLike,
    *,
    vocabulary: Any = None,
    limit: int | None = None,
    format: str | None = None,  # noqa: A002
    member: str | None = None,
    progress: bool = False,
) -> tuple[list[str], np.ndarray]:
    """Reads vectors that word2vec, GloVe, fastText or this package wrote.

    The file is streamed and only the rows that are wanted are kept, so that one of
    several gigabytes fits a small memory. A word may hold anything but a line feed,
    spaces too, if it is valid UTF-8, not empty and of at most 1 MiB; a carriage
    return or spaces at the end of a line belong to the line. Rows of other words are
    left out, with one warning that counts them. Where a word stands twice, the first
    row counts.

    Args:
        path: The file: text of word2vec or fastText (.vec), text of GloVe, or
            word2vec's binary format; plain, or packed by gzip, xz, bzip2, zstandard or
            zip. `FILE:MEMBER` is one of several files in a zip archive. Nothing is
            unpickled.
        vocabulary: Optional. The only words to keep, an iterable of strings; or a
            `Tokenizer`, and every word is kept that `matrix_for` could use, in
            whatever case and Unicode form it is written.
        limit: Optional integer. Stop after so many words; the most frequent ones
            commonly come first.
        format: Optional. "word2vec", "glove" or "binary". Defaults to what the
            beginning of the file looks like.
        member: Optional. The name of that file, where `path` is the archive alone.
        progress: Whether to tell on standard error how far it is.

    Returns:
        The words, a list of strings, and their vectors, a float32 array of shape
        `(len(words), dimensions)`.

    Raises:
        InputError: If a row is broken, with the file and the line; or no word is left.

    Example:

    ```python
    words, matrix = vectors.read_vectors("glove.6B.zip:glove.6B.50d.txt")
    ```
    """
    file, member = split_member(path, member)
    name = file if member is None else f"{file}:{member}"
    opened = functools.partial(open_packed, file, member, what="vectors", growth=GROWTH)
    with opened() as (stream, _):
        layout = find_format(stream, name, format)
    rows_of = binary_rows if layout.name == "binary" else text_rows
    is_wanted, most = _make_filter(vocabulary, limit)
    words: dict[str, int] = {}
    rows = max(1, min(1024, _FIRST_NUMBERS // layout.dimensions))
    matrix = np.empty((rows, layout.dimensions), dtype="float32")
    faults = Faults(str(name))
    with (
        opened() as (stream, share),
        Progress(f"Reading {name}", share, shown=progress) as told,
    ):
        for row in rows_of(stream, name, layout):
            told.update(len(words))
            if not is_wanted(row.word):
                continue
            word = _decode(row.word)
            if row.fault or word is None:
                faults.add(row.fault or _NOT_UNICODE, row)
                continue
            if word in words:
                faults.add(_REPEATED, row)
                continue
            if len(words) == len(matrix):
                # In place, so that there are never two of them.
                matrix.resize((2 * len(matrix), layout.dimensions), refcheck=False)
            matrix[len(words)] = row.vector()
            words[word] = len(words)
            if len(words) == most:
                break
    if not words:
        reason = f" {faults}" if faults.counts else ""
        if _NOT_UNICODE in faults.counts:
            reason += " Is it in another encoding? Save it as UTF-8."
        raise InputError(f"{name}: none of its words is wanted.{reason}")
    if faults.counts:
        warnings.warn(f"{name}: {faults}", stacklevel=3)
    matrix.resize((len(words), layout.dimensions), refcheck=False)
    return list(words), matrix


def _make_filter(vocabulary: Any, limit: int | None) -> Any:
    """A function that tells whether an encoded word is wanted, and the most to find."""
    most = float("inf") if limit is None else limit
    if vocabulary is None:
        return lambda encoded: True, most
    if hasattr(vocabulary, "bare_word"):
        tokens = vocabulary.vocabulary
        names = {fold(n) for token in tokens for n in spellings(token, vocabulary)}
        return lambda encoded: fold(encoded.decode("utf-8", "replace")) in names, most
    if isinstance(vocabulary, str):
        raise InputError(
            f"`vocabulary` is a list of words. Received: a string, {vocabulary[:20]!r}"
        )
    wanted = set()
    for word in vocabulary:
        if not isinstance(word, str):
            raise InputError(
                "`vocabulary` is a list of words, and one of them is no string. "
                f"Received: {word!r:.60} ({type(word).__name__})"
            )
        wanted.add(word.encode("utf-8", "surrogatepass"))
    return wanted.__contains__, min(most, len(wanted))


def _decode(encoded: bytes) -> str | None:
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError:
        return None
