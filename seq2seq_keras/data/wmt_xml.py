"""Test sets of WMT since 2021: XML with a source and its references in one file."""

import warnings
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from seq2seq_keras.data.table import Table
from seq2seq_keras.data.xml_events import Event, read_xml
from seq2seq_keras.errors import InputError, shown

# Characters that are held, since the last document may have one more reference.
_LARGEST = 2**28
_Side = tuple[str, str | None]  # a language, and who translated into it


def wmt_table(file: BinaryIO, name: str) -> Table:
    """Reads the sources and references of a test set.

    What systems translated (`<hyp>`) is left out. So are test suites, as the scores of
    WMT have it, and sources without a reference where others have one; a warning
    counts these.

    Args:
        file: Binary file, at its start.
        name: What messages call it.

    Returns:
        A `Table`. Its columns are the language of the sources and that of the
        references, with the translator behind it if there are several (`de.A`,
        `de.B`). A cell is `None` where a translator left a segment out.

    Raises:
        InputError: If it is not the XML that it should be, or a reference has no
            source.
    """
    reader = _Reader(name)
    for event in read_xml(file, name):
        reader.read(event)
    if not reader.rows:
        raise InputError(f"{name}: there is no `<src>` with a `<seg>` in it.")
    sides = sorted(reader.sides, key=lambda side: side[1] or "")
    kept = [row for row in reader.rows if row[2]] or reader.rows
    lacking = len(reader.rows) - len(kept)
    if lacking or reader.in_suites:
        warnings.warn(
            f"{name}: {reader.in_suites:,} segments of test suites and {lacking:,} "
            f"without a reference were left out; {len(kept):,} are used.",
            stacklevel=2,
        )
    return Table(name, _columns(reader.language, sides), _cells(kept, sides))


_Row = tuple[str, str, dict[_Side, str]]  # a place, a source and its references


def _columns(language: str, sides: Sequence[_Side]) -> list[str]:
    several = len({translator for _, translator in sides}) > 1
    return [
        language,
        *(f"{lang}.{who}" if several and who else lang for lang, who in sides),
    ]


def _cells(
    rows: Sequence[_Row], sides: Sequence[_Side]
) -> Iterator[tuple[str, Sequence[str | None]]]:
    for place, source, references in rows:
        yield place, [source, *(references.get(side) for side in sides)]


class _Reader:
    """What was read of a test set."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[_Row] = []
        self.sides: dict[_Side, None] = {}
        self.language = ""
        self.document: str | None = None
        self.is_suite, self.in_suites = False, 0
        # Rows of the document by the id of their segment.
        self.segments: dict[str, _Row] = {}
        # The side that is read: `None` outside of one, and in a `<hyp>`.
        self.side: _Side | None = None
        self.is_source = False
        self.count = self.length = 0

    def read(self, event: Event) -> None:
        if event.kind == "segment":
            self._segment(event)
        elif event.kind == "begin" and event.tag == "doc":
            self.document, self.segments = event.attributes.get("id"), {}
            self.is_suite = "testsuite" in event.attributes
        elif event.tag in ("src", "ref", "hyp"):
            self._side(event)

    def _side(self, event: Event) -> None:
        self.side, self.is_source, self.count = None, False, 0
        if event.kind == "end" or event.tag == "hyp":
            return
        self.is_source = event.tag == "src"
        language = event.attributes.get("lang", "source" if self.is_source else "ref")
        self.side = language, event.attributes.get("translator")
        if self.is_suite:
            return
        if not self.is_source:
            self.sides.setdefault(self.side)
        elif self.rows and language != self.language:
            raise InputError(
                f"{self.name}, line {event.line}: a source in {shown(language)}, where "
                f"those before are in {shown(self.language)}."
            )
        else:
            self.language = language

    def _segment(self, event: Event) -> None:
        if self.is_suite:
            self.in_suites += self.is_source
            return
        if self.side is None:
            return
        self.count += 1
        number = event.attributes.get("id", str(self.count))
        place = f"{self.name}, line {event.line} (segment {shown(number)[1:-1]}"
        if self.document is not None:
            place += f" of document {shown(self.document)}"
        place += ")"
        self.length += len(event.text)
        if self.length > _LARGEST:
            raise InputError(f"{self.name} has more than {_LARGEST:,} characters.")
        if self.is_source:
            if number in self.segments:
                raise InputError(f"{place} stands twice in its document.")
            self.segments[number] = (place, event.text, {})
            self.rows.append(self.segments[number])
        elif number not in self.segments:
            raise InputError(f"{place} has no source of that number in its document.")
        else:
            self.segments[number][2][self.side] = event.text
