"""Tests of tools.option_tables: the documents are in step with the definitions."""

import pytest

from seq2seq_keras.options import options_of
from tools.option_tables import OWNERS, README, with_tables


def test_the_tables_of_the_readme_are_those_of_the_definitions():
    text = README.read_text(encoding="utf-8")
    assert text == with_tables(text), "run: python -m tools.option_tables"
    for name in OWNERS:
        assert f"<!-- options: {name} -->" in text


@pytest.mark.parametrize("name", OWNERS)
def test_the_korean_readme_names_every_option(name):
    korean = README.with_name("README.ko.md").read_text(encoding="utf-8")
    missing = [x.name for x in options_of(OWNERS[name]) if f"`{x.name}`" not in korean]
    assert not missing
