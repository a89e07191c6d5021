"""The rows of the scoreboard, read from rows.yaml."""

import dataclasses
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).parent
ROOT = FOLDER.parents[1]
SEED = 0  # of the model of a row where one alone is looked at


@dataclasses.dataclass
class Row:
    """A recipe, a corpus, and small changes.

    Attributes:
        name: What the command line calls it.
        config: The recipe, a file of configs/ without its ending.
        corpus: Name of the corpus.
        change: Options that differ from the recipe.
        searches: From a name to search options; empty for rows that are only
            compared on validation data.
        seeds: Seeds of the table.
        about: What people call it; its name by default.
        published: What others report, in words.
        goal: What it should reach, in words.
    """

    name: str
    config: str
    corpus: str
    change: dict = dataclasses.field(default_factory=dict)
    searches: dict = dataclasses.field(default_factory=dict)
    seeds: list = dataclasses.field(default_factory=lambda: [0])
    about: str = ""
    published: str = ""
    goal: str = ""

    def model_folder(self, seed):
        """Where the model of a seed is kept."""
        return ROOT / "saved_models" / "scoreboard" / f"{self.name}-seed-{seed}"

    def result_path(self, seeds, search=None):
        """Where the numbers of a training, or of an evaluation, are kept.

        Args:
            seeds: List of integers: one, or those of an ensemble.
            search: Optional name of a search; none for the training.
        """
        name = "-".join(["seed" if len(seeds) == 1 else "ensemble", *map(str, seeds)])
        if search is not None:
            name += "-" + search.replace(" ", "-")
        return FOLDER / "results" / self.name / f"{name}.json"

    def translations_path(self, seed, search):
        """Where what the model of a seed makes of the test set is kept."""
        return self.model_folder(seed) / f"test-{search.replace(' ', '-')}.txt"

    def grid_path(self):
        """Where the scores of its searches on validation data are kept."""
        return FOLDER / "results" / self.name / "search-on-validation.json"

    def wrong_words_path(self):
        """Where the edits that its wrong validation words need are kept."""
        return FOLDER / "results" / self.name / "wrong-words.json"


@dataclasses.dataclass
class Group:
    """Rows that are measured alike, a table in RESULTS.md.

    Attributes:
        title: Its heading.
        protocol: Test data, tokens, metric and search in words.
        metric: The metric of its table.
        rows: List of `Row`.
        bleu_tokenizer: What BLEU splits the text with.
        notes: What was learnt, in words.
        by_length: Rows whose scores are shown by length of the source, by what people
            call them.
        compared_with: Name of the row that differences.py compares the others with.
    """

    title: str
    protocol: str
    metric: str
    rows: list
    bleu_tokenizer: str = "13a"
    notes: str = ""
    by_length: dict = dataclasses.field(default_factory=dict)
    compared_with: str = ""


def read_groups():
    """All groups of rows.yaml, in its order."""
    text = (FOLDER / "rows.yaml").read_text(encoding="utf-8")
    return [_group(**fields) for fields in yaml.safe_load(text)["groups"]]


def _group(*, rows, change=None, **fields):
    names = {field.name for field in dataclasses.fields(Group)}
    common = {name: fields.pop(name) for name in set(fields) - names}
    made = []
    for name, own in rows.items():
        changes = {**(change or {}), **own.get("change", {})}
        made.append(Row(name, **{**common, **own, "change": changes}))
    return Group(rows=made, **fields)


def find_row(name):
    """The row of a name, and its group."""
    groups = read_groups()
    for group in groups:
        for row in group.rows:
            if row.name == name:
                return row, group
    known = ", ".join(row.name for group in groups for row in group.rows)
    raise SystemExit(f"There is no row {name}. There are: {known}")
