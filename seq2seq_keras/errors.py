"""The error of a user's data or options, and what raises it."""

import importlib
import reprlib
import types
from collections.abc import Iterable
from typing import Any


class _Short(reprlib.Repr):
    """Also writes integers of more digits than Python writes, wherever they stand."""

    def repr_int(self, x: int, level: int) -> str:
        many = x.bit_length() > 10_000
        return f"<{x.bit_length()} bits>" if many else super().repr_int(x, level)


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = 200
_SHORT.maxlong = 60


class InputError(ValueError):
    """Something the user handed over cannot be used as it is.

    Its message is one line that says what happened, where, what was expected and
    how to mend it. The command line prints that line and exits with status 2; any
    other exception is a fault of the program and keeps its traceback.

    Example:

    >>> try:
    ...     check_choice("cell", "lstn", ("lstm", "gru"))
    ... except InputError as error:
    ...     print(error)
    `cell` must be one of 'lstm', 'gru'. Received: cell='lstn'
    """


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raises an `InputError` that names the choices if `value` is not one."""
    # 1 and 1.0 equal True, which they are not.
    if not any(type(value) is type(c) and value == c for c in choices):
        allowed = ", ".join(repr(choice) for choice in choices)
        raise InputError(
            f"`{name}` must be one of {allowed}. Received: {name}={shown(value)}"
        )


def shown(value: Any) -> str:
    """The `repr` of what a user gave, cut to what fits into a message."""
    return " ".join(_SHORT.repr(value).split())


def import_optional(name: str, purpose: str) -> types.ModuleType:
    """Imports a module of an extra, when it is needed and not before.

    Args:
        name: The module, e.g. "gensim.models".
        purpose: What needs it, the beginning of the message.

    Returns:
        The module.

    Raises:
        InputError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.split(".")[0].replace("sklearn", "scikit-learn")
        raise InputError(
            f"{purpose} cannot be made without {package}, and importing it failed "
            f"({error}). Install it with: pip install {package}"
        ) from error


ALGORITHMS = ("skip_gram", "cbow")
