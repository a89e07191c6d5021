"""Which format a file of vectors has, and its rows."""

import contextlib
import functools
import gzip
import io
import os
import pathlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.untrusted import open_regular

FORMATS = ("word2vec", "glove", "binary")
# A longer word is taken for a broken file; so much memory a broken one may cost.
LONGEST_WORD = 2**20
_LONGEST_NUMBER = 64
_MOST_DIGITS = 15
_BOM = b"\xef\xbb\xbf"
_BYTES_OF_TEXT = frozenset(bytes(range(32, 127)) + b"\t\r\n")
_NUMBER_BYTES = 4
_CHUNK_BYTES = 2**20
_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLE = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))


_BUFFER_BYTES = 2**20
# So often and so far packed bytes may grow; words and numbers pack to a third.
_MOST_GROWTH = 200
_FREE_GROWTH = 2**28
_DAMAGE = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error)


@contextlib.contextmanager
def open_vectors(path: str | os.PathLike, member: str | None = None) -> Iterator[Any]:
    """Opens a file, and what is in it if it is compressed by gzip or zip.

    The first bytes tell, not the name.

    Args:
        path: The file.
        member: Name of the file in a zip archive that holds several.

    Yields:
        A binary stream, and a function without arguments that tells the share of it
        that was read, a float in [0, 1].

    Raises:
        InputError: If there is no such file or member, or the file is damaged.
    """
    path = pathlib.Path(path)
    try:
        file = open_regular(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file.") from error
    with file, contextlib.ExitStack() as stack:
        size = os.fstat(file.fileno()).st_size
        start = file.read(4)
        file.seek(0)
        if member is not None and start != b"PK\3\4":
            raise InputError(f"{path} is no zip archive and has no member {member!r}.")
        try:
            if start.startswith(b"\x1f\x8b"):
                unpacked = stack.enter_context(gzip.GzipFile(fileobj=file))
                bounded = _Bounded(unpacked, file.tell, path)
                yield io.BufferedReader(bounded, _BUFFER_BYTES), _share(file.tell, size)
            elif start == b"PK\3\4":
                archive = stack.enter_context(zipfile.ZipFile(file))
                info = _find_member(path, archive, member)
                entry = stack.enter_context(archive.open(info))
                bounded = _Bounded(entry, lambda: info.compress_size, path)
                share = _share(entry.tell, info.file_size)
                yield io.BufferedReader(bounded, _BUFFER_BYTES), share
            else:
                yield file, _share(file.tell, size)
        except _DAMAGE as error:
            raise InputError(
                f"{path} is damaged or cut off ({error}). Fetch it anew."
            ) from error


class _Bounded(io.RawIOBase):
    """What a compressed file holds, if it is no more than packing explains."""

    def __init__(
        self, unpacked: Any, packed: Callable[[], int], path: pathlib.Path
    ) -> None:
        super().__init__()
        self.unpacked, self.packed, self.path = unpacked, packed, path
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self.unpacked.readinto(buffer)
        self.count += count
        if self.count > _FREE_GROWTH + _MOST_GROWTH * self.packed():
            raise InputError(
                f"{self.path} unpacks to far more than vectors do. If it is what it "
                "should be, unpack it first."
            )
        return count


def _share(position: Callable[[], int], size: int) -> Callable[[], float]:
    return lambda: position() / max(size, 1)


def _find_member(path: str | os.PathLike, archive: Any, member: str | None) -> Any:
    members = [info for info in archive.infolist() if not info.is_dir()]
    names = [info.filename for info in members]
    if member is None and len(members) != 1:
        raise InputError(
            f"{path} holds {len(members)} files: name one as `member`. There are "
            f"{', '.join(names) or 'none'}"
        )
    if member is not None and member not in names:
        raise InputError(
            f"{path} has no member {member!r}. There are {', '.join(names)}"
        )
    info = members[names.index(member)] if member is not None else members[0]
    if info.flag_bits & 1:
        raise InputError(f"{path} is locked with a password: unpack it first.")
    return info


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


def find_format(
    path: str | os.PathLike, member: str | None = None, name: str | None = None
) -> Any:
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
            if max(map(len, sizes)) > _MOST_DIGITS:
                raise InputError(f"{path}, line 1: {first[:40]!r} are no sizes.")
            count, dimensions = map(int, sizes)
            if not dimensions:
                raise InputError(f"{path}, line 1: vectors of 0 dimensions.")
            start = stream.read(LONGEST_WORD + _NUMBER_BYTES * min(dimensions, 2**20))
            name = name or _text_or_binary(start, dimensions)
            if count:
                _check_length(stream, len(start), name, dimensions, path)
            return VectorFormat(name, dimensions, count)
    if name is not None:
        raise InputError(
            f"{path}, line 1: a file of word2vec begins with the number of words and "
            f"that of dimensions. Received: {first[:40]!r}"
        )
    return _glove(path, first)


def _glove(path: str | os.PathLike, first: Any) -> "VectorFormat":
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


def _is_number(field: Any) -> Any:
    try:
        return bool(np.isfinite(float(field)))
    except ValueError:
        return False


def _text_or_binary(start: bytes, dimensions: int) -> str:
    numbers = start.partition(b" ")[2][: _NUMBER_BYTES * dimensions]
    # A float whose four bytes are letters is rare, and all of a row hardly ever are.
    return "word2vec" if _BYTES_OF_TEXT.issuperset(numbers) else "binary"


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
) -> Iterator[Any]:
    """Yields the rows of a text file, their numbers not yet read.

    The last fields are the numbers and all before them is the word, so words may hold
    spaces, as a few of GloVe do.

    Args:
        stream: Binary stream, at its start.
        path: What messages call the file.
        layout: Its `VectorFormat`.

    Yields:
        The word as bytes, a function that tells its place in the file, and one that
        returns its vector.

    Raises:
        InputError: If a row is broken.
    """
    dimensions, count = layout.dimensions, layout.rows
    first_line = 1
    if count is not None:
        stream.readline(layout.longest_line)
        first_line = 2
    lines = iter(functools.partial(stream.readline, layout.longest_line + 1), b"")
    found = 0
    for found, line in enumerate(lines, start=1):
        place = functools.partial(_line_place, path, found + first_line - 1)
        line = line.rstrip(b" \r\n")
        spaces = line.count(b" ")
        if spaces == dimensions:
            word, _, numbers = line.partition(b" ")
        elif spaces > dimensions:
            word, numbers = _part_at_last(line, dimensions)
        else:
            word, numbers = b"", line
        if not word or len(word) > LONGEST_WORD:
            _refuse(place, word, spaces, dimensions)
        yield word, place, functools.partial(_parse, numbers, dimensions, place)
        if found == count:
            break
    _check_count(path, found, count, next(lines, b""))


def binary_rows(
    stream: IO[bytes], path: str | os.PathLike, layout: VectorFormat
) -> Iterator[Any]:
    """Yields the rows of a file in word2vec's binary format, as `text_rows` does.

    Each is a word, a space and the numbers as float32 of this byte order: little. Some
    programs end a row with a line feed, which is taken away from the next word.

    Args:
        stream: Binary stream, at its start.
        path: What messages call the file.
        layout: Its `VectorFormat`.

    Yields:
        The word as bytes, a function that tells its place in the file, and one that
        returns its vector.

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
        yield word, place, functools.partial(_unpack, numbers, place)


def _part_at_last(line: bytes, dimensions: int) -> Any:
    word, *numbers = line.rsplit(b" ", dimensions)
    return word, b" ".join(numbers)


def _refuse(place: Callable, word: bytes, spaces: int, dimensions: int) -> None:
    if word:
        raise InputError(f"{place()}: a word of more than 1 MiB.")
    raise InputError(
        f"{place()}: expected a word and {dimensions} numbers, parted by single "
        f"spaces. Received: {spaces + 1} fields"
        + (", of which the first is empty" if spaces >= dimensions else "")
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
            f"Received: {numbers[:60].decode('utf-8', 'replace')!r}"
        )
    return vector


def _unpack(numbers: bytes, place: Callable) -> Any:
    vector = np.frombuffer(numbers, dtype="<f4")
    if not np.isfinite(vector).all():
        raise InputError(f"{place()}: its vector holds what is no finite number.")
    return vector


def _check_count(
    path: str | os.PathLike, found: int, count: int | None, rest: bytes
) -> None:
    if count is None or (found == count and not rest.strip()):
        return
    more = "more" if rest else f"{found:,}"
    raise InputError(
        f"{path}: its first line tells of {count:,} words, but it has {more}. Is it "
        "cut off? Fetch it anew."
    )


def _line_place(path: str | os.PathLike, line: int) -> str:
    return f"{path}, line {line:,}"


def _word_place(path: str | os.PathLike, number: Any, count: int | None) -> str:
    return f"{path}, word {number:,} of {count:,}"
