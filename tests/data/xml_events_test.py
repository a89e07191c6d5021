"""Tests of seq2seq_keras.data.xml_events."""

import io
import tracemalloc

import pytest

from seq2seq_keras.data import LONGEST_SEGMENT, find_encoding, read_xml
from seq2seq_keras.errors import InputError


def events(content, **options):
    if isinstance(content, str):
        content = content.encode()
    return list(read_xml(io.BytesIO(content), "set.xml", **options))


def texts(content, **options):
    return [e.text for e in events(content, **options) if e.kind == "segment"]


def error_of(content):
    with pytest.raises(InputError) as error:
        events(content)
    message = str(error.value)
    assert message.startswith("set.xml, line ") and "\n" not in message
    return message


def test_elements_begin_and_end_and_segments_are_whole():
    found = events('<A>\n<b x="1" Y="2">\n<seg id="7"> no\n <i>t</i></seg></b></A>')
    assert [(e.kind, e.tag, e.attributes, e.text, e.line) for e in found] == [
        ("begin", "a", {}, "", 1),
        ("begin", "b", {"x": "1", "y": "2"}, "", 2),
        ("segment", "seg", {"id": "7"}, "no t", 3),
        ("end", "b", {}, "", 4),
        ("end", "a", {}, "", 4),
    ]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("a &amp; &lt;b&gt; &quot;&apos;", "a & <b> \"'"),
        ("&#233;&#xE9;&#x1F600;", "éé\U0001f600"),
        ("caf&eacute;&nbsp;!&hellip;", "café\xa0!…"),
        # Escaped twice: once is undone, and what the writer wrote is left.
        ("&amp;quot;", "&quot;"),
        ("<![CDATA[a <b> & c]]>", "a <b> & c"),
        ("a<!-- not text -->b", "ab"),
        ("a<?not text?>b", "ab"),
        ("", ""),
        (" \r\n\t a \r\n b\t", "a b"),
        # White space of XML only: the others are part of the text.
        ("a\xa0\xa0:\u3000b\u2028c", "a\xa0\xa0:\u3000b\u2028c"),
        ("a<code>x<sub>y</sub>z</code>b<hi>c</hi>", "abc"),
        ("<hi>a<code>x</code></hi><code/>b", "ab"),
        ("<seg>inner</seg> and outer", "inner and outer"),
    ],
)
def test_the_text_of_a_segment(inner, text):
    assert texts(f"<x><seg>{inner}</seg></x>", left_out={"code"}) == [text]


def test_text_goes_over_the_pieces_that_are_read():
    long = " ".join(f"mot{n}é" for n in range(30_000))
    assert texts(f"<x><seg>{long}</seg><seg>b</seg></x>") == [long, "b"]


def test_names_are_without_their_name_space():
    found = events('<x xmlns="urn:a" xmlns:b="urn:b"><b:Y xml:lang="EN" b:z="1"/></x>')
    assert [(e.tag, e.attributes) for e in found[1:2]] == [
        ("y", {"lang": "EN", "z": "1"})
    ]


@pytest.mark.parametrize(
    "order", ['lang="old" xml:lang="new"', 'xml:lang="new" lang="old"']
)
def test_the_language_of_xml_counts_for_more_than_an_old_one(order):
    assert events(f"<x {order}/>")[0].attributes == {"lang": "new"}


ENCODINGS = {
    "UTF-8": ("utf-8", "utf-8"),
    "UTF-8 with a mark": ("UTF-8", "utf-8-sig"),
    "UTF-16 with a mark": ("UTF-16", "utf-16"),
    "UTF-16, big end first": ("UTF-16", "utf-16-be"),
    "UTF-16, little end first": ("UTF-16LE", "utf-16-le"),
    "UTF-32": ("UTF-32", "utf-32"),
    "saved anew as UTF-8": ("UTF-16", "utf-8"),
    "EUC-KR": ("euc-kr", "euc-kr"),
    "cp949": ("CP949", "cp949"),
}


@pytest.mark.parametrize(("declared", "encoding"), ENCODINGS.values(), ids=ENCODINGS)
def test_encodings_are_found(declared, encoding):
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<x><seg>가나다</seg></x>'
    assert texts(text.encode(encoding)) == ["가나다"]


def test_a_file_without_a_declaration_is_utf_8():
    assert find_encoding(b"<x>") == "utf-8"
    assert texts("<x><seg>é가</seg></x>".encode()) == ["é가"]


@pytest.mark.parametrize("encoding", ["hex", "zlib", "rot13", "klingon", "base64"])
def test_what_is_no_encoding_of_text_is_refused(encoding):
    message = error_of(f'<?xml version="1.0" encoding="{encoding}"?><x/>')
    assert message == (
        f"set.xml, line 1: there is no encoding {encoding!r}. Save it as UTF-8."
    )


def test_bytes_that_are_not_of_the_encoding_are_named():
    message = error_of(b"<x>\n<seg>caf\xe9</seg></x>")
    assert "it is not utf-8" in message and "0xe9" in message


@pytest.mark.parametrize(
    ("content", "start"),
    [
        ("<x>\n<seg>a & b</seg></x>", "line 2, column 9: not well-formed"),
        ("<x>\n<seg>a < b</seg></x>", "line 2, column 9: not well-formed"),
        ("<x>\n<seg>a</x>", "line 2, column 9: mismatched tag"),
        ("<x>\n<y id=1/></x>", "line 2, column 7: not well-formed"),
        ("<x>&#0;</x>", "line 1, column 4: reference to invalid character number"),
        ("<x>\n<seg>a", "line 2, column 7: no element found. Is the file cut off?"),
        ("<x>\n<se", "line 2, column 1: unclosed token. Is the file cut off?"),
        ("", "line 1, column 1: no element found. Is the file cut off?"),
        ("<x/>\n<y/>", "line 2, column 1: junk after document element"),
        ("<x><seg>\n&zzz;</seg></x>", "line 2: it has no entity &zzz;"),
    ],
)
def test_errors_name_line_and_column(content, start):
    assert error_of(content).startswith(f"set.xml, {start}")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY name "value">',
        '<!ENTITY name SYSTEM "other.xml">',
        '<!ENTITY % name "value">',
        '<!ELEMENT x ANY><!ENTITY name "value">',
    ],
)
def test_a_file_that_declares_entities_is_refused(declaration):
    message = error_of(f"<!DOCTYPE x [{declaration}]>\n<x><seg>&name;</seg></x>")
    assert "it declares the entity 'name', which is not read" in message


def test_nothing_is_opened_for_a_document_type(tmp_path):
    path = tmp_path / "types.dtd"
    path.write_text('<!ENTITY name "value">')
    head = f'<!DOCTYPE x SYSTEM "{path.as_uri()}">'
    assert texts(f"{head}<x><seg>a</seg></x>") == ["a"]
    assert "no entity &name;" in error_of(f"{head}<x><seg>&name;</seg></x>")


def test_a_file_is_bounded():
    assert texts(f"<x><seg>{'a' * LONGEST_SEGMENT}</seg></x>")
    more = f"<x>\n<seg>{'a' * LONGEST_SEGMENT}b</seg></x>"
    assert (
        error_of(more)
        == "set.xml, line 2: a segment of more than 1,048,576 characters."
    )
    assert events("<x>" * 64 + "</x>" * 64)
    assert "nested more than 64 deep" in error_of("<x>" * 65)
    assert "nested more than 64 deep" in error_of("<x><seg>" + "<x>" * 63)
    assert "does not end" in error_of("<x><!-- " + "a" * 2**23)
    assert "does not end" in error_of("<x y='" + "a" * 2**23)


def test_a_file_is_not_held_in_memory():
    class File(io.RawIOBase):
        """Begins an element, and goes on with segments until there are enough."""

        left = 60

        def read(self, size=-1):
            self.left -= 1
            if self.left == 59:
                return b"<x>"
            unit = b"<y><seg>" + b"a" * 1000 + b"</seg></y>"
            return b"" if self.left < 0 else unit * 50 if self.left else b"</x>"

    tracemalloc.start()
    count = sum(event.kind == "segment" for event in read_xml(File(), "set.xml"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 3 MB are read.
    assert count == 2900 and peak < 600_000
