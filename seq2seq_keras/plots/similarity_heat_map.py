"""Similarities of words as a picture."""

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.labelled_grid import LINE_COLOR, grid_size, label_grid
from seq2seq_keras.plots.saved_figure import save_figure
from seq2seq_keras.plots.token_labels import token_label


def plot_similarities(vectors, words, path=None, *, title="Cosine similarities"):
    """Draws the cosine similarity of every two of some words.

    Args:
        vectors: A `WordVectors`.
        words: List of words.
        path: Optional. Where to save the picture; the suffix names the format.
        title: String.

    Returns:
        A `matplotlib.figure.Figure`: a row and a column for each word, from blue (-1)
        over white (0) to red (1).

    Raises:
        InputError: If there is no word, one has no vector, or the suffix of `path`
            names no format.

    Example:

    >>> from seq2seq_keras.vectors import WordVectors
    >>> vectors = WordVectors(["a", "b"], [[1.0, 0.0], [0.0, 1.0]])
    >>> figure = plot_similarities(vectors, ["a", "b"])
    >>> figure.axes[0].images[0].get_array().data.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    from seq2seq_keras.plots.figure import Figure

    if isinstance(words, str) or not len(words):
        raise InputError(f"Give a list of words to draw. Received: {words!r}")
    cosines = np.array([[vectors.similarity(a, b) for b in words] for a in words])
    labels = [token_label(word) for word in words]
    figure = Figure(figsize=grid_size(labels, labels, title), layout="compressed")
    axes = figure.subplots()
    image = axes.imshow(cosines, cmap="RdBu_r", vmin=-1, vmax=1)
    label_grid(axes, labels, labels, title)
    bar = figure.colorbar(
        image, ax=axes, label="cosine similarity", fraction=0.05, aspect=15
    )
    bar.outline.set_edgecolor(LINE_COLOR)
    if path is not None:
        save_figure(figure, path)
    return figure
