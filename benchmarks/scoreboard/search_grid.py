"""Scores of a row's beam searches on its validation pairs, to choose one of them.

    python benchmarks/scoreboard/search_grid.py multi30k-en-de

The model must have been trained here, by run.py. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import itertools
import json
import sys

from rows import SEED, find_row
from run import write
from table_line import table_line
from units import shown_as

import seq2seq_keras as s2s

WIDTHS = (5, 10)
PENALTIES = (0.6, 1.0, 1.5, 2.0)


def measure(row, group):
    """Translates the validation pairs by each search."""
    translator = s2s.Translator.load(row.model_folder(SEED))
    pairs = s2s.load_corpus(row.corpus).validation
    searches = [{"beam_width": 1}]
    for width, penalty in itertools.product(WIDTHS, PENALTIES):
        searches.append({"beam_width": width, "length_penalty": penalty})
    grid = []
    for search in searches:
        scores = s2s.score_translations(
            translator.translate(pairs.source, **search),
            pairs.target,
            bleu_tokenizer=group.bleu_tokenizer,
        )
        grid.append({"search": search, **scores.as_dict()})
        print(search, round(grid[-1][group.metric], 2))
    write(row.grid_path(), {"row": row.name, "seed": SEED, "grid": grid})


def section(group):
    """The lines of a part of RESULTS.md; none where no row is measured."""
    lines = []
    factor, digits = shown_as(group.metric)
    for row in group.rows:
        if not row.grid_path().exists():
            continue
        greedy, *beams = json.loads(row.grid_path().read_text(encoding="utf-8"))["grid"]
        scores = {}
        for each in beams:
            width, penalty = each["search"].values()
            shown = f"{factor * each[group.metric]:.{digits}f}"
            scores.setdefault(width, {})[penalty] = shown
        penalties = next(iter(scores.values()))
        lines += [
            f"\n### Beams of `{row.name}` on validation data\n",
            f"Greedy search: {factor * greedy[group.metric]:.{digits}f}.\n",
            table_line(["beam width", *(f"length penalty {p}" for p in penalties)]),
            table_line(["---"] * (1 + len(penalties))),
            *(
                table_line([str(width), *cells.values()])
                for width, cells in scores.items()
            ),
        ]
    return lines


if __name__ == "__main__":
    for name in sys.argv[1:]:
        measure(*find_row(name))
