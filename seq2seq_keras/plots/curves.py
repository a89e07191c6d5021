"""Curves: scores against the epoch, and against the length of the source."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.labels import fonts_for

if TYPE_CHECKING:
    import pandas as pd

    from seq2seq_keras.plots.figure import Figure

_VALIDATION = "val_"


def plot_learning_curves(log: "pd.DataFrame | Mapping[str, list]") -> "Figure":
    """Draws loss, perplexity and accuracy against the epoch.

    Args:
        log: A DataFrame with a row for each epoch, as `CSVLogger` writes it, or the
            `history` of Keras's `History`. Every column is drawn but `epoch` and
            `learning_rate`; one that begins with `val_` is drawn in the same picture
            as that without, or alone.

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
    import pandas as pd
    from matplotlib.ticker import LogLocator, MaxNLocator

    from seq2seq_keras.plots.figure import Figure

    log = pd.DataFrame(log)
    drawn = [name for name in log.columns if name not in ("epoch", "learning_rate")]
    names = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in drawn))
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
        halves = {name: "training", f"{_VALIDATION}{name}": "validation"}
        for column, label in halves.items():
            if column in log.columns:
                axes.plot(epochs, log[column], marker=".", label=label)
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


def plot_score_by_length(
    tables: Mapping[str, "pd.DataFrame"],
    path: str | Path | None = None,
    *,
    title: str | None = None,
) -> "Figure":
    """Draws how the scores of systems change with the length of the source.

    Args:
        tables: Dictionary of tables by the names of the systems, each as
            `score_by_length` returns it and all of one metric. A point stands at the
            mean length of its sentences; its bar is the 95 % confidence interval.
        path: Optional. Where to save the picture; the suffix names the format.
        title: Optional string. Defaults to the metric by the length of the source.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        InputError: If there is nothing to draw, the tables are of unlike metrics or
            units of length, or the suffix of `path` names no format.

    Example:

    >>> import pandas as pd
    >>> row = {"metric": "BLEU", "unit": "words", "lengths": "1-5", "sentences": 9}
    >>> row |= {"mean_length": 3.5, "score": 40.0, "low": 38.0, "high": 42.0}
    >>> figure = plot_score_by_length({"a model": pd.DataFrame([row])})
    >>> figure.axes[0].get_title()
    'BLEU by length of the source'
    """
    from seq2seq_keras.plots.figure import Figure

    metric, unit = _metric_and_unit(tables)
    title = title or f"{metric} by length of the source"
    fonts = fonts_for([*tables, title])
    figure = Figure(figsize=(6.4, 4), layout="constrained")
    axes = figure.subplots()
    lines = []
    for table in tables.values():
        # Bars are lengths, not ends; where there is no interval there is no bar.
        below, above = table["score"] - table["low"], table["high"] - table["score"]
        line = axes.errorbar(
            table["mean_length"],
            table["score"],
            yerr=[below.clip(lower=0), above.clip(lower=0)],
            marker="o",
            markersize=4,
            capsize=3,
        )
        lines.append(line)
    axes.set_title(title, fontfamily=fonts, parse_math=False)
    axes.set_xlabel(f"length of the source in {unit}")
    axes.set_ylabel(f"{metric}, with 95 % intervals")
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)
    for text in axes.legend(lines, tables, prop={"family": fonts}).get_texts():
        text.set_parse_math(False)
    return figure.saved(path)


def _metric_and_unit(tables: Mapping[str, "pd.DataFrame"]) -> tuple[str, str]:
    """Those of all tables, which must agree for one pair of axes to hold them."""
    kinds = {
        (str(row.metric), str(row.unit))
        for table in tables.values()
        for row in table.dropna(subset="score").itertuples()
    }
    if len(kinds) != 1:
        raise InputError(
            "A picture of scores by length needs tables of `score_by_length` with "
            "scores, all of one metric and one unit of length. Received: "
            f"{len(tables)} tables of {sorted(kinds)}"
        )
    return kinds.pop()
