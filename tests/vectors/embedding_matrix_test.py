"""Tests of seq2seq_keras.vectors: embedding matrix: the row of every id is its own."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import random_vectors, words_and_matrices

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import FeaturesTokenizer, WordTokenizer
from seq2seq_keras.vectors import Coverage, WordVectors, fold

# Few different letters, so that words and tokens often meet.
WORDS = st.text("aAbB", min_size=1, max_size=2)


class PlainTokenizer:
    """What `matrix_for` asks of a tokenizer; making a real one takes a while."""

    def __init__(self, tokens):
        self.vocabulary = [*SpecialTokens().forms, *tokens]

    def bare_word(self, token):
        return token


@given(words_and_matrices(WORDS), st.lists(WORDS, min_size=1, unique=True))
@settings(max_examples=200)
def test_rows_are_the_vectors_by_word_for_any_vocabulary(pair, tokens):
    words, rows = pair
    rows = np.clip(rows, -1e9, 1e9)  # so that their spread is finite
    tokenizer = PlainTokenizer(tokens)
    matrix, coverage = WordVectors(words, rows).matrix_for(tokenizer)
    assert matrix.shape == (len(tokens) + 4, rows.shape[1])
    assert not matrix[0].any()
    by_word = dict(zip(words, rows, strict=True))
    for token_id, token in enumerate(tokenizer.vocabulary[4:], start=4):
        twins = [word for word in words if fold(word) == fold(token)]
        if token in by_word or twins:
            expected = by_word[token if token in by_word else twins[0]]
            assert matrix[token_id].tolist() == expected.tolist()
            assert token not in coverage.missing
        else:
            assert token in coverage.missing


def test_each_kind_of_finding_is_told():
    vectors = WordVectors(
        ["Paris", "the", ",", "<unk>", "<pad>"],
        [[1, 1], [2, 2], [3, 3], [9, 9], [9, 9]],
        compose=lambda word: np.array([4, 4]) if word == "cafes" else None,
    )
    tokenizer = WordTokenizer.fit(["the the the paris, paris, cafes zzz"])
    matrix, coverage = vectors.matrix_for(tokenizer)
    expected = {"the": 2, "paris": 1, "￭,": 3, "cafes": 4}
    for token, number in expected.items():
        assert matrix[tokenizer.vocabulary.index(token)].tolist() == [number, number]
    kinds = {"found": 1, "without marks": 1, "folded": 1, "composed": 1, "filled": 1}
    assert {kind: coverage.count(kind) for kind in kinds} == kinds
    assert coverage.missing == ["zzz"]
    assert coverage.share == 0.8
    # `<unk>` and `<pad>` of the file are words, not the special tokens.
    assert not (matrix[:4] == 9).any()


def test_features_take_nothing_from_words():
    """Neither the vector of a word of that name nor one made of its parts."""
    vectors = WordVectors(
        ["go", "V"], [[1, 1], [2, 2]], compose=lambda word: np.array([7, 7])
    )
    tokenizer = FeaturesTokenizer(WordTokenizer(["go", "V", "gone"]), ["V", "go"])
    matrix, coverage = vectors.matrix_for(tokenizer)
    assert matrix[4:7].tolist() == [[1, 1], [2, 2], [7, 7]]
    assert coverage.missing == ["￮V", "￮go"]
    assert not np.isin(matrix[7:], [1, 2, 7]).any()


def test_what_is_missing_has_the_mean_and_the_spread_of_the_vectors():
    generator = np.random.default_rng(0)
    means, deviations = np.array([5, -3]), np.array([0.5, 4])
    rows = means + deviations * generator.normal(size=(5000, 2))
    vectors = WordVectors([f"w{number}" for number in range(5000)], rows)
    tokenizer = PlainTokenizer([f"x{number}" for number in range(5000)])
    matrix, _ = vectors.matrix_for(tokenizer, seed=1)
    np.testing.assert_allclose(matrix[4:].mean(axis=0), means, atol=0.2)
    np.testing.assert_allclose(matrix[4:].std(axis=0), deviations, rtol=0.05)
    again, _ = vectors.matrix_for(tokenizer, seed=1)
    other, _ = vectors.matrix_for(tokenizer, seed=2)
    np.testing.assert_array_equal(matrix, again)
    assert (matrix[1:] != other[1:]).all()


def test_a_row_does_not_depend_on_which_others_are_found():
    tokenizer = PlainTokenizer(["a", "b"])
    vectors = random_vectors(5, 3)
    alone, _ = vectors.matrix_for(PlainTokenizer(["w0", "b"]))
    none, _ = vectors.matrix_for(tokenizer)
    np.testing.assert_array_equal(alone[5], none[5])


def test_a_deviation_scales_all_vectors_alike():
    vectors = random_vectors(50, 4)
    tokenizer = PlainTokenizer(["w1", "x"])
    plain, _ = vectors.matrix_for(tokenizer)
    scaled, _ = vectors.matrix_for(tokenizer, deviation=3.0)
    factor = 3.0 / vectors.matrix.std()
    np.testing.assert_allclose(scaled, plain * factor, rtol=1e-5)


def test_the_matrix_is_what_the_model_starts_from():
    tokenizer = WordTokenizer.fit(["the cat, the dog"])
    vectors = WordVectors(["the", "cat", "dog", ","], np.eye(4))
    matrix, _ = vectors.matrix_for(tokenizer)
    size = tokenizer.vocabulary_size
    model = build_model(size, size, units=4, source_embeddings=matrix)
    (token_ids,) = tokenizer.tokenize(["dog"])
    embedded = model.get_layer("source_embedding")(np.array([token_ids]))
    assert np.asarray(embedded)[0].tolist() == [[0, 0, 1, 0]]


def test_the_coverage_is_a_table_by_frequency():
    kinds = np.array([0] * 90 + [4] * 10 + [2] * 900 + [0] * 50)
    coverage = Coverage([str(number) for number in range(1050)], kinds)
    bands = [(first, last, counts.tolist()) for first, last, counts in coverage.bands()]
    assert bands == [
        (1, 100, [90, 0, 0, 0, 10]),
        (101, 1000, [0, 0, 900, 0, 0]),
        (1001, 1050, [50, 0, 0, 0, 0]),
        (1, 1050, [140, 0, 900, 0, 10]),
    ]
    lines = str(coverage).splitlines()
    expected = "1 to 100 90 90.0% 0 0.0% 0 0.0% 0 0.0% 10 10.0%"
    assert " ".join(lines[1].split()) == expected
    assert lines[-1].startswith("all")


def test_sparse_vectors_are_no_embeddings():
    vectors = WordVectors(["a"], scipy.sparse.csr_array([[1.0]]))
    with pytest.raises(InputError, match="these are sparse"):
        vectors.matrix_for(PlainTokenizer(["a"]))
