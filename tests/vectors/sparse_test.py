"""Tests of seq2seq_keras.vectors: sparse."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from seq2seq_keras.vectors import document_term_matrix, one_hot, tf_idf

TEXTS = ["the cat saw the cat", "a dog", "the dog", ""]


def test_different_one_hot_words_have_nothing_in_common():
    vectors = one_hot(TEXTS)
    assert vectors.matrix.toarray().tolist() == np.eye(5).tolist()
    assert [near.similarity for near in vectors.most_similar("cat")] == [0.0] * 4
    assert vectors.similarity("cat", "cat") == 1


def test_a_document_term_matrix_counts_by_hand():
    vectors = document_term_matrix(TEXTS)
    expected = {
        "the": [2, 0, 1, 0],
        "cat": [2, 0, 0, 0],
        "dog": [0, 1, 1, 0],
        "a": [0, 1, 0, 0],
        "saw": [1, 0, 0, 0],
    }
    assert set(vectors.words) == set(expected)
    for word, counts in expected.items():
        assert vectors[word].tolist() == counts


def test_tf_idf_is_that_of_scikit_learn():
    vectors = tf_idf(TEXTS)
    vectorizer = TfidfVectorizer(tokenizer=str.split, token_pattern=None)
    expected = vectorizer.fit_transform(TEXTS).toarray()
    for word, column in vectorizer.vocabulary_.items():
        np.testing.assert_allclose(vectors[word], expected[:, column], atol=1e-6)


def test_rare_words_are_left_out_everywhere():
    for make in (one_hot, document_term_matrix, tf_idf):
        assert make(TEXTS, min_frequency=2).words == ["the", "cat", "dog"]
        assert make(TEXTS, max_words=1).words == ["the"]


def test_the_description_tells_what_they_cost():
    description = one_hot(TEXTS).describe()
    # 5 ones and their 5 columns, and 6 borders of rows; 25 numbers; 4 bytes each.
    assert description == (5, 5, 0.8, 100, 64)
    assert str(description).startswith("5 words, 5 dimensions, 80.00% zeros, ")
