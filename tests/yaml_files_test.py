"""Tests of the reader of YAML files, which may come from anyone."""

import math
import re
import time

import pytest
import yaml

from seq2seq_keras import InputError
from seq2seq_keras.cli import main
from seq2seq_keras.training import resume_training, trained_seed
from seq2seq_keras.yaml_files import parse_yaml, read_yaml


def bomb(first, again):
    """Nine times as many values in each of ten lines."""
    lines = [f"a: &a {first}"]
    for name, following in zip("abcdefghi", "bcdefghij", strict=True):
        inner = again % ",".join([f"*{name}"] * 9)
        lines.append(f"{following}: &{following} {inner}")
    return "\n".join(lines)


REFUSED = {
    "units: 5\ncell: gru\nunits: 6": "line 3: `units` stands there twice",
    "a: {b: 1, b: 2}": "line 1: `b` stands there twice",
    "units: 5\n? [a]\n: 5": "line 2: the name of an option must be text",
    "1: 5": "line 1: the name of an option must be text",
    "- 5": "line 1: options are written as `name: value`",
    "units": "line 1: options are written as `name: value`",
    "a: [": "line 2: no YAML",
    "a: b: c": "line 1: no YAML",
    "a: *b": "line 1: no YAML, found undefined alias",
    "a: 1\n---\nb: 2": "line 2: no YAML",
    "a: &a [*a]": "an alias that stands within what it stands for",
    "a: &a {b: *a}": "an alias that stands within what it stands for",
    bomb("[x]", "[%s]"): "aliases make more than 100,000 values",
    bomb("{x: 1}", "{<<: [%s]}"): "aliases make more than 100,000 values",
    "a: " + "[" * 100_000: "nested deeper than 20 levels",
    "a: " + "{b: " * 100_000: "nested deeper than 20 levels",
    "- " * 100_000 + "x": "nested deeper than 20 levels",
    "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(999)): (
        "nested deeper than 20 levels"
    ),
    "a: !!binary aGk=": "line 1: a value of the kind 'binary'",
    "a: !!set {b, c}": "line 1: a value of the kind 'set'",
    "a: !!python/object/apply:os.system [x]": "kind 'python/object/apply:os.system'",
    'a: "\\0"': "line 1: a NUL character",
    "a: \0": "no YAML",
    "a: !!float x": "no YAML",
    "a: " + "9" * 5000: "no YAML",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:20]))
def test_what_is_no_list_of_options_is_refused_in_one_line_at_once(
    text, tmp_path, capsys
):
    path = tmp_path / "training.yaml"
    path.write_text(text)
    start = time.process_time()
    with pytest.raises(InputError, match=re.escape(REFUSED[text])) as raised:
        read_yaml(path)
    assert str(path) in str(raised.value)
    # By the command line, and as the file of a training that is resumed.
    assert main(["train", "--config", str(path)]) == 2
    assert capsys.readouterr().err == f"seq2seq-keras: error: {raised.value}\n"
    for read in (resume_training, trained_seed):
        with pytest.raises(InputError, match=re.escape(REFUSED[text])):
            read(tmp_path)
    assert time.process_time() - start < 5  # a bomb takes minutes


@pytest.mark.parametrize("content", [b"\xff\xfe\0a", b"a: 1\n" * 300_000, b"\x7fELF"])
def test_what_is_no_text_or_too_long_is_refused(content, tmp_path):
    path = tmp_path / "options.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"options\.yaml"):
        read_yaml(path)


@pytest.mark.parametrize("path", ["", ".", "absent.yaml", "a\0b", "/dev/zero"])
def test_what_is_no_file_is_refused(path):
    with pytest.raises(InputError, match=r"cannot be read|has more than"):
        read_yaml(path)


def test_values_are_those_of_yaml_with_numbers_as_people_write_them():
    text = "a: 1\nb: 1e-3\nc: -.inf\nd: 2001-01-01\ne: &e [x, 1.5]\nf: *e\ng:\nh: no\n"
    expected = {"a": 1, "b": 0.001, "c": -math.inf, "d": "2001-01-01", "g": None}
    expected |= {"e": ["x", 1.5], "f": ["x", 1.5], "h": False}
    assert parse_yaml(text, "here") == expected
    merged = parse_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "here")
    assert merged["b"] == {"x": 1, "y": 3}
    assert parse_yaml("# nothing\n", "here") == {}


def test_what_a_training_writes_is_read_the_same():
    options = {"a": 1e-3, "b": 1e30, "c": ["é", "1"], "d": None, "e": True, "f": "no"}
    assert parse_yaml(yaml.safe_dump(options, allow_unicode=True), "here") == options


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: other.yaml", "names another `config`"),
        ("resume: 5", "`resume` must be text. Received: resume=5"),
        ("train: {a: b}", "`train` must be a list of texts"),
        ("columns: [a]", "`columns` must be a list of 2 texts"),
        ("output: [a]", "output"),
        ("overwrite: 5", "overwrite"),
        ("units: 1e30", "`units` must be a positive integer"),
        ("learning_rate: .nan", "`learning_rate` must be at least"),
    ],
)
def test_values_of_the_wrong_type_are_named(text, message, tmp_path, capsys):
    path = tmp_path / "options.yaml"
    path.write_text(text)
    assert main(["train", "--config", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_flags_and_words_of_other_commands_are_checked_too(tmp_path, capsys):
    path = tmp_path / "options.yaml"
    for text, message in (
        ("json: 5", "`json` must be one of False, True"),
        ("input: [a]", "`input` must be text"),
        ("avoid: {a: b}", "`avoid` must be a list of texts"),
    ):
        path.write_text(f"model: nowhere\n{text}")
        assert main(["translate", "--config", str(path)]) == 2
        assert message in capsys.readouterr().err


def test_what_only_an_old_yaml_takes_for_a_number_is_text():
    text = "[010, 1:30, 0b1, 10, -7, 0x1f, 0, 1_000]"
    found = parse_yaml(f"a: {text}", "x")["a"]
    assert found == ["010", "1:30", "0b1", 10, -7, 31, 0, 1000]


@pytest.mark.parametrize("value", ["no", "1.5", "1e3", "true"])
def test_what_yaml_takes_for_something_else_is_no_text_in_a_list(
    value, tmp_path, capsys
):
    config = tmp_path / "options.yaml"
    config.write_text(f"avoid: [{value}, en]\n")
    assert main(["translate", "M", "--config", str(config)]) == 2
    error = capsys.readouterr().err
    assert "`avoid` must be a list of texts, in quotes where YAML" in error
    assert error.count("\n") == 1
