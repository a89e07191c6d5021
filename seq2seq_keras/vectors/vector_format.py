"""Which format a file of vectors has."""

from typing import NamedTuple

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.vectors.opened import open_vectors

FORMATS = ("word2vec", "glove", "binary")
# A longer word is taken for a broken file; so much memory a broken one may cost.
LONGEST_WORD = 2**20
_LONGEST_NUMBER = 64
_BOM = b"\xef\xbb\xbf"
_BYTES_OF_TEXT = frozenset(bytes(range(32, 127)) + b"\t\r\n")
_NUMBER_BYTES = 4
_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLE = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))


class VectorFormat(NamedTuple):
    """How a file is laid out.

    Attributes:
        name: One of `FORMATS`.
        dimensions: Integer.
        rows: Integer, the rows that its first line tells of, or `None`.
    """

    name: str
    dimensions: int
    rows: int | None

    @property
    def longest_line(self):
        """The most bytes of a line."""
        return LONGEST_WORD + _LONGEST_NUMBER * (self.dimensions + 1)


def find_format(path, member=None, name=None):
    """Looks at the beginning of a file.

    Args:
        path: The file.
        member: See `open_vectors`.
        name: Optional. One of `FORMATS`, where the beginning might mislead.

    Returns:
        A `VectorFormat`.

    Raises:
        InputError: If it is no file of vectors.
    """
    if name is not None:
        check_choice("format", name, FORMATS)
    with open_vectors(path, member) as (stream, _):
        first = stream.readline(2 * LONGEST_WORD)
        if not first:
            raise InputError(f"{path}: the file is empty.")
        if first.startswith(_PICKLE):
            raise InputError(
                f"{path} is a pickle, which could run any program and is not opened. "
                "Write it anew with gensim's `save_word2vec_format`."
            )
        if first.startswith(_FASTTEXT):
            raise InputError(
                f"{path} is a whole model of fastText. Load its vectors, which "
                "fastText writes beside it as `.vec`."
            )
        if name == "glove":
            return _glove(path, first)
        sizes = first.removeprefix(_BOM).split()
        if len(sizes) == 2 and all(size.isdigit() for size in sizes):
            count, dimensions = map(int, sizes)
            if not dimensions:
                raise InputError(f"{path}, line 1: vectors of 0 dimensions.")
            if name is None:
                name = _text_or_binary(stream, dimensions)
            return VectorFormat(name, dimensions, count)
    if name is not None:
        raise InputError(
            f"{path}, line 1: a file of word2vec begins with the number of words and "
            f"that of dimensions. Received: {first[:40]!r}"
        )
    return _glove(path, first)


def _glove(path, first):
    """GloVe writes no sizes: the first line has a word and numbers."""
    fields = first.rstrip(b" \r\n").split(b" ")
    dimensions = 0
    while dimensions < len(fields) - 1 and _is_number(fields[-1 - dimensions]):
        dimensions += 1
    if not dimensions:
        raise InputError(
            f"{path}, line 1: this is no file of word vectors. Expected a word and its "
            "numbers, or the number of words and that of dimensions. Received: "
            f"{first[:40]!r}"
        )
    return VectorFormat("glove", dimensions, None)


def _is_number(field):
    try:
        return bool(np.isfinite(float(field)))
    except ValueError:
        return False


def _text_or_binary(stream, dimensions):
    start = stream.read(LONGEST_WORD + _NUMBER_BYTES * min(dimensions, LONGEST_WORD))
    numbers = start.partition(b" ")[2][: _NUMBER_BYTES * dimensions]
    # A float whose four bytes are letters is rare, and all of a row hardly ever are.
    return "word2vec" if _BYTES_OF_TEXT.issuperset(numbers) else "binary"
