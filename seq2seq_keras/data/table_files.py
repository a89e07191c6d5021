"""Opening a table of pairs, whatever its format; the beginning tells which that is."""

import codecs
import contextlib
import functools
import itertools
import os
import pathlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from seq2seq_keras.data.json_records import json_table, looks_like_json
from seq2seq_keras.data.lines import STANDARD_INPUT, check_encoding, decode_lines
from seq2seq_keras.data.markup import MARKUP_START, find_markup, why_not_read
from seq2seq_keras.data.pronunciations import pronunciations_table
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.records import parquet_table
from seq2seq_keras.data.separated import (
    USUAL_SEPARATORS,
    is_separated,
    separated_table,
    why_one_column,
)
from seq2seq_keras.data.table import Table
from seq2seq_keras.data.tmx import tmx_table
from seq2seq_keras.data.wmt_xml import wmt_table
from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import PARQUET, find_packing, open_packed, refuse_others
from seq2seq_keras.terminal import named

SEGMENTS = "sgm"
SEPARATED, _JSON = "separated", "json"
_TABLE_NAME = re.compile(r"\.(tsv|csv)(\.(gz|xz|bz2|zst|zip))?$", re.IGNORECASE)
_LOOKED_AT = 100
_LINES = 1000  # of a table without a separator, that tell what to do
_WORDS = {
    _JSON: "JSON",
    "tmx": "TMX",
    "wmt-xml": "a test set in XML",
    "cmudict": "a pronouncing dictionary",
}
_OF_TABLES = ("header", "separator", "comment")
_OF_BYTES = (*_OF_TABLES, "encoding")
_IDLE = {
    _JSON: _OF_TABLES,
    "tmx": _OF_BYTES,
    "wmt-xml": _OF_BYTES,
    "cmudict": _OF_TABLES,
}
_SEPARATORS = {"\t": "tabs", ",": "commas", " ": "white space"}


class TableFile(NamedTuple):
    """An open table.

    Attributes:
        table: The `Table`.
        form: What it is, in words.
        why_one_column: Tells the end of a message, if one column is all there is.
        idle: The options that its format leaves nothing to do.
    """

    table: Table
    form: str
    why_one_column: Callable[[], str] | None = None
    idle: tuple[str, ...] = ()


@contextlib.contextmanager
def open_table(path: str, options: ReadingOptions) -> Iterator[TableFile]:
    """Opens a file of pairs that is a table.

    Args:
        path: The file, packed or not; "-" for standard input.
        options: `ReadingOptions`.

    Yields:
        A `TableFile`.

    Raises:
        InputError: If it is something else; the message says what to do.
    """
    if is_parquet(path):
        yield TableFile(parquet_table(path, path), "Parquet", idle=_OF_BYTES)
        return
    with open_data(path) as (file, start, name):
        yield read_table(file, name, find_kind(start, name, options), options)


def read_table(
    file: Any, name: str, kind: str, options: ReadingOptions, errors: str = "strict"
) -> TableFile:
    """Does the work of `open_table` for an open file, of which the kind is known."""
    lines = functools.partial(
        decode_lines, file, name, encoding=options.encoding, errors=errors
    )
    if kind == SEGMENTS:
        raise InputError(
            f"{name} holds the segments of one side. Name that of the source and that "
            "of the target."
        )
    if kind == SEPARATED:
        return _separated(lines(), name, options)
    if kind == _JSON:
        table = json_table(lines(), name)
    elif kind == "tmx":
        table = tmx_table(file, name, _languages(options))
    elif kind == "wmt-xml":
        table = wmt_table(file, name)
    else:
        table = pronunciations_table(lines(), name)
    return TableFile(table, _WORDS[kind], idle=_IDLE[kind])


def find_kind(start: bytes, name: str, options: ReadingOptions) -> str:
    """The kind of a file by its beginning: "separated" for all that is lines only."""
    kind = find_markup(start)
    is_structured = kind in (SEGMENTS, "tmx", "wmt-xml")
    if options.separator is not None and not is_structured:
        return SEPARATED
    if kind is not None and (why := why_not_read(kind)):
        raise InputError(f"{name} is {why}")
    if kind is None and looks_like_json(_beginning(start, options.encoding)):
        return _JSON
    return kind or SEPARATED


def is_table(path: str, options: ReadingOptions) -> bool:
    """Whether a file has several columns, by its name or its first lines."""
    if is_pipe(path):
        return False
    if is_parquet(path):
        return True
    with open_data(path) as (file, start, name):
        kind = find_kind(start, name, options)
        if kind != SEPARATED:
            return kind != SEGMENTS
        if _TABLE_NAME.search(name):
            return True
        lines = decode_lines(file, name, encoding=options.encoding)
        first = list(itertools.islice(lines, _LOOKED_AT))
    return has_columns(first, options)


def has_columns(lines: Sequence[str], options: ReadingOptions) -> bool:
    """Whether first lines look like rows of a table, with the separator or a usual one.

    A comma, a semicolon and white space stand in texts too. So only the same number of
    them in every line is one of a table.
    """
    mark = options.comment
    kept = [
        line for line in lines if mark is None or not line.lstrip().startswith(mark)
    ]
    if options.separator is not None:
        return is_separated(kept, options.separator)
    return any(is_separated(kept, separator) for separator in USUAL_SEPARATORS)


def check_remembered_encoding(path: str, encoding: str) -> None:
    """Refuses a file of UTF-8 where only an earlier file's encoding is known."""
    kind_of_text = check_encoding(encoding)
    if is_pipe(path) or kind_of_text in ("utf-8", "utf-8-sig", "utf-7"):
        return
    if is_parquet(path):
        return
    with open_data(path) as (_, start, name):
        kind = find_kind(start, name, ReadingOptions(encoding=encoding))
        is_wide = kind_of_text.startswith(("utf-16", "utf-32"))
        # What is ASCII is the same in all encodings whose characters are bytes.
        is_either = b"\0" in start if is_wide else start.isascii()
        if is_either or "encoding" in _IDLE.get(kind, ()):
            return
        try:
            codecs.getincrementaldecoder("utf-8")().decode(start)
        except UnicodeDecodeError:
            return
    raise InputError(
        f"{name} is UTF-8, and the files of the training were {encoding}. Say which it "
        f"is: `--encoding utf-8`, or `--encoding {encoding}`."
    )


def _beginning(start: bytes, encoding: str) -> str:
    try:
        return start.decode(encoding, "ignore").removeprefix("\ufeff")
    except UnicodeError:
        return start.decode("latin-1")


def _languages(options: ReadingOptions) -> list[str] | None:
    """The columns that are asked for, unless by number."""
    by_number = all(column.isdecimal() for column in options.needed().values())
    return None if by_number else options.columns


@contextlib.contextmanager
def open_data(path: str) -> Iterator[tuple[Any, bytes, str]]:
    """Opens a file, or standard input.

    Yields:
        A binary stream, its first bytes, which stay in it, and what to call it.
    """
    if path != STANDARD_INPUT:
        with open_packed(path, pipes=True) as (file, _):
            yield file, file.peek(MARKUP_START)[:MARKUP_START], path
        return
    if sys.stdin is None:
        raise InputError("Standard input is closed. Name a file.")
    with named("standard input"):
        stream, start = _begun(sys.stdin.buffer)
        if find_packing(start):
            raise InputError(
                "Standard input is packed. Unpack it first: `zcat FILE |`."
            )
        if re.match(PARQUET, start):
            raise InputError(
                "Standard input is a Parquet file, which is read from its end: name "
                "the file."
            )
        refuse_others("Standard input", start)
        yield stream, start[:MARKUP_START], "standard input"


def _begun(stream: Any) -> tuple[Any, bytes]:
    """A stream and what it begins with, which stays in it; lines, if it cannot peek."""
    if hasattr(stream, "peek"):
        return stream, stream.peek()
    lines = iter(stream)
    first = next(lines, b"")
    return itertools.chain([first] if first else [], lines), first


def _separated(lines: Iterator[str], name: str, options: ReadingOptions) -> TableFile:
    first = list(itertools.islice(lines, _LINES))
    if len(first) == 1 and "\r" in first[0]:
        raise InputError(
            f"{name}: its lines end with a carriage return alone, as of old. Convert "
            "it: `tr '\\r' '\\n' < FILE > NEW`."
        )
    lines = itertools.chain(first, lines)
    table, separator = separated_table(lines, name, options)
    form = _SEPARATORS.get(separator, f"`{separator}`")
    return TableFile(
        table,
        f"a table with {form}",
        functools.partial(why_one_column, first, separator),
    )


def is_parquet(path: str) -> bool:
    """Whether it is a file of Parquet, which is read from its end."""
    if not pathlib.Path(path).is_file():
        return False
    with pathlib.Path(path).open("rb") as file:
        return re.match(PARQUET, file.read(8)) is not None


def is_pipe(path: str | os.PathLike) -> bool:
    """Whether it can be read only once."""
    file = pathlib.Path(path)
    if os.fspath(path) == STANDARD_INPUT:
        return True
    # What is missing or a folder is found when it is opened.
    return file.exists() and not file.is_file() and not file.is_dir()
