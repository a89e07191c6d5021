"""Which columns of a table hold its pairs, as told or by a look at its first rows."""

import dataclasses
import itertools
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from seq2seq_keras.data.cell_kinds import (
    NUMBERS,
    PARTS,
    SOURCES,
    TARGETS,
    are_features,
    are_few,
    are_languages,
    are_names,
    are_numbers,
    stands_apart,
    stands_over_numbers,
    tells_texts,
)
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.errors import InputError, shown

# A table of more columns than these, unasked, has its pairs elsewhere.
_MOST_COLUMNS = 30


@dataclasses.dataclass(frozen=True)
class Choice:
    """What of a table is used.

    Attributes:
        source: Position of the column of sources.
        target: That of the targets.
        features: That of the features of sources, or `None`.
        weight: That of the weights, or `None`.
        width: How many columns there are.
        names: What they are called, if they are.
        has_header: Whether that stands in the first row.
        doubts: What may be meant otherwise, a sentence each.
    """

    source: int
    target: int
    features: int | None = None
    weight: int | None = None
    width: int = 2
    names: tuple[Any, ...] = ()
    has_header: bool = False
    doubts: tuple[str, ...] = ()

    def guess(self) -> str:
        """What was guessed, and how to say otherwise; empty if nothing was."""
        return " ".join(self.doubts)

    def __str__(self) -> str:
        used = {
            "source": self.source,
            "target": self.target,
            "features": self.features,
            "weight": self.weight,
        }
        parts = [f"{self.width} columns"]
        if self.names:
            names = [str(name) or "-" for name in self.names]
            parts[0] += f" ({', '.join(names)})"
        parts += [
            f"{what} in column {self.names[position] if self.names else position}"
            for what, position in used.items()
            if position is not None
        ]
        return ", ".join(parts)


def choose_columns(
    name: str,
    columns: Sequence[Any] | None,
    sample: Sequence[tuple[str, Sequence[Any]]],
    options: ReadingOptions,
) -> Choice:
    """Finds the columns that options ask for, by a look at the first rows.

    Args:
        name: What messages call the table.
        columns: What its columns are called, where its format says so.
        sample: Its first rows, each with its place; one at least.
        options: What was asked for.

    Returns:
        A `Choice`.

    Raises:
        InputError: If a column is not there, or the rows look as if something else
            were meant, with the option that says what.
    """
    place, first = sample[0]
    where = name if columns is not None else place
    rows = [cells for _, cells in sample]
    doubts = []
    names = columns
    if names is None:
        has_header, guessed = _has_header(place, rows, options)
        if has_header:
            names, rows = list(first), rows[1:]
        if guessed:
            doubts.append(
                f"Its first row names the columns ({', '.join(map(str, first))}); if "
                "not: `--header no`."
            )
    wanted = options.needed()
    positions = {
        role: _position(column, names, len(first), where)
        for role, column in wanted.items()
    }
    _check_apart(where, positions)
    if options.columns is None:
        _check_first_columns(where, names, rows, options)
    if "features" in positions:
        doubts += _doubts_of_features(rows, positions, options)
    return Choice(
        positions["source"],
        positions["target"],
        features=positions.get("features"),
        weight=positions.get("weights"),
        width=len(first),
        names=tuple(names or ()),
        has_header=columns is None and names is not None,
        doubts=tuple(doubts),
    )


def _check_apart(where: str, positions: dict[str, int]) -> None:
    """Refuses one column in two roles, but for sources that are their own targets."""
    for one, other in itertools.combinations(positions, 2):
        if positions[one] == positions[other] and (one, other) != ("source", "target"):
            raise InputError(
                f"{where}: column {positions[one]} (counted from 0) cannot hold {one} "
                f"and {other}. Name each: `--columns` of sources and targets, "
                f"`--{other}-column`."
            )


def _has_header(
    place: str, rows: Sequence[Sequence[str]], options: ReadingOptions
) -> tuple[bool, bool]:
    """Whether the first row is a header, and whether that was guessed."""
    by_name = not all(column.isdecimal() for column in options.needed().values())
    if by_name and options.header == "no":
        raise InputError(
            "Columns by name stand in a header row, but `header` is no. Give the "
            "columns by number, counted from 0."
        )
    if by_name or options.header != "auto":
        return by_name or options.header == "yes", False
    first = [cell.strip().casefold() for cell in rows[0]]
    if are_names(first):
        return True, True
    # Without columns that are told, `_check_numbers` says more.
    is_over_numbers = options.columns is not None and stands_over_numbers(rows)
    if is_over_numbers or stands_apart(rows) or are_languages(first):
        raise InputError(
            f"{place} looks like names of columns ({', '.join(rows[0])[:80]}). If it "
            "is, `--header yes`; if it is a pair, `--header no`."
        )
    return False, False


def _position(column: str, names: Sequence[Any] | None, width: int, where: str) -> int:
    if not column.isdecimal():
        position = find_column(names or (), column)
        if position is None:
            raise InputError(
                f"{where}: no column {column!r} among {list(names or ())}."
            )
        return position
    if int(column) >= width:
        raise InputError(
            f"{where}: {width} columns, but column {column} (counted from 0) was asked "
            "for."
        )
    return int(column)


def find_column(names: Sequence[Any], name: Any) -> int | None:
    """The position of a column by its name, or by the end of it that no other has.

    Example:

    >>> find_column(["id", "translation.en", "translation.fr"], "fr")
    2
    """
    if name in names:
        return list(names).index(name)
    ends = [
        position
        for position, column in enumerate(names)
        if isinstance(column, str) and column.rpartition(".")[2] == name
    ]
    return ends[0] if len(ends) == 1 else None


def _check_first_columns(
    where: str,
    names: Sequence[Any] | None,
    rows: Sequence[Sequence[Any]],
    options: ReadingOptions,
) -> None:
    """Refuses the first two columns where they are hardly what is meant."""
    width = len(names) if names is not None else len(rows[0]) if rows else 0
    called = [
        shlex.quote(str(name)) if str(name) else str(i)
        for i, name in enumerate(names or range(width))
    ]
    if width > _MOST_COLUMNS:
        raise InputError(
            f"{where}: {width} columns. Name the two that are meant: `--columns`."
        )
    _check_roles(where, names or (), called)
    if width < 3:
        return
    rows = [row for row in rows if len(row) == width]
    columns = [[_cell(row, i) for row in rows] for i in range(width)]
    _check_numbers(where, names, columns, called)
    if options.features_column is None:
        _check_features(where, columns, called)


def _check_roles(where: str, names: Sequence[Any], called: Sequence[str]) -> None:
    """Refuses the first two columns if their names say something else."""
    words = [set(PARTS.findall(str(name).casefold())) for name in names]
    sources = [i for i, own in enumerate(words) if own & SOURCES]
    targets = [i for i, own in enumerate(words) if own & TARGETS]
    numbers = [i for i, own in enumerate(words) if own <= NUMBERS and own]
    if len(words) < 2 or not (
        0 in (targets + numbers)
        or 1 in (sources + numbers)
        or (sources and targets and not {0, 1} & {*sources, *targets})
    ):
        return
    left = [i for i in range(len(words)) if i not in numbers]
    others = [i for i in left if i not in (*sources, *targets)]
    source = next(iter([*sources, *others, *left]), 0)
    target = next((i for i in [*targets, *others, *left] if i != source), 1)
    if (source, target) == (0, 1):
        return
    raise InputError(
        f"{where}: the pairs do not seem to be in the first two columns, which are "
        f"called {called[0]} and {called[1]}. Name them: `--columns {called[source]} "
        f"{called[target]}`."
    )


def _check_numbers(
    where: str,
    names: Sequence[Any] | None,
    columns: Sequence[Sequence[Any]],
    called: Sequence[str],
) -> None:
    """Refuses the first two columns if one holds numbers, of rows or whatever."""
    under_header = names is None and not any(map(are_numbers, columns[:2]))
    words = [cells[0] for cells in columns] if under_header else names or ()
    below = [cells[1:] if under_header else cells for cells in columns]
    found = next((i for i in (0, 1) if are_numbers(below[i])), None)
    if found is None:
        return
    texts = [i for i, cells in enumerate(below) if not are_numbers(cells)]
    both = texts[:2] if len(texts) > 1 else [0, 1]
    sure = [i for i in texts if words and tells_texts(words[i])]
    both = sure[:2] if len(sure) > 1 else both
    header = "--header yes " if under_header else ""
    raise InputError(
        f"{where}: column {called[found]} holds numbers, such as of rows, so the pairs "
        f"are hardly in the first two of {len(columns)} columns. Name them: "
        f"`{header}--columns {called[both[0]]} {called[both[1]]}`."
    )


def _check_features(
    where: str, columns: Sequence[Sequence[Any]], called: Sequence[str]
) -> None:
    if not any(map(str.strip, map(str, columns[1]))):
        raise InputError(
            f"{where}: column {called[1]} is empty. Name those that are meant: "
            f"`--columns {called[0]} {called[2]}`."
        )
    found = next((i for i in (1, 2) if are_features(columns[i])), None)
    if found is None and are_few(columns[1]):
        found = 1
    if found is None:
        return
    source, target = called[0], called[3 - found]
    raise InputError(
        f"{where}: {len(columns)} columns, and column {called[found]} holds features "
        f"such as {shown(columns[found][0])}. To learn from them: `--columns {source} "
        f"{target} --features-column {called[found]}`; to leave them out: "
        f"`--columns {source} {target}`."
    )


def _doubts_of_features(
    rows: Sequence[Sequence[Any]], positions: dict[str, int], options: ReadingOptions
) -> Iterator[str]:
    """What of the columns that were named looks as if others were meant."""
    columns = {
        role: [_cell(row, position) for row in rows if len(row) > position]
        for role, position in positions.items()
    }
    read, separator = columns["features"], options.features_separator
    if are_features(read):
        of_others = sum(
            "|" in str(cell) and separator not in str(cell) for cell in read
        )
        if 2 * of_others > len(read):
            yield (
                f"No feature such as {shown(read[0])} is parted; if they are: "
                "`--features-separator '|'`."
            )
        return
    for role in ("source", "target"):
        if are_features(columns[role]) and not are_few(read):
            yield (
                f"Column {positions[role]} (counted from 0), read as {role}s, holds "
                f"features such as {shown(columns[role][0])}, and column "
                f"{positions['features']}, read as features, holds none."
            )
            return


def _cell(row: Sequence[Any], position: int) -> Any:
    """A cell that may be missing, which is said when it is needed."""
    try:
        return row[position]
    except InputError:
        return None
