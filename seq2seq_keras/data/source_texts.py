"""The texts of a file that are to be translated."""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from seq2seq_keras.data.lines import decode_lines
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.separated import (
    USUAL_SEPARATORS,
    is_named_csv,
    is_separated,
    separated_table,
    separator_of,
)
from seq2seq_keras.data.sgm import sgm_segments
from seq2seq_keras.data.table import Table, table_pairs
from seq2seq_keras.data.table_files import (
    SEGMENTS,
    SEPARATED,
    TableFile,
    find_kind,
    is_parquet,
    open_data,
    open_table,
    read_table,
)
from seq2seq_keras.errors import InputError

# What stands for a byte that is no text: half of a character, as no text has.
_ESCAPED = re.compile("[\udc80-\udcff]")


def read_sources(
    path: str,
    options: ReadingOptions,
    *,
    given: Collection[str] = (),
    say: Callable[[str], None] = lambda told: None,
    skip: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """Reads the texts of a file: its lines, or a column if it is a table.

    It is a table if an option of tables was given, or if it looks like one and the
    options tell which column is meant. Each text comes as soon as its line is there;
    that of a missing cell, such as null in JSON, is empty.

    Args:
        path: The file; "-" for standard input.
        options: `ReadingOptions`, of which the first column holds the sources.
        given: Names of the options that were given for this file, of all that are set.
        say: Is told what was found, where it is more than lines of text.
        skip: Is told the place of each text with bytes that are none in that encoding,
            once or more; the text is then empty. Without it they are an error.

    Yields:
        The texts. A blank line of a table that tabs part is an empty one.

    Raises:
        InputError: For a line of several columns behind one of a single column, where
            there are features, or as a table's rows do.
    """
    # There need not be a target.
    only = _only(options.needed()["source"], options)
    if is_parquet(path):
        with open_table(path, only) as found:
            yield from _column(found, path, only, say, skip)
        return
    errors = "surrogateescape" if skip else "strict"
    is_asked = bool({*given} - {"encoding"})
    with open_data(path) as (file, start, name):
        kind = find_kind(start, name, ReadingOptions(encoding=options.encoding))
        lines = decode_lines(file, name, encoding=options.encoding, errors=errors)
        if kind == SEGMENTS:
            say(f"{name} is a test set in SGML: its segments are translated.")
            yield from (segment.text for segment in sgm_segments(lines, name))
            return
        if kind == SEPARATED or options.separator is not None:
            head = _until_text(lines)
            lines = itertools.chain(head, lines)
            if not is_asked and not _is_row(head[-1:], name, options, say):
                lines = _readable(lines, name, skip) if skip else lines
                yield from _alike(lines, name, options)
                return
            if separator_of(name, options) == "\t" and not is_named_csv(name):
                # What is blank has its place among the translations.
                yield from ("" for _ in head[:-1])
                lines = _with_empty_rows(lines)
            yield from _rows(lines, name, options, say, skip)
        else:
            found = read_table(file, name, kind, only, errors=errors)
            yield from _column(found, name, only, say, skip)


def _rows(
    lines: Iterator[str],
    name: str,
    options: ReadingOptions,
    say: Callable[[str], None],
    skip: Callable[[str], None] | None,
) -> Iterator[str]:
    # White space parts no more columns than are asked for, the target's too.
    table, _ = separated_table(lines, name, options)
    only = _only(options.needed()["source"], options)
    choice, pairs = table_pairs(_filled(table, skip), only, look_at=1)
    if guess := choice.guess():
        say(f"{name}: {guess}")
    yield from (source for source, *_ in pairs)


def _until_text(lines: Iterator[str]) -> list[str]:
    """The lines up to the first that is not blank, with it."""
    head = []
    for line in lines:
        head.append(line)
        if line.strip():
            break
    return head


def _with_empty_rows(lines: Iterator[str]) -> Iterator[str]:
    """Lines with rows of empty cells for blank ones, once it is known how many."""
    tabs = ""
    for line in lines:
        tabs = tabs or "\t" * line.count("\t")
        yield line if line.strip() else tabs


def _alike(lines: Iterator[str], name: str, options: ReadingOptions) -> Iterator[str]:
    """Lines of texts; refuses a row of a table, whose features would be text."""
    separator, has_one = separator_of(name, options), False
    for number, line in enumerate(lines, start=1):
        if has_one and options.features_column is not None and separator in line:
            raise InputError(
                f"{name}, line {number} has several columns, of which features are "
                "read, and a line before it has only one. Give every line as many, "
                "empty where there are no features."
            )
        has_one |= bool(line.strip())
        yield line


def _readable(
    lines: Iterator[str], name: str, skip: Callable[[str], None]
) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if _ESCAPED.search(line):
            skip(f"{name}, line {number}")
            line = ""
        yield line


def _column(
    found: TableFile,
    name: str,
    only: ReadingOptions,
    say: Callable[[str], None],
    skip: Callable[[str], None] | None,
) -> Iterator[str]:
    choice, pairs = table_pairs(_filled(found.table, skip), only, look_at=1)
    say(f"{name} is {found.form}: {choice}.")
    yield from (source for source, *_ in pairs)


def _filled(table: Table, skip: Callable[[str], None] | None) -> Table:
    rows = ((place, _Filled(place, cells, skip)) for place, cells in table.rows)
    return Table(table.name, table.columns, rows)


class _Filled(Sequence):
    """The cells of a row, with an empty text for each that is missing or skipped."""

    def __init__(
        self, place: str, cells: Sequence[Any], skip: Callable[[str], None] | None
    ) -> None:
        self.place, self.cells, self.skip = place, cells, skip

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(len(self)))]
        cell = self.cells[position]
        if cell is None or cell != cell:  # NaN is not itself
            return ""
        if self.skip and isinstance(cell, str) and _ESCAPED.search(cell):
            self.skip(self.place)
            return ""
        return cell


def _only(column: str, options: ReadingOptions) -> ReadingOptions:
    changed = dict(vars(options)) | {"columns": [column, column]}
    names = ReadingOptions.__dataclass_fields__
    return ReadingOptions(**{name: changed[name] for name in names})


def _is_row(
    first: list[str], name: str, options: ReadingOptions, say: Callable[[str], None]
) -> bool:
    """Whether a first line is a row of a table, of which the column is known."""
    told = options.columns or options.separator or options.features_column
    separator = separator_of(name, options)
    # These stand in texts as well.
    is_sure = separator not in (",", ";", " ") or is_named_csv(name)
    if told and is_sure and is_separated(first, separator):
        used = options.needed()
        del used["target"]
        columns = ", ".join(f"{role} in column {i}" for role, i in used.items())
        say(f"{name} is a table, read as in the training: {columns}.")
        return True
    if is_named_csv(name) or any(is_separated(first, x) for x in USUAL_SEPARATORS):
        say(
            f"{name}: line 1 has several columns, and all of it is translated as one "
            "text. Name the column of a table: `--columns 0`."
        )
    return False
