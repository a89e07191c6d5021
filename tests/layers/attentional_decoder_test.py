"""Tests of seq2seq_keras.layers.attentional_decoder."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.layers.attentional_decoder import AttentionalDecoder

UNITS, BATCH, LENGTH, SOURCE = 4, 2, 3, 5


@pytest.fixture
def tensors():
    random = np.random.default_rng(0)

    def normal(*shape):
        return random.normal(size=shape).astype("float32")

    memory = {
        "encoder_outputs": normal(BATCH, SOURCE, UNITS),
        "source_mask": np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool),
    }
    states = {
        "layer_0_hidden": normal(BATCH, UNITS),
        "attention_weights": np.zeros((BATCH, SOURCE), "float32"),
    }
    return normal(BATCH, LENGTH, 6), states, memory


def large(layer, *arguments):
    """The layer with weights as large as training makes them."""
    layer(*arguments)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def softmax(scores):
    return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()


def plain_cell(layer, inputs, hidden):
    """The state of the plain cell: tanh(W x + U h + b)."""
    kernel, recurrent_kernel, bias = layer.recurrent_layers[0].get_weights()
    return np.tanh(inputs @ kernel + hidden @ recurrent_kernel + bias)


def test_bahdanau_is_the_decoder_of_the_paper(tensors):
    """The previous state asks, and the context enters the cell; in loops."""
    inputs, states, memory = tensors
    layer = large(AttentionalDecoder("rnn", UNITS, coverage=True), *covered(tensors))
    vectors, weights, _ = layer(*covered(tensors))
    score = layer.attention_layer.additive_score
    query, key, seen, final = (
        projection.get_weights()[0]
        for projection in (
            score.query_projection,
            score.key_projection,
            score.coverage_projection,
            score.score_projection,
        )
    )
    (readout,) = layer.attentional_vector.get_weights()
    for b in range(BATCH):
        values = memory["encoder_outputs"][b][memory["source_mask"][b]]
        hidden, coverage = states["layer_0_hidden"][b], np.zeros(len(values))
        for t in range(LENGTH):
            compared = hidden @ query + values @ key + coverage[:, None] * seen
            expected = softmax((np.tanh(compared) @ final)[:, 0])
            context = expected @ values
            hidden = plain_cell(layer, np.concatenate([inputs[b, t], context]), hidden)
            read = np.concatenate([context, hidden, inputs[b, t]])
            np.testing.assert_allclose(
                weights[b, t, : len(values)], expected, atol=1e-5
            )
            np.testing.assert_allclose(
                vectors[b, t], np.tanh(read @ readout), atol=1e-5
            )
            coverage = coverage + expected


def test_luong_with_input_feeding_is_the_decoder_of_the_paper(tensors):
    """The present output asks; the attentional vector enters the next step."""
    inputs, states, memory = tensors
    states = {**states, "attentional_vector": np.zeros((BATCH, UNITS), "float32")}
    options = {"attention": "luong", "attention_score": "dot", "input_feeding": True}
    layer = AttentionalDecoder("rnn", UNITS, **options)
    layer = large(layer, inputs, states, memory)
    vectors, weights, last = layer(inputs, states, memory)
    (combine,) = layer.attentional_vector.get_weights()
    for b in range(BATCH):
        values = memory["encoder_outputs"][b][memory["source_mask"][b]]
        hidden, vector = states["layer_0_hidden"][b], np.zeros(UNITS)
        for t in range(LENGTH):
            hidden = plain_cell(layer, np.concatenate([inputs[b, t], vector]), hidden)
            expected = softmax(values @ hidden)
            vector = np.tanh(np.concatenate([expected @ values, hidden]) @ combine)
            np.testing.assert_allclose(
                weights[b, t, : len(values)], expected, atol=1e-5
            )
            np.testing.assert_allclose(vectors[b, t], vector, atol=1e-5)
        np.testing.assert_allclose(last["attentional_vector"][b], vector, atol=1e-5)


def covered(tensors):
    inputs, states, memory = tensors
    states = {**states, "coverage": np.zeros((BATCH, SOURCE), "float32")}
    return inputs, states, memory


def test_all_tokens_at_once_are_one_after_another(tensors):
    inputs, states, memory = covered(tensors)
    layer = large(AttentionalDecoder("gru", UNITS, coverage=True), *covered(tensors))
    vectors, weights, last = layer(inputs, states, memory)
    for t in range(LENGTH):
        vector, weight, states = layer(inputs[:, t : t + 1], states, memory)
        np.testing.assert_allclose(vector[:, 0], vectors[:, t], atol=1e-6)
        np.testing.assert_allclose(weight[:, 0], weights[:, t], atol=1e-6)
    for name, state in states.items():
        np.testing.assert_allclose(state, last[name], atol=1e-6)


def test_recurrent_dropout_has_one_mask_for_all_steps(tensors):
    """With constant inputs and no recurrence but the mask, steps differ or not."""
    inputs, states, memory = tensors
    layer = AttentionalDecoder("rnn", UNITS, recurrent_dropout=0.5)
    layer(inputs, states, memory)
    masks = []
    cell = layer.recurrent_layers[0].cell
    make_mask = type(cell)._create_dropout_mask

    def counted(self, step_input, dropout_rate):
        masks.append(dropout_rate)
        return make_mask(self, step_input, dropout_rate)

    type(cell)._create_dropout_mask = counted
    try:
        first = layer(inputs, states, memory, training=True)[0]
        second = layer(inputs, states, memory, training=True)[0]
    finally:
        type(cell)._create_dropout_mask = make_mask
    assert masks == [0.5, 0.5]  # one for each call, whatever its number of steps
    assert np.abs(first - second).max() > 1e-6  # and a new one for each call


def test_every_weight_gets_a_gradient(tensors):
    layer = AttentionalDecoder("lstm", UNITS, num_layers=2, coverage=True)
    inputs, states, memory = covered(tensors)
    for name in ("layer_0_cell", "layer_1_hidden", "layer_1_cell"):
        states[name] = states["layer_0_hidden"]
    memory["attention_keys"] = layer.project(tf.constant(memory["encoder_outputs"]))
    with tf.GradientTape() as tape:
        keys = layer.project(tf.constant(memory["encoder_outputs"]))
        outputs = layer(inputs, states, {**memory, "attention_keys": keys})
        loss = tf.reduce_sum(outputs[0] ** 2)
    gradients = tape.gradient(loss, layer.trainable_weights)
    for weight, gradient in zip(layer.trainable_weights, gradients, strict=True):
        assert np.any(gradient), weight.path


def test_config_round_trip():
    layer = AttentionalDecoder(
        "gru", UNITS, num_layers=2, residual=True, name="decoder"
    )
    config = keras.saving.serialize_keras_object(layer)
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == layer.get_config()
