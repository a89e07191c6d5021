"""What each change is worth: rows of a group compared with one of them, in pairs.

    python benchmarks/scoreboard/differences.py

Where a group names a row in `compared_with`, each of its other rows is compared with
that one, search by search, and that row's further searches with its first, by
`seq2seq-keras compare` on the translations of the test set that run.py left beside the
models; what has been compared is not compared again. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import json
import os
import subprocess

from rows import SEED, read_groups
from run import COMMAND, is_done, write
from table_line import table_line
from units import shown_as


def measure(group):
    """Compares the rows of a group whose models are here."""
    for row, search, base, base_search in _pairs(group):
        path = _path(row, search)
        if is_done(path):
            continue
        # From the file of this machine to what people call its system.
        systems = {
            str(each.translations_path(SEED, its_search)): f"{each.name}, {its_search}"
            for each, its_search in ((base, base_search), (row, search))
        }
        if not all(map(os.path.exists, systems)):
            print(f"{row.name}, {search}: not compared, it or {base.name} is not run.")
            continue
        command = ["compare", *systems, "--corpus", row.corpus, "--json"]
        command += ["--bleu_tokenizer", group.bleu_tokenizer]
        done = subprocess.run([*COMMAND, *command], check=True, stdout=subprocess.PIPE)
        record = json.loads(done.stdout)
        for line in record["comparison"]:
            line["system"] = systems[line["system"]]
        write(path, record)


def section(group):
    """The lines of a part of RESULTS.md; none before a row is compared."""
    lines = []
    for row, search, _, _ in _pairs(group):
        path = _path(row, search)
        if path.exists():
            record = json.loads(path.read_text(encoding="utf-8"))
            lines.append(table_line(_cells(record, group, row, search)))
    if not lines:
        return []
    return [
        f"\n### Differences to `{group.compared_with}`\n",
        "The same search on the same sentences, with the 95 % interval of paired "
        "bootstrap resampling and the p-value of approximate randomization; its own "
        "further searches are compared with its first.\n",
        table_line(["row", "search", "difference", "p"]),
        table_line(["---"] * 4),
        *lines,
    ]


def _pairs(group):
    """A row and a search, and the row and the search it is compared with."""
    base = next((row for row in group.rows if row.name == group.compared_with), None)
    for row in group.rows if base else ():
        for search in row.searches:
            first = next(iter(row.searches))
            if row is not base:
                yield row, search, base, search
            elif search != first:
                yield row, search, base, first


def _path(row, search):
    path = row.result_path([SEED], search)
    return path.with_name(f"difference-{path.name}")


def _cells(record, group, row, search):
    """The cells of a row: names, the difference with its interval, and p."""
    [line] = [
        line
        for line in record["comparison"]
        if line["metric"] == group.metric and line["difference"] is not None
    ]
    factor, digits = shown_as(group.metric)
    low, value, high = (
        f"{factor * line[f'difference{end}']:+.{digits}f}"
        for end in ("_low", "", "_high")
    )
    about = f": {row.about}" if row.about else ""
    return [
        f"`{row.name}`{about}",
        search,
        f"{value} [{low}, {high}]",
        "< 0.001" if line["p_value"] < 0.001 else f"{line['p_value']:.3f}",
    ]


if __name__ == "__main__":
    for each in read_groups():
        measure(each)
