"""Pictures; matplotlib is imported when one is asked for."""

import pandas as pd


def plot_learning_curves(log):
    """Draws loss, perplexity and accuracy against the epoch.

    Args:
        log: A DataFrame with a row for each epoch, as `CSVLogger` writes it, or the
            `history` of Keras's `History`. Columns that begin with `val_` are drawn
            in the same picture as those without.

    Returns:
        A `matplotlib.figure.Figure`; `figure.savefig(path)` writes it.

    Example:

    >>> log = {"loss": [3.0, 2.0], "val_loss": [3.1, 2.4]}
    >>> figure = plot_learning_curves(log)
    >>> figure.axes[0].get_title()
    'loss'
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    log = pd.DataFrame(log)
    names = [name for name in log.columns if f"val_{name}" in log.columns]
    figure = Figure(figsize=(4 * len(names), 3.2), layout="constrained")
    row = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(row, names, strict=True):
        epochs = range(1, len(log) + 1)
        axes.plot(epochs, log[name], marker=".", label="training")
        axes.plot(epochs, log[f"val_{name}"], marker=".", label="validation")
        if name == "perplexity":
            axes.set_yscale("log")
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    return figure
