"""Which format a file of vectors has, and its rows."""

import collections
import functools
import math
import os
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.packed import Growth

FORMATS = ("word2vec", "glove", "binary")
# A longer word is taken for a broken file; so much memory a broken one may cost.
LONGEST_WORD = 2**20
BOM = b"\xef\xbb\xbf"
# Words and numbers pack to a third, and what is read of them is kept.
GROWTH = Growth(2**28, 200)
_LONGEST_NUMBER = 64
_MOST_DIGITS = 15
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BYTES_OF_TEXT = frozenset(bytes(range(32, 127)) + b"\t\r\n")
_NUMBER_BYTES = 4
_CHUNK_BYTES = 2**20
# Rows that are asked how many numbers a row has.
_FIRST_ROWS = 10
_FASTTEXT = (793712314).to_bytes(4, "little")
_PARTED = "a word and {} numbers, parted by single spaces"


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
    def longest_line(self) -> Any:
        """The most bytes of a line."""
        return LONGEST_WORD + _LONGEST_NUMBER * (self.dimensions + 1)


class Row(NamedTuple):
    """A row of a file, its numbers not yet read.

    Attributes:
        word: Bytes.
        place: A function that tells where it stands.
        vector: A function that reads its numbers.
        fault: What is wrong with the word, if so; the numbers may be right.
    """

    word: bytes
    place: Callable[[], str]
    vector: Callable[[], np.ndarray]
    fault: str | None = None


def find_format(
    stream: IO[bytes], path: str | os.PathLike, name: str | None = None
) -> VectorFormat:
    """Looks at the beginning of a file.

    Args:
        stream: Binary stream, at its start.
        path: What messages call the file.
        name: Optional. One of `FORMATS`, where the beginning might mislead.

    Returns:
        A `VectorFormat`.

    Raises:
        InputError: If it is no file of vectors.
    """
    if name is not None:
        check_choice("format", name, FORMATS)
    first = stream.readline(2 * LONGEST_WORD)
    if not first:
        raise InputError(f"{path}: the file is empty.")
    if first.startswith(_FASTTEXT):
        raise InputError(
            f"{path} is a whole model of fastText. Load its vectors, which "
            "fastText writes beside it as `.vec`."
        )
    if first.startswith(_UTF16):
        raise InputError(f"{path} is text in UTF-16. Save it as UTF-8.")
    sizes = first.removeprefix(BOM).split()
    told = len(sizes) == 2 and all(size.isdigit() for size in sizes)
    if name == "glove" or (name is None and not told):
        return _glove(stream, path, first, name)
    if not told:
        raise InputError(
            f"{path}, line 1: a file of word2vec begins with the number of words and "
            f"that of dimensions. Received: {first[:40]!r}"
        )
    if max(map(len, sizes)) > _MOST_DIGITS:
        raise InputError(f"{path}, line 1: {first[:40]!r} are no sizes.")
    count, dimensions = map(int, sizes)
    if not dimensions:
        raise InputError(f"{path}, line 1: vectors of 0 dimensions.")
    start = stream.read(LONGEST_WORD + _NUMBER_BYTES * min(dimensions, 2**20))
    name = name or _text_or_binary(start, dimensions)
    if count:
        _check_length(stream, len(start), name, dimensions, path)
    if name == "word2vec":
        counts = [_numbers_of(line) for line in _lines(start)]
        # A single word may end in a number: Windows 95.
        if len(counts) > 1 and min(counts) > dimensions:
            raise InputError(
                f"{path}: its first line tells of {dimensions:,} dimensions, but the "
                f"next rows have {min(counts):,} numbers after the word."
            )
    return VectorFormat(name, dimensions, count)


def _glove(
    stream: IO[bytes], path: str | os.PathLike, first: bytes, name: str | None
) -> VectorFormat:
    """GloVe writes no sizes: a row has a word and as many numbers as the others."""
    if not _numbers_of(first):
        raise InputError(
            f"{path}, line 1: this is no file of word vectors. Expected a word and its "
            "numbers, or the number of words and that of dimensions. Received: "
            f"{first[:40]!r}{_hint(first)}"
        )
    rows = [first, *_lines(stream.read(LONGEST_WORD))]
    # What most rows have; at a tie the first.
    dimensions = collections.Counter(map(_numbers_of, rows)).most_common(1)[0][0]
    # The format named, vectors of one dimension are meant.
    if dimensions == 1 and name is None:
        raise InputError(
            f"{path}, line 1: one number after the word. Word vectors have more; is it "
            "a list of frequencies?"
        )
    return VectorFormat("glove", dimensions, None)


def _lines(start: bytes) -> list[bytes]:
    """The first lines, those that may be cut off left out."""
    lines = start.split(b"\n", _FIRST_ROWS)[:_FIRST_ROWS]
    if len(start) >= LONGEST_WORD and len(lines) < _FIRST_ROWS:
        lines.pop()
    return [line for line in lines if line.strip()]


def _numbers_of(line: bytes) -> int:
    """How many fields at the end of a row are numbers; the first is its word."""
    fields = line.rstrip(b" \r\n").split(b" ")[1:]
    return next(
        (n for n, field in enumerate(reversed(fields)) if not _is_number(field)),
        len(fields),
    )


def _hint(row: bytes) -> str:
    """What is likely meant by a row that is not parted by spaces."""
    if b"\t" in row:
        return ". Put single spaces in the place of tabs."
    if b"," in row:
        return ". Numbers have a point, not a comma, and single spaces between them."
    return ""


def _is_number(field: bytes) -> bool:
    try:
        # Python reads 1_000 as a number, too.
        return b"_" not in field and math.isfinite(float(field))
    except ValueError:
        return False


def _text_or_binary(start: bytes, dimensions: int) -> str:
    numbers = start.partition(b" ")[2][: _NUMBER_BYTES * dimensions]
    # A float whose four bytes are letters is rare, and all of a row hardly ever are.
    if _BYTES_OF_TEXT.issuperset(numbers):
        return "word2vec"
    # A row of short numbers is over before, and the next word may hold any letter.
    row = start.partition(b"\n")[0]
    return "word2vec" if _numbers_of(row) >= dimensions else "binary"


def _check_length(
    stream: IO[bytes], done: int, name: str, dimensions: int, path: str | os.PathLike
) -> None:
    """Refuses a file that has no room for one vector of so many dimensions."""
    # Each number has a space and a digit, or four bytes; the word has a letter.
    needed = 1 + (1 + 4 * dimensions if name == "binary" else 2 * dimensions)
    while done < needed and (chunk := stream.read(min(needed - done, _CHUNK_BYTES))):
        done += len(chunk)
    if done < needed:
        raise InputError(
            f"{path}: its first line tells of {dimensions:,} dimensions, but it ends "
            "within the first vector. Is it cut off? Fetch it anew."
        )


def text_rows(
    stream: IO[bytes], path: str | os.PathLike, layout: VectorFormat
) -> Iterator[Row]:
    """Yields the rows of a text file.

    The last fields are the numbers and all before them is the word, so words may hold
    spaces, as a few of GloVe do.

    Args:
        stream: Binary stream, at its start.
        path: What messages call the file.
        layout: Its `VectorFormat`.

    Yields:
        A `Row`.

    Raises:
        InputError: If a row is broken.
    """
    count = layout.rows
    lines = iter(functools.partial(stream.readline, layout.longest_line + 1), b"")
    if count is not None:
        next(lines, b"")
    blank, found = None, 0
    for number, line in enumerate(lines, start=1 if count is None else 2):
        if found == count:
            _check_rest(path, found, line, lines)
            return
        place = functools.partial(_line_place, path, number)
        if number == 1:
            line = line.removeprefix(BOM)
        line = line.rstrip(b" \r\n")
        if not line:
            blank = blank or place
            continue
        if blank:  # and not the last
            _refuse(blank, b"", 0, layout.dimensions)
        found += 1
        yield _text_row(line, place, layout)
    if count is not None and found < count:
        raise _miscounted(path, count, f"{found:,}")


def _text_row(line: bytes, place: Callable[[], str], layout: VectorFormat) -> Row:
    dimensions, fault = layout.dimensions, None
    spaces = line.count(b" ")
    if spaces < dimensions:
        _refuse(place, line, spaces, dimensions)
    if spaces == dimensions:
        word, _, numbers = line.partition(b" ")
    else:
        word, numbers = _part_at_last(line, dimensions)
        if word.strip(b" ") and word.strip(b" ") != word:
            fault = "whose words begin or end with a space"
        elif layout.rows is None and _numbers_of(word):
            fault = f"which have more numbers than most, {dimensions:,}"
    if len(word) > LONGEST_WORD:
        raise InputError(f"{place()}: a word of more than 1 MiB.")
    vector = functools.partial(_parse, numbers, dimensions, place)
    return Row(word, place, vector, fault if word.strip(b" ") else "that have no word")


def binary_rows(
    stream: IO[bytes], path: str | os.PathLike, layout: VectorFormat
) -> Iterator[Row]:
    """Yields the rows of a file in word2vec's binary format, as `text_rows` does.

    Each is a word, a space and the numbers as float32 of this byte order: little. Some
    programs end a row with a line feed, which is taken away from the next word.

    Args:
        stream: Binary stream, at its start.
        path: What messages call the file.
        layout: Its `VectorFormat`.

    Yields:
        A `Row`.

    Raises:
        InputError: If a row is broken.
    """
    rows = layout.rows or 0
    stream.readline(layout.longest_line)
    size = _NUMBER_BYTES * layout.dimensions
    buffer, position = b"", 0
    for number in range(1, rows + 1):
        place = functools.partial(_word_place, path, number, rows)
        space = buffer.find(b" ", position)
        while space < 0 or len(buffer) < space + 1 + size:
            if space < 0 and len(buffer) - position > LONGEST_WORD + 1:
                raise InputError(f"{place()}: a word of more than 1 MiB.")
            chunk = stream.read(_CHUNK_BYTES)
            if not chunk:
                raise InputError(f"{place()}: the file ends within it: it is cut off.")
            buffer, position = buffer[position:] + chunk, 0
            space = buffer.find(b" ")
        word = buffer[position:space].lstrip(b"\n")
        if not word or len(word) > LONGEST_WORD:
            raise InputError(f"{place()}: a word of {len(word):,} bytes.")
        position = space + 1 + size
        numbers = buffer[space + 1 : position]
        yield Row(word, place, functools.partial(_unpack, numbers, place))
    rest = iter(functools.partial(stream.read, _CHUNK_BYTES), b"")
    _check_rest(path, rows, buffer[position:], rest)


def _part_at_last(line: bytes, dimensions: int) -> Any:
    word, *numbers = line.rsplit(b" ", dimensions)
    return word, b" ".join(numbers)


def _refuse(place: Callable, line: bytes, spaces: int, dimensions: int) -> None:
    fields = spaces + 1 if line else 0
    raise InputError(
        f"{place()}: expected {_PARTED.format(dimensions)}. Received: {fields} fields"
        f"{_hint(line)}"
    )


def _parse(numbers: bytes, dimensions: int, place: Callable) -> Any:
    try:
        vector = np.fromstring(numbers, dtype="float64", sep=" ")
    except ValueError:
        vector = np.empty(0)
    with np.errstate(over="ignore"):
        vector = vector.astype("float32")
    if len(vector) != dimensions or not np.isfinite(vector).all():
        raise InputError(
            f"{place()}: expected {dimensions} finite numbers after the word. "
            f"Received: {numbers[:60].decode('utf-8', 'replace')!r}{_hint(numbers)}"
        )
    return vector


def _unpack(numbers: bytes, place: Callable) -> Any:
    vector = np.frombuffer(numbers, dtype="<f4")
    if not np.isfinite(vector).all():
        raise InputError(f"{place()}: its vector holds what is no finite number.")
    return vector


def _check_rest(
    path: str | os.PathLike, count: int, line: bytes, lines: Iterator[bytes]
) -> None:
    """Refuses what stands after the last row, but for white space."""
    if line.strip() or any(more.strip() for more in lines):
        raise _miscounted(path, count, "more")


def _miscounted(path: str | os.PathLike, count: int, found: str) -> InputError:
    return InputError(
        f"{path}: its first line tells of {count:,} words, but it has {found}. Is it "
        "cut off? Fetch it anew."
    )


def _line_place(path: str | os.PathLike, line: int) -> str:
    return f"{path}, line {line:,}"


def _word_place(path: str | os.PathLike, number: Any, count: int | None) -> str:
    return f"{path}, word {number:,} of {count:,}"
