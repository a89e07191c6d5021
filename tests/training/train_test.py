"""Tests of train."""

import contextlib
import io
import pathlib
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import yaml

from seq2seq_keras.data import make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import TrainingConfig, TrainingResult, train
from seq2seq_keras.translation import Translator

TINY = {
    **{"tokenizer": "character", "units": 8, "embedding_dim": 4, "epochs": 2},
    # What is validated by decoding need not grow long.
    **{"samples": 1, "dropout": 0.3, "max_target_length": 12},
}


class Finished(NamedTuple):
    """A training that has ended, and what it printed."""

    config: TrainingConfig
    result: TrainingResult
    output: str


def finish(table, folder, **options):
    config = TrainingConfig(output=str(folder), train=[table], **{**TINY, **options})
    with contextlib.redirect_stdout(io.StringIO()) as output:
        result = train(config)
    return Finished(config, result, output.getvalue())


@pytest.fixture(scope="module")
def finished(table, tmp_path_factory):
    return finish(table, tmp_path_factory.mktemp("finished") / "run")


@pytest.fixture(scope="module")
def stopped_early(table, tmp_path_factory, without_graphs):
    """A training whose steps are far too large, so that it soon gets worse."""
    options = {"epochs": 30, "learning_rate": 0.5, "patience": 1, "samples": 0}
    folder = tmp_path_factory.mktemp("early") / "run"
    with without_graphs():
        return finish(table, folder, schedule="constant", **options)


def test_a_run_leaves_all_that_belongs_to_it(finished):
    folder = pathlib.Path(finished.config.output)
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        *("model.keras", "config.json", "scores.json", "README.md", "last"),
        *("training.yaml", "log.csv", "learning_curves.png"),
    }
    assert len(finished.result.log) == 2
    written = yaml.safe_load((folder / "training.yaml").read_text())
    assert TrainingConfig(**written) == finished.config
    loaded = Translator.load(folder)
    texts = make_toy_pairs("copy", 20).source
    assert loaded.translate(texts) == finished.result.translator.translate(texts)
    output = finished.output
    assert "source seen in an earlier split" in output  # the look before training
    assert "reference:" in output  # samples
    last = (folder / "last" / "training.yaml").read_text()
    assert yaml.safe_load(last) == written
    assert "\x08" not in output and "\r" not in output  # plain lines, not a bar


def test_the_card_of_the_best_model_tells_of_data_and_scores(finished, table):
    card = pathlib.Path(finished.config.output, "README.md").read_text(encoding="utf-8")
    assert f"Trained on {table}" in card
    assert "validation pairs, greedy search" in card


def test_the_same_seed_gives_the_same_model(finished, table, tmp_path):
    check_same(finished, finish(table, tmp_path / "again"))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model_along_a_cosine(table, tmp_path):
    check_same(*(finish(table, tmp_path / name, schedule="cosine") for name in "ab"))


def test_a_warmup_longer_than_the_training_is_told_with_its_updates(table, tmp_path):
    options = {"schedule": "cosine", "warmup_steps": 1000, "batch_size": 10**6}
    message = r"1,000 updates of `warmup_steps`.* than 2: 2 epochs of 1 batches\. Lower"
    with pytest.raises(InputError, match=message):
        finish(table, tmp_path / "run", **options)


def check_same(first, second):
    weights = [run.result.translator.model.get_weights() for run in (first, second)]
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
    pd.testing.assert_frame_equal(first.result.log, second.result.log)


def test_the_best_model_is_kept_and_training_stops_early(stopped_early):
    perplexities = stopped_early.result.log["val_perplexity"]
    assert len(perplexities) < 30
    best, last = (
        Translator.load(pathlib.Path(stopped_early.config.output, name))
        for name in ("", "last")
    )
    assert perplexities.idxmin() < len(perplexities) - 1
    kept, end = (each.model.get_weights() for each in (best, last))
    assert any((a != b).any() for a, b in zip(kept, end, strict=True))
    # The translator that `train` returns is the one on disk.
    returned = stopped_early.result.translator
    for one, other in zip(kept, returned.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert returned.scores["epoch"] == best.scores["epoch"] == perplexities.idxmin() + 1


def test_no_samples_are_shown_if_none_are_asked_for(stopped_early):
    assert "reference:" not in stopped_early.output


@pytest.mark.slow
def test_streaming_trains_the_same_model(finished, table, tmp_path):
    streamed = finish(table, tmp_path / "streamed", stream=True)
    weights = [
        run.result.translator.model.get_weights() for run in (finished, streamed)
    ]
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_features_are_read_by_an_encoder_of_their_own(tmp_path, without_graphs):
    verbs = [f"{a}{b}ten" for a in "lmnr" for b in ("as", "el", "or")]
    rows = [
        f"{verb}\tV;{tense}\t{verb[:-2]}{end}"
        for verb in verbs
        for tense, end in (("PST", "ete"), ("PRS", "et"))
    ]
    table = tmp_path / "forms.tsv"
    table.write_text("\n".join(rows), encoding="utf-8")
    columns = {"columns": [0, 2], "features_column": 1, "features_encoder": "sum"}
    options = {"attention": "hard", "monotonic": True, "hallucinate": 5}
    with without_graphs():
        finished = finish(
            str(table),
            tmp_path / "run",
            validation=[str(table)],
            **{**columns, **options, "epochs": 1},
        )
    translator = finished.result.translator
    assert {*translator.source_tokenizer.features} == {"V", "PRS", "PST"}
    assert translator.model.features_vocabulary_size == 3
    assert "sum features encoder" in (tmp_path / "run/README.md").read_text()
    assert "5 pairs are made up beside them." in finished.output
