"""Writes RESULTS.md from the numbers in benchmarks/scoreboard/results.

python benchmarks/scoreboard/table.py
"""

import statistics

from benchmarks.runner import markdown_table, parser_of
from benchmarks.scoreboard import by_length, differences, search_grid, wrong_words
from benchmarks.scoreboard.rows import FOLDER, Group, read_groups, run_name, shown

_LABELS = {"bleu": "BLEU", "exact_match": "exact match, %", "chrf": "chrF"}


def main() -> None:
    """Writes the file."""
    path = FOLDER / "RESULTS.md"
    path.write_text(results(), encoding="utf-8")
    for group in read_groups():
        by_length.draw(group.by_length)
    print(f"{path} is written.")


def results() -> str:
    """The text of the file."""
    return "\n".join([_HEAD, *(_section(group) for group in read_groups())])


_HEAD = """# Scoreboard

Made by `python benchmarks/scoreboard/table.py` from the files in `results`; rows are
defined in `rows.yaml`, recipes in `configs`. `python benchmarks/scoreboard/run.py ROW`
trains a row, or goes on with it, and evaluates it; with `--again` it does so anew.
Validation data chose the recipes and the epoch that is kept; test sets chose neither.

One seed: the score and its 95 % bootstrap interval over sentences. Several: their mean
and standard deviation. An ensemble (`--ensemble`) is of all seeds, with its interval.
Minutes and memory are of the training on the machine that is named in the file of a
row; most shared it with other work. There is no memory where a training was resumed.

Where a row names format 2, its models were saved in that one, which is no longer read.
Since format 3 the general score of Luong's attention is divided by the root of its
size, which may move the numbers of such a row; models with another attention, or none,
are the same. Batches were cut at fewer lengths when the rows of Tatoeba, of the
tutorial's models, of format 2 and without attention were measured, so that these do not
come out anew to the last digit."""


def _section(group: Group) -> str:
    searches = list(dict.fromkeys(s for row in group.rows for s in row.searches))
    ensembles = any(len(row.seeds) > 1 for row in group.rows) and bool(searches)
    heads = ["row", "validation", *searches]
    heads += [f"ensemble, {name}" for name in searches] if ensembles else []
    lines = [[*heads, "published", "goal", "parameters", "minutes", "GiB"]]
    for row in group.rows:
        training, tests = row.results.read("training"), row.results.read("test")
        names = [run_name([seed]) for seed in row.seeds]
        trained = [training[name] for name in names if name in training]
        cells = [f"`{row.name}`{_earlier(trained)}"]
        cells[0] += f": {row.about}" if row.about else ""
        cells.append(_scores([t["validation"] for t in trained], group.metric))
        for seeds in ([[s] for s in row.seeds], [row.seeds])[: 1 + ensembles]:
            for search in searches:
                names = [run_name(each, search) for each in seeds]
                found = [tests[name] for name in names if name in tests]
                measured = search in row.searches
                cells.append(_scores(found, group.metric) if measured else "-")
        lines.append([*cells, row.published or "-", row.goal or "-", *_cost(trained)])
    protocol = f"Protocol: {group.protocol}. Scores: {_LABELS[group.metric]}."
    notes = ["", group.notes] if group.notes else []
    notes += search_grid.section(group) + differences.section(group)
    notes += by_length.section(group.by_length) + wrong_words.section(group)
    return "\n".join(
        [f"\n## {group.title}\n", protocol, "", markdown_table(lines), *notes]
    )


def _earlier(trained: list[dict]) -> str:
    """Says so where a row was measured with models that have changed since."""
    return " (format 2)" if any(map(_has_changed, trained)) else ""


def _has_changed(each: dict) -> bool:
    options = each["options"]
    general = (options["attention"], options["attention_score"]) == ("luong", "general")
    # The first results do not name the format.
    return general and each.get("format", 2) == 2


def _scores(scores: list[dict], metric: str) -> str:
    """One score with its interval, or the mean of several with their deviation."""
    values = [each[metric] for each in scores]
    if not values:
        return "not run"
    if len(values) > 1:
        mean, deviation = statistics.mean(values), statistics.stdev(values)
        return f"{shown(metric, mean)} ± {shown(metric, deviation)}"
    score = shown(metric, values[0])
    if f"{metric}_low" not in scores[0]:
        return score
    low, high = (shown(metric, scores[0][f"{metric}_{end}"]) for end in ("low", "high"))
    return f"{score} [{low}, {high}]"


def _cost(trained: list[dict]) -> list[str]:
    """Parameters, minutes and memory of a training, on average."""
    if not trained:
        return ["-"] * 3
    minutes = statistics.mean(t["validation"]["training_minutes"] for t in trained)
    peaks = [t["peak_memory_gib"] for t in trained if t["peak_memory_gib"]]
    memory = f"{statistics.mean(peaks):.1f}" if peaks else "-"
    return [f"{trained[0]['parameters']:,}", f"{minutes:.0f}", memory]


if __name__ == "__main__":
    parser_of(__doc__).parse_args()
    main()
