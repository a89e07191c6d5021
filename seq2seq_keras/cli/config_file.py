"""`--config`: a file of options, read within limits."""

import argparse
import json
import os
from typing import Any

from jsonargparse import ActionConfigFile
from jsonargparse import ArgumentParser as Parser
from jsonargparse import Namespace as Options

from seq2seq_keras.errors import InputError, check_choice, shown
from seq2seq_keras.yaml_files import parse_yaml, read_yaml


class ConfigFile(ActionConfigFile):
    """Takes options from a YAML file, or from a word that is YAML itself."""

    @staticmethod
    def apply_config(parser: Parser, cfg: Options, dest: str, value: str) -> None:
        """Adds the options of a file to those that were given before it."""
        is_yaml = ":" in value and not os.path.exists(value)  # noqa: PTH110
        options = parse_yaml(value, "`--config`") if is_yaml else read_yaml(value)
        if "config" in options:
            raise InputError(f"{value} names another `config`; only one is read.")
        for action in parser._actions:
            if action.dest in options:
                options[action.dest] = _checked(action, options[action.dest])
        # jsonargparse reads no file itself: what it gets has passed the limits.
        ActionConfigFile.apply_config(parser, cfg, dest, json.dumps(options))
        if not is_yaml:
            cfg[dest][-1] = value  # for whoever asks what was read


def _checked(action: argparse.Action, value: Any) -> Any:
    """The value of an option that jsonargparse does not check: it has no type."""
    if isinstance(action, argparse._StoreTrueAction):
        check_choice(action.dest, value, (False, True))
    elif type(action) is argparse._StoreAction and action.type is None:
        if action.nargs is None:
            if not isinstance(value, str | None):
                raise _error(action, "text", value)
        elif value is not None:
            values = value if isinstance(value, list) else [value]  # a list of one
            # `no` is a language, and a word to avoid, and in YAML a truth value.
            if not all(type(each) in (str, int) for each in values):
                expected = "a list of texts, in quotes where YAML means something else"
                raise _error(action, expected, value)
            return [str(each) for each in values]
    return value


def _error(action: argparse.Action, expected: str, value: Any) -> InputError:
    name = action.dest
    return InputError(f"`{name}` must be {expected}. Received: {name}={shown(value)}")
