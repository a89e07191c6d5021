"""Tests of tools.option_tables: the documents are in step with the definitions."""

import pytest

from seq2seq_keras.options import options_of
from tools.option_tables import DOCUMENTS, OWNERS, with_tables

README = DOCUMENTS[0]


def test_the_tables_of_the_documents_are_those_of_the_definitions():
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    for text in texts:
        assert text == with_tables(text), "run: python -m tools.option_tables"
    for name in OWNERS:
        assert sum(f"<!-- options: {name} -->" in text for text in texts) == 1


@pytest.mark.parametrize("name", ["model", "search"])
def test_the_korean_readme_names_every_option(name):
    korean = README.with_name("README.ko.md").read_text(encoding="utf-8")
    missing = [x.name for x in options_of(OWNERS[name]) if f"`{x.name}`" not in korean]
    assert not missing
