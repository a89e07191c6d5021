"""Tests of texts to translate that are missing, or are none."""

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.data import ReadingOptions, read_sources

NULL = b'{"en": "a", "fr": 1}\n{"en": null, "fr": 2}\n{"en": "b", "fr": 3}\n'


def read(path, content, skip=None, **options):
    path.write_bytes(content)
    told = ReadingOptions(**options)
    return list(read_sources(str(path), told, given=options, skip=skip))


def test_a_missing_cell_is_an_empty_text(tmp_path):
    columns = {"columns": ["en", "en"]}
    assert read(tmp_path / "a.jsonl", NULL, **columns) == ["a", "", "b"]
    rows = b"en,fr\na,1\n,2\nb,3\n"
    assert read(tmp_path / "a.csv", rows, **columns) == ["a", "", "b"]


def test_a_missing_cell_of_parquet_is_an_empty_text(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"fr": ["1", "2", "3"], "en": ["a", None, "b"]})
    parquet.write_table(table, tmp_path / "a.parquet")
    told = ReadingOptions(columns=["en", "en"])
    found = read_sources(str(tmp_path / "a.parquet"), told, given=["columns"])
    assert list(found) == ["a", "", "b"]


def test_what_is_no_text_is_skipped_by_who_asks_for_it(tmp_path):
    lines = "é\n".encode() + b"\xff\xe9\nb\x85\n\nc\xe2\x80\xa8d"
    with pytest.raises(InputError, match=r"line 2: byte 1 .* is not valid UTF-8"):
        read(tmp_path / "a.txt", lines)
    skipped = set()
    found = read(tmp_path / "a.txt", lines, skip=skipped.add)
    assert found == ["é", "", "", "", "c\u2028d"]
    assert skipped == {f"{tmp_path}/a.txt, line {number}" for number in (2, 3)}


def test_a_cell_that_is_no_text_is_skipped_with_its_row(tmp_path):
    skipped = set()
    rows = b"en\tfr\na\t1\nb\xff\t2\nc\t\xff\n"
    columns = {"columns": ["en", "en"]}
    found = read(tmp_path / "a.tsv", rows, skip=skipped.add, **columns)
    assert found == ["a", "", "c"]
    assert skipped == {f"{tmp_path}/a.tsv, row 3"}
    # In another encoding too.
    found = read(
        tmp_path / "a.txt", b"\xb0\xa1\n\xff\n", skip=skipped.add, encoding="cp949"
    )
    assert found == ["가", ""]


def test_white_space_parts_as_many_columns_as_the_training_had(tmp_path):
    rows = b"dog D AO G\ncat K AE T\n"
    assert read(tmp_path / "a.txt", rows, separator="space") == ["dog", "cat"]
    # A column that is named alone is the last one asked for.
    named = {"separator": "space", "columns": ["0", "0"]}
    assert read(tmp_path / "a.txt", rows, **named) == ["dog D AO G", "cat K AE T"]


def test_a_blank_line_of_a_table_has_its_place(tmp_path):
    rows = b"\nHaus\tN;PL\n\n  \nMaus\tN\n\t\n"
    told = {"columns": ["0", "0"], "features_column": "1"}
    expected = ["", "N;PL\tHaus", "\t", "\t", "N\tMaus", "\t"]
    assert read(tmp_path / "a.tsv", rows, **told) == expected
    # As known from the training, without a word.
    options = ReadingOptions(**told)
    assert list(read_sources(str(tmp_path / "a.tsv"), options)) == expected
    # A header is no text, and a record of a .csv is no line.
    header = {**told, "header": "yes"}
    assert read(tmp_path / "a.tsv", b"w\tf\n\na\tN\n", **header) == ["\t", "N\ta"]
    assert read(tmp_path / "a.csv", b"a,N\n\nb,V\n", **told) == ["N\ta", "V\tb"]


def test_rows_behind_a_text_are_asked_about_where_features_would_be_text(tmp_path):
    (tmp_path / "a.tsv").write_bytes(b"\nBaum\nHaus\tN;PL\n")
    options = ReadingOptions(columns=["0", "0"], features_column="1")
    with pytest.raises(InputError, match=r"a\.tsv, line 3 has several columns, of wh"):
        list(read_sources(str(tmp_path / "a.tsv"), options))
    # Without features a tab is white space.
    options = ReadingOptions(columns=["0", "0"])
    found = list(read_sources(str(tmp_path / "a.tsv"), options))
    assert found == ["", "Baum", "Haus\tN;PL"]
