"""Tests of seq2seq_keras.data.tmx."""

import io

import pytest

from seq2seq_keras.data import tmx_table
from seq2seq_keras.errors import InputError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'


def tmx(*units, head=HEAD, attribute="xml:lang", space=""):
    """A memory of units, each a list of pairs of a language and a segment."""
    bodies = (
        "<tu>"
        + "".join(
            f'<tuv {attribute}="{tag}"><prop type="x">no</prop><note>no</note>'
            f"<seg>{text}</seg></tuv>"
            for tag, text in unit
        )
        + "</tu>\n"
        for unit in units
    )
    return (
        f'{head}<tmx version="1.4"{space}><header srclang="en"><note>no</note></header>'
        f"<body>\n{''.join(bodies)}</body></tmx>"
    )


def read(text, languages=None):
    table = tmx_table(io.BytesIO(text.encode()), "memory.tmx", languages)
    return table.columns, [tuple(cells) for _, cells in table.rows]


def error_of(text, languages=None):
    with pytest.raises(InputError) as error:
        read(text, languages)
    assert "\n" not in str(error.value)
    return str(error.value)


YES, NO = [("en", "yes"), ("fr", "oui")], [("en", "no"), ("fr", "non")]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"attribute": "lang"},
        {"space": ' xmlns="http://www.lisa.org/tmx14"'},
        {"head": ""},
        {"head": "\ufeff" + HEAD},
        {"head": HEAD.replace("\n", "\r\n") + "<!-- made by hand -->"},
    ],
)
def test_two_languages_are_columns(form):
    assert read(tmx(YES, NO, **form)) == (["en", "fr"], [("yes", "oui"), ("no", "non")])


def test_columns_come_in_the_order_that_is_asked_for():
    assert read(tmx(YES), ["fr", "en"]) == (["fr", "en"], [("oui", "yes")])
    assert read(tmx(YES[::-1])) == (["fr", "en"], [("oui", "yes")])


def test_units_are_called_by_their_line():
    rows = tmx_table(io.BytesIO(tmx(YES, NO).encode()), "memory.tmx").rows
    assert [place for place, _ in rows] == ["memory.tmx, line 4", "memory.tmx, line 5"]


@pytest.mark.parametrize(
    ("tags", "asked", "found"),
    [
        (["en-US", "fr-FR"], None, ["en", "fr"]),
        (["EN_us", "FR-ca"], None, ["en", "fr"]),
        (["en-US", "fr"], ["en", "fr"], ["en", "fr"]),
        (["en-US", "fr"], ["EN_US", "fr"], ["EN_US", "fr"]),
        (["pt-BR", "pt-PT"], None, ["pt-BR", "pt-PT"]),
        (["zh-Hans-CN", "zh-Hant-TW"], ["zh-hans", "zh-hant"], ["zh-hans", "zh-hant"]),
    ],
)
def test_a_language_finds_its_countries(tags, asked, found):
    unit = [(tags[0], "a"), (tags[1], "b")]
    assert read(tmx(unit), asked) == (found, [("a", "b")])


@pytest.mark.parametrize(
    ("tag", "asked"),
    [("eng", "en"), ("en", "en-US"), ("en-GB", "en-US"), ("e", "en"), ("", "en")],
)
def test_a_language_finds_no_other(tag, asked):
    message = error_of(tmx([(tag, "a"), ("fr", "b")]), [asked, "fr"])
    there = tag or "without a language"
    assert f"in '{asked}' and 'fr'. There are: {there} (1), fr (1)." in message


def test_the_language_itself_goes_before_its_countries():
    unit = [("en-GB", "colour"), ("en", "hue"), ("en-US", "color"), ("fr", "couleur")]
    assert read(tmx(unit), ["en", "fr"])[1] == [("hue", "couleur")]
    assert read(tmx(unit), ["en-us", "fr"])[1] == [("color", "couleur")]
    without = [item for item in unit if item[0] != "en"]
    assert read(tmx(without), ["en", "fr"])[1] == [("colour", "couleur")]


def test_of_several_texts_the_first_counts():
    unit = [("en", "yes"), ("fr", "oui"), ("en", "yeah"), ("fr-CA", "ouais")]
    assert read(tmx(unit))[1] == [("yes", "oui")]


def test_units_without_one_of_the_languages_are_counted():
    units = [[("en", "a")], YES, [("fr", "b"), ("de", "c")], [], NO]
    with pytest.warns(UserWarning) as warned:
        assert read(tmx(*units)) == (["en", "fr"], [("yes", "oui"), ("no", "non")])
    assert [str(warning.message) for warning in warned] == [
        "memory.tmx: 3 of 5 units lack one of 'en' and 'fr' and were left out. There "
        "are: en (3), fr (3), de (1)."
    ]


@pytest.mark.parametrize(
    ("units", "languages", "message"),
    [
        ([[("en", "a")], [("en", "b")]], None, "in two languages. There are: en (2)."),
        ([], None, "in two languages. There are: none."),
        ([[]], None, "There are: without a language (1)."),
        ([YES], ["en", "ko"], "in 'en' and 'ko'. There are: en (1), fr (1)."),
        (
            [[("en", "a"), ("fr", "b"), ("de", "c")]],
            None,
            "memory.tmx, line 4: 3 languages, ['en', 'fr', 'de']. Name the two that "
            "are meant: `--columns en fr`.",
        ),
    ],
)
def test_a_memory_without_two_languages_is_refused(units, languages, message):
    assert message in error_of(tmx(*units), languages)


def test_codes_inside_of_a_text_are_left_out_and_marked_text_is_kept():
    """The example of TMX 1.4b, level 2, for a text with codes of RTF."""
    text = (
        'The <bpt i="1" x="1">{\\b </bpt>big<ept i="1">}</ept> <hi type="x">black</hi> '
        '<ph x="2">{\\fn <sub>a note</sub>}</ph>cat<it pos="end">}</it><ut>\\par</ut>.'
    )
    assert read(tmx([("en", text), ("fr", "b")]))[1] == [("The big black cat.", "b")]


def test_an_empty_text_is_a_text():
    assert read(tmx([("en", ""), ("fr", "b")]))[1] == [("", "b")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (tmx(YES, NO)[:-40], "unclosed token. Is the file cut off?"),
        (
            tmx([("en", "a & b"), ("fr", "c")]),
            "memory.tmx, line 4, column 71: not well",
        ),
        (tmx(YES, head='<!DOCTYPE tmx [<!ENTITY a "b">]>'), "declares the entity 'a'"),
    ],
)
def test_broken_files_are_named(text, message):
    assert message in error_of(text)
