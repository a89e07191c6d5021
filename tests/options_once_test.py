"""Each option is written in one place, from which everything else follows."""

import ast
import dataclasses
import pathlib
import subprocess
import sys
from typing import NamedTuple

import pytest

from seq2seq_keras.architecture import Architecture

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"


class Source(NamedTuple):
    """What stands in all files of the package."""

    texts: dict[pathlib.Path, str]  # with single spaces
    constants: list[str]
    options: list[str]  # fields of classes that `option(...)` makes


@pytest.fixture(scope="module")
def source():
    found = Source({}, [], [])
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.texts[path] = " ".join(text.split())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.constants.append(node.value)
            made = node.value if isinstance(node, ast.AnnAssign) else None
            if isinstance(made, ast.Call) and ast.unparse(made.func) == "option":
                found.options.append(node.target.id)
    return found


@pytest.mark.parametrize(
    "field", dataclasses.fields(Architecture), ids=lambda f: f.name
)
def test_an_option_of_the_model_is_written_once(field, source):
    assert source.options.count(field.name) == 1
    # Nor does the command line have it once more, but for the module of an object,
    # which it imports, and the precision of the weights that it exports.
    if not field.metadata["names_object"] and field.name != "precision":
        assert f"--{field.name}" not in source.constants
    # Its sentence is its own.
    sentence = " ".join(field.metadata["description"].split())
    alike = [path.name for path, text in source.texts.items() if sentence in text]
    assert alike in ([], ["architecture.py"]) or len(sentence) < 30


ADDED = '''
import dataclasses, inspect, sys
from seq2seq_keras import architecture
from seq2seq_keras.options import documented, option, options_table

@documented
@dataclasses.dataclass(kw_only=True)
class Architecture(architecture.Architecture):
    """More.

    Args:
        {options}
    """
    warmth: int = option(7, "How warm it is.", minimum=1, paper="[Sun](https://s.un)")

architecture.Architecture = Architecture

import seq2seq_keras as s2s
from seq2seq_keras.cli import main
from seq2seq_keras.models import ModelOptions

assert inspect.signature(s2s.build_model).parameters["warmth"].default == 7
assert "warmth: How warm it is. Defaults to `7`." in s2s.build_model.__doc__
assert "[Sun](https://s.un): `warmth`" in s2s.build_model.__doc__
model = s2s.build_model(9, 9, units=4, warmth=8)
assert model.options.warmth == 8
assert model.get_config()["warmth"] == 8
assert "| `warmth` | `7` | How warm it is. |" in options_table(Architecture)
config = s2s.TrainingConfig(warmth=9)
assert config.as_dict()["warmth"] == 9
for make in (
    lambda: s2s.TrainingConfig(warmth=0),
    lambda: s2s.build_model(9, 9, warmth=0),
):
    try:
        make()
    except s2s.InputError as error:
        assert "`warmth` must be a positive integer" in str(error)
    else:
        raise AssertionError("refused by nobody")
with open(sys.argv[1], "w") as file:
    file.write("warmth: 0\\n")
assert main(["train", "--corpus", "copy", "--config", sys.argv[1]]) == 2
assert main(["train", "--corpus", "copy", "--warmth", "0"]) == 2
try:
    main(["train", "--help"])
except SystemExit:
    pass
'''


def test_an_option_that_is_added_in_one_place_is_there_in_all(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", ADDED, str(tmp_path / "config.yaml")],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert "--warmth" in result.stdout
    assert "How warm it is." in result.stdout
    refused = result.stderr.splitlines()
    assert len(refused) == 2
    assert all("`warmth` must be a positive integer" in line for line in refused)
