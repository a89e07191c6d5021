"""The rows of text and binary files of word vectors."""

import functools

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors.vector_format import LONGEST_WORD

_NUMBER_BYTES = 4
_CHUNK_BYTES = 2**20


def text_rows(stream, path, layout):
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


def binary_rows(stream, path, layout):
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
    stream.readline(layout.longest_line)
    size = _NUMBER_BYTES * layout.dimensions
    buffer, position = b"", 0
    for number in range(1, layout.rows + 1):
        place = functools.partial(_word_place, path, number, layout.rows)
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


def _part_at_last(line, dimensions):
    word, *numbers = line.rsplit(b" ", dimensions)
    return word, b" ".join(numbers)


def _refuse(place, word, spaces, dimensions):
    if word:
        raise InputError(f"{place()}: a word of more than 1 MiB.")
    raise InputError(
        f"{place()}: expected a word and {dimensions} numbers, parted by single "
        f"spaces. Received: {spaces + 1} fields"
        + (", of which the first is empty" if spaces >= dimensions else "")
    )


def _parse(numbers, dimensions, place):
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


def _unpack(numbers, place):
    vector = np.frombuffer(numbers, dtype="<f4")
    if not np.isfinite(vector).all():
        raise InputError(f"{place()}: its vector holds what is no finite number.")
    return vector


def _check_count(path, found, count, rest):
    if count is None or (found == count and not rest.strip()):
        return
    more = "more" if rest else f"{found:,}"
    raise InputError(
        f"{path}: its first line tells of {count:,} words, but it has {more}. Is it "
        "cut off? Fetch it anew."
    )


def _line_place(path, line):
    return f"{path}, line {line:,}"


def _word_place(path, number, count):
    return f"{path}, word {number:,} of {count:,}"
