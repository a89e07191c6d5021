"""Attention weights as a picture."""

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.saved_figure import save_figure
from seq2seq_keras.plots.token_labels import fonts_for, label_width, token_label

_CELL = 0.32  # inches
_LETTER = 0.09
_LINE = "#cccccc"


def plot_attention(result, path=None):
    """Draws where the decoder looked when it wrote each token.

    Args:
        result: A `Translation`, of which the best hypothesis is drawn.
        path: Optional. Where to save the picture; the suffix names the format.

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
    from matplotlib.figure import Figure

    if result.attention is None:
        raise InputError(
            "There are no attention weights to draw: the model has no attention. Train "
            'one with it, by `build_model(..., attention="bahdanau")` or "luong".'
        )
    weights = np.asarray(result.attention)  # (target_length, source_length)
    if not weights.size:
        raise InputError(
            "There are no attention weights to draw: the translation of "
            f"{result.source!r} is empty."
        )
    written = [token_label(token) for token in result.tokens]
    source = [token_label(token) for token in result.source_tokens]
    figure = Figure(figsize=_size(written, source), layout="compressed")
    axes = figure.subplots()
    image = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    _label_axes(axes, written, source)
    bar = figure.colorbar(image, ax=axes, label="weight", fraction=0.05, aspect=15)
    bar.outline.set_edgecolor(_LINE)
    if path is not None:
        save_figure(figure, path)
    return figure


def _size(written, source):
    """Width and height in inches that give each token a row or column to read."""
    longest_written = _LETTER * max(map(label_width, written))
    longest_source = _LETTER * max(map(label_width, source))
    width = _CELL * len(source) + longest_written + 1.4
    # Slanted labels are as high as wide.
    return width + 0.7 * longest_source, _CELL * len(written) + longest_source + 0.6


def _label_axes(axes, written, source):
    options = {"fontfamily": fonts_for(written + source), "parse_math": False}
    axes.set_yticks(range(len(written)), written, **options)
    if _LETTER * max(map(label_width, source)) > _CELL:
        options |= {"rotation": 45, "ha": "left", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(source)), source, **options)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("source")
    axes.set_ylabel("written")
    # Thin lines between the cells lead the eye in long sentences.
    axes.set_xticks([column + 0.5 for column in range(len(source) - 1)], minor=True)
    axes.set_yticks([row + 0.5 for row in range(len(written) - 1)], minor=True)
    axes.grid(which="minor", color=_LINE, linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_color(_LINE)
