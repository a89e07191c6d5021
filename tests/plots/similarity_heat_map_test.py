"""Tests of `plot_similarities`."""

import io

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_similarities
from seq2seq_keras.vectors import WordVectors

WORDS = ["사요", "사세요", "the", "Donaudampfschiff", "$x$", "\u2028"]


@pytest.fixture
def vectors():
    generator = np.random.default_rng(0)
    return WordVectors(WORDS, generator.normal(size=(len(WORDS), 4)))


def test_each_cell_is_the_similarity_of_its_row_and_column(vectors, tmp_path):
    words = ["the", "Donaudampfschiff", "$x$"]
    figure = plot_similarities(vectors, words, tmp_path / "picture.png")
    axes, bar = figure.axes
    (image,) = axes.images
    expected = [[vectors.similarity(a, b) for b in words] for a in words]
    np.testing.assert_allclose(image.get_array(), expected)
    assert image.get_clim() == (-1, 1)
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == words
    assert bar.get_ylabel() == "cosine similarity"
    assert axes.get_title() == "Cosine similarities"
    assert axes.yaxis_inverted()
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_korean_is_drawn_without_a_missing_glyph(vectors, hangul_font):
    # Warnings are errors here; what no font can show is spelled out.
    figure = plot_similarities(vectors, WORDS, title="코사인 유사도")
    figure.savefig(io.BytesIO(), format="png")
    assert figure.axes[0].get_title() == "코사인 유사도"


@pytest.mark.parametrize("words", [[], "the"])
def test_no_words_are_an_error(vectors, words):
    with pytest.raises(InputError, match="Give a list of words to draw"):
        plot_similarities(vectors, words)


def test_a_word_without_a_vector_is_an_error(vectors):
    with pytest.raises(InputError, match="no vector for 'absent'"):
        plot_similarities(vectors, ["the", "absent"])
