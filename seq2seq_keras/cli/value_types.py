"""Values on the command line and in YAML: checked when they are read."""

import argparse
import re
from collections.abc import Sequence
from typing import Any

from jsonargparse import ArgumentParser as Parser

from seq2seq_keras.data import number_as_text
from seq2seq_keras.errors import InputError, check_choice, shown
from seq2seq_keras.ranges import Range

_MOST_SEEDS = 1000
_AS_YAML = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
    **dict.fromkeys(("null", "~"), None),
}


class NumberType:
    """What `type=` makes of a word, or of a value in YAML: a number within a range."""

    def __init__(self, name: str, allowed: Range, *, optional: bool = False) -> None:
        self.name = name
        self.allowed = allowed
        self.optional = optional

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            value = self._read(value)
        if value is None and self.optional:
            return None
        try:
            return self.allowed.check(self.name, value)
        except InputError as error:
            raise _RefusedError(error) from None

    def __repr__(self) -> str:  # which `--help` shows
        return f"{'' if self.allowed.whole else 'a number, '}{self.allowed}"

    def _read(self, text: str) -> Any:
        if text == "null":
            return None
        try:
            return int(text) if self.allowed.whole else float(text)
        except ValueError:
            return text


class ChoiceType:
    """What `type=` makes of a word, or of a value in YAML: one of some values."""

    def __init__(self, name: str, choices: Sequence[Any]) -> None:
        self.name = name
        self.choices = choices

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str) and value not in self.choices:
            # What YAML takes for a boolean, or for nothing.
            read = _AS_YAML.get(value.lower(), value)
            value = read if read in self.choices else value
        try:
            check_choice(self.name, value, self.choices)
        except InputError as error:
            raise _RefusedError(error) from None
        return value

    def __repr__(self) -> str:  # which `--help` shows
        return "one of these"


class TextType:
    """What `type=` makes of a word, or of a value in YAML: optional text, as it is.

    jsonargparse would read the words `#`, `~` and `null` as YAML, which is nothing.
    A column of a table may also be a number, in YAML.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, value: Any) -> str | None:
        if self.name.endswith("_column"):
            value = number_as_text(value)
        if value is None or isinstance(value, str):
            return value
        error = f"`{self.name}` must be text. Received: {self.name}={shown(value)}"
        raise _RefusedError(error)

    def __repr__(self) -> str:  # which `--help` shows
        return "text"


class _RefusedError(argparse.ArgumentTypeError, ValueError):
    """What is taken as it is for a word (the first) and a value in YAML (the other)."""


def read_seeds(words: Sequence[str]) -> list[int]:
    """Reads seeds, some of which are all from one to another.

    Args:
        words: List of strings: a seed, as "7", or "0-9".

    Returns:
        A list of integers.

    Raises:
        InputError: If a word is neither.
    """
    seeds: list[int] = []
    for word in words:
        found = re.fullmatch(r"(-?\d{1,10})(?:-(\d{1,10}))?", word, re.ASCII)
        if found is None:
            raise InputError(
                "`seeds` must be integers, or two with a dash between, as `0-9`. "
                f"Received: {word}"
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 <= last - first < _MOST_SEEDS:
            raise InputError(
                f"`seeds` must go up, and be {_MOST_SEEDS} at most. Received: {word}"
            )
        seeds += range(first, last + 1)
    return seeds


def add_number(
    command: Parser, name: str, allowed: Range, default: Any, about: str
) -> None:
    """Adds an option that is a number.

    Args:
        command: The parser.
        name: Its name, without dashes.
        allowed: Its `Range`.
        default: Its default; `None` may then also be given.
        about: Its help.
    """
    command.add_argument(
        f"--{name}",
        type=NumberType(name, allowed, optional=default is None),
        default=default,
        help=about,
    )


def choice_settings(
    name: str, choices: Sequence[Any], *, is_optional: bool
) -> dict[str, Any]:
    """What `add_argument` is told of an option that is one of some values.

    Args:
        name: Its name.
        choices: The values: strings or booleans.
        is_optional: Whether it may also be `None`, which is `null` in YAML.

    Returns:
        A dictionary.
    """
    allowed = [*choices, None] if is_optional else [*choices]
    shown_as = ",".join(str(c).lower() if isinstance(c, bool) else c for c in choices)
    return {"type": ChoiceType(name, allowed), "metavar": f"{{{shown_as}}}"}


def add_choice(
    command: Parser, name: str, choices: Sequence[str], default: str | None, about: str
) -> None:
    """Adds an option that is one of some words.

    Args:
        command: The parser.
        name: Its name, without dashes.
        choices: The words.
        default: Its default; `None` may then also be given.
        about: Its help.
    """
    settings = choice_settings(name, choices, is_optional=default is None)
    command.add_argument(f"--{name}", default=default, help=about, **settings)
