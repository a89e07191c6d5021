"""Opening a table of pairs, whatever its format; the beginning tells which that is."""

import contextlib
import functools
import itertools
import os
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from seq2seq_keras.data.json_records import json_table, looks_like_json
from seq2seq_keras.data.lines import STANDARD_INPUT, decode_lines
from seq2seq_keras.data.markup import MARKUP_START, find_markup, why_not_read
from seq2seq_keras.data.pronunciations import pronunciations_table
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.records import parquet_table
from seq2seq_keras.data.separated import (
    is_separated,
    separated_table,
    separator_of,
    why_one_column,
)
from seq2seq_keras.data.table import Table
from seq2seq_keras.data.tmx import tmx_table
from seq2seq_keras.data.wmt_xml import wmt_table
from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import open_packed
from seq2seq_keras.terminal import named

SEGMENTS = "sgm"
_SEPARATED, _JSON = "separated", "json"
_PARQUET = b"PAR1"
_LINES = 1000  # of a table without a separator, that tell what to do
_WORDS = {
    _JSON: "JSON",
    "tmx": "TMX",
    "wmt-xml": "a test set in XML",
    "cmudict": "a pronouncing dictionary",
}
_SEPARATORS = {"\t": "tabs", ",": "commas", " ": "white space"}


class TableFile(NamedTuple):
    """An open table.

    Attributes:
        table: The `Table`.
        form: What it is, in words.
        why_one_column: Tells the end of a message, if one column is all there is.
        named_columns: Whether its format names its columns, and has no comments.
    """

    table: Table
    form: str
    why_one_column: Callable[[], str] | None = None
    named_columns: bool = True


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
    if _is_parquet(path):
        yield TableFile(parquet_table(path, path), "Parquet")
        return
    with open_data(path) as (file, start, name):
        kind = find_kind(start, name, options)
        lines = functools.partial(decode_lines, file, name, encoding=options.encoding)
        if kind == SEGMENTS:
            raise InputError(
                f"{name} holds the segments of one side. Name that of the source and "
                "that of the target."
            )
        if kind == _SEPARATED:
            yield _separated(lines(), name, options)
            return
        if kind == _JSON:
            table = json_table(lines(), name)
        elif kind == "tmx":
            table = tmx_table(file, name, _languages(options))
        elif kind == "wmt-xml":
            table = wmt_table(file, name)
        else:
            table = pronunciations_table(lines(), name)
        yield TableFile(table, _WORDS[kind])


def find_kind(start: bytes, name: str, options: ReadingOptions) -> str:
    """The kind of a file by its beginning: "separated" for all that is lines only."""
    kind = find_markup(start)
    if kind is not None and (why := why_not_read(kind)):
        raise InputError(f"{name} is {why}")
    if options.separator is not None and kind not in (SEGMENTS, "tmx", "wmt-xml"):
        return _SEPARATED
    text = start.decode(options.encoding, "ignore").removeprefix("\ufeff")
    if kind is None and looks_like_json(text):
        return _JSON
    return kind or _SEPARATED


def is_table(path: str, options: ReadingOptions) -> bool:
    """Whether every one of a file's first lines has several columns."""
    if is_pipe(path):
        return False
    if _is_parquet(path):
        return True
    with open_data(path) as (file, start, name):
        kind = find_kind(start, name, options)
        if kind != _SEPARATED:
            return kind != SEGMENTS
        lines = decode_lines(file, name, encoding=options.encoding)
        first = list(itertools.islice(lines, 100))
        return is_separated(first, separator_of(path, options))


def _languages(options: ReadingOptions) -> list[str] | None:
    """The columns that are asked for, unless by number."""
    by_number = all(column.isdecimal() for column in options.needed())
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
        stream: Any = sys.stdin.buffer
        yield stream, stream.peek()[:MARKUP_START], "standard input"


def _separated(lines: Iterator[str], name: str, options: ReadingOptions) -> TableFile:
    first = list(itertools.islice(lines, _LINES))
    lines = itertools.chain(first, lines)
    table, separator = separated_table(lines, name, options)
    form = _SEPARATORS.get(separator, f"`{separator}`")
    return TableFile(
        table,
        f"a table with {form}",
        functools.partial(why_one_column, first, separator),
        named_columns=False,
    )


def _is_parquet(path: str) -> bool:
    """Whether it is a file of Parquet, which is read from its end."""
    if not pathlib.Path(path).is_file():
        return False
    with pathlib.Path(path).open("rb") as file:
        return find_markup(file.read(len(_PARQUET))) == "parquet"


def is_pipe(path: str | os.PathLike) -> bool:
    """Whether it can be read only once."""
    file = pathlib.Path(path)
    if os.fspath(path) == STANDARD_INPUT:
        return True
    # What is missing or a folder is found when it is opened.
    return file.exists() and not file.is_file() and not file.is_dir()
