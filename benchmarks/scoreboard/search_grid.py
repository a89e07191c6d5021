"""Scores of a row's beam searches on its validation pairs, to choose one of them.

    python benchmarks/scoreboard/search_grid.py multi30k-en-de

The model must have been trained here, by run.py. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import itertools
import json
import sys

from rows import find_row
from run import write
from table_line import table_line

import seq2seq_keras as s2s

WIDTHS = (5, 10)
PENALTIES = (0.6, 1.0, 1.5, 2.0)
SEED = 0


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
    for row in group.rows:
        if not row.grid_path().exists():
            continue
        grid = json.loads(row.grid_path().read_text(encoding="utf-8"))["grid"]
        scores = {
            tuple(each["search"].values()): f"{each[group.metric]:.2f}" for each in grid
        }
        lines += [
            f"\n### Beams of `{row.name}` on validation data\n",
            f"Greedy search: {scores[1,]}.\n",
            table_line(["beam width", *(f"length penalty {p}" for p in PENALTIES)]),
            table_line(["---"] * (1 + len(PENALTIES))),
            *(
                table_line([str(width), *(scores[width, p] for p in PENALTIES)])
                for width in WIDTHS
            ),
        ]
    return lines


if __name__ == "__main__":
    for name in sys.argv[1:]:
        measure(*find_row(name))
