"""What every reader of a format gives: rows of cells, and the columns' names."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple


class Table(NamedTuple):
    """Rows of cells, and what their columns are called.

    Attributes:
        name: What messages call it: `pairs.jsonl`, `The DataFrame`.
        columns: Names of the columns where the format has them, else `None`.
        rows: Yields each row's place, as messages call it (`pairs.jsonl, line 3`), and
            its cells. Cells are what the format holds, strings or not. Looking at one
            that the row lacks is an `InputError`, where rows have keys.
    """

    name: str
    columns: list[Any] | None
    rows: Iterator[tuple[str, Sequence[Any]]]


def find_column(columns: Sequence[Any], name: Any) -> int | None:
    """The position of a column by its name, or by the end of it that no other has.

    Example:

    >>> find_column(["id", "translation.en", "translation.fr"], "fr")
    2
    """
    if name in columns:
        return list(columns).index(name)
    ends = [
        position
        for position, column in enumerate(columns)
        if isinstance(column, str) and column.rpartition(".")[2] == name
    ]
    return ends[0] if len(ends) == 1 else None
