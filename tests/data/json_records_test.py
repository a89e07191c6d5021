"""Tests of seq2seq_keras.data.json_records."""

import itertools
import json
import tracemalloc

import pandas as pd
import pytest

from seq2seq_keras.data import json_table, looks_like_json
from seq2seq_keras.errors import InputError

PAIRS = [
    ("yes {[", "oui"),
    ('a "quoted" {[', "]} , \\"),
    ("null", "été\u2028\U0001f600"),
]
RECORDS = [{"en": en, "fr": fr} for en, fr in PAIRS]
NESTED = [{"id": n, "translation": record} for n, record in enumerate(RECORDS)]


def read(text):
    """The table in a text, read as the lines of a file are."""
    table = json_table(text.split("\n"), "pairs.json")
    return table.columns, [(place, list(cells)) for place, cells in table.rows]


def cells_of(text):
    return [tuple(cells) for _, cells in read(text)[1]]


def error_of(text):
    with pytest.raises(InputError) as error:
        read(text)
    message = str(error.value)
    assert message.startswith("pairs.json") and "\n" not in message
    return message


LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)
FORMS = {
    "lines": LINES,
    "lines without escapes": "\n".join(
        json.dumps(record, ensure_ascii=False) for record in RECORDS
    ),
    "an array on one line": json.dumps(RECORDS),
    "an array without spaces": json.dumps(RECORDS, separators=(",", ":")),
    "an array, indented": json.dumps(RECORDS, indent=2),
    "an array of lines": "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
    "commas before": "[" + "\n,".join(map(json.dumps, RECORDS)) + "\n\n]",
    "lists": json.dumps({"en": [a for a, _ in PAIRS], "fr": [b for _, b in PAIRS]}),
    "lists, indented": json.dumps(
        {"en": [a for a, _ in PAIRS], "fr": [b for _, b in PAIRS]}, indent=1
    ),
    "records beside other things": json.dumps({"version": 1, "data": RECORDS}),
    **{
        f"pandas, {orient}": pd.DataFrame(RECORDS).to_json(orient=orient)
        for orient in ("records", "columns", "index", "split")
    },
    "pandas, lines": pd.DataFrame(RECORDS).to_json(orient="records", lines=True),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("change", ["", "BOM", "CRLF", "blank lines"])
def test_every_form_gives_the_same_columns(text, change):
    if change == "BOM":
        text = "\ufeff" + text
    elif change == "CRLF":
        text = text.replace("\n", "\r\n")
    elif change == "blank lines":
        text = "\n \n" + text.replace("\n", "\n\t\n") + "\n\n"
    columns, rows = read(text)
    assert columns == ["en", "fr"]
    assert [tuple(cells) for _, cells in rows] == PAIRS
    assert looks_like_json(text)


def test_rows_are_called_by_their_line_or_their_number():
    assert [place for place, _ in read("\n" + LINES)[1]] == [
        f"pairs.json, line {n}" for n in (2, 3, 4)
    ]
    assert [place for place, _ in read(json.dumps(RECORDS, indent=1))[1]] == [
        f"pairs.json, record {n}" for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("nested", [NESTED, [{"row": record} for record in NESTED]])
def test_inner_objects_are_columns(nested):
    columns, rows = read("\n".join(map(json.dumps, nested)))
    assert [column.rpartition(".")[2] for column in columns] == ["id", "en", "fr"]
    assert [tuple(cells[1:]) for _, cells in rows] == PAIRS
    assert read(json.dumps(nested))[0] == columns


def test_what_is_no_text_is_handed_on():
    record = {"n": 5, "x": 0.5, "t": True, "none": None, "list": ["a"], "empty": {}}
    text = json.dumps(record) + "\n" + json.dumps(record)
    assert cells_of(text) == [(5, 0.5, True, None, ["a"], {})] * 2


@pytest.mark.parametrize(
    "record", [{"en": "yes"}, {"translation": {"en": "a"}}, {"n": [1]}]
)
def test_a_single_record_is_a_row(record):
    assert len(cells_of(json.dumps(record))) == 1


def test_lines_whose_cells_are_lists_are_lines():
    assert cells_of('{"en": ["a"]}\n{"en": ["b", "c"]}') == [(["a"],), (["b", "c"],)]


def test_an_array_of_arrays_has_no_names():
    assert read(json.dumps(PAIRS)) == (
        None,
        [(f"pairs.json, record {n}", list(pair)) for n, pair in enumerate(PAIRS, 1)],
    )


def test_a_file_without_records_has_no_rows():
    assert read("[]") == (None, [])
    assert read(" [\n\n] ") == (None, [])
    assert error_of("") == "pairs.json: there is no row in it."
    assert error_of("\ufeff\n \n") == "pairs.json: there is no row in it."


def test_a_record_without_a_key_is_named_by_its_line():
    message = error_of('{"en": "a", "fr": "b"}\n\n{"en": "c"}')
    assert message.startswith("pairs.json, line 3 has no 'fr', which the first row has")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('{"a": "b"}\n{"a": "b"', "line 2, column 10: Expecting ',' delimiter."),
        ('{"a": "b"\n{"a": "b"}', "line 2, column 1: Expecting ',' delimiter."),
        ('{"a": "b"}\n{"a": b}', "line 2, column 7: Expecting value."),
        ('{"a": "b"}\n{\'a\': "b"}', "line 2, column 2: Expecting property name"),
        ('{"a": "b"}\nyes\toui', "line 2, column 1: Expecting value."),
        ('{"a": "b"}, \n{"a": "b"}', "line 1, column 11: Extra data."),
        ('{"a": "b"}{"a": "b"}\n{}', "line 1, column 11: Extra data."),
        ('{"a": "b}\n{"a": "b"}', "line 1, column 7: "),
        ('{"a": "b\tc"}\n{"a": "b"}', "line 1, column 9: Invalid control character"),
        ('{"a": "\\x"}\n{"a": "b"}', "line 1, column 8: Invalid \\escape"),
        ('[{"a": "b"}\n{"a": "b"}]', "line 2, column 1: Expecting ,."),
        ('[{"a": "b"},]', "line 1, column 13: Expecting value."),
        ('[{"a": "b"}]\n{}', "line 2, column 1: Expecting no more."),
        ('[\n{"a": "b",\n\n"c" 5},\n', "line 4, column 5: Expecting ':' delimiter."),
        ('[,{"a": "b"}]', "line 1, column 2: Expecting value."),
        ('{\n\n"a":\n"b"\n\n"c"}', "line 6, column 1: Expecting ',' delimiter."),
        ('[{"a": "b"},\n{"a": "b', "line 2, column 7: Unterminated string"),
    ],
)
def test_errors_name_line_and_column(text, start):
    message = error_of(text)
    assert message.startswith(f"pairs.json, {start}")
    assert message.endswith("with keys and texts in double quotes.")


@pytest.mark.parametrize(
    "text", ['[{"a": "b"}', '[{"a": "b"},\n', "[", '[{"a": "b"}\n\n']
)
def test_an_array_that_is_cut_off_is_named(text):
    assert error_of(text).endswith("Is the file cut off?")


@pytest.mark.parametrize(
    "wrap", ["{}\n{}", "[{},{}]", "[\n{},\n{}]", '{{"data": [{},{}]}}']
)
@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('{"en": "a", "en": "b"}', "the key 'en' stands twice in an object"),
        ('{"x": {"en": "a", "en": "b"}}', "the key 'en' stands twice in an object"),
        ('{"en": NaN}', "NaN is no number of JSON"),
        ('{"en": [-Infinity]}', "-Infinity is no number of JSON"),
        ('{"en": "\\ud83d"}', r"holds half of a character ('\ud83d' alone)"),
        ('{"en": ["\\ude00\\ud83d"]}', r"holds half of a character ('\ude00' alone)"),
        ('{"\\ud800": "a"}', r"holds half of a character ('\ud800' alone)"),
        ('{"en": ' + "[" * 100_000 + "}", "nested too deeply"),
        ('{"en": ' + "9" * 5000 + "}", "Exceeds the limit"),
    ],
)
def test_what_json_has_no_place_for_is_refused(wrap, record, reason):
    assert reason in error_of(wrap.format('{"en": "a"}', record))


def test_both_halves_of_a_character_are_one():
    assert cells_of('{"en": "\\ud83d\\ude00"}\n{"en": "\\u00e9"}') == [
        ("\U0001f600",),
        ("é",),
    ]


@pytest.mark.parametrize(
    "text", ["5\n6", '"a"', '["a", "b"]\n["c", "d"]', "[5]", "[null]", "true"]
)
def test_values_that_are_no_records_are_refused(text):
    assert "expected an object such as {'en': ..., 'fr': ...}. Received: " in error_of(
        text
    )


def test_columns_must_be_equally_long_and_lists_of_objects_one():
    assert "of different lengths: {'en': 2, 'fr': 1}" in error_of(
        '{"en": ["a", "b"], "fr": ["c"]}'
    )
    message = error_of(json.dumps({"train": RECORDS, "test": RECORDS}))
    assert message.startswith(
        "pairs.json holds several lists of objects, ['train', 'test']"
    )


def test_a_record_that_does_not_end_is_refused():
    endless = itertools.chain(
        ["[", '{"a": ['], itertools.repeat('"' + "x" * 100_000 + '",')
    )
    with pytest.raises(
        InputError, match=r"line 2: a record of more than 16,777,216 char"
    ):
        list(json_table(endless, "pairs.json").rows)


def test_a_file_that_is_one_endless_object_is_refused(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.json_records._LONGEST_OBJECT", 10**6)
    endless = itertools.chain(['{"a": ['], itertools.repeat('"' + "x" * 1000 + '",'))
    with pytest.raises(InputError, match="Save it as JSON lines"):
        json_table(endless, "pairs.json")


@pytest.mark.parametrize("begin", [[], ["["]], ids=["lines", "array"])
def test_records_are_not_held_in_memory(begin):
    def lines():
        yield from begin
        for number in range(3000):
            text = f'{{"en": "{number}{"x" * 1000}"}}'
            yield f"{text}," if begin and number < 2999 else text
        yield from ["]"] * len(begin)

    tracemalloc.start()
    rows = sum(1 for _ in json_table(lines(), "pairs.json").rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 3000 and peak < 500_000


@pytest.mark.parametrize(
    "text",
    [
        "yes\toui",
        "{ a set } of\tthings",
        "[ a note ]\tune note",
        "[",
        "{",
        '"quoted", text',
        "{'en': 'python'}",
        "{\\rtf1",
        "",
        "<seg>",
        '{"en" "fr"}',
    ],
)
def test_text_is_not_taken_for_json(text):
    assert not looks_like_json(text)


def test_the_first_lines_tell():
    assert looks_like_json('[\n  {\n    "en": "yes",')
    assert looks_like_json('{"translation": {"en": "cut of')
    assert looks_like_json('{"a\\"b": 1}')
