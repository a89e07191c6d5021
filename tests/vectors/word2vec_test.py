"""Tests of seq2seq_keras.vectors: word2vec."""

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import word2vec

ANIMALS, CARS = ["cat", "dog", "cow"], ["car", "bus", "van"]
TEXTS = [f"the {animal} eats its food" for animal in ANIMALS] * 60
TEXTS += [f"a {car} drives very fast" for car in CARS] * 60


@pytest.mark.parametrize("algorithm", ["skip_gram", "cbow"])
def test_words_with_the_same_neighbours_are_alike(algorithm):
    vectors = word2vec(TEXTS, algorithm=algorithm, dimensions=10, epochs=60)
    for kind, other in ((ANIMALS, CARS), (CARS, ANIMALS)):
        for word in kind:
            rest = [vectors.similarity(word, twin) for twin in kind if twin != word]
            assert min(rest) > max(vectors.similarity(word, far) for far in other)


def test_the_same_seed_makes_the_same_vectors_and_the_algorithms_differ():
    options = {"dimensions": 5, "epochs": 1}
    first, again = (word2vec(TEXTS, **options) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, again.matrix)
    for others in ({"algorithm": "cbow"}, {"seed": 1}):
        assert (word2vec(TEXTS, **options, **others).matrix != first.matrix).any()


def test_rare_words_get_no_vector_and_the_frequent_ones_come_first():
    vectors = word2vec([*TEXTS, "rare"], dimensions=5, epochs=1, max_words=3)
    assert vectors.words == ["a", "drives", "eats"]
    assert "rare" not in word2vec([*TEXTS, "rare"], dimensions=5, epochs=1)


@pytest.mark.parametrize("algorithm", ["skip_gram", "cbow"])
def test_a_long_text_is_learnt_from_to_its_end(algorithm):
    # Words that begin late, each among others.
    words = [f"early{n % 7}" for n in range(10_000)]
    words += [f"late{n % 5}" for n in range(10_500)]
    parts = [words[:10_000], words[10_000:20_000], words[20_000:]]
    options = {"algorithm": algorithm, "dimensions": 5, "epochs": 1}
    whole, cut = (
        word2vec([" ".join(part) for part in texts], **options)
        for texts in ([words], parts)
    )
    assert whole.words == cut.words
    np.testing.assert_array_equal(whole.matrix, cut.matrix)


def test_unknown_algorithms_and_texts_of_rare_words_are_errors():
    with pytest.raises(InputError, match="`algorithm` must be one of"):
        word2vec(TEXTS, algorithm="glove")
    with pytest.raises(InputError, match="min_frequency=2"):
        word2vec(["a b c"])
