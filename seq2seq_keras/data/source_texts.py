"""The texts of a file that are to be translated."""

import functools
import itertools
from collections.abc import Callable, Collection, Iterator

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
from seq2seq_keras.data.table import table_pairs
from seq2seq_keras.data.table_files import (
    SEGMENTS,
    SEPARATED,
    find_kind,
    open_data,
    read_table,
)


def read_sources(
    path: str,
    options: ReadingOptions,
    *,
    given: Collection[str] = (),
    say: Callable[[str], None] = lambda told: None,
) -> Iterator[str]:
    """Reads the texts of a file: its lines, or a column if it is a table.

    It is a table if an option of tables was given, or if it looks like one and the
    options tell which column is meant. Each text comes as soon as its line is there.

    Args:
        path: The file; "-" for standard input.
        options: `ReadingOptions`, of which the first column holds the sources.
        given: Names of the options that were given for this file, of all that are set.
        say: Is told what was found, where it is more than lines of text.

    Yields:
        The texts.
    """
    column = options.needed()[0]
    # There need not be a target.
    both = functools.partial(_only, column)
    is_asked = bool({*given} - {"encoding"})
    with open_data(path) as (file, start, name):
        kind = find_kind(start, name, ReadingOptions(encoding=options.encoding))
        lines = decode_lines(file, name, encoding=options.encoding)
        if kind == SEGMENTS:
            say(f"{name} is a test set in SGML: its segments are translated.")
            yield from (segment.text for segment in sgm_segments(lines, name))
            return
        if kind == SEPARATED or options.separator is not None:
            first = list(itertools.islice(lines, 1))
            lines = itertools.chain(first, lines)
            if not is_asked and not _is_row(first, name, options, say):
                yield from lines
                return
            table, _ = separated_table(lines, name, both(options))
            choice, pairs = table_pairs(table, both(options), look_at=1)
            if guess := choice.guess():
                say(f"{name}: {guess}")
        else:
            found = read_table(file, name, kind, both(options))
            choice, pairs = table_pairs(found.table, both(options), look_at=1)
            say(f"{name} is {found.form}: {choice}.")
        yield from (source for source, *_ in pairs)


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
        say(f"{name} is a table, read as in the training.")
        return True
    if is_named_csv(name) or any(is_separated(first, x) for x in USUAL_SEPARATORS):
        say(
            f"{name}: line 1 has several columns, and all of it is translated as one "
            "text. Name the column of a table: `--columns 0`."
        )
    return False
