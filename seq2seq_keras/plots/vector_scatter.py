"""Word vectors as points in the plane."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.plots.labels import fonts_for, label_points, token_label
from seq2seq_keras.ranges import checks_numbers

if TYPE_CHECKING:
    from seq2seq_keras.plots.figure import Figure

METHODS = ("pca", "tsne")
_FEWEST = 3
_PERPLEXITY = 30
_MOST_EXACT = 200


@checks_numbers(seed=(0, 2**32 - 1))
def plot_vectors(
    vectors: Any,
    words: Sequence[str],
    path: str | Path | None = None,
    *,
    method: str = "pca",
    seed: int = 0,
    title: str = "Word vectors",
) -> "Figure":
    """Draws words as points, such that those with like vectors are near.

    Vectors are scaled to length 1 first, as for their cosine similarity.

    Args:
        vectors: A `WordVectors`.
        words: List of at least three different words.
        path: Optional. Where to save the picture; the suffix names the format.
        method: "pca", the two directions in which the words differ most, which keeps
            large distances; or "tsne", which keeps neighbourhoods, and whose axes and
            large distances mean nothing (needs scikit-learn).
        seed: Integer. Seed of t-SNE.
        title: String.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        InputError: If there are too few words, one has no vector, scikit-learn is
            missing, or the suffix of `path` names no format.

    Example:

    >>> from seq2seq_keras.vectors import WordVectors
    >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> figure = plot_vectors(vectors, ["a", "b", "c"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['a', 'b', 'c']

    Reference:
        - [van der Maaten & Hinton,
          2008](https://jmlr.org/papers/v9/vandermaaten08a.html): t-SNE.
    """
    from seq2seq_keras.plots.figure import Figure

    check_choice("method", method, METHODS)
    if isinstance(words, str) or len(set(words)) < max(len(words), _FEWEST):
        raise InputError(
            f"Give a list of at least {_FEWEST} different words to draw. Received: "
            f"{words!r}"
        )
    rows = np.array([vectors.vector(word) for word in words])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(lengths > 0, lengths, 1)  # (words, dimensions)
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    if method == "pca":
        points, shares = _principal_components(rows)
        axes.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
        axes.set_ylabel(f"second principal component ({shares[1]:.0%})")
    else:
        points = _tsne(rows, seed)
        axes.set_xlabel("t-SNE")
        axes.set(xticks=[], yticks=[])
    axes.scatter(points[:, 0], points[:, 1], s=12)
    axes.margins(0.12)
    labels = [token_label(word) for word in words]
    options = {"fontfamily": fonts_for(labels), "parse_math": False}
    label_points(axes, points, labels, **options)
    axes.set_title(title, fontfamily=fonts_for([title]), parse_math=False)
    return figure.saved(path)


def _principal_components(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along the two directions of most variance, and their shares of it."""
    missing = max(0, 2 - rows.shape[1])
    centred = np.pad(rows - rows.mean(axis=0), [(0, 0), (0, missing)])
    left, values, right = np.linalg.svd(centred, full_matrices=False)
    # The sign of a direction is free: the largest number in it is positive.
    largest = np.abs(right[:2]).argmax(axis=1)
    signs = np.sign(right[[0, 1], largest])
    shares = values**2 / max((values**2).sum(), 1e-12)
    return left[:, :2] * values[:2] * np.where(signs == 0, 1, signs), shares[:2]


def _tsne(rows: np.ndarray, seed: int) -> np.ndarray:
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise InputError(
            f"t-SNE cannot be done without scikit-learn, and importing it failed "
            f"({error}). Install it with: pip install scikit-learn; or "
            'draw with method="pca".'
        ) from error
    # Between rows of length 1 it orders distances as the cosine does.
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    tsne = TSNE(
        perplexity=perplexity,
        init="random",
        # For few points the exact gradient takes less time than the tree of the other.
        method="exact" if len(rows) <= _MOST_EXACT else "barnes_hut",
        random_state=seed,
    )
    return tsne.fit_transform(rows)
