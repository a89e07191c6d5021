"""Tests of seq2seq_keras.training.train."""

import numpy as np
import pandas as pd
import pytest
import yaml

from seq2seq_keras.data import make_toy_pairs
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.train import train
from seq2seq_keras.translation import Translator

TINY = {
    **{"tokenizer": "character", "units": 8, "embedding_dim": 4, "epochs": 2},
    **{"samples": 1, "dropout": 0.3},
}


def test_a_run_leaves_all_that_belongs_to_it(table, tmp_path, capsys):
    config = TrainingConfig(output=str(tmp_path / "run"), train=[table], **TINY)
    result = train(config)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names >= {
        *("model.keras", "config.json", "scores.json", "README.md", "last"),
        *("training.yaml", "log.csv", "learning_curves.png"),
    }
    assert len(result.log) == 2
    written = yaml.safe_load((tmp_path / "run" / "training.yaml").read_text())
    assert TrainingConfig(**written) == config
    loaded = Translator.load(tmp_path / "run")
    texts = make_toy_pairs("copy", 20).source
    assert loaded.translate(texts) == result.translator.translate(texts)
    output = capsys.readouterr().out
    assert "source seen in an earlier split" in output  # the look before training
    assert "reference:" in output  # samples
    last = (tmp_path / "run" / "last" / "training.yaml").read_text()
    assert yaml.safe_load(last) == written
    assert "\x08" not in output and "\r" not in output  # plain lines, not a bar


@pytest.mark.parametrize(
    "schedule", ["plateau", pytest.param("cosine", marks=pytest.mark.slow)]
)
def test_the_same_seed_gives_the_same_model(table, tmp_path, schedule):
    weights, logs = [], []
    for name in ("first", "second"):
        config = TrainingConfig(
            output=str(tmp_path / name), train=[table], schedule=schedule, **TINY
        )
        result = train(config)
        weights.append(result.translator.model.get_weights())
        logs.append(result.log)
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)
    pd.testing.assert_frame_equal(*logs)


def test_the_best_model_is_kept_and_training_stops_early(table, tmp_path):
    config = TrainingConfig(
        output=str(tmp_path / "run"),
        train=[table],
        **{**TINY, "epochs": 30, "learning_rate": 0.5, "patience": 1},
        schedule="constant",
    )
    result = train(config)
    perplexities = result.log["val_perplexity"]
    assert len(perplexities) < 30
    best, last = (
        Translator.load(tmp_path / "run" / name).model.get_weights()
        for name in ("", "last")
    )
    assert perplexities.idxmin() < len(perplexities) - 1
    assert any((a != b).any() for a, b in zip(best, last, strict=True))


@pytest.mark.slow
def test_streaming_trains_the_same_model(table, tmp_path):
    weights = []
    for stream in (False, True):
        config = TrainingConfig(
            output=str(tmp_path / str(stream)), train=[table], stream=stream, **TINY
        )
        weights.append(train(config).translator.model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_no_samples_are_shown_if_none_are_asked_for(table, tmp_path, capsys):
    options = {**TINY, "samples": 0, "epochs": 1}
    train(TrainingConfig(output=str(tmp_path / "run"), train=[table], **options))
    assert "reference:" not in capsys.readouterr().out


def test_the_card_of_the_best_model_tells_of_data_and_scores(table, tmp_path):
    train(TrainingConfig(output=str(tmp_path / "run"), train=[table], **TINY))
    card = (tmp_path / "run" / "README.md").read_text(encoding="utf-8")
    assert f"Trained on {table}" in card
    assert "validation pairs, greedy search" in card
