"""XML read in a stream: elements begin and end, and segments are whole."""

import codecs
import html.entities
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, Literal, NamedTuple
from xml.parsers import expat

from seq2seq_keras.errors import InputError
from seq2seq_keras.untrusted import in_one_line

LONGEST_SEGMENT = 2**20
_DEEPEST = 64
_CHUNK = 2**16
# So much text may lie between two events: a tag or a comment that never ends.
_LONGEST_TAG = 2**22
_SPACE = re.compile(r"[ \t\r\n]+")
_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)[\"']")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    # Before UTF-16, whose mark it begins with.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_CUT_OFF = [
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
]
_XML = "http://www.w3.org/XML/1998/namespace"


class Event(NamedTuple):
    """That an element begins or ends, or a whole `<seg>`.

    Attributes:
        kind: What happened.
        tag: Name of the element, in small letters and without its name space.
        attributes: Dictionary of what stands in its tag, by names of that kind.
        text: Text of a segment, white space in it being single spaces.
        line: Line of the file on which it begins.
    """

    kind: Literal["begin", "end", "segment"]
    tag: str
    attributes: dict[str, str]
    text: str
    line: int


def one_space(text: str) -> str:
    """Makes each run of the white space of XML one space, and none at the ends."""
    return _SPACE.sub(" ", text).strip(" ")


def find_encoding(start: bytes) -> str:
    """The encoding of XML by its mark, its declaration, or UTF-8."""
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    declared = _ENCODING.match(start.lstrip())
    if declared is None:
        return "utf-8"
    encoding = declared[1].decode("ascii").lower()
    # What declares this in single bytes was saved anew as something else.
    return "utf-8" if encoding.startswith(("utf-16", "utf16", "utf-32")) else encoding


def read_xml(
    file: BinaryIO, name: str, *, left_out: Collection[str] = ()
) -> Iterator[Event]:
    """Reads XML event by event, in constant memory.

    Nothing but the file is opened. Entities of XML and of HTML are known; a file that
    declares its own is refused.

    Args:
        file: Binary file, at its start.
        name: What messages call it.
        left_out: Elements inside of segments whose text is none of theirs. That of
            all others is.

    Yields:
        Each `Event` as soon as it has happened.

    Raises:
        InputError: If it is not well-formed, in another encoding than it says, or
            goes beyond what a file of segments can be; with the line.
    """
    parser = _Parser(name, left_out)
    chunk = file.read(_CHUNK)
    encoding = find_encoding(chunk)
    try:
        "".encode(encoding)  # which refuses what is no encoding of text
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise InputError(
            f"{name}, line 1: there is no encoding {encoding!r}. Save it as UTF-8."
        ) from error
    while True:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except ValueError as error:
            raise InputError(
                f"{name}, line {parser.line} or later: it is not {encoding}, which it "
                f"should be ({in_one_line(error)}). Save it as UTF-8."
            ) from error
        if text or not chunk:
            yield from parser.read(text)
        if not chunk:
            return
        chunk = file.read(_CHUNK)


class _Parser:
    """Collects what expat finds in a piece of text."""

    def __init__(self, name: str, left_out: Collection[str]) -> None:
        self.name, self.left_out = name, left_out
        self.events: list[Event] = []
        self.depth = self.hidden = self.length = self.fed = 0
        # Of the segment that has begun, if one has.
        self.parts: list[str] | None = None
        self.segment = Event("segment", "seg", {}, "", 0)
        self.outside = 0
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        # Entities that it doesn't know, such as &nbsp;, are then told, not refused.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._entity
        parser.EntityDeclHandler = self._declared

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def read(self, chunk: str) -> list[Event]:
        """The events of the next piece of the file; an empty one is its end."""
        self.events = []
        self.fed += len(chunk.encode("utf-8"))
        try:
            self.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            hint = "Is the file cut off?"
            if error.code not in _CUT_OFF:
                hint = "In XML, `&` is written `&amp;`, `<` is `&lt;`, tags are closed."
            raise InputError(
                f"{self.name}, line {error.lineno}, column {error.offset + 1}: "
                f"{expat.ErrorString(error.code)}. {hint}"
            ) from error
        if self.fed - self.parser.CurrentByteIndex > _LONGEST_TAG:
            raise self._error("a tag or a comment that does not end")
        return self.events

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._error(f"elements are nested more than {_DEEPEST} deep")
        if self.parts is not None:
            if self.hidden or tag in self.left_out:
                self.hidden += 1
            return
        # `xml:lang` counts for more than a `lang` beside it.
        ordered = sorted(attributes.items(), key=lambda item: item[0].startswith(_XML))
        named = {_local(key): value for key, value in ordered}
        if tag == "seg":
            self.parts, self.length, self.outside = [], 0, self.depth - 1
            self.segment = Event("segment", tag, named, "", self.line)
        else:
            self.events.append(Event("begin", tag, named, "", self.line))

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.parts is None:
            self.events.append(Event("end", _local(name), {}, "", self.line))
        elif self.depth == self.outside:
            text = one_space("".join(self.parts))
            self.events.append(self.segment._replace(text=text))
            self.parts = None
        elif self.hidden:
            self.hidden -= 1

    def _text(self, text: str) -> None:
        if self.parts is None or self.hidden:
            return
        self.length += len(text)
        if self.length > LONGEST_SEGMENT:
            raise self._error(f"a segment of more than {LONGEST_SEGMENT:,} characters")
        self.parts.append(text)

    def _entity(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        character = html.entities.html5.get(f"{name};")
        if character is None:
            raise self._error(f"it has no entity &{in_one_line(ValueError(name))};")
        self._text(character)

    def _declared(self, name: str, *_: object) -> None:
        raise self._error(
            f"it declares the entity {in_one_line(ValueError(name))!r}, which is not "
            "read. Replace it by what it stands for"
        )

    def _error(self, what: str) -> InputError:
        return InputError(f"{self.name}, line {self.line}: {what}.")


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()
