"""Weights of several graphs of ONNX in one file, in as many bits as asked."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from seq2seq_keras.translation import SharedWeights

RANDOM = np.random.default_rng(0)
# Rows of very different sizes: one scale for all would lose the small ones.
WEIGHTS = RANDOM.normal(size=(64, 48)) * np.logspace(-3, 1, 64)[:, None]
WEIGHTS = WEIGHTS.astype("float32")
INPUT = RANDOM.normal(size=(3, 64)).astype("float32")


def product(weights, name="product"):
    """A graph that multiplies by weights."""
    kinds = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, len(weights)]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None]),
    ]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        name,
        kinds[:1],
        kinds[1:],
        initializer=[numpy_helper.from_array(weights, "w")],
    )
    imports = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=imports, ir_version=9)


def run(model, weights, value=INPUT):
    """The product, its weights taken from memory."""
    settings = onnxruntime.SessionOptions()
    content = weights.content  # which must live until the session is made
    settings.add_external_initializers_from_files_in_memory(
        [weights.name], [content], [len(content)]
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": value})[0]


@pytest.mark.parametrize(
    ("precision", "bytes_each", "tolerance"),
    [("float32", 4, 1e-6), ("float16", 2, 1e-3), ("int8", 1, 1e-2)],
)
def test_weights_take_so_many_bytes_and_lose_so_much(precision, bytes_each, tolerance):
    weights, model = SharedWeights("weights.bin", precision), product(WEIGHTS)
    weights.take(model)
    expected = INPUT @ WEIGHTS
    scale = np.abs(INPUT) @ np.abs(WEIGHTS)
    assert (np.abs(run(model, weights) - expected) / scale).max() < tolerance
    # And, of bytes, the scales, on a page of their own.
    stored = WEIGHTS.size * bytes_each
    extra = len(weights.content) - stored
    assert extra == 0 if precision != "int8" else 0 < extra < 2 * 4096
    assert len(model.SerializeToString()) < 1000


def test_each_row_or_column_has_its_scale():
    """The error of a row is one of that row: within half a step of its own."""
    weights, model = SharedWeights("weights.bin", "int8"), product(WEIGHTS)
    weights.take(model)
    rows = run(model, weights, np.eye(64, dtype="float32"))
    steps = np.abs(WEIGHTS).max(axis=1, keepdims=True) / 127
    assert (np.abs(rows - WEIGHTS) <= 0.5001 * steps).all()


def test_equal_weights_of_several_graphs_are_there_once():
    weights = SharedWeights("weights.bin")
    models = [product(WEIGHTS), product(WEIGHTS), product(2 * WEIGHTS)]
    for model in models:
        weights.take(model)
    assert len(weights.content) == 2 * WEIGHTS.nbytes
    first, second, third = (run(model, weights) for model in models)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(third, 2 * first, rtol=1e-5)


def test_what_is_small_stays_in_its_graph():
    weights, model = SharedWeights("weights.bin", "int8"), product(WEIGHTS[:2, :3])
    weights.take(model)
    assert not weights.content
    np.testing.assert_allclose(
        run(model, weights, INPUT[:, :2]), INPUT[:, :2] @ WEIGHTS[:2, :3], rtol=1e-5
    )
