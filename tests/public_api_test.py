"""Tests of the public names and of the examples in their docstrings."""

import doctest
import importlib
import inspect
import pkgutil
import re
import textwrap

import pytest

import seq2seq_keras
from seq2seq_keras import vectors

MODULES = [
    module.name
    for module in pkgutil.walk_packages(seq2seq_keras.__path__, "seq2seq_keras.")
    if not module.name.endswith("__main__")
]
# But for the tables of names.
CALLED = [
    name
    for module in (seq2seq_keras, vectors)
    for name in module.__all__
    if callable(getattr(module, name))
]


def test_public_names_are_sorted_and_there():
    for module in (seq2seq_keras, vectors):
        assert module.__all__ == sorted(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_the_version_is_a_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", seq2seq_keras.__version__)


@pytest.mark.parametrize("name", CALLED)
def test_docstrings_name_every_argument(name):
    thing = getattr(seq2seq_keras, name, None) or getattr(vectors, name)
    documented = inspect.getdoc(thing)
    assert documented, name
    # These say where their options stand: in `build_model` and in `Tokenizer`.
    if name in ("InputError", "Seq2Seq") or "**options: See" in documented:
        return
    for parameter in inspect.signature(thing).parameters.values():
        assert re.search(
            rf"^ *\*{{0,2}}{parameter.name}: ", documented, re.MULTILINE
        ), f"{name} does not document {parameter.name}"


@pytest.mark.parametrize("name", CALLED)
def test_docstrings_have_an_example(name):
    thing = getattr(seq2seq_keras, name, None) or getattr(vectors, name)
    documented = inspect.getdoc(thing)
    blocks = re.findall(r"^ *```python\n(.*?)^ *```", documented, re.M | re.S)
    # Blocks are not run: they need a trained model, or a font of the machine.
    assert blocks or ">>> " in documented
    for block in blocks:
        compile(textwrap.dedent(block), name, "exec")
        for called in re.findall(r"\bs2s\.(\w+)", block):
            assert hasattr(seq2seq_keras, called), called


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    results = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.ELLIPSIS
    )
    assert results.failed == 0
