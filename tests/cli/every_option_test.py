"""Every option of every command, with every kind of wrong value.

The table is made from the parser, so that a new option is tried unasked. Whatever is
wrong is refused by the parser or a class of options, before anything is loaded.
"""

import argparse
import dataclasses
import importlib
import pathlib
import re

import pytest
import yaml

from seq2seq_keras import InputError
from seq2seq_keras.cli import main, make_parser
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import options_of
from seq2seq_keras.training import TrainingConfig

ROOT = pathlib.Path(__file__).parents[2]
# What is no number in any range, as a word and as a value of YAML.
NO_NUMBERS = ["", "many", "1e400", ".inf", "nan", "-1e30", "9" * 400, "9" * 5000, "[1]"]
NO_NUMBERS += ["true", "{a: 1}", "1 2", "0x10", "--", "\ud800", "a\0b", "&a [*a]"]
NO_CHOICES = ["", "nonsense", "5", "[1]", "{a: 1}"]
NO_YAML_NUMBERS = [float("inf"), float("nan"), 10**400, True, [1], {"a": 1}, "many"]
NO_TEXTS = [5, 1.5, True, {"a": 1}, [["a"]]]


def commands(parser, *path):
    """Yields the words of each command, and its options."""
    own = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not own:
        yield path, parser
    for action in own:
        for name, command in action._name_parser_map.items():
            yield from commands(command, *path, name)


PARSER = make_parser()
COMMANDS = dict(commands(PARSER))


def is_number(action):
    return hasattr(action.type, "allowed")


def is_choice(action):
    return hasattr(action.type, "choices")


def is_yes_or_no(action):
    return is_choice(action) and True in action.type.choices


def options(is_wanted=lambda action: True):
    """The options of all commands that are of some kind, as parameters of a test."""
    return [
        pytest.param(path, action, id=f"{'-'.join(path)}-{action.dest}")
        for path, parser in COMMANDS.items()
        for action in parser._actions
        if action.option_strings
        and action.dest not in ("help", "config", "print_config")
        and is_wanted(action)
    ]


def arguments_of(path, without=""):
    """The words of a command with what it must be given."""
    words = list(path)
    for action in COMMANDS[path]._actions:
        value = [action.dest] * (2 if action.nargs == "+" else 1)
        if not action.option_strings and action.dest != "help":
            words += value
        elif action.required and action.dest != without:
            words += [action.option_strings[0], *value]
    return words


def assert_refused(capsys, arguments, name):
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    printed = capsys.readouterr()
    assert status == 2, printed
    (line,) = printed.err.splitlines()
    assert line.startswith("seq2seq-keras: error: ")
    assert name in line.replace("-", "_"), line
    assert len(line) < 1000
    return line


@pytest.fixture(autouse=True)
def nothing_is_loaded(monkeypatch):
    """No command is run: what gets through has not been refused."""

    def fail(options):
        raise AssertionError("it was not refused")

    commands = "seq2seq_keras.cli.commands"
    runs = dict.fromkeys(importlib.import_module(commands)._COMMANDS, fail)
    monkeypatch.setattr(f"{commands}._COMMANDS", runs)
    # One parser for all, and what is only idle is no wrong value.
    monkeypatch.setattr("seq2seq_keras.cli.parser.make_parser", lambda: PARSER)
    monkeypatch.setattr(f"{commands}.check_idle", lambda *_: None)


def test_every_option_stands_on_a_page():
    text = "".join(
        page.read_text(encoding="utf-8")
        for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    )
    known = {word.replace("-", "_") for word in re.findall(r"[a-z][\w-]*", text)}
    names = {action.dest for _, action in (p.values for p in options())}
    assert sorted(names - known) == []


@pytest.mark.parametrize(
    ("path", "action"), options(lambda action: is_number(action) or is_choice(action))
)
def test_a_word_of_the_wrong_kind_is_refused_in_one_line(path, action, capsys):
    wrong = NO_NUMBERS if is_number(action) else NO_CHOICES
    option = action.option_strings[0]
    for value in wrong:
        arguments = [*arguments_of(path, action.dest), f"{option}={value}"]
        line = assert_refused(capsys, arguments, action.dest)
        assert f"`{action.dest}` must be " in line


@pytest.mark.parametrize(
    ("path", "action"),
    options(is_yes_or_no),
)
def test_a_choice_of_yes_or_no_need_not_be_written_out(path, action):
    option, given = action.option_strings[0], arguments_of(path, action.dest)
    words = {"": True, "=true": True, "=Yes": True, "=false": False, "=no": False}
    if None in action.type.choices:
        words |= {"=null": None}
    for word, value in words.items():
        level = PARSER.parse_args([*given, option + word])
        for name in path:
            level = level[name]
        assert level[action.dest] is value


@pytest.mark.parametrize(("path", "action"), options(is_number))
def test_a_number_at_its_bounds_is_taken_and_beyond_them_refused(path, action, capsys):
    option, allowed = action.option_strings[0], action.type.allowed
    assert allowed.minimum is not None or allowed.above is not None
    assert allowed.maximum is not None or allowed.below is not None
    for bound, step in ((allowed.minimum, -1), (allowed.maximum, 1)):
        if bound is None:
            continue
        words = [*arguments_of(path, action.dest), f"{option}={bound}"]
        with pytest.raises(AssertionError, match="it was not refused"):
            main(words)
        capsys.readouterr()
        words[-1] = f"{option}={bound + step}"
        assert_refused(capsys, words, action.dest)
    for bound in (allowed.below, allowed.above):
        if bound is not None:
            words = [*arguments_of(path, action.dest), f"{option}={bound}"]
            assert_refused(capsys, words, action.dest)


@pytest.mark.parametrize(("path", "action"), options())
def test_a_value_of_the_wrong_type_in_yaml_is_refused_in_one_line(
    path, action, tmp_path, capsys
):
    config = tmp_path / "options.yaml"
    wrong = NO_YAML_NUMBERS if is_number(action) else NO_TEXTS
    for value in wrong:
        is_flag = isinstance(action, argparse._StoreTrueAction)
        if value is True and (is_flag or is_yes_or_no(action)):
            continue
        takes_several = action.nargs is not None and not is_number(action)
        if takes_several and not isinstance(value, dict | list):
            continue  # a number is the name of a column
        if action.dest.endswith("_column") and type(value) is int:
            continue  # likewise
        config.write_text(yaml.safe_dump({action.dest: value}))
        arguments = [*arguments_of(path, action.dest), "--config", str(config)]
        assert_refused(capsys, arguments, action.dest)


@pytest.mark.parametrize("owner", [TrainingConfig, SearchOptions])
def test_a_class_of_options_refuses_the_same(owner):
    tried = 0
    for field in options_of(owner):
        for value in (float("inf"), 10**400, 10**5000, {"a": 1}, b"a", [["a"]], 1j):
            if field.metadata["names_object"] and isinstance(value, dict):
                continue  # what an attention is saved as
            if field.name == "columns" and isinstance(value, int):
                value = [value]
            tried += 1
            with pytest.raises(InputError, match=field.name) as raised:
                owner(**{field.name: value})
            assert len(str(raised.value)) < 1000
    assert tried > 6 * len(dataclasses.fields(owner))
