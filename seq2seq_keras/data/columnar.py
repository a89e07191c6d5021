"""Rows of tables that lie in memory or on disk by columns: pandas, Polars, Arrow."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeGuard

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.untrusted import in_one_line

if TYPE_CHECKING:
    import pandas as pd

# Of these so many are Python objects at a time.
_ROWS_AT_ONCE = 1024


class Columnar(NamedTuple):
    """What messages call the table, its columns' names, each row's place and cells."""

    name: str
    columns: list[Any]
    rows: Iterator[tuple[str, Sequence[Any]]]


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


def read_columnar(data: Any) -> Columnar:
    """Reads a table without a copy of the whole.

    Args:
        data: A pandas DataFrame; a DataFrame or LazyFrame of Polars, the latter being
            collected; a Table, RecordBatch, RecordBatchReader or Dataset of PyArrow;
            or whatever else hands over a stream of Arrow, as results of DuckDB do,
            which needs PyArrow.
    """
    if _is_pandas(data):
        return _read_pandas(data)
    if _is_polars(data):
        frame = data.collect() if hasattr(data, "collect") else data
        cells, columns = frame.iter_rows(buffer_size=_ROWS_AT_ONCE), frame.columns
        name = "the DataFrame"
    else:
        batches, columns = _batches(data)
        cells = _cells_of_batches(batches)
        name = "the table"
    rows = ((f"Row {number} of {name}", row) for number, row in enumerate(cells))
    return Columnar(f"T{name[1:]}", list(columns), rows)


def _read_pandas(frame: "pd.DataFrame") -> Columnar:
    labels = (f"Row {label!r} of the DataFrame" for label in frame.index)
    # By position, since names may stand twice.
    columns = (frame.iloc[:, position] for position in range(frame.shape[1]))
    rows = zip(labels, zip(*columns, strict=True), strict=True)
    return Columnar("The DataFrame", list(frame.columns), rows)


def _batches(data: Any) -> tuple[Iterable[Any], list[str]]:
    """The record batches of what PyArrow has made or can take over; column names."""
    if not _is_arrow(data):
        arrow = import_optional("pyarrow", "Rows of a stream of Arrow")
        if hasattr(data, "__arrow_c_stream__"):
            data = arrow.RecordBatchReader.from_stream(data)
        else:
            data = arrow.record_batch(data)
    if hasattr(data, "read_next_batch"):
        return data, data.schema.names
    return data.to_batches() if hasattr(data, "to_batches") else [
        data
    ], data.schema.names


def read_parquet(file: str | os.PathLike | BinaryIO, name: str) -> Columnar:
    """Reads a Parquet file, a part of it at a time.

    Args:
        file: Its path, or an open binary file that can seek.
        name: What messages call it.

    Raises:
        InputError: If it is none, or PyArrow is missing.
    """
    parquet = import_optional("pyarrow.parquet", f"Rows of {name}, a Parquet file,")
    try:
        # Kept open by the rows.
        opened = parquet.ParquetFile(file)
    except FileNotFoundError as error:
        raise InputError(f"{name}: there is no such file.") from error
    except (OSError, ValueError) as error:
        raise _broken(name, error) from error
    cells = _cells_of_batches(_batches_of_file(opened, name))
    rows = ((f"{name}, row {number}", row) for number, row in enumerate(cells, start=1))
    return Columnar(name, list(opened.schema_arrow.names), rows)


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


def _cells_of_batches(batches: Iterable[Any]) -> Iterator[tuple]:
    for whole in batches:
        for start in range(0, whole.num_rows, _ROWS_AT_ONCE):
            batch = whole.slice(start, _ROWS_AT_ONCE)
            yield from zip(*(c.to_pylist() for c in batch.columns), strict=True)


def _is_pandas(data: object) -> "TypeGuard[pd.DataFrame]":
    return _is_of(data, "pandas", "DataFrame")


def _is_polars(data: object) -> bool:
    return _is_of(data, "polars", "DataFrame", "LazyFrame")


def _is_of(data: object, module: str, *classes: str) -> bool:
    """Whether it is an object of a module that something has imported already."""
    found = sys.modules.get(module)
    return any(
        isinstance(data, getattr(found, name))
        for name in classes
        if hasattr(found, name)
    )


def _is_arrow(data: object) -> bool:
    """Whether it is a table, batch, reader or data set of PyArrow."""
    return _is_of(
        data, "pyarrow", "Table", "RecordBatch", "RecordBatchReader"
    ) or _is_of(data, "pyarrow.dataset", "Dataset")
