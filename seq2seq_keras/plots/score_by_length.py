"""Scores against the length of the source."""

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.fonts import fonts_for
from seq2seq_keras.plots.saved_figure import save_figure


def plot_score_by_length(tables, path=None, *, title=None):
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
    if path is not None:
        save_figure(figure, path)
    return figure


def _metric_and_unit(tables):
    """Those of all tables, which must agree for one pair of axes to hold them."""
    kinds = {
        (row.metric, row.unit)
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
