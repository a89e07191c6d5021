"""Scores by length of the source, as table.py puts them below a table of rows."""

import pandas as pd

import seq2seq_keras as s2s
from benchmarks.runner import markdown_table
from benchmarks.scoreboard.rows import FOLDER, SEED, find_row, run_name

SEARCH = "greedy"


def _read_buckets(names: dict[str, str]) -> dict[str, list[dict]]:
    """Scores by length by what people call a row; none before all are measured."""
    tests = [find_row(name)[0].results.read("test") for name in names.values()]
    name = run_name([SEED], SEARCH)
    if not all(name in test for test in tests):
        return {}
    buckets = (test[name]["by_length"] for test in tests)
    return dict(zip(names, buckets, strict=True))


def draw(names: dict[str, str]) -> None:
    """Draws the picture that the section shows."""
    if found := _read_buckets(names):
        path = FOLDER / _picture(names)
        path.parent.mkdir(exist_ok=True)
        tables = {called: pd.DataFrame(buckets) for called, buckets in found.items()}
        s2s.plot_score_by_length(tables, path)


def section(names: dict[str, str]) -> list[str]:
    """The lines of a part of RESULTS.md; none before all of the rows are measured."""
    found = _read_buckets(names)
    if not found:
        return []
    first = next(iter(found.values()))[0]
    lines = [[first["unit"], "sentences", *found]]
    # The systems were measured on the same sentences.
    for same in zip(*found.values(), strict=True):
        scores = (f"{s['score']:.2f} [{s['low']:.2f}, {s['high']:.2f}]" for s in same)
        lines.append([same[0]["lengths"], str(same[0]["sentences"]), *scores])
    alt = f"{first['metric']} by length of the source: {', '.join(found)}"
    return [
        f"\n### {first['metric']} by length of the source, {SEARCH}\n",
        markdown_table(lines),
        f"\n![{alt}]({_picture(names)})",
    ]


def _picture(names: dict[str, str]) -> str:
    return f"pictures/{next(iter(names.values()))}-by-length.png"
