"""How a folder says that its translator searches."""

from collections.abc import Mapping
from typing import Any

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import Range

SOURCE_LENGTHS = Range(1, 10**5, whole=True)


def read_search(saved: Any, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Reads what a folder holds under "decoding".

    Earlier versions knew fewer options than this one; it goes on doing what they did.

    Args:
        saved: What stands there, whatever it is.
        before: What was done before there was an option, by its name, where that is
            not its default.

    Returns:
        A dictionary of `max_source_length` and all of `SearchOptions`; `None` if no
        version has written what stands there.
    """
    if not isinstance(saved, dict) or "max_source_length" not in saved:
        return None
    length, named = saved["max_source_length"], {**before, **saved}
    del named["max_source_length"]
    if not {*named} <= {*SearchOptions.__dataclass_fields__}:
        return None
    try:
        SOURCE_LENGTHS.check("max_source_length", length)
        return {"max_source_length": length, **vars(SearchOptions(**named))}
    except InputError:
        return None
