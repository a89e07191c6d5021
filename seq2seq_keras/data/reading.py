"""Reading sentence pairs and lines of text, or saying exactly why not."""

import csv
import functools
import itertools
import pathlib
import sys
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, overload

from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.errors import InputError, check_unicode

if TYPE_CHECKING:
    import pandas as pd

_Pair = tuple[str, str]
_BOM = b"\xef\xbb\xbf"
_NO_PAIR = "There is no sentence pair in the data."


@overload
def read_pairs(
    data: "str | pathlib.Path | pd.DataFrame | Iterable[_Pair]",
    target: str | pathlib.Path | None = None,
    *,
    columns: Sequence[Any] = (0, 1),
    stream: Literal[False] = False,
) -> Pairs: ...


@overload
def read_pairs(
    data: str | pathlib.Path,
    target: str | pathlib.Path | None = None,
    *,
    columns: Sequence[Any] = (0, 1),
    stream: bool,
) -> Pairs | PairStream: ...


def read_pairs(
    data: "str | pathlib.Path | pd.DataFrame | Iterable[_Pair]",
    target: str | pathlib.Path | None = None,
    *,
    columns: Sequence[Any] = (0, 1),
    stream: bool = False,
) -> Pairs | PairStream:
    """Reads sentence pairs and checks every one of them.

    Cells stay the strings they are: `NA`, `null` and `007` are words. Blank lines of
    a table are skipped, unless they part empty cells; of parallel files they are
    empty sentences.

    Args:
        data: The path of a table (`.csv` with commas and quotes, anything else with
            tabs and no quoting), a pandas DataFrame, or a list of
            `(source, target)`. With `target`, the path of the file of sources.
        target: Optional path of the file of targets, line by line parallel.
        columns: The two columns of a table that hold source and target: two
            positions, for a table without a header row, or two names that stand in
            its header row.
        stream: Whether a file is left on disk and read anew in each epoch, for files
            larger than the memory. It is read through once now, to check it, so it
            cannot be a pipe.

    Returns:
        `Pairs`, or a `PairStream` if `stream`.

    Raises:
        InputError: If anything is wrong with the data; the message names the file
            and the row.

    Example:

    >>> read_pairs([("i am a student", "je suis étudiant")])
    Pairs(source=['i am a student'], target=['je suis étudiant'])
    """
    if isinstance(data, str | pathlib.Path):
        path = pathlib.Path(data)
        if stream:
            _check_rereadable(path, *([pathlib.Path(target)] if target else []))
        if target is not None:
            rows = functools.partial(_read_parallel, path, pathlib.Path(target))
        else:
            rows = functools.partial(_read_table, path, columns)
    elif stream or target is not None:
        raise InputError("`target` and `stream` go with the path of a file.")
    elif _is_frame(data):
        rows = functools.partial(_read_frame, data, columns)
    else:
        rows = functools.partial(_read_list, data)
    if stream:
        if not sum(1 for _ in rows()):
            raise InputError(_NO_PAIR)
        return PairStream(rows)
    sources, targets = [], []
    for source, translation in rows():
        sources.append(source)
        targets.append(translation)
    if not sources:
        raise InputError(_NO_PAIR)
    return Pairs(sources, targets)


def _is_frame(data: object) -> "TypeGuard[pd.DataFrame]":
    """Whether it is a DataFrame; whoever has one has imported pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _check_rereadable(*paths: pathlib.Path) -> None:
    for path in paths:
        # What is missing or a folder is found when it is opened.
        if path.exists() and not path.is_dir() and not path.is_file():
            raise InputError(
                f"{path} can be read only once, and `stream=True` reads it anew in "
                "each epoch. Save it as a file first, or read it with `stream=False`."
            )


def _read_parallel(
    source_path: pathlib.Path, target_path: pathlib.Path
) -> Iterator[_Pair]:
    lines = [read_lines(source_path), read_lines(target_path)]
    pairs = itertools.zip_longest(*lines)
    for number, (source, target) in enumerate(pairs):
        if source is None or target is None:
            # The shorter file has `number` lines; the longer one has this line more.
            counts = [number + (side is not None) for side in (source, target)]
            counts = [
                count + sum(1 for _ in rest)
                for count, rest in zip(counts, lines, strict=True)
            ]
            raise InputError(
                f"{source_path} has {counts[0]} lines and {target_path} has "
                f"{counts[1]}. Line n of one must translate line n of the other."
            )
        yield source, target


def _read_table(path: pathlib.Path, columns: Sequence[Any]) -> Iterator[_Pair]:
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _tsv_rows(path)
    width, positions = None, (0, 0)
    for number, row in rows:
        if width is None:
            width = len(row)
            positions = _positions(columns, row, f"{path}, row {number}")
            if columns[0] != positions[0]:
                continue  # the header row
        if len(row) != width:
            raise InputError(
                f"{path}, row {number}: {len(row)} columns, where the first row has "
                f"{width}. Every row needs the same columns."
            )
        yield row[positions[0]], row[positions[1]]
    if width is None:
        raise InputError(f"{path}: there is no row in the file.")


def _tsv_rows(path: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip() or "\t" in line:
            yield number, line.split("\t")


def _csv_rows(path: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    # The module's limit of 131,072 characters a cell is one for the process.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader((line + "\n" for line in read_lines(path)), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{path}, row {reader.line_num}: {error}. Put cells with commas, "
                "quotes or line breaks in double quotes, and double the quotes inside."
            ) from error
        if any(map(str.strip, row)) or len(row) > 1:
            yield reader.line_num, row


def _read_frame(frame: "pd.DataFrame", columns: Sequence[Any]) -> Iterator[_Pair]:
    positions = _positions(columns, list(frame.columns), "The DataFrame")
    cells = [frame.iloc[:, position] for position in positions]
    for label, pair in zip(frame.index, zip(*cells, strict=True), strict=True):
        _check_strings(pair, f"Row {label!r} of the DataFrame")
        yield pair


def _read_list(pairs: Iterable[Any]) -> Iterator[_Pair]:
    for number, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InputError(
                f"Item {number} of the list must be a pair (source, target). "
                f"Received: {pair!r}"
            )
        _check_strings(pair, f"Item {number} of the list")
        yield pair[0], pair[1]


def _check_strings(pair: Sequence[object], where: str) -> None:
    for cell in pair:
        if not isinstance(cell, str):
            raise InputError(
                f"{where}: expected a string, found {cell!r} "
                f"({type(cell).__name__}). Drop the row or turn it into a string."
            )
        check_unicode(cell, where)


def _positions(
    columns: Sequence[Any], header: Sequence[Hashable], where: str
) -> tuple[int, int]:
    """The positions of two columns given by position or by name."""
    if isinstance(columns, str) or len(columns) != 2:
        raise InputError(
            "`columns` must be two positions or two names. "
            f"Received: columns={columns!r}"
        )
    if all(isinstance(column, int) for column in columns):
        if not all(0 <= column < len(header) for column in columns):
            raise InputError(
                f"{where}: {len(header)} columns, but columns {columns[0]} and "
                f"{columns[1]} (counted from 0) were asked for."
            )
        return columns[0], columns[1]
    for column in columns:
        if column not in header:
            raise InputError(f"{where}: no column {column!r} among {header}.")
    return header.index(columns[0]), header.index(columns[1])


def read_lines(path: str | pathlib.Path) -> Iterator[str]:
    r"""Reads a UTF-8 file line by line, however large it is.

    A line ends with `\n` or `\r\n` and nothing else: U+2028 and its kin are part of
    the text. A byte order mark at the start is dropped.

    Args:
        path: The file, or a pipe such as `/dev/stdin`.

    Yields:
        The lines, without their ends.

    Raises:
        InputError: If the file is missing, a folder, empty, not UTF-8 or holds a NUL
            byte; the message names the file, the line and the byte.

    Example:

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "text.txt")
    >>> _ = path.write_bytes(b"one\r\ntwo\xe2\x80\xa8too\n")
    >>> list(read_lines(path))
    ['one', 'two\u2028too']
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file.")
    if not path.exists():
        raise InputError(f"{path}: there is no such file.")
    with path.open("rb") as file:
        yield from decode_lines(file, path)


def decode_lines(file: Iterable[bytes], name: str | pathlib.Path) -> Iterator[str]:
    """Does the work of `read_lines` for an open binary file.

    Args:
        file: A binary file or anything that yields bytes line by line.
        name: What messages call the file.

    Yields:
        The lines, without their ends.
    """
    number = 0
    for number, raw in enumerate(file, start=1):
        first_byte = 1
        if number == 1 and raw.startswith(_BOM):
            raw = raw.removeprefix(_BOM)
            first_byte += len(_BOM)
        line = raw[:-1].removesuffix(b"\r") if raw.endswith(b"\n") else raw
        if b"\0" in line:
            raise InputError(
                f"{name}, line {number}: NUL byte at byte "
                f"{first_byte + line.index(0)} of the line. Is this a text file? "
                "Remove the byte or save it as UTF-8."
            )
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name}, line {number}: byte {first_byte + error.start} of the "
                f"line (0x{line[error.start]:02x}) is not valid UTF-8. Save the file "
                "as UTF-8."
            ) from error
    if number == 0:
        raise InputError(f"{name}: the file is empty.")
