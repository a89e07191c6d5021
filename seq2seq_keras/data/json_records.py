"""Records of JSON: a line each, or in one array, or a list a column."""

import contextlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from seq2seq_keras.data.records import columns_rows, flat_table
from seq2seq_keras.data.table import Table
from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.untrusted import in_one_line

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_START = re.compile(rf"\ufeff?\s*(?:\[\s*)?\{{\s*(?:{_STRING}\s*:|\}})")
_STRINGS = re.compile(_STRING)
_BLANK = " \t\r\n"
_SPACE = re.compile(rf"[{_BLANK}]*")
# Characters of a record in an array, and of a file that is one object, which is parsed
# as a whole.
_LONGEST_RECORD = 2**24
_LONGEST_OBJECT = 2**28
_Numbered = Iterator[tuple[int, str]]
_Row = tuple[str, Any]


def looks_like_json(start: str) -> bool:
    """Whether a file that begins so holds objects of JSON, alone or in an array.

    Args:
        start: Its first line, or better its first lines.
    """
    return _START.match(start) is not None


def json_table(lines: Iterable[str], name: str) -> Table:
    """Reads JSON as Hugging Face, pandas and others write tables.

    A line for each object; or one array of objects, on one line or many, of which one
    at a time is held in memory; or one object that has a list for each column, or one
    list of objects beside other things (`{"version": 1, "data": [...]}`).

    Args:
        lines: The lines of the file.
        name: What messages call it.

    Returns:
        A `Table`, with the columns that `records_table` makes of dictionaries.

    Raises:
        InputError: If the file is not JSON, an object has a key twice, or it holds
            what JSON has no place for, such as NaN or half of a character; the message
            names the line and the column. Most are raised while the rows are read.
    """
    numbered = iter(enumerate(lines, start=1))
    first = next(_not_blank(numbered), None)
    if first is None:
        raise InputError(f"{name}: there is no row in it.")
    first = first[0], first[1].removeprefix("\ufeff")
    if first[1].lstrip(_BLANK).startswith("["):
        return flat_table(name, None, _array(itertools.chain([first], numbered), name))
    if _depth(first[1]) > 0:
        return _whole(itertools.chain([first], numbered), name)
    second = next(_not_blank(numbered), None)
    if second is None:
        return _whole(iter([first]), name)
    rows = _lines(itertools.chain([first, second], numbered), name)
    return flat_table(name, None, rows)


def _not_blank(numbered: _Numbered) -> _Numbered:
    return ((n, text) for n, text in numbered if text.strip("\ufeff" + _BLANK))


def _lines(numbered: _Numbered, name: str) -> Iterator[_Row]:
    for number, line in _not_blank(numbered):
        with _telling(name, number):
            record = _DECODER.decode(line)
        place = f"{name}, line {number}"
        _check(record, line, place)
        yield place, record


def _array(numbered: _Numbered, name: str) -> Iterator[_Row]:
    """The elements of one array, each parsed when the line is read that ends it."""
    expected, count = "[", 0
    for start, text in _pieces(numbered, name):
        position = 0
        while (position := _end_of_space(text, position)) < len(text):
            character = text[position]
            if character == expected:
                position += 1
                expected = "value" if character == "," else "value or end"
            elif character == "]" and expected in (",", "value or end"):
                position += 1
                expected = "no more"
            elif expected.startswith("value"):
                count, begin = count + 1, position
                with _telling(name, start):
                    record, position = _DECODER.raw_decode(text, begin)
                place = f"{name}, record {count}"
                _check(record, text[begin:position], place)
                yield place, record
                expected = ","
            else:
                with _telling(name, start):
                    raise json.JSONDecodeError(f"Expecting {expected}", text, position)
    if expected != "no more":
        raise InputError(
            f"{name}: its array does not end after record {count}. Is the file cut off?"
        )


def _pieces(numbered: _Numbered, name: str) -> Iterator[tuple[int, str]]:
    """Lines of an array, joined where an element goes over several; their first."""
    lines: list[str] = []
    start = depth = length = 0
    for number, line in numbered:
        start = start if lines else number
        lines.append(line)
        length += len(line)
        depth += _depth(line)
        if depth <= 1:
            yield start, "\n".join(lines)
            lines, length = [], 0
        elif length > _LONGEST_RECORD:
            raise InputError(
                f"{name}, line {start}: a record of more than {_LONGEST_RECORD:,} "
                "characters, or one that does not end."
            )
    if lines:
        yield start, "\n".join(lines)


def _whole(numbered: _Numbered, name: str) -> Table:
    """The table in a file that is a single object."""
    lines: list[str] = []
    first, length = 1, 0
    for number, line in numbered:
        first = first if lines else number
        lines.append(line)
        length += len(line)
        if length > _LONGEST_OBJECT:
            raise InputError(
                f"{name} is one object of more than {_LONGEST_OBJECT:,} characters. "
                "Save it as JSON lines, an object for each row."
            )
    text = "\n".join(lines)
    with _telling(name, first):
        found = _DECODER.decode(text)
    _check(found, text, name)
    return _table_in(found, name)


def _table_in(found: dict[str, Any], name: str) -> Table:
    values = list(found.values())
    lists = {
        key: value
        for key, value in found.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    if len(lists) > 1:
        raise InputError(
            f"{name} holds several lists of objects, {shown(list(lists))}. Save one of "
            "them as a file."
        )
    if lists:
        (records,) = lists.values()
        return flat_table(name, None, _numbered(records, f"{name}, record"))
    # What `DataFrame.to_json` writes, with each of its values of `orient`.
    if {"columns", "data"} <= set(found) and all(isinstance(v, list) for v in values):
        rows = _numbered(found["data"], f"{name}, row")
        return flat_table(name, found["columns"], rows)
    if all(isinstance(value, dict) for value in values) and values:
        if all(key.isdecimal() for value in values for key in value):
            found = {key: list(value.values()) for key, value in found.items()}
        elif all(map(str.isdecimal, found)):
            return flat_table(name, None, _numbered(values, f"{name}, record"))
    if all(isinstance(value, list) for value in found.values()):
        return flat_table(name, list(found), columns_rows(name, found, f"{name}, row"))
    return flat_table(name, None, _numbered([found], f"{name}, record"))


def _numbered(rows: Iterable[Any], place: str) -> Iterator[_Row]:
    return ((f"{place} {number}", row) for number, row in enumerate(rows, start=1))


@contextlib.contextmanager
def _telling(name: str, number: int) -> Iterator[None]:
    """Turns errors of a text that begins at a line into those of a user's file."""
    try:
        yield
    except json.JSONDecodeError as error:
        line = number + error.lineno - 1
        raise InputError(
            f"{name}, line {line}, column {error.colno}: {error.msg}. This is not JSON "
            "as it should be: an object for each row, with keys and texts in double "
            "quotes."
        ) from error
    except RecursionError as error:
        raise InputError(f"{name}, line {number}: nested too deeply.") from error
    except ValueError as error:
        raise InputError(f"{name}, line {number}: {in_one_line(error)}.") from error


def _check(record: Any, text: str, place: str) -> None:
    if not isinstance(record, dict | list):
        raise InputError(
            f"{place}: expected an object such as {{'en': ..., 'fr': ...}}. Received: "
            f"{shown(record)}"
        )
    if "\\u" in text:
        try:
            json.dumps(record, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            half = ascii(error.object[error.start])
            raise InputError(
                f"{place} holds half of a character ({half} alone), which is not valid "
                "Unicode. Remove it."
            ) from None
        except RecursionError as error:
            raise InputError(f"{place}: nested too deeply.") from error


def _depth(line: str) -> int:
    """How many more brackets a line opens than it closes; no string goes over it."""
    bare = _STRINGS.sub("", line)
    return sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))


def _end_of_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice in an object")
    return made


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON; an absent value is null")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)
