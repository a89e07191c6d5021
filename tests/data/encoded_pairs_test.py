"""Tests of pairs in flat arrays, in seq2seq_keras.data."""

import numpy as np

from seq2seq_keras.data import EncodedPairs, RaggedRows

ROWS = [[5, 6, 7], [8], [], [9, 10]]


def rows_of(rows):
    values = np.array([value for row in rows for value in row], np.int32)
    return RaggedRows.of(values, np.array(list(map(len, rows))))


def lists_of(rows):
    return [
        rows.values[start : start + length].tolist()
        for start, length in zip(rows.starts, rows.lengths, strict=True)
    ]


def pairs_of(texts):
    """Pairs of a column of ids and one of texts."""
    ids = rows_of([list(map(ord, text)) for text in texts])
    lengths = np.array([[len(text), 2 * len(text)] for text in texts], np.int32)
    weights = np.arange(len(texts), dtype=np.float32) / 4
    return EncodedPairs(lengths, weights, (ids, RaggedRows.of_texts(texts)))


def assert_equal(pairs, expected):
    np.testing.assert_array_equal(pairs.lengths, expected.lengths)
    np.testing.assert_array_equal(pairs.weights, expected.weights)
    for column, other in zip(pairs.columns, expected.columns, strict=True):
        assert column.values.dtype == other.values.dtype
        assert lists_of(column) == lists_of(other)


def test_rows_are_taken_in_the_order_that_is_asked_for():
    rows = rows_of(ROWS)
    for places in ([3, 0], [2], [1, 1, 2, 0], [], [0, 1, 2, 3]):
        taken = rows.take(np.array(places, int))
        assert lists_of(taken) == [ROWS[place] for place in places]
        # Of what was taken some can be taken again.
        again = taken.take(np.arange(len(places))[::-1])
        assert lists_of(again) == [ROWS[place] for place in places[::-1]]


def test_padding_is_behind_each_row():
    expected = np.zeros((4, 3), int)
    for number, row in enumerate(ROWS):
        for place, value in enumerate(row):
            expected[number, place] = value
    np.testing.assert_array_equal(rows_of(ROWS).padded(), expected)


def test_texts_come_back():
    texts = ["L'été", "", "서울 2024", "\U0001f600\ta"]
    rows = RaggedRows.of_texts(texts)
    assert rows.texts() == texts
    assert rows.take(np.array([2, 1])).texts() == ["서울 2024", ""]


def test_bytes_hold_all_of_the_pairs():
    pairs = pairs_of(["ab", "", "été", "d"])
    dtypes = [column.values.dtype for column in pairs.columns]
    assert dtypes == [np.int32, np.uint8]
    assert_equal(EncodedPairs.from_bytes(pairs.to_bytes(), 4, dtypes), pairs)


def test_parts_are_joined_in_their_order():
    whole = pairs_of(["ab", "c", "def", "g"])
    parts = [whole.take(np.array(rows)) for rows in ([0, 1], [2], [3])]
    assert_equal(EncodedPairs.joined(parts), whole)
