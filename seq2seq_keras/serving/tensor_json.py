"""Tensors in the JSON of TensorFlow Serving's REST: in rows, or by columns."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import numpy as np

from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.signatures import Arrays, Signature

ROW, COLUMN = "instances", "inputs"
_BASE64 = "b64"
_SHOWN = 80  # characters of a wrong value
_KINDS = {
    bool: "Bool",
    int: "Number",
    float: "Number",
    str: "String",
    list: "Array",
    dict: "Object",
    type(None): "Null",
}


def read_document(body: bytes) -> dict[str, Any]:
    """The object that a request holds; NaN and Infinity are numbers."""
    if not body.strip():
        _refuse("JSON Parse error: The document is empty")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        _refuse(f"JSON Parse error: {error}")
    if not isinstance(document, dict):
        _refuse(f"JSON Value: {_shown(document)} Is not object")
    return document


def read_arrays(
    document: Mapping[str, Any], signature: Signature
) -> tuple[Arrays, str]:
    """The inputs of a signature, and whether they were in rows or by columns.

    Args:
        document: What `read_document` returns.
        signature: The signature.

    Returns:
        An array for each input, and the key they stood under.

    Raises:
        RequestError: In the words of TensorFlow Serving.
    """
    given = [key for key in (ROW, COLUMN) if key in document]
    if not given:
        _refuse("Missing 'inputs' or 'instances' key")
    if len(given) > 1:
        _refuse(
            f"JSON Value: {_shown(document)} Not formatted correctly expecting only "
            "one of 'inputs' or 'instances' keys to exist"
        )
    if ROW in document:
        return _read_rows(document[ROW], signature), ROW
    return _read_columns(document[COLUMN], signature), COLUMN


def write_arrays(arrays: Arrays, form: str) -> dict[str, Any]:
    """The outputs of a signature, in the form that its inputs had.

    Args:
        arrays: An array for each output.
        form: `instances` or `inputs`.

    Returns:
        A dictionary for JSON.
    """
    values = {name: _values(name, arrays[name]) for name in sorted(arrays)}
    if form == COLUMN:
        return {"outputs": values if len(values) > 1 else next(iter(values.values()))}
    if len(values) == 1:
        return {"predictions": next(iter(values.values()))}
    sizes = {len(array) for array in arrays.values() if array.ndim}
    if len(sizes) != 1 or not all(array.ndim for array in arrays.values()):
        _refuse("The outputs have inconsistent batch sizes; send `inputs`.")
    rows = zip(*values.values(), strict=True)
    return {"predictions": [dict(zip(values, row, strict=True)) for row in rows]}


def _read_rows(rows: Any, signature: Signature) -> Arrays:
    if not isinstance(rows, list):
        _refuse("Expecting 'instances' to be an list/array")
    if not rows:
        _refuse("No values in 'instances' array")
    names = sorted(signature.inputs)
    if not isinstance(rows[0], dict) and len(names) > 1:
        _refuse(
            "instances is a plain list, but expecting list of objects as multiple "
            "input tensors required as per tensorinfo_map"
        )
    if not _is_object(rows[0]):
        for number, row in enumerate(rows):
            if _is_object(row):
                _refuse(
                    f"Expecting value/list but got object at item {number} of input "
                    "list"
                )
        return {names[0]: _array(names[0], rows, signature)}
    for number, row in enumerate(rows):
        if not _is_object(row):
            _refuse(f"Expecting object but got list at item {number} of input list")
        if sorted(row) != names:
            _refuse(
                f"Failed to process element: {number} of 'instances' list. JSON object:"
                f" {_shown(row)} keys must be equal to: {','.join(names)}"
            )
    return {
        name: _array(name, [row[name] for row in rows], signature) for name in names
    }


def _read_columns(columns: Any, signature: Signature) -> Arrays:
    names = sorted(signature.inputs)
    if not _is_object(columns):
        if len(names) > 1:
            _refuse(
                "inputs is a plain value/list, but expecting an object as multiple "
                "input tensors required as per tensorinfo_map"
            )
        columns = {names[0]: columns}
    for name in names:
        if name not in columns:
            _refuse(f"Missing named input: {name} in 'inputs' object.", name)
    return {name: _array(name, columns[name], signature) for name in names}


def _array(name: str, value: Any, signature: Signature) -> np.ndarray:
    dtype = np.dtype(signature.inputs[name].dtype.as_numpy_dtype)
    shape = tuple(_shape(value))
    signature.check_shape(name, shape)
    leaves = list(_leaves(name, value, dtype, shape, 0))
    try:
        return np.array(leaves, dtype).reshape(shape)
    except OverflowError:
        _refuse(f"{name!r} has a number that does not fit into {dtype.name}.", name)


def _shape(value: Any) -> Iterator[int]:
    """The shape that the first values have, and so all must."""
    while isinstance(value, list):
        yield len(value)
        if not value:
            return
        value = value[0]


def _leaves(
    name: str, value: Any, dtype: np.dtype, shape: tuple[int, ...], level: int
) -> Iterator[Any]:
    if not isinstance(value, list):
        if level != len(shape):
            _refuse(
                f"JSON Value: {_shown(value)} found at incorrect level: {level + 1} in "
                f"the JSON DOM. Expected at level: {len(shape)}",
                name,
            )
        yield _leaf(name, value, dtype)
        return
    if level >= len(shape):
        _refuse(
            f"Encountered list at unexpected level: {level} expected < {len(shape)}",
            name,
        )
    if len(value) != shape[level]:
        _refuse(
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}",
            name,
        )
    for part in value:
        yield from _leaves(name, part, dtype, shape, level + 1)


def _leaf(name: str, value: Any, dtype: np.dtype) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if dtype.kind == "O":
        if isinstance(value, str):
            try:
                return value.encode("utf-8")
            except UnicodeEncodeError:
                _refuse(f"{name!r} holds a lone surrogate, which is no text.", name)
        if isinstance(value, dict):
            return _decoded(name, value)
    elif (
        (dtype.kind == "b" and isinstance(value, bool))
        or (dtype.kind in "iu" and is_number and isinstance(value, int))
        or (dtype.kind == "f" and is_number)
    ):
        return value
    expected = "string" if dtype.kind == "O" else dtype.name
    _refuse(
        f"JSON Value: {_shown(value)} Type: {_KINDS[type(value)]} is not of expected "
        f"type: {expected}",
        name,
    )


def _decoded(name: str, value: dict[str, Any]) -> bytes:
    if not _is_base64(value):
        _refuse(
            f"JSON Value: {_shown(value)} not formatted correctly for base64 data", name
        )
    try:
        return base64.b64decode(value[_BASE64], validate=True)
    except (binascii.Error, ValueError):
        _refuse("Unable to base64 decode", name)


def _values(name: str, array: np.ndarray) -> Any:
    """An array as lists, with its texts or, by its name, its bytes."""
    if array.dtype.kind in "OS":
        is_binary = name.endswith("_bytes")
        write = _encoded if is_binary else _text
        return np.frompyfunc(write, 1, 1)(array.astype(object)).tolist()
    if array.dtype == np.float32:
        # The shortest digits that are this number, not those of its double.
        return array.astype(str).astype(np.float64).tolist()
    return array.tolist()


def _encoded(value: bytes) -> dict[str, str]:
    return {_BASE64: base64.b64encode(value).decode("ascii")}


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _is_base64(value: dict[str, Any]) -> bool:
    return value.keys() == {_BASE64} and isinstance(value[_BASE64], str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not _is_base64(value)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ...(truncated)"


def _refuse(message: str, field: str | None = None) -> NoReturn:
    raise RequestError("INVALID_ARGUMENT", message, field=field)
