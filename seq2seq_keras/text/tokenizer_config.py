"""What may stand in the file of a tokenizer, whatever reads it."""

from typing import Any

from seq2seq_keras.errors import check_choice
from seq2seq_keras.ranges import as_python

_KINDS = {
    **{"class_name": str, "lowercase": bool, "unicode_form": str},
    **{"keep_white_space": bool, "filters": str, "skip_unknown": bool},
    **{"special_tokens": dict, "vocabulary": list, "model": str, "sha256": str},
    **{"tokenizer": dict, "features": list, "features_separator": str},
}


def check_types(config: Any) -> None:
    """Checks that each entry of a tokenizer's configuration has its type.

    Args:
        config: What `Tokenizer.get_config` made and JSON brought back.

    Raises:
        TypeError: If an entry has another, or it is no dictionary.
    """
    if not isinstance(config, dict):
        raise TypeError("a table is expected")
    for name, kind in _KINDS.items():
        if name in config and type(config[name]) is not kind:
            raise TypeError(f"{name} is no {kind.__name__}")
    for form in config.get("special_tokens", {}).values():
        if not isinstance(form, str):
            raise TypeError("a special token is no str")


def checked_flag(name: str, value: Any) -> bool:
    """Returns a yes or no as Python's, or refuses it by its name.

    What a constructor took for true would be in the file, and not be read from there.

    Args:
        name: What messages call it.
        value: What was given; NumPy's booleans are booleans.

    Raises:
        InputError: If it is neither `True` nor `False`.
    """
    flag = as_python(value)
    check_choice(name, flag, (False, True))
    return flag
