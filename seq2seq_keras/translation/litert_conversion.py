"""From functions of TensorFlow to a file of LiteRT that is known to run."""

import os
import pathlib
import tempfile
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from seq2seq_keras.translation.id_graphs import IdGraph
from seq2seq_keras.translation.litert_operations import replace_operations


def to_litert(graphs: dict[str, IdGraph]) -> bytes:
    module = tf.Module()
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(
            module,
            folder,
            signatures={name: _frozen(graph) for name, graph in graphs.items()},
            options=tf.saved_model.SaveOptions(experimental_custom_gradients=False),
        )
        path = pathlib.Path(folder, "saved_model.pb")
        saved = SavedModel.FromString(path.read_bytes())
        replace_operations(saved.meta_graphs[0].graph_def.library)
        path.write_bytes(saved.SerializeToString())
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(graphs)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        converter.canonicalizing_inf_as_min_max_float = False
        if os.environ.get("LP"):
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if os.environ["LP"] == "float16":
                converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def _frozen(graph: IdGraph) -> Any:
    """The function with its variables as constants."""
    frozen = convert_variables_to_constants_v2(
        graph.run, lower_control_flow=False, aggressive_inlining=True
    )
    outputs = [tensor.name for tensor in frozen.outputs]
    made = _pruned(frozen.graph.as_graph_def(), outputs)
    needed = {node.name for node in made.node}
    # Both are in the order of the names.
    names = sorted(graph.run.structured_outputs)

    def run(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        found = tf.graph_util.import_graph_def(
            made,
            {f"{name}:0": tensor for name, tensor in inputs.items() if name in needed},
            outputs,
            name="",
        )
        return dict(zip(names, found, strict=True))

    return tf.function(run, autograph=False).get_concrete_function(**graph.inputs)


def _pruned(graph: Any, outputs: list[str]) -> Any:
    """What the outputs are made of, without what only had to be done before."""
    for node in graph.node:
        inputs = [name for name in node.input if not name.startswith("^")]
        del node.input[:]
        node.input.extend(inputs)
    names = [name.partition(":")[0] for name in outputs]
    return tf.compat.v1.graph_util.extract_sub_graph(graph, names)
