"""Tests of seq2seq_keras.plots.vector_scatter."""

import io
import itertools
import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_vectors
from seq2seq_keras.vectors import WordVectors

KOREAN = ["사요", "사세요", "팔아요", "읽어요", "the", "$x$", "\u2028"]


def random_vectors(words, dimensions=5):
    generator = np.random.default_rng(0)
    return WordVectors(words, generator.normal(size=(len(words), dimensions)))


def points_of(figure):
    (scatter,) = figure.axes[0].collections
    return scatter.get_offsets().data


def test_principal_components_are_those_of_scikit_learn():
    vectors = random_vectors([f"w{n}" for n in range(30)])
    figure = plot_vectors(vectors, vectors.words[:20])
    rows = vectors.matrix[:20]
    pca = PCA(2).fit(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    expected = pca.transform(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    # The sign of each direction is free.
    np.testing.assert_allclose(np.abs(points_of(figure)), np.abs(expected), atol=1e-5)
    share = f"{pca.explained_variance_ratio_[0]:.0%}"
    assert share in figure.axes[0].get_xlabel()
    assert figure.axes[0].get_title() == "Word vectors"


@pytest.mark.parametrize("dimensions", [1, 2, 9])
def test_any_number_of_dimensions_can_be_drawn(dimensions):
    plot_vectors(random_vectors(["a", "b", "c"], dimensions), ["a", "b", "c"])


def test_tsne_keeps_two_groups_apart_and_repeats_itself():
    generator = np.random.default_rng(0)
    centres = np.repeat([[5, 0, 0], [0, 5, 0]], 10, axis=0)
    words = [f"w{n}" for n in range(20)]
    vectors = WordVectors(words, centres + generator.normal(size=(20, 3)))
    first, again = (
        points_of(plot_vectors(vectors, words, method="tsne")) for _ in "ab"
    )
    np.testing.assert_array_equal(first, again)
    distances = np.linalg.norm(first[:, None] - first[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert np.array_equal(distances.argmin(axis=1) < 10, np.arange(20) < 10)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_korean_is_drawn_without_a_missing_glyph(method, tmp_path, hangul_font):
    figure = plot_vectors(
        random_vectors(KOREAN),
        KOREAN,
        tmp_path / "picture.png",
        method=method,
        title="$말$",
    )
    figure.savefig(io.BytesIO(), format="png")
    assert figure.axes[0].get_title() == "$말$"
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_labels_cover_neither_points_nor_each_other_where_there_is_room():
    words = ["a", "bb", "ccc", "dddd", "elephants", "f"]
    rows = [[1, 0, 0], [1, 0.05, 0], [0, 1, 0], [0, 1, 0.05], [0, 0, 1], [0.05, 0, 1]]
    figure = plot_vectors(WordVectors(words, rows), words)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    boxes = [text.get_window_extent() for text in axes.texts]
    for first, second in itertools.combinations(boxes, 2):
        assert not first.overlaps(second)
    for box in boxes:
        for x, y in axes.transData.transform(points_of(figure)):
            assert not box.contains(x, y)
        assert axes.get_window_extent().contains(*box.min)
        assert axes.get_window_extent().contains(*box.max)


def test_too_few_words_and_unknown_methods_are_errors(monkeypatch):
    vectors = random_vectors(["a", "b", "c"])
    for words in (["a", "b"], ["a", "b", "b"], "abc"):
        with pytest.raises(InputError, match="at least 3 different words"):
            plot_vectors(vectors, words)
    with pytest.raises(InputError, match="`method` must be one of"):
        plot_vectors(vectors, ["a", "b", "c"], method="umap")
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(
        InputError, match='install scikit-learn; or draw with method="pca"'
    ):
        plot_vectors(vectors, ["a", "b", "c"], method="tsne")
