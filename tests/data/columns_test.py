"""Tests of seq2seq_keras.data.columns: what is asked before anything is guessed."""

import pandas as pd
import pytest

from seq2seq_keras.data import Pairs, ReadingOptions, given_options, read_pairs
from seq2seq_keras.errors import InputError


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, rows, mark="\t"):
        text = "".join(mark.join(row) + "\n" for row in rows)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


HEADERS = [
    ("source", "target"),
    ("English", "French"),
    ("question", "answer"),
    ("q", "a", "label"),
    ("question", "answer", "id"),
    ("source_sentence", "target-sentence"),
    ("English words/sentences", "French words/sentences"),
    ("원문", "번역문"),
    (" Source ", "TARGET"),
]


@pytest.mark.parametrize("header", HEADERS)
def test_names_of_columns_are_a_header_and_that_is_said(header, write):
    rows = [header, *([f"{cell} {n}" for cell in "xyz"[: len(header)]] for n in "ab")]
    path = write("pairs.tsv", rows)
    with pytest.warns(UserWarning, match=r"pairs\.tsv: Its first row names the col"):
        pairs = read_pairs(path)
    assert list(pairs) == [("x a", "y a"), ("x b", "y b")]
    assert read_pairs(path, header="no")[0] == header[:2]
    assert list(read_pairs(path, header="yes")) == list(pairs)


# Words that are also names of columns, of languages above all.
@pytest.mark.parametrize(
    "first",
    [("so", "als"), ("we", "nl"), ("a", "a"), ("a", "b"), ("word", "text"), ("", "a")],
)
def test_words_that_could_be_names_are_a_pair(first, write):
    path = write("pairs.tsv", [first, ("we", "wir"), ("you", "ihr")])
    assert read_pairs(path)[0] == first


@pytest.mark.parametrize(
    "first", [("en", "fr"), ("id", "en", "fr"), ("en_US", "fr-FR")]
)
def test_codes_of_languages_are_asked_about(first, write):
    rows = [
        first,
        ("7", "yes", "oui")[-len(first) :],
        ("9", "no", "non")[-len(first) :],
    ]
    path = write("pairs.tsv", rows)
    with pytest.raises(InputError, match="looks like names of columns"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        (("id", "source", "target"), "--columns source target"),
        (("id", "english", "french"), "--columns english french"),
        (("target", "source"), "--columns source target"),
        (("answer", "question"), "--columns question answer"),
        (("label", "text"), "--columns text label"),
        (("domain", "source", "target"), "--columns source target"),
        (("instruction", "input", "output"), "--columns input output"),
    ],
)
def test_names_of_columns_tell_which_are_meant(header, advice, write):
    rows = [header, *(tuple(f"{name} {n}" for name in header) for n in "ab")]
    path = write("pairs.tsv", rows)
    frame = pd.DataFrame(rows[1:], columns=header)
    for data, options in ((path, {"header": "yes"}), (frame, {})):
        with pytest.raises(InputError, match=f"`{advice}`"):
            read_pairs(data, **options)
        named = read_pairs(data, columns=advice.split()[1:])
        assert named[0] == tuple(f"{name} a" for name in advice.split()[1:])


def test_a_table_of_very_many_columns_is_asked_about():
    with pytest.raises(InputError, match=r"31 columns\. Name the two"):
        read_pairs([{str(n): "x" for n in range(31)}])


def test_a_column_of_few_cells_is_no_target(write):
    rows = [(f"word {n}", ("NOUN", "VERB")[n % 2], f"form {n}") for n in range(20)]
    path = write("tagged.tsv", rows)
    with pytest.raises(InputError, match="--columns 0 2 --features-column 1"):
        read_pairs(path)
    assert len(read_pairs(path, columns=(0, 1))) == 20


def test_a_first_row_apart_from_all_others_is_asked_about(write):
    rows = [("text_a", "text_b"), *[("yes", "oui"), ("no", "non")] * 3]
    path = write("pairs.tsv", rows)
    message = r"row 1 looks like names of columns \(text_a, text_b\).*`--header yes`.*"
    with pytest.raises(InputError, match=message + "`--header no`"):
        read_pairs(path)
    assert list(read_pairs(path, header="yes")) == rows[1:]
    assert list(read_pairs(path, header="no")) == rows
    # It comes again, or the others do not.
    assert len(read_pairs(write("again.tsv", [*rows, rows[0]]))) == 8
    assert len(read_pairs(write("once.tsv", rows[:3]))) == 3


def test_a_header_that_is_denied_has_no_names(write):
    path = write("pairs.tsv", [("en", "fr"), ("yes", "oui")])
    with pytest.raises(InputError, match=r"`header` is no. Give the columns by number"):
        read_pairs(path, columns=("en", "fr"), header="no")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("", "en", "fr"), ("0", "yes", "oui")], "--columns en fr"),
        ([("", "en", "fr"), ("0", "yes", "oui"), ("1", "no", "non")], "--columns en f"),
        (
            [("", "0", "1"), ("0", "a", "b"), ("1", "c", "d")],
            "--header yes --columns 1",
        ),
        ([("0", "a", "b"), ("1", "c", "d")], "`--columns 1 2`"),
        ([("7", "a", "b"), ("8", "c", "d"), ("9", "e", "f")], "`--columns 1 2`"),
        ([("1276", "a", "373", "b"), ("9", "c", "4", "d")], "`--columns 1 3`"),
        ([("L1045", "u0", "yes", "oui"), ("L9", "u2", "no", "non")], "`--columns 2 3`"),
        ([("cat", "0.99", "K AE1 T"), ("dog", "1.0", "D AO1 G")], "`--columns 0 2`"),
        ([("id", "src", "tgt"), ("1", "a", "b"), ("2", "a", "b")], "--columns src tgt"),
        (
            [("", "a b", "fr"), ("0", "yes", "oui"), ("1", "x", "y")],
            "--columns 'a b' fr",
        ),
    ],
)
@pytest.mark.parametrize(("name", "mark"), [("p.csv", ","), ("p.tsv", "\t")])
def test_a_column_of_row_numbers_is_not_the_source(rows, message, name, mark, write):
    path = write(name, rows, mark)
    with pytest.raises(
        InputError, match=r"holds numbers|pairs do not seem to be"
    ) as error:
        read_pairs(path)
    assert message in str(error.value)
    named = read_pairs(path, columns=(0, 1), header="no")
    assert named[-1] == tuple(rows[-1][:2])


def test_columns_that_are_advised_are_those_with_a_name_of_texts(write):
    rows = [("id", "fr", "note", "en"), ("0", "oui", "x", "yes"), ("1", "a", "b", "c")]
    with pytest.raises(InputError, match="--header yes --columns 1 3"):
        read_pairs(write("p.tsv", rows))


def test_names_over_a_column_of_numbers_are_no_pair(write):
    rows = [("id", "fr", "note", "en"), ("0", "oui", "x", "yes"), ("1", "a", "b", "c")]
    path = write("p.tsv", rows)
    with pytest.raises(InputError, match=r"names of columns \(id, fr, note, en\)"):
        read_pairs(path, columns=(3, 1))
    named = read_pairs(path, columns=(3, 1), header="yes")
    assert list(named) == [("yes", "oui"), ("c", "a")]
    assert len(read_pairs(path, columns=(3, 1), header="no")) == 3
    rows = [("7", "oui", "yes"), ("", "non", "no"), ("9", "a", "c")]
    assert len(read_pairs(write("gaps.tsv", rows), columns=(1, 2))) == 3


@pytest.mark.parametrize(
    ("options", "roles"),
    [
        ({"columns": (0, 2), "features_column": 2}, "target and features"),
        ({"columns": (2, 0), "features_column": 2}, "source and features"),
        ({"weights_column": 1}, "target and weights"),
        (
            {"columns": (0, 1), "features_column": 2, "weights_column": 2},
            "features and weights",
        ),
    ],
)
def test_a_column_has_one_role(options, roles, write):
    path = write("p.tsv", [("go", "went", "1"), ("see", "saw", "2")])
    with pytest.raises(InputError, match=rf"column \d .* cannot hold {roles}"):
        read_pairs(path, **options)


def test_a_source_may_be_its_own_target(write):
    pairs = read_pairs(write("p.tsv", [("go", "went")]), columns=(1, 1))
    assert list(pairs) == [("went", "went")]


def test_numbers_may_be_sources_of_a_table_of_two_columns(write):
    rows = [("1", "one"), ("2", "two"), ("3", "three")]
    assert list(read_pairs(write("numbers.tsv", rows))) == rows


INFLECTED = [("go", "V;PST", "went"), ("see", "V;PST", "saw"), ("ox", "N;PL", "oxen")]


@pytest.mark.parametrize(
    ("order", "advice"),
    [
        ((0, 1, 2), "--columns 0 2 --features-column 1"),
        ((0, 2, 1), "--columns 0 1 --features-column 2"),
    ],
)
def test_features_are_neither_learnt_as_targets_nor_lost(order, advice, write):
    rows = [tuple(row[i] for i in order) for row in INFLECTED]
    path = write("inflected.tsv", rows)
    with pytest.raises(InputError, match="holds features such as 'V;PST'") as error:
        read_pairs(path)
    assert f"`{advice}`" in str(error.value)
    words = advice.split()
    pairs = read_pairs(path, columns=words[1:3], features_column=words[-1])
    assert pairs[0] == ("V;PST\tgo", "went")
    assert read_pairs(path, columns=words[1:3])[0] == ("go", "went")


@pytest.mark.parametrize("tags", ["Case=Nom|Number=Sing", "V|PST", "N;ACC(PL)"])
def test_features_of_other_schemes_are_known(tags, write):
    path = write("inflected.tsv", [("go", tags, "went"), ("see", tags, "saw")])
    with pytest.raises(InputError, match="--features-column 1"):
        read_pairs(path)


def test_features_in_another_column_than_was_named_are_said(write):
    path = write("inflected.tsv", [(a, c, b) for a, b, c in INFLECTED])
    told = {"columns": ["0", "2"], "features_column": "1"}
    with pytest.warns(UserWarning, match=r"tsv: Column 2 .* read as targets, holds fe"):
        pairs = read_pairs(path, **told)
    assert pairs[0] == ("went\tgo", "V;PST")


@pytest.mark.parametrize(
    ("tags", "options"),
    [
        (["V|PST", "N|PL"], {}),
        (["Case=Nom|Number=Sing"], {"features_separator": ";"}),
    ],
)
def test_features_that_nothing_parts_are_said(tags, options, write):
    rows = [("go", tag, "went") for tag in tags]
    told = {"columns": ["0", "2"], "features_column": "1"}
    path = write("inflected.tsv", rows)
    with pytest.warns(UserWarning, match=r"if they are: `--features-separator '\|'`"):
        read_pairs(path, **told, **options)
    read_pairs(path, **told, features_separator="|")
    # One feature needs none.
    read_pairs(write("a.tsv", [("go", "V", "went"), ("ox", "N", "oxen")]), **told)


def test_an_empty_column_is_no_features(write):
    path = write("tabs.tsv", [("a", "", "x"), ("b", "", "y")])
    with pytest.raises(InputError, match=r"column 1 is empty.* `--columns 0 2`"):
        read_pairs(path)


def test_words_in_capitals_are_no_features(write):
    rows = [("go", "GO", "x"), ("see", "SEE", "y")]
    assert read_pairs(write("capitals.tsv", rows)).target == ["GO", "SEE"]


def test_weights_are_read_from_a_column(write):
    path = write("weighted.tsv", [("a", "x", "0.5"), ("b", "y", "2")])
    assert read_pairs(path, weights_column=2) == Pairs(["a", "b"], ["x", "y"], [0.5, 2])
    for wrong in ("-1", "nan", "inf", "much", ""):
        path = write("weighted.tsv", [("a", "x", "1"), ("b", "y", wrong)])
        with pytest.raises(InputError, match=r"tsv, row 2: a weight must be a number"):
            read_pairs(path, weights_column="2")


def test_options_of_reading_are_checked():
    assert ReadingOptions(separator="\\t").separator == "\t"
    assert given_options(ReadingOptions(columns=(2, "b"))) == {"columns": ["2", "b"]}
    for wrong, message in (
        ({"separator": ""}, "`separator` must be text within a line"),
        ({"comment": "a\nb"}, "`comment` must be text within a line"),
        ({"header": "maybe"}, "`header` must be one of 'auto', 'yes', 'no'"),
        ({"encoding": "rot13"}, "`encoding` must be one that Python knows"),
        ({"encoding": "utf-9"}, "`encoding` must be one that Python knows"),
        ({"features_separator": "|"}, "parts nothing without `features_column`"),
        ({"columns": ["0"]}, "`columns` must be a list of 2 texts"),
    ):
        with pytest.raises(InputError, match=message):
            ReadingOptions(**wrong)
