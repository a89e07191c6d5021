"""Short names of cells and attentions, and what stands behind a name.

An option such as `cell` takes an object, or a text that says which one:

- a name of the table, which users may add to: `s2s.CELLS["minimal"] = MinimalCell`;
- `package.module:Name`, of a module that has been imported;
- `package>Name`, the name under which it is registered with Keras, as saved models
  have it.

Nothing is ever imported because a text says so: it may come from a file of somebody
else's.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from seq2seq_keras.errors import InputError, check_choice

# A text of the package's own is `module:Name`, so that Keras is loaded when needed.
CELLS: dict[str, str | Callable] = {
    "lstm": "keras.layers:LSTMCell",
    "gru": "keras.layers:GRUCell",
    "rnn": "keras.layers:SimpleRNNCell",
}
ATTENTIONS: dict[str, str | Callable] = {
    "luong": "seq2seq_keras.layers:LuongAttention",
    "bahdanau": "seq2seq_keras.layers:BahdanauAttention",
    "hard": "seq2seq_keras.layers:HardAttention",
}


def check_name(
    option: str, value: Any, table: Mapping[str, Any], *, optional: bool = False
) -> None:
    """Refuses a text that is neither in a table nor names an object in another way."""
    is_plain = isinstance(value, int | float | complex | bytes | list | tuple)
    if (
        value is None
        or is_plain
        or (isinstance(value, str) and not set(":>") & set(value))
    ):
        try:
            check_choice(option, value, (*[None] * optional, *table))
        except InputError as error:
            if not isinstance(value, str):
                raise
            raise InputError(
                f"{error}; one of your own is named as `module:Name`"
            ) from None


def find(option: str, value: Any, table: Mapping[str, Any]) -> Any:
    """Finds the object that was given for an option, or that a text names.

    >>> find("cell", "gru", CELLS).__name__
    'GRUCell'
    """
    check_name(option, value, table)
    if not isinstance(value, str):
        return value
    if value in table:
        entry = table[value]
        if not isinstance(entry, str):
            return entry
        module, _, name = entry.partition(":")
        return getattr(importlib.import_module(module), name)
    if ":" in value:
        return _of_module(option, value)
    return _registered(option, value)


def text_of(value: Any, table: Mapping[str, Any]) -> Any:
    """The text by which `find` finds an object again in a process that imports it."""
    if value is None or isinstance(value, str):
        return value
    place = f"{value.__module__}:{value.__qualname__}"
    for name, entry in table.items():
        if entry is value or (
            isinstance(entry, str) and find("", name, table) is value
        ):
            return name
    return place


def _of_module(option: str, value: str) -> Any:
    module, _, name = value.partition(":")
    if module not in sys.modules:
        raise InputError(
            f"`{option}` names {value!r}, but {module} has not been imported, and is "
            f"not imported because a text says so: `import {module}` first, or on the "
            f"command line `--import {module}`."
        )
    found: Any = sys.modules[module]
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise InputError(f"`{option}` names {value!r}, but {module} has no {name!r}.")
    return found


def _registered(option: str, value: str) -> Any:
    import keras

    found = keras.saving.get_registered_object(value)
    if found is None:
        raise InputError(
            f"`{option}` is {value!r}, which is not registered with Keras: import the "
            "module that defines it (with "
            "`@keras.saving.register_keras_serializable`) first, or on the command "
            "line name it by `--import`."
        )
    return found
