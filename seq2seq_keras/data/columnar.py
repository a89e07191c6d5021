"""Rows of tables that lie in memory or on disk by columns: pandas, Polars, Arrow."""

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeGuard

from seq2seq_keras.data.table import Table
from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.untrusted import in_one_line

if TYPE_CHECKING:
    import pandas as pd

# So many are Python objects at a time, and only those of columns that are looked at.
_ROWS_AT_ONCE = 1024


def is_columnar(data: object) -> bool:
    """Whether `read_columnar` reads it.

    No library is imported to know: whoever gives a table has imported its own.
    """
    return (
        _is_pandas(data)
        or _is_polars(data)
        or _is_arrow(data)
        or hasattr(data, "__arrow_c_stream__")
        or hasattr(data, "__arrow_c_array__")
    )


def read_columnar(data: Any) -> Table:
    """Reads a table without a copy of the whole.

    Args:
        data: A pandas DataFrame; a DataFrame or LazyFrame of Polars, the latter being
            collected; a Table, RecordBatch, RecordBatchReader or Dataset of PyArrow;
            or whatever else hands over a stream of Arrow, as results of DuckDB do,
            which needs PyArrow.
    """
    if _is_pandas(data):
        labels = (f"Row {label!r} of the DataFrame" for label in data.index)
        rows = zip(labels, _rows(_of_pandas(data), "The DataFrame"), strict=True)
        return Table("The DataFrame", list(data.columns), rows)
    if _is_polars(data):
        frame = data.collect() if hasattr(data, "collect") else data
        name, columns, pieces = "the DataFrame", frame.columns, _of_polars(frame)
    else:
        batches, columns = _batches(data)
        name, pieces = "the table", _of_arrow(batches)
    cells = _rows(pieces, f"T{name[1:]}")
    places = ((f"Row {number} of {name}", row) for number, row in enumerate(cells))
    return Table(f"T{name[1:]}", list(columns), places)


def read_parquet(file: str | os.PathLike | BinaryIO, name: str) -> Table:
    """Reads a Parquet file, a part of it at a time.

    Args:
        file: Its path, or an open binary file that can seek.
        name: What messages call it.

    Raises:
        InputError: If it is none, or PyArrow is missing.
    """
    parquet = import_optional("pyarrow.parquet", f"Rows of {name}, a Parquet file,")
    try:
        opened = parquet.ParquetFile(file)
    except FileNotFoundError as error:
        raise InputError(f"{name}: there is no such file.") from error
    except (OSError, ValueError) as error:
        raise _broken(name, error) from error
    cells = _rows(_of_arrow(_batches_of_file(opened, name)), name)
    rows = ((f"{name}, row {number}", row) for number, row in enumerate(cells, start=1))
    return Table(name, list(opened.schema_arrow.names), rows)


class _Row(Sequence):
    """One row of a piece; of its columns only those that are looked at are read."""

    def __init__(self, piece: "_Piece", number: int) -> None:
        self.piece, self.number = piece, number

    def __len__(self) -> int:
        return self.piece.width

    def __getitem__(self, position: Any) -> Any:
        return self.piece.column(position)[self.number]


class _Piece(NamedTuple):
    """A part of a table, and what makes a list of one of its columns."""

    length: int
    width: int
    column: Callable[[int], list]


def _rows(pieces: Iterable[_Piece], name: str) -> Iterator[_Row]:
    for piece in pieces:

        def read(position: int, column: Callable[[int], list] = piece.column) -> list:
            try:
                return column(position)
            except ValueError as error:  # bytes that are no text, dates out of range
                raise InputError(
                    f"{name}: column {position} (counted from 0) cannot be read "
                    f"({in_one_line(error)})."
                ) from error

        cached = piece._replace(column=functools.cache(read))
        yield from (_Row(cached, number) for number in range(piece.length))


def _of_pandas(frame: "pd.DataFrame") -> Iterator[_Piece]:
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        yield _piece(part, lambda part, i: part.iloc[:, i].tolist())


def _of_polars(frame: Any) -> Iterator[_Piece]:
    for part in frame.iter_slices(_ROWS_AT_ONCE):
        yield _piece(part, lambda part, i: part.to_series(i).to_list())


def _of_arrow(batches: Iterable[Any]) -> Iterator[_Piece]:
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            part = batch.slice(start, _ROWS_AT_ONCE)
            yield _piece(part, lambda part, i: part.column(i).to_pylist())


def _piece(part: Any, column: Callable[[Any, int], list]) -> _Piece:
    length, width = part.shape
    return _Piece(length, width, functools.partial(column, part))


def _batches(data: Any) -> tuple[Iterable[Any], list[str]]:
    """The record batches of what PyArrow has made or can take over; column names."""
    if not _is_arrow(data):
        arrow = import_optional("pyarrow", "Rows of a stream of Arrow")
        if hasattr(data, "__arrow_c_stream__"):
            data = arrow.RecordBatchReader.from_stream(data)
        else:
            data = arrow.record_batch(data)
    names = data.schema.names
    if hasattr(data, "read_next_batch"):
        return data, names
    return data.to_batches() if hasattr(data, "to_batches") else [data], names


def _batches_of_file(opened: Any, name: str) -> Iterator[Any]:
    batches = opened.iter_batches(batch_size=_ROWS_AT_ONCE)
    while True:
        try:
            batch = next(batches, None)
        except (OSError, ValueError) as error:
            raise _broken(name, error) from error
        if batch is None:
            return
        yield batch


def _broken(name: str, error: Exception) -> InputError:
    return InputError(
        f"{name} is no Parquet file, or damaged ({in_one_line(error)}). Fetch it anew."
    )


def _is_pandas(data: object) -> "TypeGuard[pd.DataFrame]":
    return _is_of(data, "pandas", "DataFrame")


def _is_polars(data: object) -> bool:
    return _is_of(data, "polars", "DataFrame", "LazyFrame")


def _is_arrow(data: object) -> bool:
    """Whether it is a table, batch, reader or data set of PyArrow."""
    return _is_of(
        data, "pyarrow", "Table", "RecordBatch", "RecordBatchReader"
    ) or _is_of(data, "pyarrow.dataset", "Dataset")


def _is_of(data: object, module: str, *classes: str) -> bool:
    """Whether it is an object of a module that something has imported already."""
    found = sys.modules.get(module)
    return any(
        isinstance(data, getattr(found, name))
        for name in classes
        if hasattr(found, name)
    )
