"""Tests of seq2seq_keras.vectors: from model."""

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator
from seq2seq_keras.vectors import from_model

TOKENIZER = WordTokenizer.fit(["good day good night"])


def make_model(**options):
    size = TOKENIZER.vocabulary_size
    return build_model(size, size, units=4, embedding_dim=3, **options)


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("options", [{}, {"tie_embeddings": True}])
def test_a_word_has_the_vector_that_the_model_looks_up(side, options):
    model = make_model(**options)
    vectors = from_model(model, side, TOKENIZER)
    assert vectors.words == ["good", "day", "night"]
    layer = model.get_layer(f"{side}_embedding")
    for word in vectors.words:
        looked_up = layer(np.array(TOKENIZER.tokenize([word])))[0, 0]
        np.testing.assert_array_equal(vectors[word], looked_up)


def test_a_shared_matrix_is_that_of_both_sides():
    model = make_model(share_embeddings=True)
    source, target = (from_model(model, s, TOKENIZER) for s in ("source", "target"))
    np.testing.assert_array_equal(source.matrix, target.matrix)


def test_a_translator_knows_its_tokenizers():
    model = make_model()
    vectors = from_model(Translator(model, TOKENIZER, TOKENIZER), "target")
    matrix, coverage = vectors.matrix_for(TOKENIZER)
    assert coverage.share == 1
    learned = model.get_layer("target_embedding").embeddings
    np.testing.assert_array_equal(matrix[4:], np.asarray(learned)[4:])


def test_a_missing_or_foreign_tokenizer_and_an_unknown_side_are_errors():
    model = make_model()
    with pytest.raises(InputError, match="give the tokenizer too"):
        from_model(model, "source")
    with pytest.raises(InputError, match="has 7 tokens and the tokenizer 5"):
        from_model(model, "source", WordTokenizer.fit(["a"]))
    with pytest.raises(InputError, match="`side` must be one of"):
        from_model(model, "encoder", TOKENIZER)
