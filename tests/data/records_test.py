"""Tests of seq2seq_keras.data.records: tables of Python objects."""

import sys

import pandas as pd
import pytest

from seq2seq_keras.data import find_column, is_records, parquet_table, records_table
from seq2seq_keras.errors import InputError

PAIRS = [("yes", "oui"), ("no", "non"), ("NA", "")]
FLAT = [{"id": n, "en": en, "fr": fr} for n, (en, fr) in enumerate(PAIRS)]
NESTED = [
    {"id": n, "translation": {"en": a, "fr": b}} for n, (a, b) in enumerate(PAIRS)
]
NESTED_NAMES = ["id", "translation.en", "translation.fr"]


def cells_of(table):
    return [tuple(cells) for _, cells in table.rows]


class DataSet:
    """Behaves as `datasets.Dataset` and `IterableDataset` do, as far as is asked."""

    def __init__(self, rows, column_names):
        self.rows, self.column_names = rows, column_names

    def __iter__(self):
        return iter(self.rows)


class Stream:
    """Hands over a stream of Arrow and nothing else, as results of DuckDB do."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Array:
    """Hands over one batch of Arrow."""

    def __init__(self, batch):
        self.batch = batch

    def __arrow_c_array__(self, requested_schema=None):
        return self.batch.__arrow_c_array__(requested_schema)


def arrow(rows):
    return pytest.importorskip("pyarrow").Table.from_pylist(rows)


def polars(rows, kind="DataFrame"):
    return getattr(pytest.importorskip("polars"), kind)(rows)


def arrow_dataset(rows):
    return pytest.importorskip("pyarrow.dataset").dataset(arrow(rows))


FORMS = {
    "dictionaries": list,
    "an iterator of dictionaries": iter,
    "a tuple of dictionaries": tuple,
    "pandas": pd.DataFrame,
    "Polars": polars,
    "Polars, lazy": lambda rows: polars(rows, "LazyFrame"),
    "a table of Arrow": arrow,
    "a table of Arrow in pieces": lambda rows: type(arrow(rows)).from_batches(
        [arrow(rows[:1]).to_batches()[0], arrow(rows[1:]).to_batches()[0]]
    ),
    "a batch of Arrow": lambda rows: arrow(rows).to_batches()[0],
    "a reader of Arrow": lambda rows: arrow(rows).to_reader(),
    "a data set of Arrow": arrow_dataset,
    "a stream of Arrow": lambda rows: Stream(arrow(rows)),
    "an array of Arrow": lambda rows: Array(arrow(rows).to_batches()[0]),
    "a data set": lambda rows: DataSet(rows, list(rows[0])),
    "a streamed data set": lambda rows: DataSet(rows, None),
}


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_cells(make):
    table = records_table(make(FLAT))
    assert table.columns == ["id", "en", "fr"]
    assert cells_of(table) == [(n, en, fr) for n, (en, fr) in enumerate(PAIRS)]


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_columns_inside_of_columns_are_found_by_their_own_name(make):
    table = records_table(make(NESTED))
    assert table.columns == NESTED_NAMES
    assert [find_column(table.columns, name) for name in ("en", "fr", "id")] == [
        1,
        2,
        0,
    ]
    assert find_column(table.columns, "translation.fr") == 2
    assert cells_of(table) == [(n, en, fr) for n, (en, fr) in enumerate(PAIRS)]


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_tables_are_told_from_pairs_without_being_used_up(make):
    data = make(FLAT)
    # An iterator would lose its first item by a look at it.
    assert is_records(data) is not (make is iter)
    assert len(cells_of(records_table(data))) == 3


@pytest.mark.parametrize(
    "data",
    [PAIRS, [list(pair) for pair in PAIRS], iter(PAIRS), [], "text", b"", None, 5],
)
def test_pairs_and_what_is_no_data_are_no_tables(data):
    assert not is_records(data)


def test_pairs_have_no_names():
    table = records_table(iter(PAIRS))
    assert table.columns is None
    assert [place for place, _ in table.rows] == [
        f"Item {n} of the list" for n in range(3)
    ]


def test_a_dictionary_of_columns_is_a_table():
    table = records_table({"en": ["yes", "no"], "fr": pd.Series(["oui", "non"])})
    assert table.columns == ["en", "fr"]
    assert cells_of(table) == [("yes", "oui"), ("no", "non")]


@pytest.mark.parametrize(
    ("frame", "places"),
    [
        (pd.DataFrame(FLAT, index=["a", 7, None]), ["Row 'a'", "Row 7", "Row None"]),
        (pd.DataFrame(FLAT)[1:], ["Row 1", "Row 2"]),
    ],
)
def test_rows_of_pandas_are_called_by_their_label(frame, places):
    found = [place for place, _ in records_table(frame).rows]
    assert [place.removesuffix(" of the DataFrame") for place in found] == places


def test_names_that_stand_twice_or_are_no_strings_stay():
    frame = pd.DataFrame([["yes", "oui", "ja"]], columns=["en", "x", "x"])
    table = records_table(frame)
    assert table.columns == ["en", "x", "x"]
    assert cells_of(table) == [("yes", "oui", "ja")]
    frame.columns = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])
    assert records_table(frame).columns == [("a", 1), ("a", 2), ("b", 1)]


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, 7, b"yes", ["yes"]])
def test_cells_that_are_no_strings_are_handed_on(value):
    frame = pd.DataFrame({"en": ["yes", value]}, dtype=object)
    for data in (frame, [{"en": "yes"}, {"en": value}]):
        assert cells_of(records_table(data))[1][0] is value


def test_missing_values_of_arrow_and_polars_are_none():
    rows = [{"en": "yes"}, {"en": None}]
    for make in (arrow, polars):
        assert cells_of(records_table(make(rows))) == [("yes",), (None,)]


def test_texts_by_their_number_in_a_list_are_texts():
    """Categories of pandas and Polars, dictionaries of Arrow."""
    words = ["yes", "no", "yes"]
    frame = pd.DataFrame({"en": pd.Categorical(words)})
    polar = polars({"en": words})
    table = arrow([{"en": word} for word in words])
    for data in (
        frame,
        polar.cast(pytest.importorskip("polars").Categorical),
        table.set_column(0, "en", table.column(0).dictionary_encode()),
    ):
        assert cells_of(records_table(data)) == [("yes",), ("no",), ("yes",)]


@pytest.mark.parametrize("make", [pd.DataFrame, polars, arrow])
def test_rows_beyond_a_piece_come_in_order(make):
    rows = [{"n": str(n)} for n in range(2500)]
    table = records_table(make(rows))
    assert [(place.split()[1], *cells) for place, cells in table.rows] == [
        (str(n), str(n)) for n in range(2500)
    ]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame({"en": [], "fr": []}), polars({"en": [], "fr": []})]
)
def test_a_table_without_rows_has_its_columns(frame):
    table = records_table(frame)
    assert (table.columns, list(table.rows)) == (["en", "fr"], [])


def test_columns_that_nobody_looks_at_are_not_read():
    """A column of vectors beside the texts must not cost anything."""
    calls = []

    class Frame(pd.DataFrame):
        @property
        def _constructor(self):
            return Frame

        @property
        def iloc(self):
            outer = super().iloc

            class Counting:
                def __getitem__(self, key):
                    calls.append(key)
                    return outer[key]

            return Counting()

    table = records_table(Frame({"en": ["yes"] * 3000, "fr": ["oui"] * 3000, "x": 0}))
    # The first row tells the layout, and so all of the first piece was looked at.
    calls.clear()
    assert {cells[1] for _, cells in table.rows} == {"oui"}
    assert [key[1] for key in calls if isinstance(key, tuple)] == [1, 1]


def test_a_row_without_a_key_is_an_error_only_where_it_is_looked_at():
    rows = [{"en": "yes", "fr": "oui", "note": "x"}, {"en": "no", "fr": "non"}]
    _, second = list(records_table(rows).rows)[1]
    assert (second[0], second[1], len(second)) == ("no", "non", 3)
    message = (
        r"Item 1 of the list has no 'note', which the first row has, but \['en', 'fr'\]"
    )
    with pytest.raises(InputError, match=message):
        second[2]


@pytest.mark.parametrize(
    "second", [{"translation": {"en": "no"}}, {"translation": None}, {}]
)
def test_a_key_that_is_missing_inside_is_named_in_full(second):
    rows = [{"translation": {"en": "yes", "fr": "oui"}}, second]
    with pytest.raises(InputError, match=r"Item 1 .* has no 'translation\.(en|fr)', "):
        cells_of(records_table(rows))


def test_a_key_that_only_later_rows_have_is_no_column():
    assert records_table([{"en": "a"}, {"en": "b", "fr": "c"}]).columns == ["en"]


def test_an_inner_name_that_two_columns_have_must_be_whole():
    columns = records_table([{"a": {"text": "x"}, "b": {"text": "y"}}]).columns
    assert columns == ["a.text", "b.text"]
    assert find_column(columns, "text") is None
    assert find_column(columns, "b.text") == 1


def test_a_whole_name_goes_before_the_end_of_another():
    assert find_column(["translation.en", "en"], "en") == 1
    assert find_column([("a", 1), 5, "en"], "en") == 2
    assert find_column(["en"], "fr") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([{"en": "yes"}, ("no", "non")], "Item 1 of the list: expected a dictionary"),
        ([("yes", "oui"), {"en": "no"}], r"Item 1 of the list must be a pair \(source"),
        (["yes", "no"], r"Item 0 of the list must be a pair \(source, target\)"),
        ([{}], "Item 0 of the list has no columns"),
        ({"en": ["a"], "fr": ["b", "c"]}, "of different lengths: {'en': 1, 'fr': 2}"),
        ({"en": "yes", "fr": "oui"}, "must hold columns, such as .* 'yes' under 'en'"),
        (
            {"train": DataSet(FLAT, ["en"]), "test": DataSet(FLAT, ["en"])},
            r"has splits: \['train', 'test'\]. .* data\['train'\]",
        ),
        ("text", "Data must be pairs, dictionaries or a table"),
        (5, r"Received: 5 \(int\)"),
    ],
)
def test_what_is_no_table_is_refused(data, message):
    with pytest.raises(InputError, match=message) as error:
        cells_of(records_table(data))
    assert "\n" not in str(error.value)


def test_a_data_set_of_hugging_face_is_read():
    datasets = pytest.importorskip("datasets", reason="an extra that is not needed")
    data = datasets.Dataset.from_list(NESTED)
    for made in (data, data.to_iterable_dataset()):
        table = records_table(made)
        assert table.columns == NESTED_NAMES
        assert cells_of(table) == [(n, en, fr) for n, (en, fr) in enumerate(PAIRS)]
    with pytest.raises(InputError, match="has splits"):
        cells_of(records_table(datasets.DatasetDict({"train": data})))


def test_a_parquet_file_is_read_in_parts(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "pairs.parquet"
    rows = [{"translation": {"en": f"e{n}", "fr": f"f{n}"}} for n in range(2100)]
    parquet.write_table(arrow(rows), path, row_group_size=500)
    with path.open("rb") as opened:
        for file in (path, str(path), opened):
            table = parquet_table(file, "pairs.parquet")
            assert table.columns == ["translation.en", "translation.fr"]
            assert [(place, *cells) for place, cells in table.rows] == [
                (f"pairs.parquet, row {n + 1}", f"e{n}", f"f{n}") for n in range(2100)
            ]


def test_a_parquet_file_is_not_held_in_memory(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "pairs.parquet"
    text = pyarrow.array(["x" * 1000] * 20_000)
    table = pyarrow.table({"en": text, "fr": text})
    parquet.write_table(table, path, use_dictionary=False, row_group_size=1000)
    del table, text
    before, most = pyarrow.total_allocated_bytes(), 0
    for _ in parquet_table(path, "pairs.parquet").rows:
        most = max(most, pyarrow.total_allocated_bytes() - before)
    # All of it is 40 MB.
    assert 0 < most < 10e6


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"yes\toui\n" * 10, b"PAR1" + b"x" * 99]
)
def test_what_is_no_parquet_file_is_named(tmp_path, content):
    pytest.importorskip("pyarrow")
    path = tmp_path / "pairs.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no Parquet file, or damaged") as error:
        parquet_table(path, str(path))
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_damaged_page_is_found_when_it_is_read(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "pairs.parquet"
    rows = [{"en": f"text {n}"} for n in range(5000)]
    parquet.write_table(arrow(rows), path, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[2000:2600] = bytes(600)
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no Parquet file, or damaged"):
        cells_of(parquet_table(path, "pairs.parquet"))


def test_text_in_another_encoding_is_an_error_of_the_file(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    raw = pyarrow.array([b"caf\xe9"]).view(pyarrow.string())
    table = pyarrow.table({"en": raw, "fr": ["oui"]})
    with pytest.raises(InputError, match=r"The table: column 0 .* cannot be read"):
        cells_of(records_table(table))


def test_a_missing_parquet_file_is_named(tmp_path):
    pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match="there is no such file"):
        parquet_table(tmp_path / "none.parquet", "none.parquet")


def test_a_missing_library_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match="pip install pyarrow"):
        parquet_table(tmp_path / "pairs.parquet", "pairs.parquet")


def test_no_library_is_imported_to_know_what_data_is(monkeypatch):
    for name in ("pandas", "polars", "pyarrow", "pyarrow.dataset"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert not is_records(PAIRS)
    assert not {"pandas", "polars", "pyarrow"} & set(sys.modules)
