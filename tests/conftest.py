"""What the tests share."""

import os
import pathlib

import seq2seq_keras  # isort: skip  # noqa: F401  (holds back TensorFlow's notes)
import keras
import pytest


@pytest.fixture(autouse=True)
def seeded():
    """Every test starts from the same seed, so none depends on another."""
    keras.utils.set_random_seed(0)


@pytest.fixture
def public_data():
    """The folder of public corpora, where there is one."""
    folder = os.environ.get("SEQ2SEQ_KERAS_DATA")
    if not folder or not pathlib.Path(folder).is_dir():
        pytest.skip("SEQ2SEQ_KERAS_DATA names no folder of public corpora")
    return pathlib.Path(folder)
