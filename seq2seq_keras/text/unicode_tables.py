"""What TensorFlow knows of characters, for those who have no TensorFlow.

The tables of a language are those of its version, and differ from one to the next. The
file beside is written by `python -m tools.unicode_tables`; the page that translates in
a browser reads it too.
"""

import functools
import json
import pathlib
import re
from typing import Any

UNICODE_TABLES = pathlib.Path(__file__).with_name("unicode_tables.json")


def lower(text: str) -> str:
    """The small letters of a text, as TensorFlow makes them."""
    text = text.replace("\0", " ")  # as there, where ICU takes it for the end of a text
    if text.isascii():
        return text.lower()
    tables = _tables()
    if "Σ" in text:  # which at the end of a word is ς
        text = tables["final_sigma"].sub(r"\1ς", text)
    return text.translate(tables["lower"])


def python_pattern(pattern: str, ascii_only: bool = False) -> re.Pattern[str]:
    """A pattern of RE2, of those that the tokenizers have, for Python.

    Args:
        pattern: String.
        ascii_only: Whether it is for text of ASCII alone, for which the classes of
            characters are short and quickly made.

    Returns:
        A compiled pattern.
    """
    classes = _ASCII if ascii_only else _tables()["classes"]
    for name, members in (
        (r"\pL\pM\pN", classes["word"]),
        (r"\pN", f"[{classes['number']}]"),
        (r"\pZ", classes["separator"]),
        (r"\s", r" \t\n\f\r"),
        (r"\x{85}", r"\x85"),
        ("$", r"\Z"),
    ):
        pattern = pattern.replace(name, members)
    return re.compile(pattern)


_ASCII = {"word": "0-9A-Za-z", "number": "0-9", "separator": " "}


@functools.cache
def _tables() -> dict[str, Any]:
    tables = json.loads(UNICODE_TABLES.read_text(encoding="utf-8"))
    classes = {
        name: "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
        for name, ranges in tables["classes"].items()
    }
    letter, mark = f"[{classes['cased']}]", f"[{classes['case_ignorable']}]*"
    return {
        "lower": {int(code): small for code, small in tables["lower"].items()},
        "classes": classes,
        # Behind a letter that has a case and before none, marks aside: the Unicode
        # Standard, table 3-17.
        "final_sigma": re.compile(f"({letter}{mark})Σ(?!{mark}{letter})"),
    }
