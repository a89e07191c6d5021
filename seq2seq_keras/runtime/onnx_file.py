"""What a file of ONNX refers to, told from its bytes before any library opens it.

A graph of ONNX can name other files, which a runtime then reads. The file is a message
of Protocol Buffers; only the way to those names is followed.
"""

from collections.abc import Iterator

from seq2seq_keras.errors import InputError

# Of each message on the way: fields that are messages again, and what those are.
_MODEL, _GRAPH, _NODE, _ATTRIBUTE, _TENSOR, _SPARSE, _FUNCTION, _ENTRY = range(8)
_INSIDE = {
    _MODEL: {7: _GRAPH, 25: _FUNCTION},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _FUNCTION: {7: _NODE, 11: _ATTRIBUTE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {
        **{5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH},
        **{22: _SPARSE, 23: _SPARSE},
    },
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
    _TENSOR: {13: _ENTRY},
}
_KEY, _VALUE = 1, 2
_DEEPEST = 32
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def external_files(content: bytes, path: object) -> set[str]:
    """The names of files that a graph of ONNX takes weights from.

    Args:
        content: The bytes of the file.
        path: What messages call the file.

    Returns:
        A set of strings, as they stand in the file.

    Raises:
        InputError: If it is no such message.
    """
    try:
        return set(_locations(memoryview(content), _MODEL, 0))
    except (IndexError, ValueError) as error:
        raise InputError(f"{path} is damaged or is no graph of ONNX.") from error


def _locations(message: memoryview, kind: int, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    inside = _INSIDE[kind]
    for number, value in _fields(message):
        if number not in inside:
            continue
        if inside[number] == _ENTRY:
            entry = {n: bytes(text).decode("utf-8") for n, text in _fields(value)}
            if entry.get(_KEY) == "location":
                yield entry.get(_VALUE, "")
        else:
            yield from _locations(value, inside[number], depth + 1)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The number and content of each field that has a length."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == _BYTES:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("longer than the file")
            yield number, message[place : place + length]
            place += length
        elif kind == _VARINT:
            _, place = _varint(message, place)
        elif kind in (_FIXED64, _FIXED32):
            place += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("no field of a message")


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("a number of too many bytes")
