"""Scores of a row's beam searches on its validation pairs, to choose one of them.

    python benchmarks/scoreboard/search_grid.py multi30k-en-de

The model must have been trained here, by run.py. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import itertools
from typing import Any

import seq2seq_keras as s2s
from benchmarks.runner import markdown_table, parser_of
from benchmarks.scoreboard.rows import SEED, Group, Row, find_row, shown

KIND = "search on validation"
WIDTHS = (5, 10)
PENALTIES = (0.6, 1.0, 1.5, 2.0)


def measure(row: Row, group: Group) -> None:
    """Translates the validation pairs by each search."""
    translator = s2s.Translator.load(row.model_folder(SEED))
    pairs = s2s.load_corpus(row.corpus).validation
    searches: dict[str, dict] = {"greedy": {"beam_width": 1}}
    for width, penalty in itertools.product(WIDTHS, PENALTIES):
        search = {"beam_width": width, "length_penalty": penalty}
        searches[_name(width, penalty)] = search
    for name, search in searches.items():
        scores: dict[str, Any] = s2s.score_translations(
            translator.translate(pairs.source, **search),
            pairs.target,
            bleu_tokenizer=group.bleu_tokenizer,
        ).as_dict()
        print(name, shown(group.metric, scores[group.metric]))
        row.results.keep(KIND, name, {"seed": SEED, "search": search, **scores})


def _name(width: int, penalty: float) -> str:
    return f"beam {width}, length penalty {penalty}"


def section(group: Group) -> list[str]:
    """The lines of a part of RESULTS.md; none where no row is measured."""
    lines = []
    for row in group.rows:
        scores = {
            name: shown(group.metric, numbers[group.metric])
            for name, numbers in row.results.read(KIND).items()
        }
        if scores:
            table = [["beam width", *(f"length penalty {p}" for p in PENALTIES)]]
            for width in WIDTHS:
                cells = (scores[_name(width, penalty)] for penalty in PENALTIES)
                table.append([str(width), *cells])
            lines += [
                f"\n### Beams of `{row.name}` on validation data\n",
                f"Greedy search: {scores['greedy']}.\n",
                markdown_table(table),
            ]
    return lines


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("row", nargs="+")
    for name in parser.parse_args().row:
        measure(*find_row(name))
