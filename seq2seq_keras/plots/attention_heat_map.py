"""Attention weights as a picture."""

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.labelled_grid import LINE_COLOR, grid_size, label_grid
from seq2seq_keras.plots.saved_figure import save_figure
from seq2seq_keras.plots.token_labels import token_label


def plot_attention(result, path=None, *, title="Attention weights"):
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
    from seq2seq_keras.plots.figure import Figure

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
    figure = Figure(figsize=grid_size(written, source, title), layout="compressed")
    axes = figure.subplots()
    image = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    label_grid(axes, written, source, title)
    axes.set_xlabel("source")
    axes.set_ylabel("written")
    bar = figure.colorbar(image, ax=axes, label="weight", fraction=0.05, aspect=15)
    bar.outline.set_edgecolor(LINE_COLOR)
    if path is not None:
        save_figure(figure, path)
    return figure
