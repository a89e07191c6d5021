"""The file of a Keras 2 model: its layers, how they are joined, and their weights.

Everything is read as data, JSON and arrays. Nothing that the file names is imported,
looked up or made.
"""

import contextlib
import dataclasses
import graphlib
import io
import os
import pathlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import h5py
import numpy as np

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.hdf5 import count_numbers
from seq2seq_keras.memory import memory_share
from seq2seq_keras.untrusted import in_one_line, parse_json, read_regular

_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_RESAVE = (
    "Where the old script runs (or with `pip install tf_keras`), load it and save it "
    "as one file: `model.save('old.h5')`."
)


class Tensor(NamedTuple):
    """One of the tensors that a call of a layer returned."""

    layer: str
    call: int
    place: int


@dataclasses.dataclass(frozen=True)
class OldLayer:
    """A layer of the file.

    Args:
        name: Its name.
        kind: The name of its class.
        config: The arguments it was made with.
        calls: For each time it was called, the tensors it was called with.
        weights: Its arrays, in the order of Keras.
    """

    name: str
    kind: str
    config: dict[str, Any]
    calls: list[list[Tensor]]
    weights: list[np.ndarray]

    def __str__(self) -> str:
        return f"layer {shown(self.name)} ({self.kind})"


@dataclasses.dataclass(frozen=True)
class OldModel:
    """A functional model of Keras 2.

    Args:
        path: What messages call the file.
        layers: Its layers by name.
        inputs: The tensors that go in.
        outputs: The tensors that come out.
    """

    path: str
    layers: dict[str, OldLayer]
    inputs: list[Tensor]
    outputs: list[Tensor]


def read_keras2(path: str | os.PathLike) -> OldModel:
    """Reads the `.h5` file of a whole functional model.

    Args:
        path: The file.

    Raises:
        InputError: If it is another kind of file, which is said together with what
            to do, or damaged.
    """
    content = _read(pathlib.Path(path))
    count_numbers(content, f"{path} is damaged: the file")
    with h5py.File(io.BytesIO(content), "r") as file:
        config = _config(file, path)
        with read_as_written(path):
            return _model(config, file, str(path))


@contextlib.contextmanager
def read_as_written(path: str | os.PathLike) -> Iterator[None]:
    """Says that a file is damaged where its configuration makes the block stumble."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path} is damaged: its configuration is not as Keras 2 writes it "
            f"({type(error).__name__}: {in_one_line(error)})."
        ) from error


def _read(path: pathlib.Path) -> bytes:
    if path.is_dir():
        kind = "a SavedModel" if (path / "saved_model.pb").exists() else "a folder"
        raise InputError(f"{path} is {kind}, not an `.h5` file. {_RESAVE}")
    try:
        content = read_regular(path, limit=memory_share())
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    if content.startswith(_ZIP):
        raise InputError(
            f"{path} is a `.keras` archive. One of Keras 3 is loaded with "
            f"`keras.models.load_model`; one of Keras 2 is not read. {_RESAVE}"
        )
    if not content.startswith(_HDF5):
        raise InputError(f"{path} is no HDF5 file, as `model.save('old.h5')` writes.")
    return content


def _config(file: h5py.File, path: str | os.PathLike) -> Any:
    """What the file says of its model, parsed."""
    version = _text(file.attrs.get("keras_version", ""))
    if version.startswith("3"):
        raise InputError(
            f"{path} was written by Keras {version}: load it with "
            "`keras.models.load_model`."
        )
    text = file.attrs.get("model_config")
    if text is None:
        what = "only weights" if "layer_names" in file.attrs else "no model"
        raise InputError(
            f"{path} holds {what}, not how the layers are joined. Build the model with "
            "the old script, `model.load_weights` it, and save it whole: "
            "`model.save('old.h5')`."
        )
    return parse_json(_text(text).encode("utf-8"), f"{path}: model_config")


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _model(config: Any, file: h5py.File, path: str) -> OldModel:
    kind, content = config["class_name"], config["config"]
    if kind not in ("Functional", "Model"):
        raise InputError(
            f"{path} holds a model of the class {shown(kind)}. An encoder-decoder has "
            "two inputs, so that it is a functional model, `Model([source, target], "
            "...)`."
        )
    layers: dict[str, OldLayer] = {}
    for part in content["layers"]:
        name = part["name"]
        if not isinstance(name, str) or name in layers:
            raise ValueError(f"two layers are called {shown(name)}")
        layers[name] = OldLayer(
            name,
            str(part["class_name"]),
            dict(part["config"]),
            [list(_tensors(call)) for call in part["inbound_nodes"]],
            _weights(file["model_weights"], name),
        )
    inputs, outputs = (
        list(_tensors(content[name])) for name in ("input_layers", "output_layers")
    )
    _check_joints(layers, [*inputs, *outputs])
    return OldModel(path, layers, inputs, outputs)


def _check_joints(layers: dict[str, OldLayer], ends: list[Tensor]) -> None:
    """Refuses calls of what is not there, and calls in a circle."""
    graph = {
        (layer.name, number): call
        for layer in layers.values()
        for number, call in enumerate(layer.calls or [[]])
    }
    for tensor in [*ends, *(tensor for call in graph.values() for tensor in call)]:
        if tensor[:2] not in graph:
            raise ValueError(f"there is no call {tensor.call} of {shown(tensor.layer)}")
    joints = {key: [t[:2] for t in call] for key, call in graph.items()}
    graphlib.TopologicalSorter(joints).prepare()


def _tensors(call: Any) -> Iterator[Tensor]:
    """The tensors of a call: `["lstm", 0, 1]`, or nested, with arguments or without."""
    if isinstance(call, list) and call and isinstance(call[0], str):
        layer, number, place, *others = call
        yield Tensor(layer, int(number), int(place))
        for arguments in others:
            yield from _tensors(arguments)
    elif isinstance(call, list | dict):
        for part in call if isinstance(call, list) else call.values():
            yield from _tensors(part)


def _weights(group: h5py.Group, name: str) -> list[np.ndarray]:
    """The arrays of a layer, in the order in which Keras lists their names."""
    if name not in group:
        return []
    layer = group[name]
    names = list(layer.attrs.get("weight_names", ()))
    # A list that is too long for an attribute is written in pieces.
    piece = 0
    while f"weight_names{piece}" in layer.attrs:
        names += list(layer.attrs[f"weight_names{piece}"])
        piece += 1
    return [np.asarray(layer[_text(each)], dtype="float32") for each in names]
