"""Tests of seq2seq_keras.vectors: similarity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import matrices

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import cosine_similarity


def slow_cosine(first, second):
    """The cosine of two vectors, number by number."""
    product = sum(float(a) * float(b) for a, b in zip(first, second, strict=True))
    lengths = [sum(float(a) ** 2 for a in vector) ** 0.5 for vector in (first, second)]
    return product / (lengths[0] * lengths[1]) if all(lengths) else 0.0


PAIRS = st.integers(1, 5).flatmap(
    lambda columns: st.tuples(
        *[matrices(st.integers(1, 4), st.just(columns)) for _ in range(2)]
    )
)


def test_every_pair_of_rows_has_its_cosine():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(3, 5)), generator.normal(size=(4, 5))
    expected = [[slow_cosine(a, b) for b in second] for a in first]
    np.testing.assert_allclose(cosine_similarity(first, second), expected, atol=1e-6)
    np.testing.assert_allclose(
        cosine_similarity(first[0], second), expected[0], atol=1e-6
    )
    assert cosine_similarity(first[0], second[0]) == pytest.approx(expected[0][0])


@given(PAIRS)
def test_cosines_lie_between_minus_one_and_one(pair):
    cosines = cosine_similarity(*pair)
    assert cosines.shape == (len(pair[0]), len(pair[1]))
    assert np.all((cosines >= -1) & (cosines <= 1))


@given(PAIRS)
def test_cosines_are_symmetric(pair):
    first, second = pair
    np.testing.assert_allclose(
        cosine_similarity(first, second),
        cosine_similarity(second, first).T,
        atol=1e-6,
    )


@given(PAIRS, st.floats(1e-3, 1e3))
def test_cosines_do_not_depend_on_lengths(pair, scale):
    first, second = (part.astype("float64") for part in pair)
    np.testing.assert_allclose(
        cosine_similarity(scale * first, second),
        cosine_similarity(first, second),
        atol=1e-6,
    )


@given(matrices(st.integers(1, 4), st.integers(1, 5)))
def test_a_vector_is_one_with_itself_unless_it_is_zero(matrix):
    own = np.diag(cosine_similarity(matrix, matrix))
    np.testing.assert_allclose(own, matrix.any(axis=1).astype(float), atol=1e-6)


def test_tiny_and_huge_numbers_keep_their_direction():
    for scale in (1e-30, 1e30):
        vectors = np.array([[1, 1], [1, 0]]) * scale
        assert cosine_similarity(*vectors) == pytest.approx(0.5**0.5)


def test_vectors_of_different_sizes_are_an_error():
    with pytest.raises(InputError, match=r"shapes \(2,\) and \(3,\)"):
        cosine_similarity([1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="dimensions"):
        cosine_similarity(1, 1)
    with pytest.raises(InputError, match="equally many numbers"):
        cosine_similarity([[1, 2], [3]], [1, 2])
