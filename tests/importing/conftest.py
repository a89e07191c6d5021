"""What the tests of importing share."""

import pathlib
import tarfile

import keras2_models
import pytest

FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="session")
def old_models(made_once):
    """A folder of files that tf_keras wrote; keras2_files_test.py writes them anew."""

    def unpack(folder):
        with tarfile.open(FIXTURES / "keras2_models.tar.xz") as archive:
            archive.extractall(folder, filter="data")

    return made_once("keras2", unpack)


@pytest.fixture
def vocabularies():
    """A function from the name of a model to its two vocabularies."""

    def of(name):
        if keras2_models.kind_of(name) == "characters":
            return keras2_models.CHARACTERS, keras2_models.TARGET_CHARACTERS
        return keras2_models.WORDS, keras2_models.TARGET_WORDS

    return of
