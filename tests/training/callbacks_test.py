"""Tests of seq2seq_keras.training.callbacks."""

import json

import pytest

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.training.callbacks import (
    SampleTranslations,
    StopOnNan,
    TranslatorCheckpoint,
)


def test_the_best_and_the_last_are_kept(translator, tmp_path):
    checkpoint = TranslatorCheckpoint(translator, tmp_path)
    for epoch, perplexity in enumerate([9.0, 5.0, 7.0]):
        checkpoint.on_epoch_end(epoch, {"val_perplexity": perplexity})
    best = json.loads((tmp_path / "scores.json").read_text())
    last = json.loads((tmp_path / "last" / "scores.json").read_text())
    assert best == {"epoch": 2, "val_perplexity": 5.0}
    assert last == {"epoch": 3, "val_perplexity": 7.0}


def test_samples_show_source_model_and_reference(translator, capsys):
    pairs = Pairs(["he is tired"], ["il est fatigué"])
    SampleTranslations(translator, pairs).on_epoch_end(0)
    source, model, reference = capsys.readouterr().out.splitlines()
    assert source.strip() == "he is tired"
    assert model.split(":")[1].strip() == translator.translate("he is tired")
    assert reference.strip() == "reference: il est fatigué"


def test_a_loss_that_is_no_number_ends_the_training():
    callback = StopOnNan()
    callback.on_train_batch_end(0, {"loss": 1.0})
    with pytest.raises(InputError, match="became NaN at batch 8"):
        callback.on_train_batch_end(7, {"loss": float("nan")})
