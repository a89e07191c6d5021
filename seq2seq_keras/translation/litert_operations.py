"""Operations of TensorFlow that LiteRT lacks or computes otherwise, made of others."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

_MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")


def replace_operations(library: Any) -> None:
    """Replaces nodes of all functions, in place, by calls of functions.

    Args:
        library: A `FunctionDefLibrary`, as a SavedModel has it.
    """
    made: dict[str, Any] = {}
    for function in library.function:
        nodes = {node.name: node for node in function.node_def}
        for node in nodes.values():
            if node.op == "TensorListReserve":
                for filled, inputs, dtypes in _whole_shape(node, nodes):
                    call = function.node_def.add(name=f"{node.name}_whole")
                    _call(call, filled, inputs, dtypes, made)
                    node.input[0] = f"{call.name}:output:0"
            elif replacement := _replacement(node, nodes):
                inputs, dtypes = list(node.input), _dtypes(node)
                _call(node, replacement, inputs[: len(dtypes)], dtypes, made)
    library.function.extend(made.values())


def _replacement(node: Any, nodes: dict[str, Any]) -> Callable | None:
    if node.op == "StridedSlice":
        return _new_axes(node, nodes)
    others: dict[str, Callable] = {
        "PlaceholderWithDefault": _unchanged,
        "TensorScatterUpdate": _updated,
    }
    return others.get(node.op)


def _dtypes(node: Any) -> list[tf.DType]:
    if node.op == "TensorScatterUpdate":
        first, places = (tf.as_dtype(node.attr[n].type) for n in ("T", "Tindices"))
        return [first, places, first]
    name = "dtype" if node.op == "PlaceholderWithDefault" else "T"
    return [tf.as_dtype(node.attr[name].type)]


def _call(
    node: Any,
    function: Callable,
    inputs: Sequence[str],
    dtypes: Sequence[tf.DType],
    made: dict[str, Any],
) -> None:
    """Makes a node a call, whose output has the name that it had."""
    specs = tuple(tf.TensorSpec(None, dtype) for dtype in dtypes)
    traced = _traced(function, specs)
    made.setdefault(traced.name.decode(), traced.function_def)
    name = node.name
    node.Clear()
    node.name, node.op = name, "PartitionedCall"
    node.input.extend(inputs)
    node.attr["f"].func.name = traced.name.decode()
    node.attr["Tin"].list.type.extend(dtype.as_datatype_enum for dtype in dtypes)
    outputs = [tensor.dtype.as_datatype_enum for tensor in traced.outputs]
    node.attr["Tout"].list.type.extend(outputs)


@functools.lru_cache
def _traced(function: Callable, specs: tuple) -> Any:
    return tf.function(function, autograph=False).get_concrete_function(*specs)


def _unchanged(tensor: tf.Tensor) -> tf.Tensor:
    """The same, without a static shape; `PlaceholderWithDefault` is lacking."""
    return tf.reshape(tensor, tf.shape(tensor))


def _updated(tensor: tf.Tensor, places: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """An update as a choice, and no product with 0, which is NaN for infinities."""
    shape = tf.shape(tensor)
    is_new = tf.scatter_nd(places, tf.ones_like(rows, tf.int32), shape) > 0
    return tf.where(is_new, tf.scatter_nd(places, rows, shape), tensor)


def _whole_shape(
    node: Any, nodes: dict[str, Any]
) -> Iterator[tuple[Callable, list[str], list[tf.DType]]]:
    """The shape of what a loop puts out at each step, where it is not all known.

    What is unknown is the size of the batch. It stands in the same place of what the
    loop reads at each step, which is a tensor as a whole.
    """
    shape = _constant(node.input[0], nodes)
    if shape is None or not shape.ndim or (shape >= 0).all():
        return
    [loop] = (n for n in nodes.values() if f"{node.name}:handle:0" in n.input)
    inputs = (nodes.get(name.partition(":")[0]) for name in loop.input)
    read = next(x for x in inputs if x is not None and x.op == "TensorListFromTensor")
    dtypes = [tf.int32, tf.as_dtype(read.attr["element_dtype"].type)]
    yield _filling(int(shape.argmin())), [node.input[0], read.input[0]], dtypes


@functools.cache
def _filling(place: int) -> Callable:
    def fill(shape: tf.Tensor, read: tf.Tensor) -> tf.Tensor:
        return tf.where(shape < 0, tf.shape(read)[1 + place], shape)

    return fill


def _new_axes(node: Any, nodes: dict[str, Any]) -> Callable | None:
    """What a slice that only adds axes does; of booleans it is lacking."""
    masks = {n: node.attr[f"{n}_mask"].i for n in _MASKS if f"{n}_mask" in node.attr}
    steps = _constant(node.input[3], nodes)
    new, ellipsis = masks.get("new_axis", 0), masks.get("ellipsis", 0)
    if not new or steps is None or (steps != 1).any() or masks.get("shrink_axis"):
        return None
    count = len(steps)
    others = ((1 << count) - 1) & ~new & ~ellipsis
    if others & ~(masks.get("begin", 0) & masks.get("end", 0)):
        return None
    first = ellipsis.bit_length() - 1 if ellipsis else count
    places = [place for place in range(count) if new >> place & 1]
    axes = [place for place in places if place < first]
    axes += [place - count for place in reversed(places) if place > first]
    return _expanding(tuple(axes))


@functools.cache
def _expanding(axes: tuple[int, ...]) -> Callable:
    def expand(tensor: tf.Tensor) -> tf.Tensor:
        for axis in axes:
            tensor = tf.expand_dims(tensor, axis)
        return tensor

    return expand


def _constant(name: str, nodes: dict[str, Any]) -> np.ndarray | None:
    node = nodes.get(name.partition(":")[0])
    if node is None or node.op != "Const":
        return None
    return tf.make_ndarray(node.attr["value"].tensor)
