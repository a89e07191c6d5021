"""What the folder of a saved translator holds, by name."""

import os

from seq2seq_keras.files import current

MODEL = "model.keras"
SOURCE = "source_tokenizer.json"
TARGET = "target_tokenizer.json"
CHECKED = (MODEL, SOURCE, TARGET)
CONFIG = "config.json"
SCORES = "scores.json"
CARD = "README.md"
TRANSLATOR_FILES = (*CHECKED, SCORES, CARD, CONFIG)


def is_translator_folder(folder: str | os.PathLike) -> bool:
    """Whether `Translator.save` may have written a folder."""
    return current(folder, CONFIG).is_file()
