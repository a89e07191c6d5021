"""From functions of TensorFlow to one file of LiteRT that is known to run.

The functions are the package's own, so that encoder, decoder and searches stand once.
TensorFlow's converter lacks some operations and changes others; see
`litert_operations.py`. What it made is opened and run.
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from seq2seq_keras.errors import InputError
from seq2seq_keras.translation.id_graphs import IdGraph
from seq2seq_keras.translation.litert_operations import replace_operations
from seq2seq_keras.untrusted import in_one_line


def to_litert(graphs: dict[str, IdGraph]) -> bytes:
    """Translates graphs into one file, in which each is a signature.

    Args:
        graphs: Dictionary of an `IdGraph` for each name.

    Returns:
        The file. Inputs and outputs have the names they have in the graphs; equal
        weights are there once.

    Raises:
        InputError: If an operation has no equal.
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        try:
            return _converted(graphs, folder)
        except Exception as error:  # of many kinds
            raise InputError(
                f"The model cannot be had for LiteRT: {in_one_line(error)}"
            ) from error


def _converted(graphs: dict[str, IdGraph], folder: str) -> bytes:
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    signatures = {name: _frozen(graph) for name, graph in graphs.items()}
    tf.saved_model.save(tf.Module(), folder, signatures, options)
    path = pathlib.Path(folder, "saved_model.pb")
    saved = SavedModel.FromString(path.read_bytes())
    replace_operations(saved.meta_graphs[0].graph_def.library)
    path.write_bytes(saved.SerializeToString())
    converter = tf.lite.TFLiteConverter.from_saved_model(
        folder, signature_keys=list(graphs)
    )
    # None of TensorFlow's own, which a phone does not have.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    # Minus infinity is the score of what is not there.
    converter.canonicalizing_inf_as_min_max_float = False
    return converter.convert()


def _frozen(graph: IdGraph) -> Any:
    """The function with its variables as constants."""
    frozen = convert_variables_to_constants_v2(
        graph.run, lower_control_flow=False, aggressive_inlining=True
    )
    made = frozen.graph.as_graph_def()
    outputs = [tensor.name for tensor in frozen.outputs]
    # Both are in the order of the names.
    names = sorted(graph.run.structured_outputs)

    def run(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        mapped = {f"{name}:0": tensor for name, tensor in inputs.items()}
        found = tf.graph_util.import_graph_def(made, mapped, outputs, name="")
        return dict(zip(names, found, strict=True))

    return tf.function(run, autograph=False).get_concrete_function(**graph.inputs)


def run_litert(model: bytes, feeds: dict[str, dict[str, np.ndarray]]) -> dict[str, Any]:
    """Runs each signature of a file.

    Args:
        model: The file.
        feeds: For each signature its inputs by name.

    Returns:
        For each signature its outputs by name.

    Raises:
        InputError: If the interpreter, which has no operation but its own, cannot.
    """
    from ai_edge_litert.interpreter import Interpreter

    with _quiet():
        try:
            interpreter = Interpreter(model_content=model)
            return {
                name: interpreter.get_signature_runner(name)(**inputs)
                for name, inputs in feeds.items()
            }
        except Exception as error:
            raise InputError(
                f"LiteRT cannot run what was made for it: {in_one_line(error)}"
            ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Holds back what the converter and the interpreter write to descriptor 2.

    It is a page of places in the code for each operation they lack; the error says
    which. And TensorFlow logs what nobody can act on.
    """
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        logger.setLevel(level)
