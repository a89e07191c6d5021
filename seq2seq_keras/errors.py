"""The error of a user's data or options, and what raises it."""

import importlib
import reprlib
import traceback
import types
from collections.abc import Iterable
from typing import Any

# What a module is called where it is installed from, if not by its name.
_PACKAGES = {
    "sklearn": "scikit-learn",
    "mecab": "python-mecab-ko",
    "grpc": "grpcio",
    "tensorflow_serving": "tensorflow-serving-api",
    "prometheus_client": "prometheus-client",
    "ai_edge_litert": "ai-edge-litert",
    "ray": "ray[serve]",
    "tensorflow_text": "'tensorflow-text<2.22'",
}


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


def check_texts(**lists: Any) -> None:
    """Raises an `InputError` if a single string was given for a list of them.

    Python would go through its letters.
    """
    for name, texts in lists.items():
        if isinstance(texts, str | bytes):
            raise InputError(
                f"`{name}` must be texts, such as a list of strings. Received: a "
                f"single string, {texts[:20]!r}"
            )


def check_unicode(text: str, where: str) -> None:
    """Raises an `InputError` if a string holds half of a character.

    Python allows lone surrogates, of bytes that were no text and of emoji cut in two;
    no file, tensor or terminal takes them.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{where} holds a lone surrogate ({text[error.start]!r} at character "
            f"{error.start + 1}), which is not valid Unicode. Remove it."
        ) from None


def import_named(modules: Iterable[str]) -> None:
    """Imports modules that the user has named, with cells or attentions in them."""
    for module in modules:
        try:
            importlib.import_module(module)
        except (ImportError, SyntaxError) as error:  # which say where
            raise InputError(f"{module} cannot be imported: {error}") from error
        except Exception as error:
            *_, (frame, line) = traceback.walk_tb(error.__traceback__)
            raise InputError(
                f"{module} cannot be imported: {type(error).__name__}: {error} "
                f"({frame.f_code.co_filename}, line {line})"
            ) from error


def import_optional(name: str, purpose: str) -> types.ModuleType:
    """Imports a module of an extra when it is needed; `purpose` begins the message."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        package = _PACKAGES.get(package, package)
        raise InputError(
            f"{purpose} cannot be made without {package}, and importing it failed "
            f"({error}). Install it with: pip install {package}"
        ) from error
