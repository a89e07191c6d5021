"""Which columns of a table hold its pairs, as told or by a look at its first rows."""

import dataclasses
import itertools
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.errors import InputError, shown

# What names of columns are made of, by what stands in the column.
_SOURCES = frozenset(
    (
        *("source", "src", "input", "question", "questions", "query", "prompt"),
        *("original", "sentence1", "lemma", "grapheme", "graphemes", "human", "원문"),
        *("질문", "입력"),
    )
)
_TARGETS = frozenset(
    (
        *("target", "tgt", "trg", "output", "answer", "answers", "response", "reply"),
        *("completion", "translation", "translations", "label", "labels", "sentence2"),
        *("inflection", "pronunciation", "phoneme", "phonemes", "ipa", "bot", "번역문"),
        *("번역", "답변", "출력"),
    )
)
_NUMBERS = frozenset(("id", "ids", "index", "no", "nr", "number", "unnamed", "번호"))
_LANGUAGES = frozenset(
    (
        *("english", "french", "german", "korean", "spanish", "japanese", "chinese"),
        *("hindi", "arabic", "russian", "italian", "portuguese", "영어", "한국어"),
    )
)
# Those of languages are words as well.
_CODES = frozenset(
    (
        *("en", "fr", "de", "es", "it", "ko", "ja", "zh", "ru", "pt", "nl", "cs", "fi"),
        *("tr", "ar", "hi", "eng", "fra", "deu", "kor", "spa", "jpn", "zho", "rus"),
    )
)
# Those that are words as well, and so tell only beside others.
_OTHERS = frozenset(
    (
        *("a", "b", "q", "s", "text", "word", "words", "form", "sentence", "sentences"),
        *("tag", "tags", "pos", "lang", "language", "score", "date", "key", "value"),
        *("title", "weight", "features", "context", "utterance", "reference", "domain"),
    )
)
_SURE = _SOURCES | _TARGETS | _LANGUAGES
_ALL = _SURE | _NUMBERS | _CODES | _OTHERS
_PARTS = re.compile(r"[^\W_]+")
_LOCALE = re.compile(r"[a-z]{2,3}[-_][a-z]{2,4}")
_NUMBERED = re.compile(r"[A-Za-z]{0,2}\d+")
_DECIMAL = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_FEATURES = re.compile(
    r"[A-Z0-9][A-Z0-9+/(){}.,:-]*([;|][A-Z0-9+/(){}.,:-]+)*", re.IGNORECASE
)
_NAMED_FEATURES = re.compile(r"\w+=[\w,.+-]+(\|\w+=[\w,.+-]+)*")
_MOST = 0.9
# A table of more columns than these, unasked, has its pairs elsewhere.
_MOST_COLUMNS = 30
_ROWS, _FEW = 20, 0.1


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
    if _are_names(first):
        return True, True
    # Without columns that are told, `_check_numbers` says more.
    is_over_numbers = options.columns is not None and _stands_over_numbers(rows)
    if is_over_numbers or _stands_apart(rows) or _are_languages(first):
        raise InputError(
            f"{place} looks like names of columns ({', '.join(rows[0])[:80]}). If it "
            "is, `--header yes`; if it is a pair, `--header no`."
        )
    return False, False


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells are nothing but names of columns, one of them beyond doubt."""
    parts = [_PARTS.findall(cell) for cell in cells]
    is_name = all(set(words) <= _ALL for words in parts)
    # pandas writes the numbers of rows without a name.
    is_sure = any(set(words) & _SURE for words in parts) or (
        not parts[0] and len(cells) > 2
    )
    return len(cells) > 1 and len(set(cells)) == len(cells) and is_name and is_sure


def _are_languages(cells: Sequence[str]) -> bool:
    """Whether cells are codes of languages, beside numbers of rows perhaps."""
    codes = [cell in _CODES or _LOCALE.fullmatch(cell) is not None for cell in cells]
    others = [cell in _NUMBERS for cell in cells]
    return (
        sum(codes) > 1
        and len(set(cells)) == len(cells)
        and all(code or other for code, other in zip(codes, others, strict=True))
    )


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


def _stands_over_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a cell of row 1 is no number, and all below it are."""
    columns = zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    return len(rows) > 2 and any(
        first.strip() and not _are_numbers([first]) and _are_numbers(below)
        for first, *below in columns
    )


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
    words = [set(_PARTS.findall(str(name).casefold())) for name in names]
    sources = [i for i, own in enumerate(words) if own & _SOURCES]
    targets = [i for i, own in enumerate(words) if own & _TARGETS]
    numbers = [i for i, own in enumerate(words) if own <= _NUMBERS and own]
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
    under_header = names is None and not any(map(_are_numbers, columns[:2]))
    words = [cells[0] for cells in columns] if under_header else names or ()
    below = [cells[1:] if under_header else cells for cells in columns]
    found = next((i for i in (0, 1) if _are_numbers(below[i])), None)
    if found is None:
        return
    texts = [i for i, cells in enumerate(below) if not _are_numbers(cells)]
    both = texts[:2] if len(texts) > 1 else [0, 1]
    sure = [i for i in texts if words and _tells(words[i])]
    both = sure[:2] if len(sure) > 1 else both
    header = "--header yes " if under_header else ""
    raise InputError(
        f"{where}: column {called[found]} holds numbers, such as of rows, so the pairs "
        f"are hardly in the first two of {len(columns)} columns. Name them: "
        f"`{header}--columns {called[both[0]]} {called[both[1]]}`."
    )


def _tells(name: Any) -> bool:
    """Whether a column is called by what texts it holds, or by their language."""
    cell = str(name).strip().casefold()
    words = {*_PARTS.findall(cell)}
    return bool(words & (_SURE | _CODES)) or _LOCALE.fullmatch(cell) is not None


def _check_features(
    where: str, columns: Sequence[Sequence[Any]], called: Sequence[str]
) -> None:
    if not any(map(str.strip, map(str, columns[1]))):
        raise InputError(
            f"{where}: column {called[1]} is empty. Name those that are meant: "
            f"`--columns {called[0]} {called[2]}`."
        )
    found = next((i for i in (1, 2) if _are_features(columns[i])), None)
    if found is None and _are_few(columns[1]):
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
    if _are_features(read):
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
        if _are_features(columns[role]) and not _are_few(read):
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


def _are_numbers(cells: Sequence[Any]) -> bool:
    """Whether all cells are numbers, or ids such as L1045."""
    texts = [str(cell).strip() for cell in cells]
    return bool(texts) and (
        all(_DECIMAL.fullmatch(text) for text in texts)
        or all(_NUMBERED.fullmatch(text) for text in texts)
    )


def _are_few(cells: Sequence[Any]) -> bool:
    """Whether the same few cells come again and again."""
    different = {str(cell) for cell in cells}
    return len(cells) >= _ROWS and len(different) <= _FEW * len(cells)


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
