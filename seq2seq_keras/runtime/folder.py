"""Reading a folder that was exported for a runtime, before anything opens it."""

import hashlib
import os
import pathlib
from typing import Any, NamedTuple

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.memory import memory_share
from seq2seq_keras.runtime.tokenizers import PlainTokenizer, parse_tokenizer
from seq2seq_keras.translation import (
    LITERT_MODEL,
    RUNTIME_CHECKED,
    RUNTIME_CONFIG,
    RUNTIME_FORMAT,
    RUNTIME_TOKENIZERS,
    RUNTIME_WEIGHTS,
    read_search,
)
from seq2seq_keras.untrusted import JSON_BYTES, parse_json, read_regular

_KINDS = {
    **{"runtime": str, "copies": bool, "attends": bool},
    **{"decoding": dict, "sha256": dict},
}
# What holds the weights of all graphs, of each runtime.
_LARGEST = {"onnx": RUNTIME_WEIGHTS, "litert": LITERT_MODEL}


class RuntimeFolder(NamedTuple):
    """What was read of a folder, each file compared with its sum.

    Attributes:
        path: The folder.
        runtime: "onnx" or "litert".
        source_tokenizer: A `PlainTokenizer`.
        target_tokenizer: A `PlainTokenizer`.
        search: `SearchOptions`.
        max_source_length: Integer.
        copies: Whether the graphs take `source_copy_ids`.
        attends: Whether the model has attention.
        sums: The SHA-256 of each file by name.
        weights: The bytes of what holds the weights: a file beside the graphs of ONNX,
            or all graphs of LiteRT.
    """

    path: pathlib.Path
    runtime: str
    source_tokenizer: PlainTokenizer
    target_tokenizer: PlainTokenizer
    search: SearchOptions
    max_source_length: int
    copies: bool
    attends: bool
    sums: dict[str, str]
    weights: bytes

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file.

        Args:
            name: Of the file.
            limit: Integer. The most bytes that it may have.

        Raises:
            InputError: If it is missing, changed or larger.
        """
        return _read_checked(self.path / name, self.sums, limit)


def is_runtime_folder(folder: str | os.PathLike) -> bool:
    """Whether `export` may have written a folder, for ONNX or LiteRT."""
    return (pathlib.Path(folder) / RUNTIME_CONFIG).is_file()


def read_folder(folder: str | os.PathLike) -> RuntimeFolder:
    """Reads all but the graphs of ONNX, which are read when they are needed.

    Args:
        folder: The folder.

    Returns:
        A `RuntimeFolder`.

    Raises:
        InputError: If a file is missing, changed or too large, lies elsewhere, or says
            what none says that was exported.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder.")
    config = _read_config(folder)
    runtime, decoding = config["runtime"], config["decoding"]
    source, target = (
        parse_tokenizer(
            _read_checked(folder / name, config["sha256"], JSON_BYTES), folder / name
        )
        for name in RUNTIME_TOKENIZERS
    )
    return RuntimeFolder(
        path=folder,
        runtime=runtime,
        source_tokenizer=source,
        target_tokenizer=target,
        max_source_length=decoding.pop("max_source_length"),
        search=SearchOptions(**decoding),
        copies=config["copies"],
        attends=config["attends"],
        sums=config["sha256"],
        weights=_read_checked(
            folder / _LARGEST[runtime], config["sha256"], memory_share()
        ),
    )


def _read_config(folder: pathlib.Path) -> dict[str, Any]:
    path = folder / RUNTIME_CONFIG
    try:
        content = read_regular(path, limit=JSON_BYTES, inside=folder)
    except FileNotFoundError as error:
        raise InputError(
            f"{path} is missing: the folder holds nothing that was exported as ONNX "
            "or LiteRT."
        ) from error
    config = parse_json(content, path)
    is_known = (
        isinstance(config, dict)
        and config.get("format") == RUNTIME_FORMAT
        and all(type(config.get(name)) is kind for name, kind in _KINDS.items())
        and config["runtime"] in RUNTIME_CHECKED
        and set(config["sha256"]) == set(RUNTIME_CHECKED[config["runtime"]])
        and all(isinstance(each, str) for each in config["sha256"].values())
        and (decoding := read_search(config["decoding"], before={})) is not None
    )
    if not is_known:
        raise InputError(
            f"{path} is damaged or not of format {RUNTIME_FORMAT}, which this version "
            "of seq2seq_keras reads. Export the translator again."
        )
    return {**config, "decoding": decoding}


def _read_checked(path: pathlib.Path, sums: dict[str, str], limit: int) -> bytes:
    try:
        content = read_regular(path, limit=limit, inside=path.parent)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing from the folder.") from error
    if hashlib.sha256(content).hexdigest() != sums[path.name]:
        raise InputError(
            f"{path} is damaged: it differs from the file that was exported (its "
            f"SHA-256 is not the one in {RUNTIME_CONFIG}). Copy it again, or export "
            "the translator again."
        )
    return content
