"""Reading a folder that `export(format="onnx")` wrote, before anything opens it."""

import dataclasses
import hashlib
import os
import pathlib
from typing import Any, NamedTuple

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.memory import memory_share
from seq2seq_keras.runtime.onnx_file import external_files
from seq2seq_keras.runtime.tokenizers import PlainTokenizer, parse_tokenizer
from seq2seq_keras.translation import (
    RUNTIME_CHECKED,
    RUNTIME_CONFIG,
    RUNTIME_FORMAT,
    RUNTIME_TOKENIZERS,
    RUNTIME_WEIGHTS,
)
from seq2seq_keras.untrusted import JSON_BYTES, parse_json, read_regular

_KINDS = {"copies": bool, "attends": bool, "decoding": dict, "sha256": dict}
# A graph without its weights; those of this package have some hundred thousand.
_GRAPH_BYTES = 2**26


class RuntimeFolder(NamedTuple):
    """What was read of a folder, each file compared with its sum.

    Attributes:
        path: The folder.
        source_tokenizer: A `PlainTokenizer`.
        target_tokenizer: A `PlainTokenizer`.
        search: `SearchOptions`.
        max_source_length: Integer.
        copies: Whether the graphs take `source_copy_ids`.
        attends: Whether the model has attention.
        sums: The SHA-256 of each file by name.
        weights: The bytes of the weights of all graphs.
    """

    path: pathlib.Path
    source_tokenizer: PlainTokenizer
    target_tokenizer: PlainTokenizer
    search: SearchOptions
    max_source_length: int
    copies: bool
    attends: bool
    sums: dict[str, str]
    weights: bytes

    def read_graph(self, name: str) -> bytes:
        """The bytes of a graph.

        Args:
            name: Of its file, without the ending.

        Raises:
            InputError: If it is missing or changed, or takes weights from another file
                than that of this folder.
        """
        path = self.path / f"{name}.onnx"
        content = _read_checked(path, self.sums, _GRAPH_BYTES)
        if others := external_files(content, path) - {RUNTIME_WEIGHTS}:
            raise InputError(
                f"{path} takes weights from {sorted(others)[0]!r}, and no graph of "
                f"such a folder takes any but from {RUNTIME_WEIGHTS}."
            )
        return content


def is_runtime_folder(folder: str | os.PathLike) -> bool:
    """Whether `export(format="onnx")` may have written a folder."""
    return (pathlib.Path(folder) / RUNTIME_CONFIG).is_file()


def read_folder(folder: str | os.PathLike) -> RuntimeFolder:
    """Reads all but the graphs, which are read when they are needed.

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
    decoding = dict(config["decoding"])
    source, target = (
        parse_tokenizer(
            _read_checked(folder / name, config["sha256"], JSON_BYTES), folder / name
        )
        for name in RUNTIME_TOKENIZERS
    )
    return RuntimeFolder(
        path=folder,
        source_tokenizer=source,
        target_tokenizer=target,
        max_source_length=decoding.pop("max_source_length"),
        search=SearchOptions(**decoding),
        copies=config["copies"],
        attends=config["attends"],
        sums=config["sha256"],
        weights=_read_checked(
            folder / RUNTIME_WEIGHTS, config["sha256"], memory_share()
        ),
    )


def _read_config(folder: pathlib.Path) -> dict[str, Any]:
    path = folder / RUNTIME_CONFIG
    try:
        content = read_regular(path, limit=JSON_BYTES, inside=folder)
    except FileNotFoundError as error:
        raise InputError(
            f"{path} is missing: the folder holds nothing that was exported as ONNX."
        ) from error
    config = parse_json(content, path)
    is_known = (
        isinstance(config, dict)
        and config.get("format") == RUNTIME_FORMAT
        and all(type(config.get(name)) is kind for name, kind in _KINDS.items())
        and set(config["sha256"]) == set(RUNTIME_CHECKED)
        and all(isinstance(each, str) for each in config["sha256"].values())
        and _is_decoding(config["decoding"])
    )
    if not is_known:
        raise InputError(
            f"{path} is damaged or not of format {RUNTIME_FORMAT}, which this version "
            "of seq2seq_keras reads. Export the translator again."
        )
    return config


def _is_decoding(content: dict[str, Any]) -> bool:
    names = {field.name for field in dataclasses.fields(SearchOptions)}
    length = content.get("max_source_length")
    if {*content} != {*names, "max_source_length"} or type(length) is not int:
        return False
    try:
        SearchOptions(**{name: content[name] for name in names})
    except InputError:
        return False
    return 0 < length <= 10**5


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
