"""Translation memories: the pairs of two languages in a TMX file."""

import itertools
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from seq2seq_keras.data.table import Table
from seq2seq_keras.data.xml_events import read_xml
from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.untrusted import in_one_line

# Codes of the format that a text came from; `<sub>` is text in such a code.
_CODES = frozenset({"bpt", "ept", "it", "ph", "sub", "ut"})


class _Unit(NamedTuple):
    """A `<tu>`: its place, and its texts by the languages' tags as they stand there."""

    place: str
    texts: dict[str, str]


def tmx_table(
    file: BinaryIO, name: str, languages: Sequence[str] | None = None
) -> Table:
    """Reads the texts of a translation memory in two or more languages.

    Units that lack one of them are left out, and counted in a warning when all is
    read. Of several texts in a language the first counts.

    Args:
        file: Binary file, at its start.
        name: What messages call it.
        languages: The columns: "en" finds `en`, else the first of `en-US`, `EN_GB` and
            the like; "en-US" finds that only. Defaults to the languages of the first
            unit that has two, if no more.

    Returns:
        A `Table`, whose columns are the languages.

    Raises:
        InputError: If it is not the XML that it should be, or, when all is read, if
            no unit has all languages; the message names those that there are. Also if
            there are more than two, and none was named.
    """
    units = _units(file, name)
    skipped: Counter[str] = Counter()
    if languages is None:
        first = _first_of_two(units, name, skipped)
        languages = _languages(first.texts)
        if len(languages) > 2:
            raise InputError(
                f"{first.place}: {len(languages)} languages, {shown(languages)}. Name "
                f"the two that are meant: `--columns {languages[0]} {languages[1]}`."
            )
        units = itertools.chain([first], units)
    return Table(name, list(languages), _rows(units, name, languages, skipped))


def _rows(
    units: Iterator[_Unit], name: str, languages: Sequence[str], tags: Counter[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    left_out, found = tags.total(), 0
    for unit in units:
        tags.update(list(unit.texts))
        texts = [_find(unit.texts, language) for language in languages]
        whole = [text for text in texts if text is not None]
        if len(whole) == len(texts):
            found += 1
            yield unit.place, whole
        else:
            left_out += 1
    wanted = " and ".join(map(repr, languages))
    if not found:
        raise InputError(
            f"{name}: no unit has texts in {wanted}. There are: {_counts(tags)}."
        )
    if left_out:
        warnings.warn(
            f"{name}: {left_out:,} of {found + left_out:,} units lack one of "
            f"{wanted} and were left out. There are: {_counts(tags)}.",
            stacklevel=2,
        )


def _first_of_two(units: Iterator[_Unit], name: str, skipped: Counter[str]) -> _Unit:
    """The first unit in two languages; those before have one, which is counted."""
    for unit in units:
        if len(_languages(unit.texts)) > 1:
            return unit
        skipped.update(list(unit.texts) or [""])
    raise InputError(
        f"{name}: no unit has texts in two languages. There are: {_counts(skipped)}."
    )


def _languages(tags: Iterable[str]) -> list[str]:
    """Languages without their countries, or the tags if those are all that differs."""
    bases = list(dict.fromkeys(_plain(tag).partition("-")[0] for tag in tags))
    return bases if len(bases) > 1 else list(tags)


def _find(texts: dict[str, str], language: str) -> str | None:
    wanted = _plain(language)
    named = {_plain(tag): text for tag, text in reversed(texts.items())}
    if wanted in named:
        return named[wanted]
    fitting = (t for tag, t in reversed(named.items()) if tag.startswith(f"{wanted}-"))
    return next(fitting, None)


def _plain(tag: str) -> str:
    return tag.lower().replace("_", "-")


def _counts(tags: Counter[str]) -> str:
    found = (
        f"{in_one_line(ValueError(tag), 20) if tag else 'without a language'} ({n:,})"
        for tag, n in tags.most_common(12)
    )
    return ", ".join(found) or "none"


def _units(file: BinaryIO, name: str) -> Iterator[_Unit]:
    unit, language = _Unit("", {}), ""
    for event in read_xml(file, name, left_out=_CODES):
        if event.kind == "segment":
            unit.texts.setdefault(language, event.text)
        elif event.kind == "begin" and event.tag == "tu":
            unit = _Unit(f"{name}, line {event.line}", {})
        elif event.kind == "begin" and event.tag == "tuv":
            language = event.attributes.get("lang", "")
        elif event.kind == "end" and event.tag == "tu":
            yield unit
