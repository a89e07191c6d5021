"""Tests of seq2seq_keras.vectors: nearest: blocks against a full sort."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.vectors import nearest_rows, row_norms, unit_rows

MODULE = "seq2seq_keras.vectors.neighbours"


def slow_search(matrix, queries, count, excluded):
    """Sorts all cosines of each query; of equal ones the smaller row is first."""
    scores = unit_rows(queries) @ unit_rows(matrix).T
    found = []
    for line, hidden in zip(scores.round(5), excluded, strict=True):
        order = sorted(range(len(line)), key=lambda row: (-line[row], row))
        found.append([row for row in order if row not in hidden][:count])
    return found, scores


@pytest.fixture
def small_blocks(monkeypatch):
    """Many blocks, though the matrices of tests are small."""
    monkeypatch.setattr(f"{MODULE}._BLOCK_NUMBERS", 0)
    monkeypatch.setattr(f"{MODULE}._LEAST_ROWS", 4)


@pytest.mark.parametrize("count", [1, 3, 10, 59])
@pytest.mark.parametrize("make", [np.asarray, scipy.sparse.csr_array])
def test_blocks_find_what_sorting_everything_finds(small_blocks, count, make):
    generator = np.random.default_rng(count)
    matrix = generator.normal(size=(60, 7)).astype("float32")
    matrix[[5, 30]] = 0
    queries = unit_rows(generator.normal(size=(9, 7))).astype("float32")
    excluded = [[row, 2 * row] for row in range(9)]
    excluded[0] = []
    expected, cosines = slow_search(matrix, queries, count, excluded)
    rows, scores = nearest_rows(
        make(matrix), row_norms(make(matrix)), queries, count, excluded
    )
    for number, line in enumerate(expected):
        assert rows[number].tolist() == line[: rows.shape[1]]
        np.testing.assert_allclose(
            scores[number], cosines[number, rows[number]], atol=1e-6
        )
    assert rows.shape[1] == min(count, 60 - 2)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(1, 5))
def test_of_equally_near_rows_the_earlier_come_first(small_angles, count):
    # Few different rows, so that there are many ties, also across blocks.
    matrix = np.array([[1, angle] for angle in small_angles], dtype="float32")
    queries = unit_rows([[1, 1], [0, 0]]).astype("float32")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{MODULE}._BLOCK_NUMBERS", 0)
        patch.setattr(f"{MODULE}._LEAST_ROWS", 3)
        rows, _ = nearest_rows(matrix, row_norms(matrix), queries, count, [[], []])
    expected, _ = slow_search(matrix, queries, count, [[], []])
    assert rows.tolist() == expected


def test_norms_of_dense_and_sparse_rows_are_their_lengths(small_blocks):
    matrix = np.array([[3, 4], [0, 0], [1e-30, 0], [-1, 0], [2e19, 0]], "float32")
    expected = [5, 0, 1e-30, 1, 2e19]
    np.testing.assert_allclose(row_norms(matrix), expected, rtol=1e-6)
    np.testing.assert_allclose(
        row_norms(scipy.sparse.csr_array(matrix)), expected, rtol=1e-6
    )
