"""What scripts have to know to split and join texts as Python does."""

import itertools
import json
import unicodedata
from typing import Any

from seq2seq_keras.text import (
    FEATURE_MARK,
    JOINED,
    NOT_COPIED,
    UNICODE_TABLES,
    WHITE_SPACE,
    WORD_RULES,
)


def text_rules() -> dict[str, Any]:
    """The rules and tables that the tokenizers of every language share.

    Returns:
        A dictionary for JSON. Patterns are those of RE2. `unassigned` are the ranges
        of code points that this Python takes for none: whose Unicode is newer, as that
        of a browser may be, knows more of them, and must leave them alone to
        normalize as this Python does.
    """
    tables = json.loads(UNICODE_TABLES.read_text(encoding="utf-8"))
    return {
        "white_space": WHITE_SPACE,
        "word_rules": WORD_RULES,
        "joined": JOINED,
        "feature_mark": FEATURE_MARK,
        "not_copied": NOT_COPIED,
        **tables,
        "unassigned": _unassigned(),
    }


def _unassigned() -> list[list[int]]:
    codes = (i for i in range(0x110000) if unicodedata.category(chr(i)) == "Cn")
    runs = itertools.groupby(enumerate(codes), lambda each: each[1] - each[0])
    ranges = []
    for _, run in runs:
        codes_of_run = [code for _, code in run]
        ranges.append([codes_of_run[0], codes_of_run[-1]])
    return ranges
