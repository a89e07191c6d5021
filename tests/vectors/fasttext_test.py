"""Tests of seq2seq_keras.vectors: fasttext."""

import unicodedata

import numpy as np
import pytest
from gensim.models.fasttext import ft_hash_bytes

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import fasttext

SMALL = {"dimensions": 8, "epochs": 1, "buckets": 500}
TEXTS = ["he walks home", "she walked home", "they sleep here"] * 20


def slow_compose(vectors, word):
    """The mean of the n-grams of a word between its borders."""
    compose = vectors.compose
    letters = f"<{unicodedata.normalize(compose.form, word)}>"
    rows = [
        ft_hash_bytes(letters[start : start + size].encode()) % SMALL["buckets"]
        for size in range(compose.shortest, compose.longest + 1)
        for start in range(len(letters) - size + 1)
    ]
    return compose.ngram_vectors[rows].mean(axis=0)


def test_unknown_words_are_the_mean_of_their_ngrams():
    vectors = fasttext(TEXTS, **SMALL)
    for word in ("walking", "a", "각"):
        assert word not in vectors
        np.testing.assert_allclose(
            vectors[word], slow_compose(vectors, word), atol=1e-6
        )


def test_the_shortest_ngram_is_no_longer_than_the_longest():
    assert fasttext(TEXTS, shortest=3, longest=3, **SMALL)["walking"].shape == (8,)
    with pytest.raises(InputError, match="Received: shortest=6, longest=3"):
        fasttext(TEXTS, shortest=6, longest=3, **SMALL)


def test_jamo_are_the_letters_of_korean_ngrams():
    vectors = fasttext(["각 낙 각 낙 각"] * 5, letters="jamo", **SMALL)
    # Words are syllables to the outside, in whatever form they came.
    assert vectors.words == ["각", "낙"]
    assert unicodedata.normalize("NFD", "갂") not in vectors
    np.testing.assert_allclose(vectors["갂"], slow_compose(vectors, "갂"), atol=1e-6)
    decomposed = unicodedata.normalize("NFD", "갂")
    np.testing.assert_array_equal(vectors["갂"], vectors[decomposed])


def test_a_word_too_short_for_an_ngram_has_no_vector():
    vectors = fasttext(TEXTS, shortest=5, longest=6, **SMALL)
    assert vectors["abc"].shape == (8,)
    with pytest.raises(InputError, match="no vector for 'ab'"):
        vectors["ab"]


def test_the_same_seed_makes_the_same_vectors():
    first, again = (fasttext(TEXTS, **SMALL) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, again.matrix)
    other = fasttext(TEXTS, algorithm="cbow", **SMALL)
    assert (other.matrix != first.matrix).any()


def test_a_long_text_is_learnt_from_to_its_end():
    words = [f"early{n % 7}" for n in range(10_000)]
    words += [f"late{n % 5}" for n in range(500)]
    parts = [" ".join(words[:10_000]), " ".join(words[10_000:])]
    whole, cut = (fasttext(texts, **SMALL) for texts in ([" ".join(words)], parts))
    np.testing.assert_array_equal(whole.matrix, cut.matrix)


def test_unknown_choices_are_errors():
    for name in ("algorithm", "letters"):
        with pytest.raises(InputError, match=f"`{name}` must be one of"):
            fasttext(TEXTS, **{name: "other"})
