"""Tests of benchmarks/scoreboard: its rows and its table."""

import dataclasses
import json
import pathlib
import sys

import pytest
import yaml

from seq2seq_keras.data.corpora import corpus_names
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.evaluation.metrics import METRICS
from seq2seq_keras.training.config import TrainingConfig

FOLDER = pathlib.Path(__file__).parents[1] / "benchmarks" / "scoreboard"
CONFIGS = FOLDER.parents[1] / "configs"


@pytest.fixture
def modules(monkeypatch):
    """The modules `rows` and `table`; `run` can be imported too."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import rows
    import table

    yield rows, table
    for name in ("rows", "table", "run"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_recipe_is_a_valid_configuration(path):
    TrainingConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))


def test_every_row_is_a_valid_training(modules):
    rows, _ = modules
    names = []
    for group in rows.read_groups():
        assert group.metric in METRICS
        for row in group.rows:
            names.append(row.name)
            recipe = (CONFIGS / f"{row.config}.yaml").read_text(encoding="utf-8")
            TrainingConfig(**{**yaml.safe_load(recipe), **row.change})
            assert row.corpus in corpus_names()
            for options in row.searches.values():
                SearchOptions(**options)
    assert len(set(names)) == len(names)


def test_options_become_what_the_command_line_reads(modules):
    import run

    options = {"corpus": "copy", "seed": 0, "dropout": 0, "bidirectional": False}
    options |= {"attention": None, "beam_width": 5}
    assert run._as_arguments(options) == [
        *("--corpus", "copy", "--seed", "0", "--dropout", "0"),
        *("--bidirectional", "false", "--attention", "null", "--beam_width", "5"),
    ]


def test_the_table_holds_scores_with_intervals_and_means(modules, monkeypatch):
    rows, table = modules
    monkeypatch.setattr(rows, "FOLDER", pathlib.Path("/nowhere"))
    row = rows.Row("x", "g2p", "copy", searches={"greedy": {}}, seeds=[0, 1])
    scores = [{"exact_match": 0.8}, {"exact_match": 0.9}]
    assert table._scores(scores, "exact_match") == "85.0 ± 7.1"
    one = {"bleu": 38.123, "bleu_low": 37.0, "bleu_high": 39.5}
    assert table._scores([one], "bleu") == "38.12 [37.00, 39.50]"
    group = rows.Group("Title", "protocol", "exact_match", [row])
    section = table._section(group)
    assert "| `x` | not run | not run | not run | - | - | - | - | - |" in section


def test_results_and_rows_agree(modules):
    """What stands in the table was trained as the row says today."""
    rows, _ = modules
    for path in (FOLDER / "results").glob("*/seed-?.json"):
        numbers = json.loads(path.read_text(encoding="utf-8"))
        row, _ = rows.find_row(numbers["row"])
        row = dataclasses.asdict(row)
        assert {name: numbers[name] for name in ("config", "corpus", "change")} == {
            name: row[name] for name in ("config", "corpus", "change")
        }, path
