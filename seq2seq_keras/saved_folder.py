"""The files of a saved translator, each checked before it is believed."""

import json
import pathlib
import platform
import zipfile

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete, sha256, write_text
from seq2seq_keras.model_card import model_card
from seq2seq_keras.text.tokenizer import Tokenizer

FORMAT = 1
_MODEL = "model.keras"
_SOURCE = "source_tokenizer.json"
_TARGET = "target_tokenizer.json"
_CHECKED = (_MODEL, _SOURCE, _TARGET)
_CONFIG = "config.json"


def write(
    folder, *, model, source_tokenizer, target_tokenizer, decoding, scores, description
):
    """Writes a translator; `config.json` goes last and vouches for the rest.

    Args:
        folder: Where to; made if missing.
        model: The `Seq2Seq`.
        source_tokenizer: The tokenizer of the source.
        target_tokenizer: The tokenizer of the target.
        decoding: Dictionary of the arguments of `Translator` beside these.
        scores: Dictionary for `scores.json`.
        description: Markdown for the README.

    Returns:
        The folder, as a `pathlib.Path`.
    """
    folder = pathlib.Path(folder)
    with replaced_when_complete(folder / _MODEL) as beside:
        _without_optimizer(model).save(beside)
    source_tokenizer.save(folder / _SOURCE)
    target_tokenizer.save(folder / _TARGET)
    config = {
        "format": FORMAT,
        "model": model.get_config(),
        "decoding": decoding,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "sha256": {name: sha256(folder / name) for name in _CHECKED},
    }
    _write_json(folder / "scores.json", scores)
    write_text(
        folder / "README.md",
        model_card(
            folder.name, model, source_tokenizer, target_tokenizer, scores, description
        ),
    )
    _write_json(folder / _CONFIG, config)
    return folder


def read(folder):
    """Reads a translator, or says which file is not as it was written.

    Args:
        folder: The folder.

    Returns:
        A dictionary of `model`, `source_tokenizer`, `target_tokenizer`, `decoding`.

    Raises:
        InputError: If a file is missing, damaged or of another format.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such model folder.")
    config = _read_config(folder / _CONFIG)
    for name in _CHECKED:
        _check(folder / name, config["sha256"][name])
    return {
        "model": _read_model(folder / _MODEL),
        "source_tokenizer": Tokenizer.load(folder / _SOURCE),
        "target_tokenizer": Tokenizer.load(folder / _TARGET),
        "decoding": config["decoding"],
    }


def _without_optimizer(model):
    """A copy that shares nothing with `fit`: a third of the size on disk."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy


def _write_json(path, content):
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _read_config(path):
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        known = {"sha256", "decoding", "format"} <= set(config)
    except FileNotFoundError as error:
        raise InputError(
            f"{path} is missing: the folder holds no saved translator, or saving it "
            "was interrupted."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path} is damaged ({error}). Save the translator again."
        ) from error
    if (
        not known
        or config["format"] != FORMAT
        or set(config["sha256"]) != set(_CHECKED)
    ):
        raise InputError(
            f"{path} is not a configuration of format {FORMAT}, which this version "
            "of seq2seq_keras reads. Save the translator again."
        )
    return config


def _check(path, expected):
    if not path.is_file():
        raise InputError(f"{path} is missing from the model folder.")
    if sha256(path) != expected:
        raise InputError(
            f"{path} is damaged: it differs from the file that was saved (its SHA-256 "
            f"is not the one in {_CONFIG}). Copy it again or save the model again."
        )


def _read_model(path):
    # Checked before Keras looks: only this package's model, which is built from
    # plain numbers, is ever constructed.
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    if config.get("registered_name") != "seq2seq_keras>Seq2Seq":
        raise InputError(
            f"{path} holds a {config.get('registered_name')!r}, not a model that "
            "`build_model` made."
        )
    return keras.models.load_model(path, compile=False, safe_mode=True)
