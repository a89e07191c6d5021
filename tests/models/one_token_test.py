"""Tests of the graph that decodes one token."""

import pytest
import tensorflow as tf

from seq2seq_keras.models import build_inference_models, build_model, make_step


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_one_token_is_decoded_without_a_loop(cell):
    model = build_model(9, 9, units=4, cell=cell, attention="luong")
    encoder, decoder = build_inference_models(model)
    states = {
        name: tf.TensorSpec([None, *state.shape[1:]], state.dtype)
        for name, state in encoder.output.items()
    }
    graph = tf.function(make_step(decoder), autograph=False).get_concrete_function(
        tf.TensorSpec([None], tf.int32), states
    )
    kinds = {operation.type for operation in graph.graph.get_operations()}
    assert "MatMul" in kinds
    assert not {kind for kind in kinds if "While" in kind or "TensorList" in kind}
