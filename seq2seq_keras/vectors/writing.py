"""Writing word vectors in the formats that others read."""

import contextlib
import gzip
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.vectors.formats import BOM, FORMATS, LONGEST_WORD
from seq2seq_keras.vectors.matrices import check_dense

# Where the readers of C end a word; the file's own marks are among them.
_ENDS_OF_WORDS = re.compile(r"[ \t\n\v\f\r\0]")
_ROWS = 1024
# The shortest decimal that reads as the same float32 is no longer.
_DIGITS = "U16"


def write_vectors(
    words: Any,
    matrix: Any,
    path: str | os.PathLike,
    *,
    format: str | None = None,  # noqa: A002
) -> None:
    """Does the work of `WordVectors.save`, whole or not at all.

    No format can hold every word: refused are the empty one, those with a space, tab,
    line end or NUL, those that are not valid Unicode (lone surrogates) and those of
    more than 1 MiB in UTF-8. All others, those with U+2028 too, come back equal, and so
    does every number.
    """
    path = pathlib.Path(path)
    if format is None:
        name = path.name.removesuffix(".gz")
        format = "binary" if name.endswith(".bin") else "word2vec"  # noqa: A001
    check_choice("format", format, FORMATS)
    check_dense(matrix, "These formats are for")
    encoded = [_encode(word) for word in words]
    with replaced_when_complete(path) as beside, _open(beside) as file:
        if format != "glove":
            file.write(b"%d %d\n" % matrix.shape)
        elif encoded and encoded[0].startswith(BOM):
            file.write(BOM)  # else readers would take the word's for that of the file
        for start in range(0, len(words), _ROWS):
            rows = matrix[start : start + _ROWS]
            names = encoded[start : start + _ROWS]
            pack = _binary if format == "binary" else _text
            file.write(b"".join(pack(names, rows)))


def _encode(word: str) -> bytes:
    rule = None
    try:
        encoded = word.encode("utf-8")
    except UnicodeEncodeError:
        encoded, rule = b"", "is not valid Unicode"
    if rule is None:
        if not word:
            rule = "is empty"
        elif _ENDS_OF_WORDS.search(word):
            rule = "holds a space, tab, line end or NUL, where readers would end it"
        elif len(encoded) > LONGEST_WORD:
            rule = f"has {len(encoded):,} bytes, more than 1 MiB"
    if rule is not None:
        raise InputError(
            f"The word {word[:40]!r} cannot be written to a file of vectors: it "
            f"{rule}. Leave it out."
        )
    return encoded


@contextlib.contextmanager
def _open(path: pathlib.Path) -> Iterator[Any]:
    with path.open("wb") as file:
        if path.suffix != ".gz":
            yield file
            return
        # Without name and time, so that equal vectors make equal files.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            yield packed


def _text(names: Any, rows: Any) -> Iterator[Any]:
    for name, row in zip(names, rows.astype(_DIGITS).tolist(), strict=True):
        yield name + b" " + " ".join(row).encode("ascii") + b"\n"


def _binary(names: Any, rows: Any) -> Iterator[Any]:
    for name, row in zip(names, rows.astype("<f4"), strict=True):
        yield name + b" " + row.tobytes()
