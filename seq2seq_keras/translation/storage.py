"""The folder of a saved translator, each file checked before it is believed."""

import dataclasses
import json
import math
import os
import pathlib
import platform
import tempfile
import warnings
import zipfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import sha256, write_text
from seq2seq_keras.models import EncoderDecoder, copy_model
from seq2seq_keras.text import Tokenizer

FORMAT = 3
_MODEL = "model.keras"
_SOURCE = "source_tokenizer.json"
_TARGET = "target_tokenizer.json"
_CHECKED = (_MODEL, _SOURCE, _TARGET)
_CONFIG = "config.json"
_SCORES = "scores.json"
_DECODING = {
    "max_source_length",
    *(field.name for field in dataclasses.fields(SearchOptions)),
}
# What translators did that were saved before there was the option.
_BEFORE = {"distinct_texts": False}

_USE = """\
## Use

```python
import seq2seq_keras as s2s

translator = s2s.Translator.load("path/to/{name}")
translator.translate(["..."])
translator.export("serving")  # a SavedModel: strings in, strings out
```

```bash
seq2seq-keras translate path/to/{name} --input source.txt --output target.txt
```
"""


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
    """Writes a translator; `config.json` goes last and vouches for the rest.

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
    name = keras.saving.get_registered_name(type(model))
    if keras.saving.get_registered_object(name) is None:
        raise InputError(
            f"A model of the class {name} cannot be loaded again: put "
            "`@keras.saving.register_keras_serializable(package=...)` above the class."
        )
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    card = _model_card(
        folder.name, model, source_tokenizer, target_tokenizer, scores, description
    )
    # All files are whole before the first one takes its place.
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder) as beside:
        staged = pathlib.Path(beside)
        # Without the optimizer it is a third of the size.
        copy_model(model).save(staged / _MODEL)
        source_tokenizer.save(staged / _SOURCE)
        target_tokenizer.save(staged / _TARGET)
        _write_json(staged / _SCORES, scores)
        write_text(staged / "README.md", card)
        config = {
            "format": FORMAT,
            "model": model.get_config(),
            "decoding": decoding,
            "description": description,
            "versions": _versions(),
            "sha256": {name: sha256(staged / name) for name in _CHECKED},
        }
        _write_json(staged / _CONFIG, config)
        for name in (*_CHECKED, _SCORES, "README.md", _CONFIG):
            (staged / name).replace(folder / name)
    return folder


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
    folder = pathlib.Path(folder).resolve()
    card = _model_card(
        folder.name, model, source_tokenizer, target_tokenizer, scores, description
    )
    config = {**_read_config(folder / _CONFIG), "description": description}
    _write_json(folder / _SCORES, scores)
    write_text(folder / "README.md", card)
    _write_json(folder / _CONFIG, config)
    return folder


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
        "decoding": _BEFORE | config["decoding"],
        "description": str(config.get("description", "")),
        # Scores are for people, who may have deleted them.
        "scores": _read_json(folder / _SCORES) if (folder / _SCORES).is_file() else {},
    }


def _write_json(path: pathlib.Path, content: Any) -> None:
    text = json.dumps(_plain(content), ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def _plain(content: Any) -> Any:
    """What JSON has: NumPy's numbers as floats, NaN as null, tuples as lists."""
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if content is None or isinstance(content, bool | int | str):
        return content
    number = float(content)
    return number if math.isfinite(number) else None


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def _read_config(path: pathlib.Path) -> dict[str, Any]:
    config = _read_json(path)
    known = (
        config.get("format") == FORMAT
        and _is_dict_of(config.get("sha256"), set(_CHECKED), str)
        and _is_decoding(config.get("decoding"))
    )
    if not known:
        raise InputError(
            f"{path} is damaged or not a configuration of format {FORMAT}, which this "
            "version of seq2seq_keras reads. Save the translator again."
        )
    _warn_of_other_versions(config.get("versions"))
    return config


def _is_decoding(content: Any) -> bool:
    if not isinstance(content, dict) or {*_BEFORE, *content} != _DECODING:
        return False
    options = {n: value for n, value in content.items() if n != "max_source_length"}
    try:
        SearchOptions(**options)
    except InputError:
        return False
    return type(content["max_source_length"]) is int


def _is_dict_of(content: Any, keys: set[str], kind: type) -> bool:
    return (
        isinstance(content, dict)
        and set(content) == keys
        and all(type(value) is kind for value in content.values())
    )


def _read_json(path: pathlib.Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{path} is missing: the folder holds no saved translator, or saving it "
            "was interrupted."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path} is damaged ({error}). Save the translator again."
        ) from error
    return content if isinstance(content, dict) else {}


def _warn_of_other_versions(saved: Any) -> None:
    """Keras promises to read its own files, not to compute the same digits."""
    for name in ("keras", "tensorflow"):
        before, now = str((saved or {}).get(name)), _versions()[name]
        if before.split(".")[:2] != now.split(".")[:2]:
            warnings.warn(
                f"The translator was saved with {name} {before} and is loaded with "
                f"{now}: translations may differ in rare cases.",
                stacklevel=6,
            )


def _check(path: pathlib.Path, expected: str) -> None:
    if not path.is_file():
        raise InputError(f"{path} is missing from the model folder.")
    if sha256(path) != expected:
        raise InputError(
            f"{path} is damaged: it differs from the file that was saved (its SHA-256 "
            f"is not the one in {_CONFIG}). Copy it again or save the model again."
        )


def _read_model(path: pathlib.Path) -> EncoderDecoder:
    # Checked before Keras looks: only a class that a module in use has registered is
    # ever constructed, and no module is imported because a file names it.
    with zipfile.ZipFile(path) as archive:
        name = str(json.loads(archive.read("config.json")).get("registered_name"))
    found = keras.saving.get_registered_object(name)
    if found is None:
        raise InputError(
            f"{path} holds a model of the class {name!r}, which is not registered with "
            "Keras: import the module that defines it before loading."
        )
    if not (isinstance(found, type) and issubclass(found, EncoderDecoder)):
        raise InputError(f"{path} holds a {name!r}, which is no `EncoderDecoder`.")
    return keras.models.load_model(path, compile=False, safe_mode=True)


def _model_card(
    name: str,
    model: EncoderDecoder,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    scores: dict[str, Any],
    description: str,
) -> str:
    """Writes in Markdown what a model is, how it was made and how to use it.

    Args:
        name: Heading.
        model: An `EncoderDecoder`.
        source_tokenizer: Its tokenizer of the source.
        target_tokenizer: Its tokenizer of the target.
        scores: Dictionary of scores, possibly empty.
        description: Markdown on the data and the training, possibly empty.

    Returns:
        A string.
    """
    sections = [
        f"# {name}",
        f"An encoder-decoder ({model.describe()}, {model.count_params():,} parameters) "
        "made with seq2seq_keras.",
        description.strip(),
        _USE.format(name=name),
    ]
    if scores:
        sections.append("## Scores\n\n" + _table(("score", "value"), scores))
    sections.append("## Model\n\n" + _table(("option", "value"), model.get_config()))
    tokenizers = {
        "source": _describe(source_tokenizer),
        "target": _describe(target_tokenizer),
    }
    sections.append("## Tokenizers\n\n" + _table(("side", "tokenizer"), tokenizers))
    sections.append(
        "## Limits\n\nIt knows the kind of sentence it was trained on and the words "
        "of its vocabulary; anything else becomes the unknown token. A translation "
        "can be fluent and wrong: have it checked where that matters.\n"
    )
    return "\n\n".join(section.strip() for section in sections if section) + "\n"


def _table(header: tuple[str, str], rows: dict[str, Any]) -> str:
    lines = [f"| {header[0]} | {header[1]} |", "| --- | --- |"]
    lines += [f"| {key} | {_cell(value)} |" for key, value in rows.items()]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _describe(tokenizer: Tokenizer) -> str:
    case = "lower case" if tokenizer.lowercase else "case kept"
    return (
        f"{type(tokenizer).__name__}, {tokenizer.vocabulary_size:,} tokens, {case}, "
        f"{tokenizer.unicode_form}"
    )
