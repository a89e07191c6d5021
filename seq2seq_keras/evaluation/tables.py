"""Scores as tables to read on a screen."""

from typing import TYPE_CHECKING, Any

from seq2seq_keras.evaluation.metrics import METRICS, Metric
from seq2seq_keras.evaluation.resampling import INTERVALS

if TYPE_CHECKING:
    import pandas as pd

_COMPARISON = f"""\
Intervals: {INTERVALS}, the same for all systems.
p: approximate randomization, two-sided."""


def evaluation_lines(evaluation: Any) -> list[str]:
    """Lists all scores of an evaluation with their intervals.

    Args:
        evaluation: An `Evaluation`.

    Returns:
        A list of lines.
    """
    scores = evaluation.scores
    rows = [
        *_score_rows(scores),
        ("perplexity", f"{evaluation.perplexity:.3f}", "teacher-forced"),
        ("sentences", f"{scores.sentences:,}", ""),
        ("seconds", f"{evaluation.seconds:.1f}", "to translate"),
    ]
    return [evaluation.protocol, *_lines(rows), *_notes(scores)]


def score_lines(scores: Any) -> list[str]:
    """Lists all scores with their intervals.

    Args:
        scores: `Scores`.

    Returns:
        A list of lines.
    """
    rows = [*_score_rows(scores), ("sentences", f"{scores.sentences:,}", "")]
    return [*_lines(rows), *_notes(scores)]


def _score_rows(scores: Any) -> list[tuple[str, str, str]]:
    """The name, number and notes of each metric."""
    rows = []
    for name, metric in METRICS.items():
        value = getattr(scores, name)
        interval = scores.intervals.get(name)
        notes = [_interval(metric, *interval)] if interval else []
        notes += [scores.signatures[name]] if name in scores.signatures else []
        rows.append((metric.label, _number(metric, value), "  ".join(notes)))
    return rows


def _lines(rows: list[tuple[str, str, str]]) -> list[str]:
    return [f"{name:<18}{value:>10}  {note}".rstrip() for name, value, note in rows]


def _notes(scores: Any) -> list[str]:
    return [f"Intervals: {INTERVALS}."] if scores.intervals else []


def comparison_lines(table: "pd.DataFrame") -> list[str]:
    """Lists the systems of a comparison under each metric.

    Args:
        table: What `compare_translations` returns.

    Returns:
        A list of lines.
    """
    width = max(map(len, table["system"]))
    lines = []
    row: Any  # of the table
    for name, rows in table.groupby("metric", sort=False):
        metric = METRICS[str(name)]
        better = "higher" if metric.higher_is_better else "lower"
        signature = rows["signature"].iloc[0]
        lines.append(f"{metric.label}, {better} is better  {signature}".rstrip())
        for row in rows.itertuples():
            score = _number(metric, row.score)
            line = f"  {row.system:<{width}} {score:>8}"
            line += f"  {_interval(metric, row.low, row.high):<18}"
            if row.p_value == row.p_value:
                difference = f"{row.difference:+.{metric.digits}f}"
                ends = _interval(metric, row.difference_low, row.difference_high)
                line += f"  difference {difference} {ends}  p {row.p_value:.4f}"
            lines.append(line.rstrip())
    return [*lines, *_COMPARISON.splitlines()]


def length_lines(table: "pd.DataFrame") -> list[str]:
    """Lists the scores of short and long sentences.

    Args:
        table: What `score_by_length` returns.

    Returns:
        A list of lines.
    """
    label = table["metric"].iloc[0]
    metric = next(each for each in METRICS.values() if each.label == label)
    signature = table["signature"].iloc[0]
    lines = [f"{table['unit'].iloc[0]:<12}{'sentences':>10}{label:>20}  {signature}"]
    row: Any  # of the table
    for row in table.itertuples():
        line = f"{row.lengths:<12}{row.sentences:>10,}"
        if row.score == row.score:
            line += f"{_number(metric, row.score):>20}"
        if row.low == row.low:
            line += f"  {_interval(metric, row.low, row.high)}"
        lines.append(line)
    return lines


def _number(metric: Metric, value: Any) -> str:
    return "undefined" if value is None else f"{value:.{metric.digits}f}"


def _interval(metric: Metric, low: Any, high: Any) -> str:
    return f"[{_number(metric, low)}, {_number(metric, high)}]"
