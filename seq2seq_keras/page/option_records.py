"""What the form of a page has to know of the options of the search."""

import typing
from typing import Any

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import choices_of, options_of
from seq2seq_keras.ranges import alternatives

# How JSON calls the types of options.
_TYPES = {bool: "boolean", int: "integer", float: "number"}


def option_records(
    defaults: dict[str, Any], limits: dict[str, int]
) -> list[dict[str, Any]]:
    """Describes options.

    Args:
        defaults: The values of a model's own options by name.
        limits: The largest values that are taken, where they are below those of the
            options.

    Returns:
        A dictionary for JSON for each option in `defaults`.
    """
    hints = typing.get_type_hints(SearchOptions)
    records = []
    for field in options_of(SearchOptions):
        if field.name not in defaults:
            continue
        kinds = alternatives(hints[field.name])
        maximum = field.metadata["maximum"]
        records.append(
            {
                "name": field.name,
                "type": _TYPES.get(kinds[0], "string"),
                "default": defaults[field.name],
                "minimum": field.metadata["minimum"],
                "maximum": limits.get(field.name, maximum),
                "choices": list(choices_of(hints[field.name])) or None,
                "optional": type(None) in kinds,
                "description": field.metadata["description"],
            }
        )
    return records
