"""Tests of TrainingConfig."""

import dataclasses
import inspect
import pathlib
import re
import typing

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import BLEU_TOKENIZERS, METRICS
from seq2seq_keras.models import build_model
from seq2seq_keras.training import TrainingConfig


def test_every_option_is_documented():
    entries, _, _ = TrainingConfig.__doc__.partition("Raises:")
    documented = re.findall(r"^        (\w+): ", entries, re.MULTILINE)
    fields = [field.name for field in dataclasses.fields(TrainingConfig)]
    assert documented == fields


def test_model_options_and_their_defaults_are_those_of_build_model():
    config = TrainingConfig(output="")
    parameters = inspect.signature(build_model).parameters
    shared = [name for name in parameters if hasattr(config, name)]
    assert len(shared) >= 24
    for name in shared:
        assert getattr(config, name) == parameters[name].default, name


def test_choices_are_those_that_scores_have():
    hints = typing.get_type_hints(TrainingConfig)
    assert typing.get_args(hints["bleu_tokenizer"]) == BLEU_TOKENIZERS
    assert set(typing.get_args(hints["monitor"])) == {"perplexity", *METRICS}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"epochs": 0},
            "`epochs` must be a positive integer, at most 1000000. R",
        ),
        ({"batch_size": -1}, "batch_size=-1"),
        ({"samples": -1}, "samples=-1"),
        ({"patience": -1}, "patience=-1"),
        ({"seed": -1}, "`seed` must be an integer, at least 0 and at most 4294967295"),
        ({"seed": 2**40}, "seed=1099511627776"),
        ({"learning_rate": -0.1}, "learning_rate=-0.1"),
        ({"global_clipnorm": 0}, "global_clipnorm=0"),
        ({"max_source_length": 0}, "max_source_length=0"),
        ({"max_vocabulary_size": 4}, "max_vocabulary_size=4"),
        ({"tokenizer": "words"}, "must be one of None, 'auto', 'word', 'space'"),
        (
            {"target_tokenizer": "words"},
            "`target_tokenizer` must be one of None, 'auto'",
        ),
        ({"cell": "lstn"}, "`cell` must be one of 'lstm', 'gru', 'rnn'"),
        ({"attention": "lung"}, "`attention` must be one of None, 'luong'"),
        ({"schedule": "cosin"}, "'constant', 'plateau', 'cosine'"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        TrainingConfig(output="", **options)


def test_one_name_is_a_list_of_one_and_a_path_is_its_name():
    config = TrainingConfig(output=pathlib.Path("out"), train=pathlib.Path("p.tsv"))
    assert config.output == "out"
    assert config.train == ["p.tsv"]
    assert TrainingConfig(output="", train="p.tsv").train == ["p.tsv"]


def test_no_limit_and_no_other_tokenizer_are_none():
    config = TrainingConfig(output="", global_clipnorm=None, target_tokenizer=None)
    assert config.global_clipnorm is None


def test_features_are_read_where_there_are_some():
    with pytest.raises(InputError, match="`features_column`, or a corpus"):
        TrainingConfig(corpus="copy", features_encoder="sum")
    TrainingConfig(features_encoder="sum")
    TrainingConfig(corpus="sigmorphon2023/deu", features_encoder="sum")
    TrainingConfig(train="a.tsv", features_column=1, features_encoder="linear")


def test_what_never_goes_back_cannot_write_from_the_end():
    hard = {"output": "", "attention": "hard", "order": 1}
    with pytest.raises(InputError, match="`monotonic` attention never goes back"):
        TrainingConfig(**hard, monotonic=True, reverse_target=True)
    TrainingConfig(**hard, reverse_target=True)


def test_thawing_what_is_not_frozen_is_an_error():
    with pytest.raises(InputError, match="thaws nothing without"):
        TrainingConfig(thaw_embeddings_after=2)
