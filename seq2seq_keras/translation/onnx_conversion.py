"""From a function of TensorFlow to a graph of ONNX that is known to run.

The functions are the package's own, so that encoder, decoder and searches stand once.
`tf2onnx` translates them operation by operation. It writes a file also where it could
not, with a line in a log, so what it made is checked, opened and run.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.translation.id_graphs import IdGraph
from seq2seq_keras.translation.onnx_operations import HANDLERS, without_defaults

# The newest that tf2onnx writes, and old enough for runtimes of some years.
OPSET = 18
_PURPOSE = "An ONNX export"
_QUIET = 3  # errors reach Python as exceptions


def to_onnx(graph: IdGraph, name: str) -> Any:
    """Translates a graph.

    Args:
        graph: An `IdGraph`.
        name: What the model is called in the file.

    Returns:
        An `onnx.ModelProto` whose inputs and outputs have the names they have in the
        graph, checked by `onnx.checker`.

    Raises:
        InputError: If an operation has no equal, or the libraries are missing.
    """
    onnx = import_optional("onnx", _PURPOSE)
    with _logs_held_back() as logs:
        try:
            model = _converted(graph, name)
            onnx.checker.check_model(model, full_check=True)
        except Exception as error:  # of many kinds
            reason = [*logs, str(error)][0].splitlines()[0]
            raise InputError(f"{name} cannot be had as ONNX: {reason}") from error
    return model


def _converted(graph: IdGraph, name: str) -> Any:
    """What tf2onnx makes of the graph.

    In the steps of `tf2onnx.convert.from_graph_def`, which takes many times as long: it
    copies the graph before each of a dozen optimizations. Only what makes the graph
    valid is needed here, since onnxruntime optimizes what it opens.
    """
    import_optional("tf2onnx", _PURPOSE)
    from tf2onnx import optimizer
    from tf2onnx.tf_loader import tf_optimize
    from tf2onnx.tfonnx import process_tf_graph

    frozen = convert_variables_to_constants_v2(
        graph.run, lower_control_flow=False, aggressive_inlining=True
    )
    inputs = [f"{name}:0" for name in graph.inputs]
    outputs = [tensor.name for tensor in frozen.outputs]
    names = dict(zip(inputs, graph.inputs, strict=True))
    # Both are in the order of the names.
    names |= zip(outputs, sorted(graph.run.structured_outputs), strict=True)
    made = without_defaults(frozen.graph.as_graph_def(add_shapes=True))
    with tf.Graph().as_default(), tf.device("/cpu:0"):
        made = tf_optimize(inputs, outputs, made)
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(made, name="")
        converted = process_tf_graph(
            imported,
            continue_on_error=True,
            opset=OPSET,
            custom_op_handlers=HANDLERS,
            input_names=inputs,
            output_names=outputs,
            tensors_to_rename=names,
        )
        needed = {
            "fold_constants": optimizer.ConstFoldOptimizer,
            "loop_optimizer": optimizer.LoopOptimizer,
            "remove_identity": optimizer.IdentityOptimizer,
        }
        valid = optimizer.optimize_graph(converted, False, optimizers=needed)
        return valid.make_model(name)


def open_session(model: bytes | str) -> Any:
    """Opens a graph, of its bytes or its path, in onnxruntime."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _QUIET
    try:
        return onnxruntime.InferenceSession(
            model, settings, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # which are of no public class
        raise _not_run(error) from error


def run(session: Any, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All outputs of a graph in onnxruntime by name."""
    names = [output.name for output in session.get_outputs()]
    try:
        return dict(zip(names, session.run(names, feeds), strict=True))
    except Exception as error:
        raise _not_run(error) from error


def _not_run(error: Exception) -> InputError:
    reason = str(error).partition("\n")[0]
    return InputError(f"onnxruntime cannot run what was made for it: {reason}")


@contextlib.contextmanager
def _logs_held_back() -> Iterator[list[str]]:
    """Catches what tf2onnx and TensorFlow log; yields the errors of tf2onnx."""
    errors: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(record.getMessage())

    logger, handler = logging.getLogger("tf2onnx"), Keep(logging.ERROR)
    loggers = [logger, tf.get_logger()]
    before = [(each.level, each.propagate) for each in loggers]
    logger.addHandler(handler)
    for each in loggers:
        each.setLevel("ERROR")
        each.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield errors
    finally:
        logger.removeHandler(handler)
        for each, (level, propagate) in zip(loggers, before, strict=True):
            each.setLevel(level)
            each.propagate = propagate
