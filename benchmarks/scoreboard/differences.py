"""What each change is worth: rows of a group compared with one of them, in pairs.

    python benchmarks/scoreboard/differences.py

Where a group names a row in `compared_with`, each of its other rows is compared with
that one, search by search, and that row's further searches with its first; where a row
names one `beside` it, with that. It is done by `seq2seq-keras compare` on the
translations of the test set that run.py left beside the models; what has been compared
is not compared again. The numbers go to benchmarks/scoreboard/results, from which
table.py makes RESULTS.md.
"""

import os
from collections.abc import Iterator

from benchmarks.runner import answer_of, command_line, markdown_table, parser_of
from benchmarks.scoreboard.rows import (
    SEED,
    Group,
    Row,
    find_row,
    read_groups,
    run_name,
    shown,
)

KIND = "difference"


def measure(group: Group) -> None:
    """Compares the rows of a group whose models are here."""
    for row, search, base, base_search in _pairs(group):
        name = _name(row, search, base)
        if row.results.has(KIND, name):
            continue
        # From the file of this machine to what people call its system.
        systems = {
            str(each.translations_path(SEED, its_search)): f"{each.name}, {its_search}"
            for each, its_search in ((base, base_search), (row, search))
        }
        if not all(map(os.path.exists, systems)):
            print(f"{row.name}, {search}: not compared, it or {base.name} is not run.")
            continue
        options = {"corpus": row.corpus, "bleu_tokenizer": group.bleu_tokenizer}
        record = answer_of(command_line("compare", *systems, "--json", **options))
        for line in record["comparison"]:
            line["system"] = systems[line["system"]]
        row.results.keep(KIND, name, record)


def section(group: Group) -> list[str]:
    """The lines of a part of RESULTS.md; none before a row is compared."""
    lines = [["row", "search", "difference", "p"]]
    for row, search, base, _ in _pairs(group):
        if record := row.results.read(KIND).get(_name(row, search, base)):
            lines.append(_cells(record, group, row, base, search))
    if len(lines) == 1:
        return []
    others, own = "other rows", ""
    if group.compared_with:
        others = f"`{group.compared_with}`"
        own = "; its own further searches are compared with its first"
    return [
        f"\n### Differences to {others}\n",
        "The same search on the same sentences, with the 95 % interval of paired "
        f"bootstrap resampling and the p-value of approximate randomization{own}.\n",
        markdown_table(lines),
    ]


def _name(row: Row, search: str, base: Row) -> str:
    name = run_name([SEED], search)
    return f"{name}, beside {base.name}" if base.name == row.beside else name


def _pairs(group: Group) -> Iterator[tuple[Row, str, Row, str]]:
    """A row and a search, and the row and the search it is compared with."""
    for row in group.rows:
        for search in row.searches if row.beside else ():
            yield row, search, find_row(row.beside)[0], search
    base = next((row for row in group.rows if row.name == group.compared_with), None)
    if not base:
        return
    for row in group.rows:
        for search in row.searches:
            first = next(iter(row.searches))
            if row is not base:
                yield row, search, base, search
            elif search != first:
                yield row, search, base, first


def _cells(record: dict, group: Group, row: Row, base: Row, search: str) -> list[str]:
    """The cells of a row: names, the difference with its interval, and p."""
    [line] = [
        line
        for line in record["comparison"]
        if line["metric"] == group.metric and line["difference"] is not None
    ]
    low, value, high = (
        shown(group.metric, line[f"difference{end}"], "+")
        for end in ("_low", "", "_high")
    )
    about = f": {row.about}" if row.about else ""
    about += f", beside `{base.name}`" if base.name == row.beside else ""
    return [
        f"`{row.name}`{about}",
        search,
        f"{value} [{low}, {high}]",
        "< 0.001" if line["p_value"] < 0.001 else f"{line['p_value']:.3f}",
    ]


if __name__ == "__main__":
    parser_of(__doc__).parse_args()
    for each in read_groups():
        measure(each)
