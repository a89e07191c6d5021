"""Tests of seq2seq_keras.data.reading."""

import csv
import os
import re

import numpy as np
import pandas as pd
import pytest

from seq2seq_keras.data import Pairs, PairStream, read_pairs
from seq2seq_keras.errors import InputError

PAIRS = [("i am a student", "je suis étudiant"), ("yes", "oui"), ("NA", "null")]


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture(params=[False, True], ids=["memory", "stream"])
def stream(request):
    return request.param


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_table_with_tabs_is_read(write, stream):
    path = write("pairs.tsv", "".join(f"{s}\t{t}\n" for s, t in PAIRS))
    assert list(read_pairs(path, stream=stream)) == PAIRS
    assert list(read_pairs(str(path), stream=stream)) == PAIRS


def test_tabs_part_cells_and_quotes_are_text(write):
    path = write("pairs.txt", '"a, b"\t"c\n"\tx""y\n')
    assert list(read_pairs(path)) == [('"a, b"', '"c'), ('"', 'x""y')]


def test_a_table_with_commas_is_read_as_the_csv_module_wrote_it(tmp_path, stream):
    rows = [
        *PAIRS,
        ("one, two", 'he said "no"'),
        ("two\nlines", '"'),
        ("", " spaces "),
        ("a\u2028b\x85c\vd", "tab\there"),
        ("", ""),
    ]
    path = write_csv(tmp_path / "pairs.CSV", rows)
    assert list(read_pairs(path, stream=stream)) == rows


def test_very_long_cells_of_a_table_are_read(tmp_path):
    rows = [("a" * 200_000, "b, " * 70_000)]
    assert list(read_pairs(write_csv(tmp_path / "pairs.csv", rows))) == rows


def test_parallel_files_are_read_line_by_line(write, stream):
    source = write("train.en", "\ufeffyes\r\n\r\na\tb\r\n\r\n")
    target = write("train.fr", 'oui\n\n"a"\n\n')
    pairs = read_pairs(source, target, stream=stream)
    assert list(pairs) == [("yes", "oui"), ("", ""), ("a\tb", '"a"'), ("", "")]


def test_lists_and_data_frames_are_read():
    assert read_pairs(PAIRS) == Pairs(*map(list, zip(*PAIRS, strict=True)))
    assert list(read_pairs([list(pair) for pair in PAIRS])) == PAIRS
    frame = pd.DataFrame(PAIRS, columns=["en", "fr"], index=[7, 7, 9])
    assert list(read_pairs(frame)) == PAIRS
    assert list(read_pairs(frame, columns=("en", "fr"))) == PAIRS
    swapped = [(target, source) for source, target in PAIRS]
    assert list(read_pairs(frame, columns=("fr", "en"))) == swapped
    assert list(read_pairs(frame.astype(object), columns=(1, 0))) == swapped


@pytest.mark.parametrize(
    "cell", ["NA", "null", "nan", "None", "007", "1e5", "", "True"]
)
@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ",")])
def test_cells_stay_the_strings_they_are(cell, name, mark, write):
    path = write(name, f"{cell}{mark}x\ny{mark}{cell}\n")
    assert list(read_pairs(path)) == [(cell, "x"), ("y", cell)]


@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ",")])
def test_blank_lines_of_a_table_are_skipped(name, mark, write, stream):
    text = f"\n \na{mark}b\n\n  \r\nc{mark}d\n\n"
    pairs = read_pairs(write(name, text), stream=stream)
    assert list(pairs) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ",")])
def test_columns_are_chosen_by_name(name, mark, write, stream):
    rows = [("id", "fr", "en"), ("1", "oui", "yes"), ("2", "fr", "en")]
    path = write(name, "\ufeff" + "".join(mark.join(row) + "\n" for row in rows))
    pairs = read_pairs(path, columns=("en", "fr"), stream=stream)
    assert list(pairs) == [("yes", "oui"), ("en", "fr")]
    assert read_pairs(path, columns=("id", "en")).source == ["1", "2"]


@pytest.mark.parametrize("columns", [(0, 2), (2, 1), (1, 0), (1, 1)])
def test_columns_are_chosen_by_position(columns, write):
    rows = [("a", "b", "c"), ("d", "e", "f")]
    path = write("p.tsv", "".join("\t".join(row) + "\n" for row in rows))
    expected = [(row[columns[0]], row[columns[1]]) for row in rows]
    assert list(read_pairs(path, columns=columns)) == expected


@pytest.mark.parametrize("columns", [(0, 3), (3, 0), (-1, 0), (0, -4)])
def test_columns_out_of_range_are_an_error(columns, write, stream):
    path = write("p.tsv", "a\tb\tc\n")
    wrong = next(column for column in columns if not 0 <= column < 3)
    message = "3 columns, but column 3" if wrong == 3 else f"no column '{wrong}'"
    with pytest.raises(InputError, match=rf"p\.tsv, row 1: {message}"):
        read_pairs(path, columns=columns, stream=stream)
    with pytest.raises(InputError, match=f"The DataFrame: {message}"):
        read_pairs(pd.DataFrame([("a", "b", "c")]), columns=columns)


@pytest.mark.parametrize("columns", [(0,), (0, 1, 2), ("en",), "en", ()])
def test_other_than_two_columns_are_an_error(columns, write):
    path = write("p.tsv", "en\tfr\nyes\toui\n")
    with pytest.raises(InputError, match="`columns` must be two"):
        read_pairs(path, columns=columns)


def test_an_unknown_column_names_the_known_ones(write):
    message = r"no column 'de' among \['en', 'fr'\]"
    with pytest.raises(InputError, match=rf"p\.csv, row 1: {message}"):
        read_pairs(write("p.csv", "en,fr\nyes,oui\n"), columns=("en", "de"))
    frame = pd.DataFrame({"en": ["yes"], "fr": ["oui"]})
    with pytest.raises(InputError, match=rf"The DataFrame: {message}"):
        read_pairs(frame, columns=("de", "fr"))


@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ",")])
@pytest.mark.parametrize("cells", [1, 3])
def test_a_missing_or_extra_column_names_file_and_row(name, mark, cells, write, stream):
    path = write(name, f"a{mark}b\nc{mark}d\n\n{mark.join('xyz'[:cells])}\n")
    message = f"{re.escape(name)}, row 4: {cells} columns, .* first row has 2"
    with pytest.raises(InputError, match=message):
        read_pairs(path, stream=stream)


@pytest.mark.parametrize(
    ("text", "row"),
    [('a,b\n"c"x,d\n', 2), ('a,b\nc,d\ne,"f\ng,h\n', 3), ("a,b\nc\rd,e\n", 2)],
    ids=["text after a quote", "a quote never closed", "a lone carriage return"],
)
def test_malformed_csv_names_file_and_row(text, row, write, stream):
    with pytest.raises(InputError, match=rf"p\.csv, row {row}[:,] .*double quotes"):
        read_pairs(write("p.csv", text), stream=stream)


def test_rows_behind_an_embedded_line_break_are_counted_as_in_an_editor(write):
    with pytest.raises(InputError, match=r"p\.csv, row 4: 1 columns"):
        read_pairs(write("p.csv", '"a\nb",c\nd,e\nf\n'))


@pytest.mark.parametrize("counts", [(1000, 999), (999, 1000), (3, 1)])
def test_parallel_files_of_other_lengths_name_both_counts(counts, write, stream):
    paths = [
        write(f"train.{side}", "line\n" * count)
        for side, count in zip(("en", "fr"), counts, strict=True)
    ]
    message = rf"train\.en has {counts[0]:,}, \S*train\.fr has {counts[1]:,}\."
    with pytest.raises(InputError, match=message):
        read_pairs(*paths, stream=stream)


@pytest.mark.parametrize("cell", [float("nan"), None, pd.NA, 7])
def test_a_cell_of_a_data_frame_that_is_no_string_names_the_row(cell):
    frame = pd.DataFrame(
        {"en": ["a", "b", "c"], "fr": np.array(["x", "y", cell], object)},
        index=["first", "second", "third"],
    )
    with pytest.raises(InputError, match="Row 'third' of the DataFrame: expected a st"):
        read_pairs(frame)
    assert read_pairs(frame[:2]).target == ["x", "y"]


def test_a_missing_cell_of_a_string_column_names_the_row():
    frame = pd.DataFrame({"en": ["a", "b"], "fr": pd.array(["x", None], "str")})
    with pytest.raises(InputError, match="Row 1 of the DataFrame"):
        read_pairs(frame)


@pytest.mark.parametrize("item", ["ab", ("a",), ("a", "b", "c"), None, 7, {"a", "b"}])
def test_an_item_of_a_list_that_is_no_pair_is_named(item):
    with pytest.raises(InputError, match=r"Item 1 of the list must be a pair"):
        read_pairs([("a", "b"), item])


def test_a_cell_of_a_list_that_is_no_string_is_named():
    message = r"Item 1 of the list: expected a string, found 7 \(int\)"
    with pytest.raises(InputError, match=message):
        read_pairs([("a", "b"), ("c", 7)])


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("p.tsv", "\n\n", (0, 1)),
        ("p.csv", "\n \n", (0, 1)),
        ("p.tsv", "", (0, 1)),
        ("p.tsv", "en\tfr\n", ("en", "fr")),
        ("p.csv", "en,fr\n\n", ("en", "fr")),
    ],
)
def test_a_table_without_a_pair_is_an_error(name, text, columns, write, stream):
    with pytest.raises(InputError):
        read_pairs(write(name, text), columns=columns, stream=stream)


def test_no_data_is_an_error():
    for nothing in ([], pd.DataFrame({"en": [], "fr": []})):
        with pytest.raises(InputError, match="no sentence pair"):
            read_pairs(nothing)


@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ",")])
def test_a_row_of_empty_cells_is_a_pair(name, mark, write, stream):
    path = write(name, f"a{mark}b\n{mark}\n \n")
    assert list(read_pairs(path, stream=stream)) == [("a", "b"), ("", "")]


def test_a_pipe_is_read_once_and_not_as_a_stream():
    reading, writing = os.pipe()
    os.write(writing, b"a\tb\n")
    os.close(writing)
    path = f"/dev/fd/{reading}"
    for files in ([path], [path, "none.txt"], ["none.txt", path]):
        with pytest.raises(InputError, match=f"{path} can be read only once"):
            read_pairs(*files, stream=True)
    assert list(read_pairs(path)) == [("a", "b")]
    os.close(reading)


def test_a_missing_file_is_an_error_at_once(tmp_path, stream):
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        read_pairs(tmp_path / "none.csv", stream=stream)


def test_bad_bytes_far_down_are_an_error_at_once(tmp_path, stream):
    path = tmp_path / "p.tsv"
    path.write_bytes(b"a\tb\n" * 500 + b"\xff\tb\n")
    with pytest.raises(InputError, match=r"p\.tsv, line 501: byte 1"):
        read_pairs(path, stream=stream)


def test_a_stream_is_gone_through_as_often_as_wanted(write):
    path = write("p.tsv", "".join(f"{n}\t{n * n}\n" for n in range(100)))
    in_memory, stream = read_pairs(path), read_pairs(path, stream=True)
    assert isinstance(stream, PairStream)
    assert list(stream) == list(stream) == list(in_memory)
    assert list(stream.target) == in_memory.target


def test_a_stream_reads_the_file_anew(write):
    path = write("p.tsv", "a\tb\n")
    stream = read_pairs(path, stream=True)
    write("p.tsv", "c\td\n")
    assert list(stream) == [("c", "d")]


def test_only_files_can_be_streamed_or_parallel():
    with pytest.raises(InputError, match="`target` and `stream` go with the path"):
        read_pairs(PAIRS, stream=True)
    with pytest.raises(InputError, match="`target` and `stream` go with the path"):
        read_pairs(PAIRS, PAIRS)


@pytest.mark.parametrize("name", ["separator", "header", "encoding", "comment"])
def test_a_table_of_python_refuses_what_is_of_files(name):
    value = {"header": "yes", "encoding": "cp949"}.get(name, ";")
    with pytest.raises(InputError, match=f"no `{name}`"):
        read_pairs(pd.DataFrame(PAIRS), **{name: value})
    with pytest.raises(InputError, match=f"no `{name}`"):
        read_pairs(PAIRS, **{name: value})
