"""Tests of seq2seq_keras.vectors: word vectors."""

import numpy as np
import pytest
import scipy.sparse
from strategies import random_vectors

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import WordVectors


@pytest.fixture(scope="module")
def gensim_vectors():
    """The same words and vectors in the package's class and in gensim's."""
    from gensim.models import KeyedVectors

    ours = random_vectors(3000, 20)
    theirs = KeyedVectors(20)
    theirs.add_vectors(ours.words, ours.matrix)
    return ours, theirs


def test_most_similar_finds_what_gensim_finds(gensim_vectors):
    ours, theirs = gensim_vectors
    asked = ours.words[:50]
    for word, found in zip(asked, ours.most_similar(asked, 7), strict=True):
        expected = theirs.most_similar(word, topn=7)
        assert [near.word for near in found] == [word for word, _ in expected]
        np.testing.assert_allclose(
            [near.similarity for near in found],
            [similarity for _, similarity in expected],
            atol=1e-5,
        )
    alone, together = ours.most_similar(asked[0], 7), ours.most_similar(asked, 7)[0]
    assert [near.word for near in alone] == [near.word for near in together]


def test_analogies_odd_ones_and_similarities_are_those_of_gensim(gensim_vectors):
    ours, theirs = gensim_vectors
    found = ours.analogy("w1", "w2", "w3", 5)
    expected = theirs.most_similar(positive=["w2", "w3"], negative=["w1"], topn=5)
    assert [near.word for near in found] == [word for word, _ in expected]
    words = ["w4", "w5", "w6", "w7"]
    assert ours.doesnt_match(words) == theirs.doesnt_match(words)
    assert ours.similarity("w1", "w2") == pytest.approx(
        float(theirs.similarity("w1", "w2")), abs=1e-6
    )


def test_an_analogy_leaves_its_three_words_out():
    words = ["man", "woman", "king", "queen"]
    vectors = WordVectors(words, [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]])
    assert [near.word for near in vectors.analogy("man", "king", "woman")] == ["queen"]


def test_a_word_without_a_vector_is_an_error_with_a_hint():
    vectors = WordVectors(["Paris"], [[1.0]])
    with pytest.raises(InputError, match="Did you mean 'Paris'"):
        vectors["paris"]
    with pytest.raises(InputError, match=r"no vector for 'Rome' among the 1 words\.$"):
        vectors.most_similar(["Paris", "Rome"])


def test_unknown_words_are_composed_where_that_is_possible():
    vectors = WordVectors(
        ["a", "b"],
        [[1, 0], [0, 1]],
        compose=lambda word: np.ones(2, "float32") if word == "ab" else None,
    )
    assert vectors["ab"].tolist() == [1, 1]
    assert "ab" not in vectors
    assert [near.word for near in vectors.most_similar("ab")] == ["a", "b"]
    with pytest.raises(InputError, match="no vector for 'c'"):
        vectors["c"]


def test_sparse_vectors_are_used_as_dense_ones():
    matrix = np.array([[1, 0, 2], [0, 1, 0], [1, 1, 0], [0, 0, 1]], "float32")
    dense = WordVectors("abcd", matrix)
    sparse = WordVectors("abcd", scipy.sparse.csr_matrix(matrix))
    assert dense.most_similar(["a", "b"], 3) == sparse.most_similar(["a", "b"], 3)
    assert dense.analogy("a", "b", "c") == sparse.analogy("a", "b", "c")
    assert dense.doesnt_match(list("abc")) == sparse.doesnt_match(list("abc"))
    assert dense.describe() == sparse.describe()
    assert sparse["c"].tolist() == [1, 1, 0]


def test_a_vector_of_zeros_is_near_nothing():
    vectors = WordVectors(["nothing", "a", "b"], [[0, 0], [1, 0], [-1, 0]])
    assert vectors.similarity("nothing", "nothing") == 0
    assert vectors.most_similar("nothing") == [("a", 0.0), ("b", 0.0)]
    assert [near.word for near in vectors.most_similar("a")] == ["nothing", "b"]


@pytest.mark.parametrize(
    ("words", "matrix", "message"),
    [
        ([], [], "at least one word"),
        (["a"], [[1.0], [2.0]], "thus 1 rows"),
        (["a"], [1.0], "shape"),
        (["a"], np.zeros((1, 0)), "column for each dimension"),
        (["a", "a"], [[1], [2]], "'a' 2 times"),
        (["a", 3], [[1], [2]], "must be strings"),
        (["a"], [[float("nan")]], "finite"),
        (["a"], [[1e300]], "finite"),
        (["a", "b"], [[1, 2], [3]], "equally many numbers"),
        (["a"], [["x"]], "equally many numbers"),
    ],
)
def test_what_does_not_fit_is_an_error(words, matrix, message):
    with pytest.raises(InputError, match=message):
        WordVectors(words, matrix)


@pytest.mark.parametrize(
    ("queries", "excluded"),
    [
        ([1, 0], None),
        ([[1, 0, 0]], None),
        ([[1, 0], [1]], None),
        ([[1, 0], [0, 1]], [["w0"]]),
    ],
)
def test_what_is_asked_for_has_the_size_of_the_vectors(queries, excluded):
    with pytest.raises(InputError, match=r"array of shape|equally many numbers"):
        random_vectors(3, 2).nearest(queries, 1, excluded)


@pytest.mark.parametrize("make", [np.asarray, scipy.sparse.csr_array])
def test_lengths_that_no_float32_number_has_do_not_matter(make):
    """Both rows are finite, and their lengths are 4.2e38 and 4.7e38."""
    rows = np.array([[3e38, 3e38], [3.3e38, -3.3e38], [1e38, 3e38]], dtype="float32")
    vectors = WordVectors(["a", "b", "c"], make(rows))
    (first, second) = vectors.most_similar("a", 2)
    assert (first.word, second.word) == ("c", "b")
    assert first.similarity == pytest.approx(4 / (20**0.5), abs=1e-6)
    assert second.similarity == pytest.approx(0, abs=1e-6)


def test_counts_below_one_and_empty_lists_are_answered_clearly():
    vectors = random_vectors(3, 2)
    with pytest.raises(InputError, match="count=0"):
        vectors.most_similar("w0", 0)
    assert vectors.most_similar([]) == []
    for nothing in ([], "w0"):
        with pytest.raises(InputError, match="list of words"):
            vectors.doesnt_match(nothing)
    assert len(vectors.most_similar("w0", 10)) == 2
