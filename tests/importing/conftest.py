"""What the tests of importing share."""

import pathlib
import subprocess
import sys

import keras2_models
import pytest


@pytest.fixture(scope="session")
def old_models(tmp_path_factory):
    """A folder of files that tf_keras wrote, in a process of its own."""
    folder = tmp_path_factory.mktemp("keras2")
    script = pathlib.Path(keras2_models.__file__)
    made = subprocess.run(
        [sys.executable, script, folder], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def vocabularies():
    """A function from the name of a model to its two vocabularies."""

    def of(name):
        if keras2_models.kind_of(name) == "characters":
            return keras2_models.CHARACTERS, keras2_models.TARGET_CHARACTERS
        return keras2_models.WORDS, keras2_models.TARGET_WORDS

    return of
