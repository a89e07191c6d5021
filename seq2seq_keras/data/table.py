"""A table, whatever it was read from, and the pairs in it."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from seq2seq_keras.data.columns import Choice, choose_columns
from seq2seq_keras.data.pairs import MOST_WEIGHT, Pair
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.errors import InputError, check_unicode, shown
from seq2seq_keras.text import join_features

_SAMPLE = 1000  # rows that are looked at before the first is used


class Table(NamedTuple):
    """Rows of cells, and what their columns are called.

    Attributes:
        name: What messages call it: a path, or "The DataFrame".
        columns: Names of the columns, where the format has them.
        rows: Yields each row's place, as messages call it, and its cells.
    """

    name: str
    columns: list[Any] | None
    rows: Iterator[tuple[str, Sequence[Any]]]


def table_pairs(
    table: Table,
    options: ReadingOptions,
    why_one_column: Callable[[], str] | None = None,
    look_at: int = _SAMPLE,
) -> tuple[Choice, Iterator[Pair]]:
    """Takes the pairs out of a table.

    Args:
        table: The table; it is gone through once.
        options: What was asked for.
        why_one_column: Tells the end of the message for a table of one column.
        look_at: How many rows to look at before the first pair.

    Returns:
        The `Choice` of columns and an iterator of `(source, target)`, or of
        `(source, target, weight)` if there is a column of weights.

    Raises:
        InputError: If there is no row, or `choose_columns` says so; while iterating,
            for the first row that cannot be a pair.
    """
    rows = iter(table.rows)
    sample = list(itertools.islice(rows, look_at))
    if not sample:
        raise InputError(f"{table.name}: there is no sentence pair in it.")
    place, first = sample[0]
    if len(first) == 1 and why_one_column is not None:
        raise InputError(f"{place} {why_one_column()}")
    choice = choose_columns(table.name, table.columns, sample, options)
    rows = itertools.chain(sample[choice.has_header :], rows)
    return choice, _pairs(rows, choice)


def _pairs(rows: Iterable[tuple[str, Sequence[Any]]], choice: Choice) -> Iterator[Pair]:
    used = [choice.source, choice.target, choice.features]
    for place, cells in rows:
        if len(cells) != choice.width:
            raise InputError(
                f"{place}: {len(cells)} columns, where the first row has "
                f"{choice.width}. Every row needs the same columns."
            )
        for position in used:
            if position is not None:
                check_string(cells[position], place)
        source = cells[choice.source]
        if choice.features is not None:
            source = join_features(cells[choice.features], source)
        if choice.weight is None:
            yield source, cells[choice.target]
        else:
            yield source, cells[choice.target], _weight(cells[choice.weight], place)


def check_string(cell: object, place: str) -> None:
    """Refuses a cell that is no text, such as the nan of an empty one."""
    if not isinstance(cell, str):
        raise InputError(
            f"{place}: expected a string, found {shown(cell)} "
            f"({type(cell).__name__}). Drop the row, turn it into a string, or name "
            "other `columns`."
        )
    check_unicode(cell, place)


def _weight(cell: Any, place: str) -> float:
    try:
        weight = float(cell)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0 <= weight <= MOST_WEIGHT:
        raise InputError(
            f"{place}: a weight must be a number from 0 to {MOST_WEIGHT:,}. "
            f"Received: {shown(cell)}"
        )
    return weight
