"""Test sets in NIST's SGML, as WMT and IWSLT have them: a file for each side."""

import html
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from seq2seq_keras.data.table import Table
from seq2seq_keras.data.xml_events import LONGEST_SEGMENT, one_space
from seq2seq_keras.errors import InputError, shown

_TAG = re.compile(r"<(/?)(srcset|refset|tstset|doc|seg)\b([^>]*)>", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<(?:srcset|refset|tstset|doc|seg)\b[^>]*$", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# With its semicolon: `?a=1&copy=2` is an address.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
# What a shared task on terminology marks inside of texts.
_TERM = re.compile(r"</?term\b[^>]*>", re.IGNORECASE)
_MOST_LINES_OF_A_TAG = 20


class Segment(NamedTuple):
    """A text of a test set.

    Attributes:
        place: Where it stands, as messages call it.
        document: Id of its document, or `None`.
        number: Its own id, else its number in the document.
        text: What it says.
    """

    place: str
    document: str | None
    number: str
    text: str


def sgm_segments(lines: Iterable[str], name: str) -> Iterator[Segment]:
    """Reads the segments of a file of `<srcset>`, `<refset>` or `<tstset>`.

    Such files are hardly ever well-formed. What stands between `<seg>` and `</seg>`,
    on one line or several, is text, whatever it is, but for `<term>`; entities are
    decoded once.

    Args:
        lines: The lines of the file.
        name: What messages call it.

    Yields:
        Each `Segment`.

    Raises:
        InputError: If there is none, one does not end or is longer than `2 ** 20`
            characters, or if the file holds several references, one after the other.
    """
    reader, count = _Reader(name), 0
    for number, line in _whole_tags(lines, name):
        for segment in reader.read(number, line):
            count += 1
            yield segment
    if reader.begun is not None:
        raise reader.unclosed("the file ends within it")
    if not count:
        raise InputError(f"{name}: there is no `<seg>` in it, and so no text.")


def parallel_segments(sides: Sequence[Iterable[Segment]], name: str) -> Table:
    """Pairs the segments of source and references by their place in their files.

    Args:
        sides: For each file its segments.
        name: What messages call all of it.

    Returns:
        A `Table` with a column for each side.

    Raises:
        InputError: While rows are read, if segments side by side have other ids, or
            one file has more; the message names both places.
    """
    return Table(name, None, _pairs(sides))


def _pairs(sides: Sequence[Iterable[Segment]]) -> Iterator[tuple[str, Sequence[str]]]:
    last = "the beginning"
    for row in itertools.zip_longest(*sides):
        found = [segment for segment in row if segment is not None]
        first = found[0]
        if len(found) < len(row):
            raise InputError(
                f"{first.place} stands beside nothing: the other file ends after what "
                f"stands beside {last}. Both need the same segments."
            )
        for other in found[1:]:
            if (first.document, first.number) != (other.document, other.number):
                raise InputError(
                    f"{first.place} stands beside {other.place}. Both files need the "
                    "same segments in the same order."
                )
        last = first.place
        yield first.place, [segment.text for segment in found]


class _Reader:
    """Where in a file its lines have come to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.document: str | None = None
        self.system = self.system_of_all = ""
        self.systems: dict[str, str] = {}
        self.count = self.length = 0
        # The segment that has begun, still without its text.
        self.begun: Segment | None = None
        self.parts: list[str] = []

    def read(self, number: int, line: str) -> Iterator[Segment]:
        if "<!--" in line:
            line = _COMMENT.sub("", line)
        position = 0
        for match in _TAG.finditer(line):
            self._add(line[position : match.start()])
            position = match.end()
            closes, tag, rest = match.groups()
            yield from self._tag(f"{closes}{tag.lower()}", rest, number)
        self._add(line[position:] + "\n")

    def _add(self, text: str) -> None:
        if self.begun is None:
            return
        self.parts.append(text)
        self.length += len(text)
        if self.length > LONGEST_SEGMENT:
            raise self.unclosed(f"it has more than {LONGEST_SEGMENT:,} characters")

    def _tag(self, tag: str, rest: str, number: int) -> Iterator[Segment]:
        if self.begun is not None and tag != "/seg":
            raise self.unclosed(f"`<{tag}>` follows in line {number}")
        attributes = _attributes(rest)
        if tag == "doc":
            self._begin_document(attributes, number)
        elif tag.endswith("set") and not tag.startswith("/"):
            self.system_of_all = attributes.get("refid", attributes.get("sysid", ""))
        elif tag == "seg":
            self._begin_segment(attributes, number)
        if self.begun is not None and (tag == "/seg" or rest.endswith("/")):
            text = _TERM.sub("", "".join(self.parts))
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
            yield self.begun._replace(text=one_space(text))
            self.begun = None

    def _begin_document(self, attributes: dict[str, str], number: int) -> None:
        self.document = attributes.get("docid", attributes.get("id"))
        self.count = 0
        system = attributes.get("sysid", self.system_of_all)
        if self.document is None:
            return
        before = self.systems.setdefault(self.document, system)
        if before != system:
            raise InputError(
                f"{self.name}, line {number}: document {shown(self.document)} a second "
                f"time, by {shown(system)} after {shown(before)}. Save each reference "
                "as a file of its own."
            )

    def _begin_segment(self, attributes: dict[str, str], number: int) -> None:
        self.count += 1
        own = attributes.get("id", str(self.count))
        place = f"{self.name}, line {number} (segment {shown(own)[1:-1]}"
        if self.document is not None:
            place += f" of document {shown(self.document)}"
        self.begun = Segment(f"{place})", self.document, own, "")
        self.parts, self.length = [], 0

    def unclosed(self, why: str) -> InputError:
        place = self.begun.place if self.begun is not None else self.name
        return InputError(f"{place} does not end with `</seg>`: {why}.")


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
        for match in _ATTRIBUTE.finditer(text)
    }


def _whole_tags(lines: Iterable[str], name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, joined where one ends inside of a tag."""
    waiting: list[str] = []
    for number, line in enumerate(lines, start=1):
        waiting.append(line)
        if _OPEN_TAG.search(line) is None and (len(waiting) == 1 or ">" in line):
            yield number, " ".join(waiting)
            waiting = []
        elif len(waiting) > _MOST_LINES_OF_A_TAG:
            raise InputError(f"{name}, line {number}: a tag that does not end.")
    if waiting:
        yield number, " ".join(waiting)
