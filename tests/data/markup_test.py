"""Tests of seq2seq_keras.data.markup."""

import pytest

from seq2seq_keras.data import MARKUP_START, find_markup, why_not_read

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
READ = {
    "tmx": [
        XML
        + '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<!-- by hand -->\n<tmx version="1.4">',
        '<tmx version="1.4">',
        XML + '<TMX xmlns="http://www.lisa.org/tmx14">',
        '<!DOCTYPE tmx [<!ENTITY a "b>">\n]><tmx>',
    ],
    "sgm": [
        '<srcset setid="a">',
        "\n<REFSET setid=a>",
        XML + '<!DOCTYPE mteval SYSTEM "mteval.dtd">\n<mteval>\n<tstset>',
        '<doc docid="a">\n<p>\n<seg id="1">yes</seg>',
        '<seg id="1">yes</seg>\n',
        "<DOC docid=a><hl><SEG id=1>yes",
        XML + "<set><doc><seg>yes</seg>",
    ],
    "wmt-xml": [XML + '<dataset id="a">\n<doc id="x">\n<src lang="en">'],
    "cmudict": [";;; CMUdict\nREAD  R EH1 D\n", "read R EH1 D\nread(2) R IY1 D # x\n"],
}
REFUSED = {
    "html": ["<!DOCTYPE html>\n<html>", "<HTML lang=en>", "<!-- x --><html>", "<body>"],
    "xliff": [XML + '<xliff version="1.2" xmlns="urn:a">', '<xliff version="2.0">'],
    "qt": [XML + '<!DOCTYPE TS>\n<TS version="2.1">'],
    "po": ['msgid ""\nmsgstr ""', '# A title.\n#, fuzzy\nmsgid ""', '\nmsgctxt "a"'],
    "xces": [
        XML + '<!DOCTYPE cesAlign PUBLIC "-//CES//DTD" "">\n<cesAlign version="1.0">'
    ],
    "tags": [
        "<url>http://www.ted.com/talks/a</url>\n<keywords>talks</keywords>\nThank you.",
        '<doc docid="1" genre="lectures">\n<title>A title</title>\nThank you.',
    ],
    "ttml": [XML + '<tt xmlns="http://www.w3.org/ns/ttml">'],
    "srt": [
        "1\n00:00:01,000 --> 00:00:02,500\nYes.",
        "1\r\n0:00:01.0 --> 0:00:02.5\r\n",
    ],
    "vtt": ["WEBVTT\n\n00:01.000 --> 00:02.000", "WEBVTT - a title\n", "WEBVTT"],
    "ass": ["[Script Info]\nTitle: a"],
    "microdvd": ["{10}{30}Yes.\n"],
    "rtf": ["{\\rtf1\\ansi yes}"],
    "pdf": ["%PDF-1.7\n"],
    "xml": [XML + "<lexicon><entry>", XML, XML + "<dataset><row>", "<!DOCTYPE a><a>"],
}
TEXT = [
    "",
    "yes\toui\n",
    "<unk> yes\toui\n",
    "<s> yes </s>\t<s> oui </s>\n",
    "i <3 you\tje t'aime",
    "< 5\tmoins de 5",
    "<b>yes</b>\toui",
    "[a note]\tune note",
    "{1} a\tb",
    "1\n2\n",
    "1\tyes\toui",
    "# comment\nyes\toui",
    "WEBVTTX",
    "PARIS\tParis",
    "PAR1\tprotease",
    '{"en": "yes"}',
    "en,fr\nyes,oui",
    "read\tR EH1 D",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]


def cases(table):
    return [(kind, text) for kind, texts in table.items() for text in texts]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("kind", "text"), cases(READ) + cases(REFUSED))
def test_formats_are_told_by_their_beginning(kind, text, encoding):
    if not text.startswith("%PDF"):
        text = text.encode(encoding)
    assert find_markup(text if isinstance(text, bytes) else text.encode()) == kind


@pytest.mark.parametrize("text", TEXT)
def test_text_and_tables_are_no_markup(text):
    assert find_markup(text.encode()) is None


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\xfa", b"\x1f\x8b\x08\0", b"caf\xe9\tcoffee", b"<\xe9>"]
)
def test_bytes_that_are_no_text_are_no_markup(content):
    assert find_markup(content) is None


def test_a_line_that_is_cut_does_not_count():
    entry = "read R EH1 D\n"
    start = (entry * MARKUP_START).encode()[:MARKUP_START]
    assert not start.endswith(b"\n")
    assert find_markup(start) == "cmudict"


def test_alone_and_in_the_last_line_an_entry_counts():
    assert find_markup(b";;; note\nREAD  R IY1 D") == "cmudict"
    assert find_markup(b"THE  DH AH\nCAT  K AE1 T") == "cmudict"


def test_many_comments_take_no_time():
    # Each line could once be read in two ways, and all together in 2**2000.
    assert find_markup(b"# a licence\r\n" * 2000 + b"yes\toui\r\n") is None


def test_an_unknown_encoding_is_left_to_the_reader():
    assert find_markup(b'<?xml version="1.0" encoding="klingon"?><tmx>') == "tmx"


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_read_is_named_with_what_to_do(kind):
    assert ", which is not read: " in why_not_read(kind)


@pytest.mark.parametrize("kind", READ)
def test_what_is_read_has_no_advice(kind):
    assert why_not_read(kind) is None


def test_a_prologue_is_as_long_as_it_is():
    # In lower case this letter is two.
    assert find_markup("<!-- \u0130stanbul --><tmx>".encode()) == "tmx"
