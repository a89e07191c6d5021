"""Scores by length of the source, as table.py puts them below a table of rows."""

import json

import pandas as pd
from rows import FOLDER, SEED, find_row
from table_line import table_line

import seq2seq_keras as s2s

SEARCH = "greedy"


def _read_tables(names):
    """Reads the scores of some rows by length of the source.

    Args:
        names: Dictionary from what people call a row to its name.

    Returns:
        A dictionary of the tables of `score_by_length`; empty before all of the rows
        are measured.
    """
    paths = {
        called: find_row(name)[0].result_path([SEED], SEARCH)
        for called, name in names.items()
    }
    if not all(path.exists() for path in paths.values()):
        return {}
    texts = {called: path.read_text("utf-8") for called, path in paths.items()}
    return {
        called: pd.DataFrame(json.loads(text)["test"]["by_length"])
        for called, text in texts.items()
    }


def draw(names):
    """Draws the picture that the section shows."""
    if tables := _read_tables(names):
        path = FOLDER / _picture(names)
        path.parent.mkdir(exist_ok=True)
        s2s.plot_score_by_length(tables, path)


def section(names):
    """The lines of a part of RESULTS.md; none before all of the rows are measured."""
    tables = _read_tables(names)
    if not tables:
        return []
    first = next(iter(tables.values()))
    metric, unit = first["metric"][0], first["unit"][0]
    alt = f"{metric} by length of the source: {', '.join(tables)}"
    return [
        f"\n### {metric} by length of the source, {SEARCH}\n",
        table_line([unit, "sentences", *tables]),
        table_line(["---"] * (2 + len(tables))),
        *(table_line(cells) for cells in _cells(tables, first)),
        f"\n![{alt}]({_picture(names)})",
    ]


def _picture(names):
    return f"pictures/{next(iter(names.values()))}-by-length.png"


def _cells(tables, first):
    """One row for each length: the systems were measured on the same sentences."""
    for number, bucket in first.iterrows():
        scores = (table.loc[number] for table in tables.values())
        yield [
            bucket["lengths"],
            str(bucket["sentences"]),
            *(f"{s['score']:.2f} [{s['low']:.2f}, {s['high']:.2f}]" for s in scores),
        ]
