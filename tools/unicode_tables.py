"""Writes what TensorFlow knows of characters, for tokenizers without TensorFlow.

python -m tools.unicode_tables
"""

import json

import numpy as np

from seq2seq_keras.text import UNICODE_TABLES

import tensorflow as tf  # isort: skip

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
    # What lets the letter sigma end a word, and what is passed over on the way to it.
    is_cased, is_cased_or_ignorable = (
        ends_a_word(tf.strings.join([before, characters, "Σ"])) for before in ("", "a")
    )
    classes["cased"] = ranges(codes[is_cased])
    classes["case_ignorable"] = ranges(codes[is_cased_or_ignorable & ~is_cased])
    small = tf.strings.lower(characters, encoding="utf-8").numpy()
    lower = {
        str(code): text.decode("utf-8")
        for code, text in zip(codes, small, strict=True)
        if text.decode("utf-8") != chr(code)
    }
    return {"classes": classes, "lower": lower}


def ends_a_word(texts: tf.Tensor) -> np.ndarray:
    """Whether the sigma at the end of each text is one at the end of a word."""
    small = tf.strings.lower(texts, encoding="utf-8")
    return tf.strings.regex_full_match(small, "(?s:.*ς)").numpy()


def ranges(codes: np.ndarray) -> list[list[int]]:
    """The first and last of each run of codes."""
    runs = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
    return [[int(run[0]), int(run[-1])] for run in runs]


if __name__ == "__main__":
    text = json.dumps(tables(), ensure_ascii=True, separators=(",", ":"))
    UNICODE_TABLES.write_text(text + "\n", encoding="utf-8")
