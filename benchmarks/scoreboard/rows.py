"""The rows of the scoreboard, read from rows.yaml, and the results of each."""

import dataclasses
import pathlib
from collections.abc import Callable

import yaml

from benchmarks.runner import ROOT, read_json, write_json

FOLDER = pathlib.Path(__file__).parent
SEED = 0  # of the model of a row where one alone is looked at
IN_ALL = "in all"  # the name of what is the same in all results of a kind
_SHARES = ("exact_match", "wer", "symbol_error_rate")


@dataclasses.dataclass
class Row:
    """A recipe, a corpus, and small changes."""

    name: str  # what the command line calls it
    config: str  # the recipe, a file of configs/ without its ending
    corpus: str
    change: dict = dataclasses.field(default_factory=dict)  # from the recipe
    start: str = ""  # the row whose model of the same seed it goes on from
    # Whose translations are pairs too: from a row to options of `distill`.
    teachers: dict = dataclasses.field(default_factory=dict)
    # From a name to search options; none for rows compared on validation data alone.
    searches: dict = dataclasses.field(default_factory=dict)
    seeds: list = dataclasses.field(default_factory=lambda: [0])  # of the table
    about: str = ""  # what people call it, if not its name
    beside: str = ""  # the row of another group that differences.py compares it with
    published: str = ""  # what others report, in words
    goal: str = ""  # what it should reach, in words

    def model_folder(self, seed: int) -> pathlib.Path:
        """Where the model of a seed is kept."""
        return ROOT / "saved_models" / "scoreboard" / f"{self.name}-seed-{seed}"

    def taught_paths(self, seed: int) -> list[str]:
        """Where what its teachers write for a seed is kept, from the root."""
        folder = self.model_folder(seed).relative_to(ROOT)
        return [f"{folder}-taught-by-{teacher}.tsv" for teacher in self.teachers]

    @property
    def taught(self) -> dict:
        """Where it starts from and who teaches it, empty where that is nowhere."""
        told = {"start": self.start, "teachers": self.teachers}
        return told if any(told.values()) else {}

    def options(self, seed: int) -> dict:
        """What the training of a seed is told beside the recipe."""
        options = {"corpus": self.corpus, **self.change, "seed": seed}
        if self.start:
            folder = find_row(self.start)[0].model_folder(seed)
            options["init"] = str(folder.relative_to(ROOT))
        if self.teachers:
            options["train"] = self.taught_paths(seed)
        return options

    def translations_path(self, seed: int, search: str) -> pathlib.Path:
        """Where what the model of a seed makes of the test set is kept."""
        return self.model_folder(seed) / f"test-{search.replace(' ', '-')}.txt"

    @property
    def results(self) -> "Results":
        """Its numbers."""
        return Results(FOLDER / "results" / f"{self.name}.json")


class Results:
    """The numbers of a row, kept in a file: by kind, and then by name.

    Kinds are "training", "teaching", "test", "difference", "search on validation" and
    "wrong words"; names those that `run_name` gives. What is the same in all results of
    a kind stands once in the file, so that it shows what differs.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def read(self, kind: str) -> dict[str, dict]:
        """All results of a kind, by name."""
        found = read_json(self.path).get(kind, {})
        common = found.pop(IN_ALL, {})
        return {name: _merged(common, numbers) for name, numbers in found.items()}

    def keep(self, kind: str, name: str, numbers: dict) -> None:
        """Adds a result, or replaces it."""
        self._write(kind, {**self.read(kind), name: numbers})

    def has(self, kind: str, name: str) -> bool:
        """Whether a result is there; says so if it is."""
        if found := name in self.read(kind):
            print(f"{self.path.stem}: {kind}, {name} is there already.")
        return found

    def forget(
        self, kind: str, is_meant: Callable[[str, dict], bool] = lambda *_: True
    ) -> None:
        """Removes those results of a kind of which a function says so."""
        kept = self.read(kind)
        left = {name: each for name, each in kept.items() if not is_meant(name, each)}
        if left != kept:
            self._write(kind, left)

    def _write(self, kind: str, results: dict[str, dict]) -> None:
        content = read_json(self.path)
        common = _common([*results.values()]) if len(results) > 1 else {}
        content[kind] = {IN_ALL: common} if common else {}
        for name, numbers in results.items():
            content[kind][name] = _without(common, numbers)
        write_json(self.path, {kind: each for kind, each in content.items() if each})


def _common(each: list[dict]) -> dict:
    """What is the same in all of some dictionaries, and in dictionaries in them."""
    common = {}
    for key, value in each[0].items():
        values = [numbers.get(key, ...) for numbers in each]
        if all(other == value for other in values):
            common[key] = value
        elif all(isinstance(other, dict) for other in values) and _common(values):
            common[key] = _common(values)
    return common


def _without(common: dict, numbers: dict) -> dict:
    return {
        key: _without(common.get(key, {}), value) if isinstance(value, dict) else value
        for key, value in numbers.items()
        if value != common.get(key, ...)
    }


def _merged(common: dict, own: dict) -> dict:
    both = {**common, **own}
    for key in common.keys() & own.keys():
        both[key] = _merged(common[key], own[key])
    return both


def run_name(seeds: list[int], search: str | None = None) -> str:
    """The name of the results of a training, or of an evaluation by a search.

    Several seeds are those of an ensemble.
    """
    name = " ".join(["seed" if len(seeds) == 1 else "ensemble", *map(str, seeds)])
    return name if search is None else f"{name}, {search}"


@dataclasses.dataclass
class Group:
    """Rows that are measured alike, a table in RESULTS.md."""

    title: str
    protocol: str  # test data, tokens, metric and search in words
    metric: str  # of the table
    rows: list[Row]
    bleu_tokenizer: str = "13a"
    notes: str = ""  # what was learnt, in words
    # Rows shown by length of the source: from what people call one to its name.
    by_length: dict = dataclasses.field(default_factory=dict)
    compared_with: str = ""  # the row that differences.py compares the others with


def shown(metric: str, value: float, sign: str = "") -> str:
    """A value in the unit of the table."""
    if metric in _SHARES:
        return f"{100 * value:{sign}.1f}"
    return f"{value:{sign}.2f}"


def read_groups() -> list[Group]:
    """All groups of rows.yaml, in its order."""
    text = (FOLDER / "rows.yaml").read_text(encoding="utf-8")
    return [_group(**fields) for fields in yaml.safe_load(text)["groups"]]


def _group(*, rows: dict, change: dict | None = None, **fields: object) -> Group:
    names = {field.name for field in dataclasses.fields(Group)}
    common = {name: fields.pop(name) for name in set(fields) - names}
    made = []
    for name, own in rows.items():
        changes = {**(change or {}), **own.get("change", {})}
        made.append(Row(name, **{**common, **own, "change": changes}))
    return Group(rows=made, **fields)  # type: ignore[arg-type]


def find_row(name: str) -> tuple[Row, Group]:
    """The row of a name, and its group."""
    rows = {row.name: (row, group) for group in read_groups() for row in group.rows}
    if name not in rows:
        raise SystemExit(f"There is no row {name}. There are: {', '.join(rows)}")
    return rows[name]
