"""Tests that the file in the package is what the grammar writes."""

import io
import zipfile

import numpy as np
import pytest

from seq2seq_keras.data import Phrasebook
from tools.phrasebook.__main__ import FILE, make_arrays


@pytest.fixture(scope="module")
def arrays(generated):
    return make_arrays(generated)


def members(file):
    """What a file holds, whichever version of zlib packed it."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_file_is_what_the_program_writes(arrays):
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    assert members(FILE) == members(written)


def test_the_file_is_small_and_never_unpickled(arrays):
    assert FILE.stat().st_size < 400_000
    assert {array.dtype.kind for array in arrays.values()} == {"u", "U"}


def test_every_sentence_is_read_as_it_was_generated(sentences):
    phrasebook = Phrasebook()
    assert len(phrasebook) == len(sentences)
    columns = [phrasebook.texts(name) for name in ("english", "french", "korean")]
    columns += [phrasebook.combinations(), phrasebook.kinds()]
    assert list(zip(*columns, strict=True)) == list(sentences)
