"""What the folder of a saved translator holds: names, and no more."""

MODEL = "model.keras"
SOURCE = "source_tokenizer.json"
TARGET = "target_tokenizer.json"
CHECKED = (MODEL, SOURCE, TARGET)
CONFIG = "config.json"
SCORES = "scores.json"
CARD = "README.md"
TRANSLATOR_FILES = (*CHECKED, SCORES, CARD, CONFIG)
