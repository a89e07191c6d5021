"""Tests of seq2seq_keras.vectors: lsa."""

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import cosine_similarity, document_term_matrix, lsa

TEXTS = ["a cat eats fish", "a dog eats meat", "a car drives", "a bus drives fast"] * 3


def test_products_of_vectors_are_those_of_the_truncated_decomposition():
    counts = document_term_matrix(TEXTS)
    left, values, _ = np.linalg.svd(counts.matrix.toarray(), full_matrices=False)
    expected = left[:, :3] * values[:3]
    vectors = lsa(TEXTS, dimensions=3, weighting="counts")
    assert vectors.words == counts.words
    # The directions are only known up to their sign, products are not.
    np.testing.assert_allclose(
        vectors.matrix @ vectors.matrix.T, expected @ expected.T, atol=1e-3
    )


def test_words_that_share_no_text_but_neighbours_fall_together():
    vectors = lsa(TEXTS, dimensions=2)
    cat, dog, bus = (vectors[word] for word in ("cat", "dog", "bus"))
    assert cosine_similarity(cat, dog) > 0.9 > cosine_similarity(cat, bus)
    again = lsa(TEXTS, dimensions=2)
    np.testing.assert_array_equal(vectors.matrix, again.matrix)


def test_too_many_dimensions_and_unknown_weightings_are_errors():
    with pytest.raises(InputError, match="allow for 1 to 9 dimensions"):
        lsa(TEXTS, dimensions=10)
    with pytest.raises(InputError, match="`weighting` must be one of"):
        lsa(TEXTS, weighting="bm25")
