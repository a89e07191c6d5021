"""Tests of seq2seq_keras.training.train."""

import numpy as np
import pandas as pd
import pytest
import yaml

from seq2seq_keras.data.toy_tasks import make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.train import fit_tokenizers, load_training_pairs, train
from seq2seq_keras.translator import Translator

TINY = {
    **{"tokenizer": "character", "units": 8, "embedding_dim": 4, "epochs": 2},
    **{"samples": 1, "dropout": 0.3},
}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "pairs.tsv"
    lines = (f"{source}\t{target}\n" for source, target in make_toy_pairs("copy", 150))
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


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
    assert "source seen in training" in output  # the look before training
    assert "reference:" in output  # samples
    assert "\x08" not in output and "\r" not in output  # plain lines, not a bar


@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
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


def test_streaming_trains_the_same_model(table, tmp_path):
    weights = []
    for stream in (False, True):
        config = TrainingConfig(
            output=str(tmp_path / str(stream)), train=[table], stream=stream, **TINY
        )
        weights.append(train(config).translator.model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_validation_is_set_aside_by_source_unless_given(table):
    config = TrainingConfig(output="", train=[table])
    training, validation = load_training_pairs(config)
    assert len(training) + len(validation) == 150
    assert len(validation) > 0
    assert not set(training.source) & set(validation.source)
    config = TrainingConfig(output="", train=[table], validation=[table])
    assert [len(part) for part in load_training_pairs(config)] == [150, 150]


def test_shared_embeddings_share_the_vocabulary(table):
    config = TrainingConfig(output="", train=[table], share_embeddings=True)
    pairs, _ = load_training_pairs(config)
    source, target = fit_tokenizers(config, pairs)
    assert source is target
    config = TrainingConfig(
        output="", train=[table], share_embeddings=True, target_tokenizer="jamo"
    )
    with pytest.raises(InputError, match="one tokenizer for both sides"):
        fit_tokenizers(config, pairs)


@pytest.mark.parametrize(
    "options", [{}, {"train": ["a"], "corpus": "copy"}, {"train": ["a", "b", "c"]}]
)
def test_the_data_must_be_named_in_one_way(options):
    with pytest.raises(InputError, match=r"(either `train`|Name one table)"):
        load_training_pairs(TrainingConfig(output="", **options))
