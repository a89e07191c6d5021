"""Operations of TensorFlow that tf2onnx lacks, or translates into something else."""

from collections.abc import Callable
from typing import Any

import numpy as np


def _where(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """A choice, and no sum of products with 0, which is NaN beside an infinity."""
    node.type = "Where"


def _log1p(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """The logarithm of 1 and more, which ONNX lacks; a rounding of 1 is lost."""
    one = context.make_const(f"{name}/one", np.array(1, "float32"))
    total = context.make_node("Add", [node.input[0], one.output[0]])
    context.replace_input(node, node.input[0], total.output[0], 0)
    node.type = "Log"


def _scatter(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """A sum of all values of a place, of which tf2onnx keeps any one."""
    from tf2onnx.onnx_opset.tensor import ScatterND

    ScatterND.version_11(context, node)
    node.type = "ScatterND"
    node.set_attr("reduction", "add")


def _concat(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """Counts the axis from the end, as ONNX may, where no input has a known rank."""
    from tf2onnx.onnx_opset.tensor import ConcatV2

    axis = node.inputs[-1]
    ranks = (context.get_rank(value) for value in node.input[:-1])
    if axis.is_const() and axis.get_tensor_value() < 0 and not any(ranks):
        node.type = "Concat"
        node.set_attr("axis", axis.get_tensor_value())
        context.remove_input(node, node.input[-1], len(node.input) - 1)
    else:
        ConcatV2.version_1(context, node)


def _floor_div(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """The quotient rounded down, also of negative integers, which ONNX rounds up."""
    if _is_whole(context, node):
        rest = context.make_node("Mod", node.input)
        whole = context.make_node("Sub", [node.input[0], rest.output[0]])
        context.replace_input(node, node.input[0], whole.output[0], 0)
        node.type = "Div"
    else:
        _of_tf2onnx("FloorDiv").version_6(context, node)


def _floor_mod(context: Any, node: Any, name: str, args: Any, **_: Any) -> None:
    """What is left when a quotient is rounded down."""
    if _is_whole(context, node):
        node.type = "Mod"
    else:
        _of_tf2onnx("FloorMod").version_7(context, node)


def _of_tf2onnx(name: str) -> Any:
    from tf2onnx.onnx_opset import math

    return getattr(math, name)


def _is_whole(context: Any, node: Any) -> bool:
    from onnx import TensorProto

    kind = context.get_dtype(node.input[0])
    return kind in (TensorProto.INT32, TensorProto.INT64)


# As `tf2onnx.convert` takes them.
HANDLERS: dict[str, tuple[Callable, list]] = {
    "ConcatV2": (_concat, []),
    "FloorDiv": (_floor_div, []),
    "FloorMod": (_floor_mod, []),
    "Log1p": (_log1p, []),
    "ScatterNd": (_scatter, []),
    "SelectV2": (_where, []),
}


def without_defaults(graph: Any) -> Any:
    """The graph with nothing in place of the operations that forget a static shape.

    tf2onnx takes them for inputs.
    """
    functions = (function.node_def for function in graph.library.function)
    for node in (node for nodes in (graph.node, *functions) for node in nodes):
        if node.op == "PlaceholderWithDefault":
            node.op = "Identity"
            node.attr["T"].CopyFrom(node.attr["dtype"])
            del node.attr["dtype"], node.attr["shape"]
    return graph
