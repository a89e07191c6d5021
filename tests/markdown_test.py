"""Tests of names in documents."""

import re

import pytest

from seq2seq_keras.markdown import as_markdown

MarkdownIt = pytest.importorskip("markdown_it").MarkdownIt


@pytest.mark.parametrize(
    "name",
    [
        *("*bold*", "_it_", "`code`", "[a](http://b.example)", "![a](b)", "<b>", "# a"),
        *("a|b", "a\\|b", "~~a~~", "&lt;", "<script>alert(1)</script>", "\\*a\\*"),
        *(
            "https://a.example",
            "www.a.example",
            "me@a.example",
            "a\n\n# b",
            "a\x1b[1mb",
        ),
    ],
)
def test_a_name_is_shown_and_not_obeyed(name):
    [_, inline, _] = (
        MarkdownIt("commonmark")
        .enable("strikethrough")
        .parse(f"text {as_markdown(name)} text")
    )
    assert {token.type for token in inline.children} <= {"text", "text_special"}
    shown = re.sub(r"[^ -~]", " ", name)
    assert "".join(token.content for token in inline.children) == f"text {shown} text"


def test_a_name_stays_in_its_cell():
    table = f"| a | b |\n| --- | --- |\n| {as_markdown('x|y')} | {as_markdown('z')} |"
    tokens = MarkdownIt("commonmark").enable("table").parse(table)
    assert [t.content for t in tokens if t.type == "inline"] == ["a", "b", "x|y", "z"]


@pytest.mark.parametrize("name", ["https://a.example", "www.a.example", "me@a.example"])
def test_what_would_become_a_link_is_parted(name):
    assert name not in as_markdown(name)


def test_plain_names_stay_readable():
    text = "max_length of 3.5, {a: 'b'} (c-d)"
    assert as_markdown(text) == text
