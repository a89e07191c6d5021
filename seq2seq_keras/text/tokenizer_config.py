"""What may stand in the file of a tokenizer, whatever reads it."""

from typing import Any

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
