"""The folder of a saved translator, each file checked before it is believed."""

import hashlib
import json
import math
import os
import pathlib
import platform
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import current, read_whole, sha256, switched, write_text
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.memory import memory_share
from seq2seq_keras.models import EncoderDecoder, copy_model
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.translation.model_card import model_card
from seq2seq_keras.translation.runtime_format import RUNTIME_CONFIG
from seq2seq_keras.translation.saved_format import (
    CARD,
    CHECKED,
    CONFIG,
    MODEL,
    SCORES,
    SOURCE,
    TARGET,
)
from seq2seq_keras.translation.saved_search import read_search
from seq2seq_keras.translation.stored_model import build_stored_model
from seq2seq_keras.untrusted import JSON_BYTES, parse_json, read_regular

FORMAT = 3
# What vouches for the configuration itself; format 3 of version 0.1.0 has none.
_SIGNATURE = "sha256_of_all_else"
_EXPORTED = {
    RUNTIME_CONFIG: "for another runtime, and only `translate` knows it",
    "saved_model.pb": "as a SavedModel, for TensorFlow and `serve`",
}
# What translators did that were saved before there was the option.
_BEFORE = {"distinct_texts": False}


def write(
    folder: str | os.PathLike,
    *,
    model: EncoderDecoder,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    decoding: dict[str, Any],
    scores: dict[str, Any],
    description: str,
) -> pathlib.Path:
    """Writes a translator, whole or not at all; `config.json` vouches for the rest.

    Args:
        folder: Where to; made if missing.
        model: The `EncoderDecoder`, of a class that is registered with Keras.
        source_tokenizer: The tokenizer of the source.
        target_tokenizer: The tokenizer of the target.
        decoding: Dictionary of the arguments of `Translator` beside these.
        scores: Dictionary for `scores.json`.
        description: Markdown for the README.

    Returns:
        The folder, as a `pathlib.Path`.

    Raises:
        InputError: If the class of the model is not registered with Keras.
    """
    check_not_forked()
    name = keras.saving.get_registered_name(type(model))
    if keras.saving.get_registered_object(name) is None:
        raise InputError(
            f"A model of the class {name} cannot be loaded again: put "
            "`@keras.saving.register_keras_serializable(package=...)` above the class."
        )
    card = model_card(
        _name(folder), model, source_tokenizer, target_tokenizer, scores, description
    )
    with switched(folder) as staged:
        # Without the optimizer it is a third of the size.
        copy_model(model).save(staged / MODEL)
        source_tokenizer.save(staged / SOURCE)
        target_tokenizer.save(staged / TARGET)
        _write_json(staged / SCORES, scores)
        write_text(staged / CARD, card)
        config = {
            "format": FORMAT,
            "model": model.get_config(),
            "decoding": decoding,
            "description": description,
            "versions": _versions(),
            "sha256": {name: sha256(staged / name) for name in CHECKED},
        }
        _write_json(staged / CONFIG, _signed(config))
    return pathlib.Path(folder).resolve()


def write_card(
    folder: str | os.PathLike,
    *,
    model: EncoderDecoder,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    scores: dict[str, Any],
    description: str,
) -> pathlib.Path:
    """Writes scores and README of a saved translator anew; see `write`."""
    card = model_card(
        _name(folder), model, source_tokenizer, target_tokenizer, scores, description
    )
    with switched(folder) as staged:
        config = {**_read_config(pathlib.Path(folder)), "description": description}
        _write_json(staged / SCORES, scores)
        write_text(staged / CARD, card)
        _write_json(staged / CONFIG, _signed(config))
    return pathlib.Path(folder).resolve()


def _name(folder: str | os.PathLike) -> str:
    return pathlib.Path(folder).resolve().name


def read(folder: str | os.PathLike) -> dict[str, Any]:
    """Reads a translator, or says which file is not as it was written.

    Args:
        folder: The folder.

    Returns:
        A dictionary of `model`, `source_tokenizer`, `target_tokenizer`, `decoding`,
        `scores` and `description`.

    Raises:
        InputError: If a file is missing, damaged or of another format.
    """
    check_not_forked()
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such model folder.")
    names = (*CHECKED, SCORES, CONFIG)
    # A save that runs meanwhile is no damage.
    config, contents, scores = read_whole(folder, names, lambda: _read_files(folder))
    source, target = (
        Tokenizer.parse(contents[name], folder / name) for name in (SOURCE, TARGET)
    )
    sizes = (source.vocabulary_size, target.vocabulary_size)
    parts = {
        "model": build_stored_model(contents[MODEL], folder / MODEL, sizes),
        "source_tokenizer": source,
        "target_tokenizer": target,
        "decoding": read_search(config["decoding"], _BEFORE),
        "description": config["description"],
        "scores": scores,
    }
    # Only now: beside an error they would tell a second story.
    _warn_of_changes(config, folder)
    _warn_of_other_versions(config["versions"])
    return parts


def _read_files(
    folder: pathlib.Path,
) -> tuple[dict[str, Any], dict[str, bytes], dict[str, Any]]:
    """What is in the files; each is read once, and what was checked is what is used."""
    config = _read_config(folder)
    contents = {
        name: _read_checked(folder, name, config["sha256"][name]) for name in CHECKED
    }
    return config, contents, _read_scores(folder)


def _write_json(path: pathlib.Path, content: Any) -> None:
    text = json.dumps(_plain(content), ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def _plain(content: Any) -> Any:
    """What JSON has: NumPy's numbers as floats, NaN as null, tuples as lists.

    Parts of Keras, such as initializers, are as Keras writes them.
    """
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if content is None or isinstance(content, bool | int | str):
        return content
    try:
        number = float(content)
    except TypeError:  # an initializer, say, of a model of one's own
        return _plain(keras.saving.serialize_keras_object(content))
    return number if math.isfinite(number) else None


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def _read_config(folder: pathlib.Path) -> dict[str, Any]:
    path = current(folder, CONFIG)
    try:
        content = read_regular(path, limit=JSON_BYTES, inside=folder)
    except FileNotFoundError as error:
        for name, kind in _EXPORTED.items():
            if (folder / name).is_file():
                raise InputError(
                    f"{folder} was exported {kind}. Here the folder is needed that "
                    "the translator was saved in."
                ) from error
        raise InputError(
            f"{path} is missing: the folder holds no saved translator, or saving it "
            "was interrupted."
        ) from error
    config = parse_json(content, path)
    known = (
        isinstance(config, dict)
        and config.get("format") == FORMAT
        and _is_dict_of(config.get("sha256"), set(CHECKED), str)
        and read_search(config.get("decoding"), _BEFORE) is not None
        and isinstance(config.setdefault("description", ""), str)
        and isinstance(config.setdefault("versions", {}), dict)
    )
    if not known:
        raise InputError(
            f"{path} is damaged or not a configuration of format {FORMAT}, which this "
            "version of seq2seq_keras reads. Save the translator again."
        )
    return config


def _signed(config: dict[str, Any]) -> dict[str, Any]:
    return {**_plain(config), _SIGNATURE: _signature(_plain(config))}


def _signature(config: dict[str, Any]) -> str:
    """The SHA-256 of what a configuration says, however it is laid out."""
    others = {name: value for name, value in config.items() if name != _SIGNATURE}
    text = json.dumps(others, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _warn_of_changes(config: dict[str, Any], folder: pathlib.Path) -> None:
    if config.get(_SIGNATURE, _signature(config)) != _signature(config):
        warnings.warn(
            f"{folder / CONFIG} is not as it was saved: it was edited by hand or is "
            "damaged. What it says is used; `Translator.load(folder).save(folder)` "
            "signs it anew.",
            stacklevel=4,
        )


def _is_dict_of(content: Any, keys: set[str], kind: type) -> bool:
    return (
        isinstance(content, dict)
        and set(content) == keys
        and all(type(value) is kind for value in content.values())
    )


def _read_scores(folder: pathlib.Path) -> dict[str, Any]:
    path = current(folder, SCORES)
    try:
        content = read_regular(path, limit=JSON_BYTES, inside=folder)
    except FileNotFoundError:
        return {}  # they are for people, who may have deleted them
    scores = parse_json(content, path)
    if not isinstance(scores, dict):
        raise InputError(f"{path} is damaged: it holds no table of scores. Delete it.")
    return scores


def _warn_of_other_versions(saved: dict[str, Any]) -> None:
    """Keras promises to read its own files, not to compute the same digits."""
    for name in ("keras", "tensorflow"):
        before, now = str(saved.get(name)), _versions()[name]
        if before.split(".")[:2] != now.split(".")[:2]:
            warnings.warn(
                f"The translator was saved with {name} {before} and is loaded with "
                f"{now}: translations may differ in rare cases.",
                stacklevel=4,
            )


def _read_checked(folder: pathlib.Path, name: str, expected: str) -> bytes:
    path = current(folder, name)
    limit = memory_share() if name == MODEL else JSON_BYTES
    try:
        content = read_regular(path, limit=limit, inside=folder)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing from the model folder.") from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise InputError(
            f"{path} is damaged: it differs from the file that was saved (its SHA-256 "
            f"is not the one in {CONFIG}). Copy it again or save the model again."
        )
    return content
