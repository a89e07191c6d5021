"""Tables that are text: separators, quotes, comments."""

import csv
import itertools
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.table import Table
from seq2seq_keras.errors import InputError

_Row = tuple[int, list[str]]
_WORDS = {"\t": "tab", ",": "comma", " ": "white space"}
# What files are also parted by; those that texts hold too come last.
_CANDIDATES = (
    *("\t", "+++$+++", "|||", "||", "<SEP>", " ‖ ", " >> ", " => ", " -> ", " = "),
    *("::", "|", ";", ","),
)
# Those that hardly any text holds.
USUAL_SEPARATORS = ("\t", "|||", "+++$+++", " ‖ ", " >> ")
_LOOKED_AT = 100
_SHARE = 0.9
# Excel's own first line.
_EXCEL = re.compile(r"sep=(.)\s*")


def separated_table(
    lines: Iterable[str], name: str | os.PathLike, options: ReadingOptions
) -> tuple[Table, str]:
    """Makes a table of lines of text.

    Args:
        lines: The lines, without their ends.
        name: The file, for messages; `.csv` has commas and quotes.
        options: Its separator and comments.

    Returns:
        The `Table`, without names of columns, and its separator.
    """
    name, rest = os.fspath(name), iter(lines)
    first = list(itertools.islice(rest, 1))
    is_csv = is_named_csv(name)
    separator = separator_of(name, options)
    excel = _EXCEL.fullmatch(first[0]) if is_csv and first else None
    if excel and options.separator in (None, excel[1]):
        separator = excel[1]
    numbered: Iterator[tuple[int, str]]
    numbered = enumerate(itertools.chain(first, rest), start=1)
    if excel:
        next(numbered)
    quoted = separator in (",", ";") or (is_csv and len(separator) == 1)
    if quoted:
        rows = _quoted_rows(numbered, name, separator, options.comment)
        if not is_csv:
            rows = ((number, [cell.strip() for cell in row]) for number, row in rows)
    else:
        if options.comment is not None:
            numbered = _without_comments(numbered, options.comment)
        rows = _plain_rows(numbered, separator, options)
    places = ((f"{name}, row {number}", row) for number, row in rows)
    return Table(name, None, places), separator


def separator_of(name: str | os.PathLike, options: ReadingOptions) -> str:
    """What parts the columns of a file, which a `.csv` says by its name."""
    return options.separator or ("," if is_named_csv(name) else "\t")


def is_named_csv(name: str | os.PathLike) -> bool:
    """Whether a file, unpacked, is called `.csv`."""
    return (
        re.search(r"\.csv(\.(gz|xz|bz2|zst|zip))?$", os.fspath(name), re.I) is not None
    )


def _without_comments(
    lines: Iterable[tuple[int, str]], mark: str
) -> Iterator[tuple[int, str]]:
    tail = re.compile(rf"\s+{re.escape(mark)}.*")
    for number, line in lines:
        if not _is_comment(line, mark):
            yield number, tail.sub("", line)


def _is_comment(line: str, mark: str | None) -> bool:
    return mark is not None and line.lstrip().startswith(mark)


def _splitter(separator: str, options: ReadingOptions) -> Callable[[str], list[str]]:
    if separator == "\t":
        return lambda line: line.split("\t")
    if separator.strip():
        return lambda line: [cell.strip() for cell in line.split(separator)]
    asked = options.needed().values()
    if all(column.isdecimal() for column in asked):
        most = max(map(int, asked))
        return lambda line: line.split(maxsplit=most)
    width: list[int] = []

    def split(line: str) -> list[str]:
        # A header row of names comes first and tells how many there are.
        row = line.split(maxsplit=width[0] - 1 if width else -1)
        width.append(len(row))
        return row

    return split


def _plain_rows(
    lines: Iterable[tuple[int, str]], separator: str, options: ReadingOptions
) -> Iterator[_Row]:
    split = _splitter(separator, options)
    for number, line in lines:
        # Blank, but for a row of empty cells.
        if line.strip() or (separator == "\t" and "\t" in line):
            yield number, split(line)


def _quoted_rows(
    lines: Iterable[tuple[int, str]], name: str, separator: str, comment: str | None
) -> Iterator[_Row]:
    # The module's limit of 131,072 characters a cell is one for the process.
    csv.field_size_limit(2**31 - 1)
    first = last = (0, "")
    is_within = False

    def ended() -> Iterator[str]:
        nonlocal first, last, is_within
        for numbered in lines:
            # A cell in quotes may have lines that begin as a comment does.
            if is_within or not _is_comment(numbered[1], comment):
                first, last = first if is_within else numbered, numbered
                is_within = True
                yield numbered[1] + "\n"

    reader = csv.reader(ended(), strict=True, delimiter=separator)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rows = f"row {first[0]}"
            if first != last:
                rows += f", of which a cell in quotes goes on to row {last[0]}"
            raise InputError(
                f"{name}, {rows}: {error}. Put cells with the separator, quotes "
                "or line breaks in double quotes, and double the quotes inside."
                + _other_than(separator, last[1])
            ) from error
        is_within = False
        if any(map(str.strip, row)) or len(row) > 1:
            yield last[0], row


def _other_than(separator: str, line: str) -> str:
    other = ";" if separator == "," else ","
    if separator in line or other not in line:
        return ""
    return f" Or are cells parted by `{other}`? Then `--separator '{other}'`."


def is_separated(lines: Sequence[str], separator: str) -> bool:
    """Whether all lines but a few have a separator, one that texts hold too alike."""
    kept = [line for line in lines if line.strip()]
    if separator in (",", ";", " "):
        split = str.split if separator == " " else lambda line: line.split(separator)
        counts = {len(split(line)) for line in kept}
        return len(counts) == 1 and counts.pop() > 1
    return bool(kept) and sum(separator in x for x in kept) >= _SHARE * len(kept)


def why_one_column(lines: Sequence[str], separator: str) -> str:
    """What to do with a table of which only one column is found.

    Args:
        lines: The first lines, the very first is that of the message.
        separator: What was looked for.

    Returns:
        The end of a message: "has no tab, but 3 `|||`: `--separator '|||'`".
    """
    looked_for = _WORDS.get(separator, f"`{separator}`")
    message = f"has no {looked_for}"
    kept = [line for line in lines if line.strip()][:_LOOKED_AT]
    for candidate in _CANDIDATES:
        count = sum(candidate in line for line in kept)
        if (
            candidate != separator
            and candidate in kept[0]
            and count >= _SHARE * len(kept)
        ):
            spelt = "tab" if candidate == "\t" else candidate
            plural = _WORDS.get(candidate, f"`{candidate.strip()}`")
            return (
                f"{message}, but {kept[0].count(candidate)} {plural}: "
                f"`--separator {shlex.quote(spelt)}`."
            )
    return (
        f"{message}, so there is one column only. Name what parts the columns, as in "
        "`--separator ';'` (`--separator space` for white space); of parallel text "
        "name both files."
    )
