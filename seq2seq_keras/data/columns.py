"""Which columns of a table hold its pairs, as told or by a look at its first rows."""

import dataclasses
import re
import shlex
from collections.abc import Sequence
from typing import Any

from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.errors import InputError, shown

# Names of columns that are hardly ever a first pair.
_NAMES = frozenset(
    [
        "source",
        "target",
        "src",
        "tgt",
        "trg",
        "input",
        "output",
        "question",
        "answer",
        "questions",
        "answers",
        "query",
        "response",
        "reply",
        "prompt",
        "completion",
        "context",
        "utterance",
        "label",
        "labels",
        "index",
        "sentence",
        "sentences",
        "translation",
        "translations",
        "lemma",
        "inflection",
        "features",
        "pronunciation",
        "phonemes",
        "phoneme",
        "grapheme",
        "graphemes",
        "ipa",
        "english",
        "french",
        "german",
        "korean",
        "spanish",
        "japanese",
        "chinese",
        "russian",
        "italian",
        "unnamed:",
        "original",
        "reference",
        "sentence1",
        "sentence2",
        "source_text",
        "target_text",
        "input_text",
        "target_language",
        "source_language",
    ]
)
# Those that are, and so tell only beside one of these.
_SHORT_NAMES = frozenset(
    [
        "id",
        "a",
        "b",
        "q",
        "no",
        "nr",
        "en",
        "fr",
        "de",
        "es",
        "it",
        "ko",
        "ja",
        "zh",
        "ru",
        "pt",
        "nl",
        "cs",
        "fi",
        "tr",
        "ar",
        "eng",
        "fra",
        "deu",
        "kor",
        "spa",
        "text",
        "word",
        "words",
        "form",
        "tags",
        "tag",
        "pos",
        "lang",
        "language",
        "score",
        "date",
        "key",
        "value",
        "title",
    ]
)
_FEATURES = re.compile(r"[A-Z0-9][A-Z0-9+/(){}.,:-]*([;|][A-Z0-9+/(){}.,:-]+)*")
_NAMED_FEATURES = re.compile(r"\w+=[\w,.+-]+(\|\w+=[\w,.+-]+)*")
_MOST = 0.9


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
        was_guessed: Whether nobody said so.
    """

    source: int
    target: int
    features: int | None = None
    weight: int | None = None
    width: int = 2
    names: tuple[Any, ...] = ()
    has_header: bool = False
    was_guessed: bool = False

    def guess(self) -> str:
        """What was guessed, and how to say otherwise; empty if nothing was."""
        if not self.was_guessed:
            return ""
        cells = ", ".join(map(str, self.names))
        return f"Its first row names the columns ({cells}); if not: `--header no`."

    def __str__(self) -> str:
        used = {
            "source": self.source,
            "target": self.target,
            "features": self.features,
            "weight": self.weight,
        }
        parts = [f"{self.width} columns"]
        if self.names:
            parts[0] += f" ({', '.join(map(str, self.names))})"
        parts += [
            f"{what} is column {self.names[position] if self.names else position}"
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
    guessed = False
    names = columns
    if names is None:
        has_header, guessed = _has_header(place, rows, options)
        if has_header:
            names, rows = list(first), rows[1:]
    wanted = options.needed()
    positions = [_position(column, names, len(first), where) for column in wanted]
    if options.columns is None:
        _check_first_columns(where, names, rows, options)
    return Choice(
        positions[0],
        positions[1],
        features=positions[2] if options.features_column is not None else None,
        weight=positions[-1] if options.weights_column is not None else None,
        width=len(first),
        names=tuple(names or ()),
        has_header=columns is None and names is not None,
        was_guessed=guessed,
    )


def _has_header(
    place: str, rows: Sequence[Sequence[str]], options: ReadingOptions
) -> tuple[bool, bool]:
    """Whether the first row is a header, and whether that was guessed."""
    by_name = not all(column.isdecimal() for column in options.needed())
    if by_name and options.header == "no":
        raise InputError(
            "Columns by name stand in a header row, but `header` is no. Give the "
            "columns by number, counted from 0."
        )
    if by_name or options.header != "auto":
        return by_name or options.header == "yes", False
    first = [cell.strip().casefold() for cell in rows[0]]
    if _are_names(first):
        return True, True
    if _stands_apart(rows):
        raise InputError(
            f"{place} looks like the names of columns ({', '.join(rows[0])[:80]}), since "
            "none of its cells comes again and most cells below do: `--header yes`, or "
            "`--header no` if it is a pair."
        )
    return False, False


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells are nothing but names of columns, one of them beyond doubt."""
    known = _NAMES | _SHORT_NAMES | {""}
    is_name = [cell in known or cell.startswith("unnamed:") for cell in cells]
    # pandas writes the numbers of rows without a name.
    is_sure = any(cell in _NAMES for cell in cells) or (
        cells[0] == "" and len(cells) > 2
    )
    return len(cells) > 1 and len(set(cells)) == len(cells) and all(is_name) and is_sure


def _stands_apart(rows: Sequence[Sequence[str]]) -> bool:
    """Whether no cell of row 1 comes again, and most cells of each column do."""
    columns = list(zip(*(row for row in rows if len(row) == len(rows[0])), strict=True))
    for first, *below in columns:
        counts: dict[str, int] = {}
        for cell in below:
            counts[cell] = counts.get(cell, 0) + 1
        again = sum(count for count in counts.values() if count > 1)
        if first in counts or again <= len(below) / 2:
            return False
    return len(rows) > 2


def _position(column: str, names: Sequence[Any] | None, width: int, where: str) -> int:
    if not column.isdecimal():
        if column not in (names or ()):
            raise InputError(
                f"{where}: no column {column!r} among {list(names or ())}."
            )
        return list(names or ()).index(column)
    if int(column) >= width:
        raise InputError(
            f"{where}: {width} columns, but column {column} (counted from 0) was asked "
            "for."
        )
    return int(column)


def _check_first_columns(
    where: str,
    names: Sequence[Any] | None,
    rows: Sequence[Sequence[Any]],
    options: ReadingOptions,
) -> None:
    """Refuses the first two columns where they are hardly what is meant."""
    width = len(names) if names is not None else len(rows[0]) if rows else 0
    if width < 3:
        return
    columns = [[row[i] for row in rows if len(row) == width] for i in range(width)]
    called = [
        shlex.quote(str(name)) if str(name) else str(i)
        for i, name in enumerate(names or range(width))
    ]
    under_header = names is None and _are_row_numbers(columns[0][1:])
    if under_header or _are_row_numbers(columns[0]):
        header = "--header yes " if under_header else ""
        raise InputError(
            f"{where}: column {called[0]} holds row numbers, so the pairs are not in the "
            f"first two of {width} columns. Name them: `{header}--columns {called[1]} "
            f"{called[2]}`."
        )
    if options.features_column is not None:
        return
    found = next((i for i in (1, 2) if _are_features(columns[i])), None)
    if found is not None:
        source, target = called[0], called[3 - found]
        raise InputError(
            f"{where}: {width} columns, and column {called[found]} holds features such "
            f"as {shown(columns[found][0])}. To learn from them: `--columns {source} "
            f"{target} --features-column {called[found]}`; to leave them out: "
            f"`--columns {source} {target}`."
        )


def _are_row_numbers(cells: Sequence[Any]) -> bool:
    numbers = [str(cell).strip() for cell in cells]
    if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
        return False
    first = int(numbers[0])
    return [int(number) for number in numbers] == list(
        range(first, first + len(numbers))
    )


def _are_features(cells: Sequence[Any]) -> bool:
    """Whether most cells are tags as UniMorph or Universal Dependencies write them."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    named = sum(_NAMED_FEATURES.fullmatch(text) is not None for text in texts)
    tags = sum(_FEATURES.fullmatch(text) is not None for text in texts)
    several = sum(";" in text or "|" in text for text in texts)
    enough = _MOST * len(cells)
    return bool(cells) and (
        named >= enough or (tags >= enough and 2 * several > len(cells))
    )
