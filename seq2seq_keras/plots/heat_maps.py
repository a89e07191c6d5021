"""Heat maps: attention weights, and similarities of words."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.labels import fonts_for, label_width, token_label

if TYPE_CHECKING:
    from seq2seq_keras.plots.figure import Figure

_LINE_COLOR = "#cccccc"
_CELL = 0.32  # inches
_LETTER = 0.09


def plot_attention(
    result: Any, path: str | Path | None = None, *, title: str = "Attention weights"
) -> "Figure":
    """Draws where the decoder looked when it wrote each token.

    Args:
        result: A `Translation`, of which the best hypothesis is drawn.
        path: Optional. Where to save the picture; the suffix names the format.
        title: String.

    Returns:
        A `matplotlib.figure.Figure`: a row for each written token, a column for each
        source token, weights from 0 (white) to 1 (dark).

    Raises:
        InputError: If the model has no attention, the translation is empty, or the
            suffix of `path` names no format.

    Example:

    >>> from seq2seq_keras.translation import Hypothesis, Translation
    >>> best = Hypothesis("oui", ("oui", "."), -0.1, np.ones(2), np.eye(2))
    >>> figure = plot_attention(Translation("yes.", ("yes", "."), (best,)))
    >>> figure.axes[0].get_xlabel()
    'source'

    Reference:
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), figure 3.
    """
    if result.attention is None:
        raise InputError(
            "There are no attention weights to draw: the model has no attention. Train "
            'one with it, by `build_model(..., attention="bahdanau")`, "luong" or '
            '"hard".'
        )
    weights = np.asarray(result.attention)  # (target_length, source_length)
    if not weights.size:
        raise InputError(
            "There are no attention weights to draw: the translation of "
            f"{result.source!r} is empty."
        )
    written = [token_label(token) for token in result.tokens]
    source = [token_label(token) for token in result.source_tokens]
    colors: dict = {"bar_label": "weight", "cmap": "Blues", "vmin": 0, "vmax": 1}
    figure = _heat_map(weights, written, source, title, **colors)
    figure.axes[0].set_xlabel("source")
    figure.axes[0].set_ylabel("written")
    return figure.saved(path)


def plot_similarities(
    vectors: Any,
    words: Sequence[str],
    path: str | Path | None = None,
    *,
    title: str = "Cosine similarities",
) -> "Figure":
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
    if isinstance(words, str) or not len(words):
        raise InputError(f"Give a list of words to draw. Received: {words!r}")
    cosines = np.array([[vectors.similarity(a, b) for b in words] for a in words])
    labels = [token_label(word) for word in words]
    colors: dict = {"bar_label": "cosine similarity", "cmap": "RdBu_r"}
    figure = _heat_map(cosines, labels, labels, title, **colors, vmin=-1, vmax=1)
    return figure.saved(path)


def _heat_map(
    values: np.ndarray,
    rows: list[str],
    columns: list[str],
    title: str,
    *,
    bar_label: str,
    **colors: Any,
) -> "Figure":
    """A figure of cells with the labels of their rows and columns, and a bar."""
    from seq2seq_keras.plots.figure import Figure

    figure = Figure(figsize=_size(rows, columns, title), layout="compressed")
    axes = figure.subplots()
    image = axes.imshow(values, **colors)
    _label_grid(axes, rows, columns, title)
    bar = figure.colorbar(image, ax=axes, label=bar_label, fraction=0.05, aspect=15)
    bar.outline.set_edgecolor(_LINE_COLOR)
    return figure


def _size(rows: list[str], columns: list[str], title: str) -> tuple[float, float]:
    """Width and height in inches that give each label a row or column to read."""
    longest_row = _LETTER * max(map(label_width, rows))
    longest_column = _LETTER * max(map(label_width, columns))
    width = _CELL * len(columns) + longest_row + 1.4
    # Slanted labels are as high as wide. A title may be wider than all else.
    width = max(width + 0.7 * longest_column, 1.2 * _LETTER * label_width(title) + 2)
    return width, _CELL * len(rows) + longest_column + 0.9


def _label_grid(axes: Any, rows: list[str], columns: list[str], title: str) -> None:
    """Writes the labels beside and above a heat map, and lines between its cells."""
    axes.set_title(title, fontfamily=fonts_for([title]), parse_math=False, size=11)
    options = {"fontfamily": fonts_for(rows + columns), "parse_math": False}
    axes.set_yticks(range(len(rows)), rows, **options)
    axes.set_xticks(range(len(columns)), columns, **options)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    wide = [_LETTER * label_width(column) > _CELL for column in columns]
    for label, is_wide in zip(axes.get_xticklabels(), wide, strict=True):
        # A label wider than its column slants above those to the right of it. Where
        # many do, all do, which looks calmer.
        if is_wide or sum(wide) > len(wide) / 4:
            label.set(rotation=45, ha="left", rotation_mode="anchor")
    # Thin lines between the cells lead the eye in long sentences.
    axes.set_xticks([column + 0.5 for column in range(len(columns) - 1)], minor=True)
    axes.set_yticks([row + 0.5 for row in range(len(rows) - 1)], minor=True)
    axes.grid(which="minor", color=_LINE_COLOR, linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_color(_LINE_COLOR)
