"""Learning curves."""

import pandas as pd

from seq2seq_keras.errors import InputError


def plot_learning_curves(log):
    """Draws loss, perplexity and accuracy against the epoch.

    Args:
        log: A DataFrame with a row for each epoch, as `CSVLogger` writes it, or the
            `history` of Keras's `History`. Every column is drawn but `epoch` and
            `learning_rate`; one that begins with `val_` is drawn in the same picture
            as that without.

    Returns:
        A `matplotlib.figure.Figure`; `figure.savefig(path)` writes it.

    Raises:
        InputError: If there is nothing to draw.

    Example:

    >>> log = {"loss": [3.0, 2.0], "val_loss": [3.1, 2.4]}
    >>> figure = plot_learning_curves(log)
    >>> figure.axes[0].get_title()
    'loss'
    """
    from matplotlib.ticker import LogLocator, MaxNLocator

    from seq2seq_keras.plots.figure import Figure

    log = pd.DataFrame(log)
    names = [
        name
        for name in log.columns
        if name not in ("epoch", "learning_rate") and not name.startswith("val_")
    ]
    if log.empty or not names:
        raise InputError(
            "The log holds nothing to draw: it needs a row for each epoch and a "
            f"column such as `loss`. Received: {len(log)} rows and the columns "
            f"{list(log.columns)}"
        )
    figure = Figure(figsize=(4 * len(names), 3.2), layout="constrained")
    row = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(row, names, strict=True):
        epochs = range(1, len(log) + 1)
        axes.plot(epochs, log[name], marker=".", label="training")
        if f"val_{name}" in log.columns:
            axes.plot(epochs, log[f"val_{name}"], marker=".", label="validation")
        if name == "perplexity":
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter("{x:g}")  # 20, not 2 x 10^1
            axes.yaxis.set_minor_formatter("")
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    return figure
