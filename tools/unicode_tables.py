"""Writes what TensorFlow knows of characters, for tokenizers without TensorFlow.

python -m tools.unicode_tables
"""

import json
import pathlib

import numpy as np

import seq2seq_keras  # isort: skip
import tensorflow as tf

FILE = pathlib.Path(seq2seq_keras.__file__).parent / "runtime/unicode_tables.json"
CLASSES = {"word": r"[\pL\pM\pN]", "number": r"\pN", "separator": r"\pZ"}
SURROGATES = range(0xD800, 0xE000)


def tables() -> dict[str, dict]:
    """Ranges of each class of characters, and all small letters that differ."""
    codes = np.array([i for i in range(1, 0x110000) if i not in SURROGATES])
    characters = tf.constant([chr(i) for i in codes])
    classes = {
        name: ranges(codes[tf.strings.regex_full_match(characters, pattern).numpy()])
        for name, pattern in CLASSES.items()
    }
    small = tf.strings.lower(characters, encoding="utf-8").numpy()
    lower = {
        str(code): text.decode("utf-8")
        for code, text in zip(codes, small, strict=True)
        if text.decode("utf-8") != chr(code)
    }
    return {"classes": classes, "lower": lower}


def ranges(codes: np.ndarray) -> list[list[int]]:
    """The first and last of each run of codes."""
    runs = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
    return [[int(run[0]), int(run[-1])] for run in runs]


if __name__ == "__main__":
    text = json.dumps(tables(), ensure_ascii=True, separators=(",", ":"))
    FILE.write_text(text + "\n", encoding="utf-8")
