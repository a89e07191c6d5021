"""Tests of seq2seq_keras.data.wmt_xml."""

import io

import pytest

from seq2seq_keras.data import wmt_table
from seq2seq_keras.errors import InputError

HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"


def segs(texts):
    inner = "\n".join(f'<seg id="{n}">{text}</seg>' for n, text in texts.items())
    return f"<p>\n{inner}\n</p>"


def doc(source, references=(), *, name="d1", rest="", language="en"):
    """Texts by number, and `(language, translator, texts)` for each reference."""
    sides = "".join(
        f'<ref lang="{lang}"{f" translator={who!r}" if who else ""}>{segs(texts)}</ref>'
        for lang, who, texts in references
    )
    return (
        f'<doc origlang="en" id="{name}"{rest}>\n<src lang="{language}">'
        f"{segs(source)}</src>{sides}"
        f'<hyp system="X" lang="de">{segs(source)}</hyp></doc>\n'
    )


def read(*docs):
    content = f'{HEAD}<dataset id="set">\n{"".join(docs)}</dataset>'.encode()
    table = wmt_table(io.BytesIO(content), "set.xml")
    return table.columns, [list(cells) for _, cells in table.rows]


SOURCE = {1: "yes", 2: "R&amp;D"}
A, B = {1: "ja", 2: "F&amp;E"}, {1: "jawohl", 2: "FuE"}


def test_source_and_reference_are_columns():
    assert read(doc(SOURCE, [("de", "A", A)])) == (
        ["en", "de"],
        [["yes", "ja"], ["R&D", "F&E"]],
    )


def test_several_references_are_columns_by_their_translator():
    """In the order of their names, so that `A` is the first wherever it stands."""
    columns, rows = read(doc(SOURCE, [("de", "B", B), ("de", "A", A)]))
    assert columns == ["en", "de.A", "de.B"]
    assert rows == [["yes", "ja", "jawohl"], ["R&D", "F&E", "FuE"]]


def test_references_without_a_translator_or_in_two_languages():
    assert read(doc(SOURCE, [("de", None, A)]))[0] == ["en", "de"]
    assert read(doc(SOURCE, [("de", "A", A), ("fr", "A", B)]))[0] == ["en", "de", "fr"]
    assert read(doc(SOURCE, [("de", None, A), ("de", "B", B)]))[0] == [
        "en",
        "de",
        "de.B",
    ]


def test_a_translator_who_left_out_a_segment_has_none():
    columns, rows = read(
        doc(SOURCE, [("de", "A", A)]),
        doc(
            {1: "no", 2: "so"},
            [("de", "A", {1: "nein", 2: "so"}), ("de", "B", {2: "also"})],
        ),
    )
    assert columns == ["en", "de.A", "de.B"]
    assert [row[2] for row in rows] == [None, None, None, "also"]


def test_numbers_begin_anew_in_every_document():
    rows = read(
        doc({1: "a"}, [("de", "A", {1: "x"})]), doc({1: "b"}, [("de", "A", {1: "y"})])
    )[1]
    assert rows == [["a", "x"], ["b", "y"]]


def test_references_are_found_by_their_number():
    assert read(doc(SOURCE, [("de", "A", dict(reversed(A.items())))]))[1][0] == [
        "yes",
        "ja",
    ]


def test_test_suites_and_sources_without_reference_are_left_out_and_counted():
    with pytest.warns(UserWarning) as warned:
        rows = read(
            doc(SOURCE, [("de", "A", {1: "ja"})]),
            doc(
                {1: "p", 2: "q"}, [("de", "Z", B)], name="s", rest=' testsuite="gender"'
            ),
        )
    assert rows == (["en", "de"], [["yes", "ja"]])
    assert [str(warning.message) for warning in warned] == [
        "set.xml: 2 segments of test suites and 1 without a reference were left out; 1 "
        "are used."
    ]


def test_a_blind_set_is_a_column():
    assert read(doc(SOURCE)) == (["en"], [["yes"], ["R&D"]])


def test_rows_are_called_by_line_segment_and_document():
    content = f"{HEAD}<dataset>{doc(SOURCE, name='news.1')}</dataset>".encode()
    place, _ = next(wmt_table(io.BytesIO(content), "set.xml").rows)
    assert place == "set.xml, line 4 (segment 1 of document 'news.1')"


@pytest.mark.parametrize(
    ("docs", "message"),
    [
        ([], "set.xml: there is no `<src>` with a `<seg>` in it"),
        (
            [doc(SOURCE, [("de", "A", {3: "c"})])],
            "(segment 3 of document 'd1') has no source",
        ),
        (
            [doc({1: "a"}).replace("</p>", '<seg id="1">b</seg></p>', 1)],
            "(segment 1 of document 'd1') stands twice in its document",
        ),
        (
            [doc(SOURCE), doc(SOURCE, language="fr")],
            "a source in 'fr', where those before",
        ),
    ],
)
def test_what_is_no_test_set_is_named(docs, message):
    with pytest.raises(InputError) as error:
        read(*docs)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_the_whole_is_bounded(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.wmt_xml._LARGEST", 5)
    with pytest.raises(InputError, match="has more than 5 characters"):
        read(doc(SOURCE))
