"""What the tests of the command line share."""

import pathlib

import pytest

from seq2seq_keras.files import sha256
from seq2seq_keras.translation import Translator


@pytest.fixture(scope="session")
def translators_by_content():
    return {}


def content_of(folder):
    """The names and sums of its files."""
    files = sorted(pathlib.Path(folder).glob("*.*"))
    return tuple((path.name, sha256(path)) for path in files if path.is_file())


@pytest.fixture(scope="session")
def translator(translator, saved_translator, translators_by_content):
    """The one that commands have, too, so that its graphs are traced once."""
    return translators_by_content.setdefault(content_of(saved_translator), translator)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, translators_by_content):
    """A folder of the same bytes is loaded once, and its graphs are traced once."""
    load = Translator.load

    def load_once(folder):
        content = content_of(folder)
        if content not in translators_by_content:
            translators_by_content[content] = load(folder)
        return translators_by_content[content]

    monkeypatch.setattr(Translator, "load", load_once)
