"""The sentences of the phrasebook, generated once for all tests."""

import pytest

from seq2seq_keras.data.phrasebook.corpus import generate_sentences


@pytest.fixture(scope="session")
def sentences():
    return tuple(generate_sentences())
