"""Rows of Python objects: dictionaries, DataFrames, data sets, tables of Arrow."""

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from seq2seq_keras.data.columnar import is_columnar, read_columnar, read_parquet
from seq2seq_keras.data.table import Table
from seq2seq_keras.errors import InputError, shown

_Row = tuple[str, Any]
# Keys of one dictionary inside another, and so on; what lies deeper is one cell.
_DEEPEST = 8


def is_records(data: object) -> bool:
    """Whether it is a table of Python: named columns, or rows that are dictionaries.

    An iterator, which can be gone through only once, is not looked into: it is none.
    """
    if is_columnar(data) or _is_dataset(data) or isinstance(data, Mapping):
        return True
    if isinstance(data, str | bytes | Iterator) or not isinstance(data, Iterable):
        return False
    return isinstance(next(iter(data), None), Mapping)


def records_table(data: Any) -> Table:
    """Reads a table of Python, row by row, without a copy of the whole.

    Args:
        data: A pandas or Polars frame; a table, record batch, reader or data set of
            PyArrow, or what else hands over a stream of Arrow; a data set of Hugging
            Face; a dictionary of columns; or an iterable of dictionaries, which may
            hold dictionaries (`{"translation": {"en": ..., "fr": ...}}`), or else of
            lists and tuples.

    Returns:
        A `Table`. Inner keys are joined to outer ones by a dot (`translation.en`);
        `find_column` finds them by the inner one.

    Raises:
        InputError: If it is none of these, or while the rows are read, if a row is of
            another kind than the first.
    """
    if is_columnar(data):
        return flat_table(*read_columnar(data))
    if isinstance(data, Mapping):
        return flat_table("The dictionary", list(data), _columns_rows(data))
    if isinstance(data, str | bytes) or not isinstance(data, Iterable):
        raise InputError(
            "Data must be pairs, dictionaries or a table such as a DataFrame. "
            f"Received: {shown(data)} ({type(data).__name__})"
        )
    whole = "the data set" if _is_dataset(data) else "the list"
    rows = ((f"Item {number} of {whole}", row) for number, row in enumerate(data))
    return flat_table(f"T{whole[1:]}", None, rows)


def parquet_table(file: str | os.PathLike | BinaryIO, name: str) -> Table:
    """Reads a Parquet file as `records_table` does: see `read_parquet`."""
    return flat_table(*read_parquet(file, name))


def flat_table(name: str, columns: list[Any] | None, rows: Iterable[_Row]) -> Table:
    """Makes a table of rows that are dictionaries, or sequences of `columns`.

    The first row tells which cells are dictionaries with columns of their own.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return Table(name, columns, iter(()))
    rows = itertools.chain([first], rows)
    place, row = first
    if isinstance(row, Mapping):
        keys: Iterable[Any] = row
        names: list[Any] = list(row)
    elif columns is None:
        return Table(name, None, _checked(rows))
    else:
        keys, names = range(len(columns)), columns
    layout = [
        # Names that are no strings, such as tuples of pandas, stay what they are.
        (".".join(map(str, (title, *path))) if path else title, (key, *path))
        for key, title in zip(keys, names, strict=True)
        for path in _paths(row[key], _DEEPEST)
    ]
    if not layout:
        raise InputError(f"{place} has no columns.")
    kind = Mapping if isinstance(row, Mapping) else Sequence
    return Table(name, [title for title, _ in layout], _cells(rows, kind, layout))


def _paths(cell: Any, deepest: int) -> Iterator[tuple]:
    """The keys that lead to each value in a cell, none if it is a value."""
    if not (isinstance(cell, Mapping) and cell and deepest):
        yield ()
        return
    for key, inner in cell.items():
        for path in _paths(inner, deepest - 1):
            yield key, *path


class _Cells(Sequence):
    """The values of a row in the order of the columns, looked up when asked for."""

    def __init__(self, place: str, row: Any, layout: list[tuple[Any, tuple]]) -> None:
        self.place, self.row, self.layout = place, row, layout

    def __len__(self) -> int:
        return len(self.layout)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(len(self)))]
        title, path = self.layout[position]
        value = self.row
        for depth, key in enumerate(path):
            # What the first row has as a dictionary may be something else here.
            if depth and not isinstance(value, Mapping):
                raise self._missing(title, value)
            try:
                value = value[key]
            except KeyError:
                raise self._missing(title, list(value)) from None
        return value

    def _missing(self, title: Any, found: Any) -> InputError:
        return InputError(
            f"{self.place} has no {title!r}, which the first row has, but "
            f"{shown(found)}. Give it one, drop the row, or name two other `columns`."
        )


def _cells(
    rows: Iterator[_Row], kind: type, layout: list[tuple[Any, tuple]]
) -> Iterator[tuple[str, Sequence[Any]]]:
    for place, row in rows:
        if not isinstance(row, kind):
            raise InputError(
                f"{place}: expected a dictionary, as the first row is one. Received: "
                f"{shown(row)} ({type(row).__name__})"
            )
        yield place, _Cells(place, row, layout)


def _checked(rows: Iterator[_Row]) -> Iterator[tuple[str, Sequence[Any]]]:
    for place, row in rows:
        if not isinstance(row, list | tuple):
            raise InputError(
                f"{place} must be a pair (source, target) or, as all others, a "
                f"dictionary. Received: {shown(row)}"
            )
        yield place, row


def _columns_rows(columns: Mapping[Any, Any]) -> Iterator[_Row]:
    """The rows of a dictionary of columns."""
    for name, column in columns.items():
        if hasattr(column, "column_names"):
            raise InputError(
                f"The data set has splits: {shown(list(columns))}. Give one of them, "
                f"such as data[{name!r}]."
            )
        if isinstance(column, str | bytes) or not hasattr(column, "__len__"):
            raise InputError(
                "A dictionary must hold columns, such as {'en': [...], 'fr': [...]}. "
                f"Received: {shown(column)} under {shown(name)}"
            )
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"The dictionary's columns differ in length: {shown(lengths)}")
    for number, cells in enumerate(zip(*columns.values(), strict=True)):
        yield f"Row {number} of the dictionary", cells


def _is_dataset(data: object) -> bool:
    """Whether it is a data set of Hugging Face, whose items are dictionaries."""
    return hasattr(data, "column_names") and isinstance(data, Iterable)
