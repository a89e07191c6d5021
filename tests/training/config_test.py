"""Tests of seq2seq_keras.training.config."""

import dataclasses
import inspect
import re
import typing

from seq2seq_keras.models import options
from seq2seq_keras.models.build import build_model
from seq2seq_keras.training.config import TrainingConfig


def test_every_option_is_documented():
    documented = re.findall(r"^        (\w+): ", TrainingConfig.__doc__, re.MULTILINE)
    fields = [field.name for field in dataclasses.fields(TrainingConfig)]
    assert documented == fields


def test_model_options_and_their_defaults_are_those_of_build_model():
    config = TrainingConfig(output="")
    parameters = inspect.signature(build_model).parameters
    shared = [name for name in parameters if hasattr(config, name)]
    assert len(shared) >= 14
    given_elsewhere = {"embedding_dim": 128, "precision": "float32"}
    for name in shared:
        default = given_elsewhere.get(name, parameters[name].default)
        assert getattr(config, name) == default, name


def test_choices_are_those_the_model_checks():
    hints = typing.get_type_hints(TrainingConfig)
    assert typing.get_args(hints["cell"]) == options.CELLS
    assert typing.get_args(hints["bridge"]) == options.BRIDGES
    assert typing.get_args(hints["precision"]) == options.PRECISIONS
