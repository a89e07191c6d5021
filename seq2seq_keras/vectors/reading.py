"""Reading files of vectors, plain or compressed, text or binary."""

import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import escaped, write_error
from seq2seq_keras.vectors.embedding_matrix import fold, spellings
from seq2seq_keras.vectors.formats import (
    binary_rows,
    find_format,
    open_vectors,
    text_rows,
)
from seq2seq_keras.vectors.numbers import NUMBERS

_SECONDS = 0.5
# The matrix grows with what is read, not with what a first line tells of.
_FIRST_NUMBERS = 2**20


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
    return or spaces at the end of a line belong to the line. Where a word stands
    twice, the first row counts.

    Args:
        path: The file: text of word2vec or fastText (.vec), text of GloVe, or
            word2vec's binary format; plain, gzip or zip. Nothing is unpickled.
        vocabulary: Optional. The only words to keep, an iterable of strings; or a
            `Tokenizer`, and every word is kept that `matrix_for` could use, in
            whatever case and Unicode form it is written.
        limit: Optional integer. Stop after so many words; the most frequent ones
            commonly come first.
        format: Optional. "word2vec", "glove" or "binary". Defaults to what the
            beginning of the file looks like.
        member: Name of the file in a zip archive that holds several.
        progress: Whether to tell on standard error how far it is.

    Returns:
        The words, a list of strings, and their vectors, a float32 array of shape
        `(len(words), dimensions)`.

    Raises:
        InputError: If a row is broken, with the file and the line; or no word is left.

    Example:

    ```python
    words, matrix = vectors.read_vectors("glove.6B.zip", member="glove.6B.50d.txt")
    ```
    """
    layout = find_format(path, member, format)
    rows_of = binary_rows if layout.name == "binary" else text_rows
    is_wanted, most = _make_filter(vocabulary, limit)
    words: dict[str, int] = {}
    rows = max(1, min(1024, _FIRST_NUMBERS // layout.dimensions))
    matrix = np.empty((rows, layout.dimensions), dtype="float32")
    repeated = 0
    with (
        open_vectors(path, member) as (stream, share),
        Progress(f"Reading {path}", share, shown=progress) as told,
    ):
        for encoded, place, parse in rows_of(stream, path, layout):
            told.update(len(words))
            if not is_wanted(encoded):
                continue
            word = _decode(encoded, place)
            if word in words:
                repeated += 1
                continue
            if len(words) == len(matrix):
                # In place, so that there are never two of them.
                matrix.resize((2 * len(matrix), layout.dimensions), refcheck=False)
            matrix[len(words)] = parse()
            words[word] = len(words)
            if len(words) == most:
                break
    if not words:
        raise InputError(f"{path}: none of its words is wanted.")
    if repeated:
        warnings.warn(
            f"{path}: {repeated:,} rows are of words that came before; the first row "
            "of each counts.",
            stacklevel=3,
        )
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
    wanted = {word.encode("utf-8", "surrogatepass") for word in vocabulary}
    return wanted.__contains__, min(most, len(wanted))


def _decode(encoded: bytes, place: Callable[[], str]) -> str:
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place()}: the word {encoded[:40]!r} is not valid UTF-8. Is it in "
            "another encoding? Load the words you need with `vocabulary`: rows of "
            "others are passed over."
        ) from error
