"""Tests of seq2seq_keras.data.sgm."""

import itertools

import pytest

from seq2seq_keras.data import Segment, parallel_segments, sgm_segments
from seq2seq_keras.errors import InputError

# As in newstest2009: headlines apart, numbers that go on in a document, a bare `&`.
SOURCE = """<srcset setid="newstest2009" srclang="any">
<doc docid="lesechos/2008/09/29/1" genre="news" origlang="fr">
<hl>
<seg id="1"> Standard & Poor's </seg>
</hl>
<p>
<seg id="2"> 5 < 6 &amp; 7 &gt; 6 </seg>
<seg id="4"> Fin. </seg>
</p>
</doc>
<doc docid="lefigaro/2" genre="news">
<seg id="1">oui</seg>
</doc>
</srcset>
"""
TEXTS = ["Standard & Poor's", "5 < 6 & 7 > 6", "Fin.", "oui"]


def segments(text, name="source.sgm"):
    return list(sgm_segments(text.split("\n"), name))


def texts(text):
    return [segment.text for segment in segments(text)]


def error_of(call):
    with pytest.raises(InputError) as error:
        call()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_segments_have_a_place_a_document_and_a_number():
    first = "lesechos/2008/09/29/1"
    assert segments(SOURCE) == [
        Segment(
            f"source.sgm, line {line} (segment {number} of document '{document}')",
            document,
            number,
            text,
        )
        for line, document, number, text in [
            (4, first, "1", TEXTS[0]),
            (7, first, "2", TEXTS[1]),
            (8, first, "4", TEXTS[2]),
            (12, "lefigaro/2", "1", TEXTS[3]),
        ]
    ]


FORMS = {
    "as it is": SOURCE,
    "in capitals": SOURCE.replace("seg", "SEG").replace("doc", "DOC"),
    "without quotes": SOURCE.replace('"', ""),
    "single quotes": SOURCE.replace('"', "'"),
    "references": SOURCE.replace("srcset", "refset"),
    "CRLF": SOURCE.replace("\n", "\r\n"),
    "on one line": SOURCE.replace("\n", " "),
    "without line breaks": SOURCE.replace("\n", ""),
    "over lines": SOURCE.replace("> ", ">\n ").replace(" </seg>", "\n\t</seg>"),
    "tags over lines": SOURCE.replace(" genre", "\n  genre").replace(" id=", "\nid="),
    "XML of IWSLT": '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE mteval SYSTEM "ftp://jaguar.ncsl.nist.gov/mt/resources/mteval-xml-v1.3.dtd">'
    "\n<mteval>\n"
    + SOURCE.replace("<p>", "<talkid>7</talkid><title>A title</title>")
    + "</mteval>",
    "with a comment": SOURCE.replace("<hl>", '<!-- <seg id="9">no</seg> -->'),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_segments(text):
    assert texts(text) == TEXTS
    assert [segment.number for segment in segments(text)] == ["1", "2", "4", "1"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("AT&T, R&D", "AT&T, R&D"),
        ("&lt;b&gt; &quot;a&quot; &apos;", '<b> "a" \''),
        ("&#233;&#xE9;&eacute;", "ééé"),
        ("&amp;quot;a&amp;amp;", "&quot;a&amp;"),
        # No entities, since nothing ends them.
        ("?a=1&copy=2&not in", "?a=1&copy=2&not in"),
        ("&zzz; &;", "&zzz; &;"),
        ("i <3 <unk> a<b>c", "i <3 <unk> a<b>c"),
        ("a\xa0: \u3000b \t c", "a\xa0: \u3000b c"),
        ("", ""),
        ("  ", ""),
        ('a <term id="1" src="fever">fever</term> b', "a fever b"),
        ("terminal <terminus>", "terminal <terminus>"),
    ],
)
def test_what_stands_between_the_tags_is_the_text(inner, text):
    assert texts(f'<doc docid="a"><seg id="1">{inner}</seg></doc>') == [text]


@pytest.mark.parametrize(
    "empty", ['<seg id="1"></seg>', '<seg id="1"/>', '<seg id="1" />']
)
def test_empty_segments_are_segments(empty):
    assert texts(f'{empty}\n<seg id="2">a</seg>') == ["", "a"]


def test_segments_without_ids_are_numbered_in_their_document():
    found = segments("<seg>a</seg>\n<seg>b</seg><doc docid='x'>\n<seg>c</seg></doc>")
    assert [(s.document, s.number, s.text) for s in found] == [
        (None, "1", "a"),
        (None, "2", "b"),
        ("x", "1", "c"),
    ]
    assert found[0].place == "source.sgm, line 1 (segment 1)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '<seg id="1">a\n<seg id="2">b</seg>',
            "line 1 (segment 1) does not end with `</seg>`: `<seg>` follows in line 2.",
        ),
        (
            '<doc docid="x"><seg id="1">a</doc>',
            "(segment 1 of document 'x') does not end with `</seg>`: `</doc>` follows",
        ),
        ('<seg id="1">a\nb\n', "does not end with `</seg>`: the file ends within it."),
        ("<srcset>\n</srcset>", "source.sgm: there is no `<seg>` in it"),
        ("", "source.sgm: there is no `<seg>` in it"),
        ("<doc " + "\n" * 25, "line 21: a tag that does not end."),
    ],
)
def test_what_is_cut_off_is_named(text, message):
    assert message in error_of(lambda: segments(text))


def test_a_segment_without_end_is_not_read_to_the_end_of_the_file():
    lines = itertools.chain(['<seg id="1">'], itertools.repeat("a" * 1000))
    message = error_of(lambda: list(sgm_segments(lines, "a.sgm")))
    assert "it has more than 1,048,576 characters" in message


@pytest.mark.parametrize(
    "text",
    [
        '<refset><doc docid="x" sysid="r0"><seg id=1>a</seg></doc>\n'
        '<doc docid="x" sysid="r1"><seg id=1>b</seg></doc></refset>',
        '<refset refid="r0"><doc docid="x"><seg id=1>a</seg></doc></refset>\n'
        '<refset refid="r1"><doc docid="x"><seg id=1>b</seg></doc></refset>',
    ],
)
def test_several_references_in_one_file_are_named(text):
    assert error_of(lambda: segments(text)) == (
        "source.sgm, line 2: document 'x' a second time, by 'r1' after 'r0'. Save each "
        "reference as a file of its own."
    )


def side(name, *keys):
    return [Segment(f"{name} {k}", k[0], k[1], f"{name}{k[1]}") for k in keys]


def test_sides_are_paired_by_position():
    keys = ("x", "1"), ("x", "3"), (None, "1")
    table = parallel_segments(
        [side("s", *keys), side("t", *keys), side("u", *keys)], "set"
    )
    assert (table.name, table.columns) == ("set", None)
    assert [cells for _, cells in table.rows] == [
        ["s1", "t1", "u1"],
        ["s3", "t3", "u3"],
        ["s1", "t1", "u1"],
    ]


@pytest.mark.parametrize("other", [("x", "2"), ("y", "1"), (None, "1")])
def test_segments_that_do_not_belong_together_are_named(other):
    sides = [side("s", ("x", "1")), side("t", other)]
    message = error_of(lambda: list(parallel_segments(sides, "set").rows))
    assert message.startswith(f"s ('x', '1') stands beside t {other}. Both files need")


@pytest.mark.parametrize("turn", [1, -1])
def test_a_file_with_more_segments_is_named(turn):
    sides = [side("s", ("x", "1"), ("x", "2")), side("t", ("x", "1"))][::turn]
    message = error_of(lambda: list(parallel_segments(sides, "set").rows))
    assert message.startswith("s ('x', '2') stands beside nothing")
