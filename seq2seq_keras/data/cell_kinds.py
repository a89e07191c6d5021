"""What cells of a table look like: names of columns, numbers, features."""

import re
from collections.abc import Sequence
from typing import Any

# What names of columns are made of, by what stands in the column.
SOURCES = frozenset(
    (
        *("source", "src", "input", "question", "questions", "query", "prompt"),
        *("original", "sentence1", "lemma", "grapheme", "graphemes", "human", "원문"),
        *("질문", "입력"),
    )
)
TARGETS = frozenset(
    (
        *("target", "tgt", "trg", "output", "answer", "answers", "response", "reply"),
        *("completion", "translation", "translations", "label", "labels", "sentence2"),
        *("inflection", "pronunciation", "phoneme", "phonemes", "ipa", "bot", "번역문"),
        *("번역", "답변", "출력"),
    )
)
NUMBERS = frozenset(("id", "ids", "index", "no", "nr", "number", "unnamed", "번호"))
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
_SURE = SOURCES | TARGETS | _LANGUAGES
_ALL = _SURE | NUMBERS | _CODES | _OTHERS
PARTS = re.compile(r"[^\W_]+")
_LOCALE = re.compile(r"[a-z]{2,3}[-_][a-z]{2,4}")
_NUMBERED = re.compile(r"[A-Za-z]{0,2}\d+")
_DECIMAL = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_FEATURES = re.compile(
    r"[A-Z0-9][A-Z0-9+/(){}.,:-]*([;|][A-Z0-9+/(){}.,:-]+)*", re.IGNORECASE
)
_NAMED_FEATURES = re.compile(r"\w+=[\w,.+-]+(\|\w+=[\w,.+-]+)*")
_MOST = 0.9
_ROWS, _FEW = 20, 0.1


def are_names(cells: Sequence[str]) -> bool:
    """Whether cells are nothing but names of columns, one of them beyond doubt."""
    parts = [PARTS.findall(cell) for cell in cells]
    is_name = all(set(words) <= _ALL for words in parts)
    # pandas writes the numbers of rows without a name.
    is_sure = any(set(words) & _SURE for words in parts) or (
        not parts[0] and len(cells) > 2
    )
    return len(cells) > 1 and len(set(cells)) == len(cells) and is_name and is_sure


def are_languages(cells: Sequence[str]) -> bool:
    """Whether cells are codes of languages, beside numbers of rows perhaps."""
    codes = [cell in _CODES or _LOCALE.fullmatch(cell) is not None for cell in cells]
    others = [cell in NUMBERS for cell in cells]
    return (
        sum(codes) > 1
        and len(set(cells)) == len(cells)
        and all(code or other for code, other in zip(codes, others, strict=True))
    )


def tells_texts(name: Any) -> bool:
    """Whether a column is called by what texts it holds, or by their language."""
    cell = str(name).strip().casefold()
    words = {*PARTS.findall(cell)}
    return bool(words & (_SURE | _CODES)) or _LOCALE.fullmatch(cell) is not None


def stands_apart(rows: Sequence[Sequence[str]]) -> bool:
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


def stands_over_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a cell of row 1 is no number, and all below it are."""
    columns = zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    return len(rows) > 2 and any(
        first.strip() and not are_numbers([first]) and are_numbers(below)
        for first, *below in columns
    )


def are_numbers(cells: Sequence[Any]) -> bool:
    """Whether all cells are numbers, or ids such as L1045."""
    texts = [str(cell).strip() for cell in cells]
    return bool(texts) and (
        all(_DECIMAL.fullmatch(text) for text in texts)
        or all(_NUMBERED.fullmatch(text) for text in texts)
    )


def are_few(cells: Sequence[Any]) -> bool:
    """Whether the same few cells come again and again."""
    different = {str(cell) for cell in cells}
    return len(cells) >= _ROWS and len(different) <= _FEW * len(cells)


def are_features(cells: Sequence[Any]) -> bool:
    """Whether most cells are tags as UniMorph or Universal Dependencies write them."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    named = sum(_NAMED_FEATURES.fullmatch(text) is not None for text in texts)
    tags = sum(_FEATURES.fullmatch(text) is not None for text in texts)
    several = sum(";" in text or "|" in text for text in texts)
    enough = _MOST * len(cells)
    return bool(cells) and (
        named >= enough or (tags >= enough and 2 * several > len(cells))
    )
