"""Pronouncing dictionaries in the form of CMUdict."""

import re
from collections.abc import Iterable, Iterator, Sequence

from seq2seq_keras.data.table import Table
from seq2seq_keras.errors import InputError, shown

# A comment as a whole line; `#` and `;` alone begin words that spell them out.
_COMMENT = ";;;"
_TAIL = re.compile(r"\s#(\s.*)?$")
_VARIANT = re.compile(r"(?<=.)\(\d+\)$")
_VOWEL = r"(?:A[AEHOWY]|E[HRY]|I[HY]|O[WY]|U[HW])[012]?"
_CONSONANT = r"(?:B|CH|D|DH|F|G|HH|JH|K|L|M|N|NG|P|R|S|SH|T|TH|V|W|Y|Z|ZH)"
_ENTRY = re.compile(
    rf"\S[^\s,;|]* {{1,2}}(?:{_VOWEL}|{_CONSONANT})(?: (?:{_VOWEL}|{_CONSONANT}))*"
)
_STRESSED = re.compile(r" [AEIOU][A-Z][012]\b")


def is_pronouncing(lines: Sequence[str]) -> bool:
    """Whether first lines are those of such a dictionary of English."""
    entries = [_entry(line) for line in lines if _entry(line)]
    return (
        bool(entries)
        and all(_ENTRY.fullmatch(entry) for entry in entries)
        and any(_STRESSED.search(entry) for entry in entries)
    )


def pronunciations_table(lines: Iterable[str], name: str) -> Table:
    """Reads the words and phonemes of a pronouncing dictionary.

    `READ(2)  R IY1 D` is one more pronunciation of `READ`. Lines that begin with `;;;`
    and what stands behind ` # ` are comments.

    Args:
        lines: The lines of the file.
        name: What messages call it.

    Returns:
        A `Table` with the columns "word" and "phonemes", which are parted by spaces.

    Raises:
        InputError: While rows are read, for a word without phonemes.
    """
    return Table(name, ["word", "phonemes"], _rows(lines, name))


def _rows(lines: Iterable[str], name: str) -> Iterator[tuple[str, Sequence[str]]]:
    for number, line in enumerate(lines, start=1):
        entry = _entry(line)
        if not entry:
            continue
        word, *phonemes = entry.split()
        if not phonemes:
            raise InputError(
                f"{name}, line {number}: {shown(word)} has no phonemes. A line is a "
                "word, spaces, and phonemes with spaces between them."
            )
        yield f"{name}, line {number}", (_VARIANT.sub("", word), " ".join(phonemes))


def _entry(line: str) -> str:
    """A line without its comment; nothing if it is one."""
    return "" if line.startswith(_COMMENT) else _TAIL.sub("", line).strip()
