"""What the files of a folder were made with, so that no others are put among them."""

import json
import os
import pathlib
from typing import Any

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.files import write_text
from seq2seq_keras.untrusted import parse_json

MADE_WITH = ".made_with.json"


def check_made_with(folder: str | os.PathLike, made_with: dict[str, Any]) -> None:
    """Refuses a folder whose files were made with something else; else notes it there.

    Args:
        folder: The folder.
        made_with: Dictionary that JSON can hold.

    Raises:
        InputError: Names the first entry that differs.
    """
    path = pathlib.Path(folder, MADE_WITH)
    made_with = json.loads(json.dumps(made_with))
    if path.is_file():
        found = parse_json(path.read_bytes(), path)
        before = found if isinstance(found, dict) else {}
        for name in sorted({*before, *made_with}):
            if before.get(name) != made_with.get(name):
                raise InputError(
                    f"{folder} holds files that were made with another `{name}`: "
                    f"{shown(before.get(name))}, and now {shown(made_with.get(name))}. "
                    "Name another folder, or delete that one."
                )
    else:
        write_text(path, json.dumps(made_with, ensure_ascii=False, indent=1) + "\n")
