"""Tests of a training with a model and callbacks of the user's."""

import dataclasses

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops

from seq2seq_keras import (
    EncoderDecoder,
    InputError,
    TrainingConfig,
    resume_training,
    train,
)


@keras.saving.register_keras_serializable(package="tests")
class LastWord(EncoderDecoder):
    """Predicts from the last word alone, and never hears the source."""

    def __init__(self, source_vocabulary_size, target_vocabulary_size, **kwargs):
        self.table = keras.layers.Embedding(
            target_vocabulary_size, target_vocabulary_size
        )
        super().__init__(source_vocabulary_size, target_vocabulary_size, **kwargs)

    def encode(self, source_token_ids):
        return {"seen": ops.cast(source_token_ids[:, :1], "float32")}

    def decode(self, target_token_ids, states):
        return self.table(target_token_ids), {"seen": states["seen"] + 1.0}


class Broken(LastWord):
    """Its predictions are no numbers."""

    def decode(self, target_token_ids, states):
        logits, states = super().decode(target_token_ids, states)
        return logits * float("nan"), states


class Told(keras.callbacks.Callback):
    """Notes what it is told, and ends the training after an epoch."""

    def __init__(self, last):
        super().__init__()
        self.last, self.told, self.logs = last, [], {}

    def on_train_begin(self, logs=None):
        self.told.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.told.append(f"epoch {epoch}")

    def on_train_batch_end(self, batch, logs=None):
        self.told.append("batch")

    def on_test_begin(self, logs=None):
        self.told.append("validation")

    def on_epoch_end(self, epoch, logs=None):
        self.logs = logs
        self.told.append(f"end of {epoch}")
        self.model.stop_training = epoch == self.last

    def on_train_end(self, logs=None):
        self.told.append("end")


@pytest.fixture
def config(table, tmp_path):
    return TrainingConfig(
        output=tmp_path / "run",
        train=table,
        validation=table,
        tokenizer="character",
        batch_size=75,
        epochs=5,
        samples=0,
        max_target_length=12,  # of what is validated by decoding
    )


def test_callbacks_are_told_what_keras_tells_them_and_may_end_the_training(
    config, eager
):
    told = Told(last=1)
    result = train(config, model=LastWord, callbacks=[told])
    batches = told.told.count("batch") // 2
    epochs = [
        [f"epoch {n}", *["batch"] * batches, "validation", f"end of {n}"]
        for n in (0, 1)
    ]
    assert batches >= 2
    assert told.params == {"epochs": 5, "steps": batches, "verbose": 0}
    assert told.told == ["begin", *epochs[0], *epochs[1], "end"]
    assert {"loss", "val_loss", "val_perplexity", "val_token_accuracy"} <= set(
        told.logs
    )
    assert list(result.log["epoch"]) == [1, 2]
    assert told.logs["val_loss"] == result.log["val_loss"].iloc[-1]


def test_a_model_of_the_users_is_stopped_and_goes_on(config, stop_at, eager, tmp_path):
    config = dataclasses.replace(config, epochs=2)
    straight = train(config, model=LastWord)
    stopped = dataclasses.replace(config, output=str(tmp_path / "stopped"))
    sizes = [
        tokenizer.vocabulary_size
        for tokenizer in (
            straight.translator.source_tokenizer,
            straight.translator.target_tokenizer,
        )
    ]
    keras.utils.set_random_seed(config.seed)
    with pytest.raises(SystemExit):
        train(stopped, model=LastWord(*sizes), callbacks=[stop_at((3,))])
    told = Told(last=None)
    result = resume_training(stopped.output, model=LastWord(*sizes), callbacks=[told])
    assert told.told[0] == "begin"
    assert isinstance(result.translator.model, LastWord)
    pd.testing.assert_frame_equal(result.log, straight.log)
    weights = (each.translator.model.get_weights() for each in (result, straight))
    np.testing.assert_array_equal(*weights)


def test_a_loss_that_is_no_number_ends_the_training(config):
    with pytest.raises(InputError, match="became NaN at step 1 of an epoch"):
        train(config, model=Broken)


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        (LastWord, {"units": 3}, "`units` says what a model is made of"),
        (LastWord, {"source_vectors": "x.vec"}, "give it its word vectors too"),
        (lambda *sizes: LastWord(9, 9), {}, "but `model` was made for 9 and 9"),
        (lambda *sizes: keras.Sequential(), {}, "Received: a Sequential"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model, changes, message, config):
    for name, value in changes.items():
        setattr(config, name, value)
    with pytest.raises(InputError, match=message):
        train(config, model=model)
