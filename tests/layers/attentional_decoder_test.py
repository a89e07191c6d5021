"""Tests of the AttentionalDecoder of seq2seq_keras.layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.lib.stride_tricks import sliding_window_view

from seq2seq_keras.layers import (
    AttentionalDecoder,
    LuongAttention,
    RecurrentStack,
    make_attention,
)

UNITS, BATCH, LENGTH, SOURCE = 4, 2, 3, 5


def make_decoder(
    cell,
    units,
    *,
    attention="bahdanau",
    attention_score="general",
    input_feeding=False,
    coverage=False,
    conditional=False,
    dtype=None,
    **options,
):
    stack = RecurrentStack(cell, units, dtype=dtype, name="decoder", **options)
    attention = make_attention(
        attention, units=units, score=attention_score, coverage=coverage, dtype=dtype
    )
    others = {"input_feeding": input_feeding}
    if conditional:
        others["first_transition"] = RecurrentStack(cell, units, dtype=dtype, **options)
    return AttentionalDecoder(stack, attention, units, dtype=dtype, **others)


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


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def plain_cell(layer, inputs, hidden):
    """The state of the plain cell: tanh(W x + U h + b)."""
    kernel, recurrent_kernel, bias = layer.recurrent_layers[0].get_weights()
    return np.tanh(inputs @ kernel + hidden @ recurrent_kernel + bias)


def gru_cell(layer, inputs, hidden):
    """Update gate, reset gate, candidate; the reset acts on U h, as cuDNN has it."""
    kernel, recurrent_kernel, biases = layer.recurrent_layers[0].get_weights()
    of_inputs = np.split(inputs @ kernel + biases[0], 3)
    of_hidden = np.split(hidden @ recurrent_kernel + biases[1], 3)
    update, reset = (sigmoid(of_inputs[gate] + of_hidden[gate]) for gate in (0, 1))
    candidate = np.tanh(of_inputs[2] + reset * of_hidden[2])
    return update * hidden + (1 - update) * candidate


CELLS = {"rnn": plain_cell, "gru": gru_cell}
every_cell = pytest.mark.parametrize("cell", CELLS)


@every_cell
def test_bahdanau_is_the_decoder_of_the_paper(cell, tensors):
    """The previous state asks, and the context enters the cell; in loops."""
    inputs, states, memory = tensors
    layer = large(make_decoder(cell, UNITS, coverage=True), *covered(tensors))
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
            around = sliding_window_view(np.pad(coverage, 2), 5)
            compared = hidden @ query + values @ key + around @ seen
            expected = softmax((np.tanh(compared) @ final)[:, 0])
            context = expected @ values
            hidden = CELLS[cell](layer, np.concatenate([inputs[b, t], context]), hidden)
            read = np.concatenate([context, hidden, inputs[b, t]])
            np.testing.assert_allclose(
                weights[b, t, : len(values)], expected, atol=1e-5
            )
            np.testing.assert_allclose(
                vectors[b, t], np.tanh(read @ readout), atol=1e-5
            )
            coverage = coverage + expected


@every_cell
def test_luong_with_input_feeding_is_the_decoder_of_the_paper(cell, tensors):
    """The present output asks; the attentional vector enters the next step."""
    inputs, states, memory = tensors
    states = {**states, "attentional_vector": np.zeros((BATCH, UNITS), "float32")}
    options = {"attention": "luong", "attention_score": "dot", "input_feeding": True}
    layer = make_decoder(cell, UNITS, **options)
    layer = large(layer, inputs, states, memory)
    vectors, weights, last = layer(inputs, states, memory)
    (combine,) = layer.attentional_vector.get_weights()
    for b in range(BATCH):
        values = memory["encoder_outputs"][b][memory["source_mask"][b]]
        hidden, vector = states["layer_0_hidden"][b], np.zeros(UNITS)
        for t in range(LENGTH):
            hidden = CELLS[cell](layer, np.concatenate([inputs[b, t], vector]), hidden)
            expected = softmax(values @ hidden)
            vector = np.tanh(np.concatenate([expected @ values, hidden]) @ combine)
            np.testing.assert_allclose(
                weights[b, t, : len(values)], expected, atol=1e-5
            )
            np.testing.assert_allclose(vectors[b, t], vector, atol=1e-5)
        np.testing.assert_allclose(last["attentional_vector"][b], vector, atol=1e-5)


@every_cell
def test_the_conditional_decoder_asks_between_two_transitions(cell, tensors):
    """First s' = GRU1(y, s), then c = attention(s') and s = GRU2(c, s')."""
    inputs, states, memory = tensors
    options = {"attention": "luong", "attention_score": "dot", "conditional": True}
    layer = large(make_decoder(cell, UNITS, **options), *tensors)
    vectors, weights, last = layer(*tensors)
    (readout,) = layer.attentional_vector.get_weights()
    for b in range(BATCH):
        values = memory["encoder_outputs"][b][memory["source_mask"][b]]
        hidden = states["layer_0_hidden"][b]
        for t in range(LENGTH):
            hidden = CELLS[cell](layer.first_transition, inputs[b, t], hidden)
            expected = softmax(values @ hidden)
            context = expected @ values
            hidden = CELLS[cell](layer, context, hidden)
            read = np.concatenate([context, hidden, inputs[b, t]])
            found = weights[b, t, : len(values)]
            np.testing.assert_allclose(found, expected, atol=1e-5)
            expected = np.tanh(read @ readout)
            np.testing.assert_allclose(vectors[b, t], expected, atol=1e-5)
        np.testing.assert_allclose(last["layer_0_hidden"][b], hidden, atol=1e-5)


def covered(tensors):
    inputs, states, memory = tensors
    states = {**states, "coverage": np.zeros((BATCH, SOURCE), "float32")}
    return inputs, states, memory


def test_all_tokens_at_once_are_one_after_another(tensors):
    inputs, states, memory = covered(tensors)
    layer = large(make_decoder("gru", UNITS, coverage=True), *covered(tensors))
    vectors, weights, last = layer(inputs, states, memory)
    for t in range(LENGTH):
        vector, weight, states = layer(inputs[:, t : t + 1], states, memory)
        np.testing.assert_allclose(vector[:, 0], vectors[:, t], atol=1e-6)
        np.testing.assert_allclose(weight[:, 0], weights[:, t], atol=1e-6)
    for name, state in states.items():
        np.testing.assert_allclose(state, last[name], atol=1e-6)


@pytest.mark.parametrize("number", [0, 1])
def test_bahdanau_asks_with_the_state_of_the_top_layer(number, tensors):
    inputs, states, memory = tensors
    layer = make_decoder("rnn", UNITS, num_layers=2)
    states = {**states, "layer_1_hidden": states["layer_0_hidden"]}
    _, before, _ = layer(inputs[:, :1], states, memory)
    name = f"layer_{number}_hidden"
    _, after, _ = layer(inputs[:, :1], {**states, name: states[name] + 1}, memory)
    is_asked = np.abs(before - after).max() > 1e-6
    assert is_asked == (number == 1)


def only_its_states(layer):
    """Makes the outputs tanh(h_t) with h_t = tanh(mask * h_(t-1) + 1)."""
    nothing = [np.zeros(weight.shape) for weight in layer.get_weights()]
    layer.set_weights(nothing)
    kernel, _, _ = layer.recurrent_layers[0].get_weights()
    layer.recurrent_layers[0].set_weights([kernel, np.eye(UNITS), np.ones(UNITS)])
    (readout,) = layer.attentional_vector.get_weights()
    # What is read is the context, the output and the token, in this order.
    readout[UNITS : 2 * UNITS] = np.eye(UNITS)
    layer.attentional_vector.set_weights([readout])


def dropped(run, tensors):
    """Which units forgot their state, for each step."""
    inputs, states, memory = tensors
    states = {**states, "layer_0_hidden": np.ones((BATCH, UNITS), "float32")}
    vectors, _, _ = run(inputs, states, memory, training=True)
    return np.isclose(vectors, np.tanh(np.tanh(1.0)))


@pytest.mark.parametrize("in_graph", [False, True])
def test_recurrent_dropout_has_one_mask_for_all_steps(in_graph, tensors):
    layer = make_decoder("rnn", UNITS, recurrent_dropout=0.5)
    layer(*tensors)
    only_its_states(layer)
    run = tf.function(layer) if in_graph else layer
    calls = [dropped(run, tensors) for _ in range(4)]
    for mask in calls:
        np.testing.assert_array_equal(mask, np.repeat(mask[:, :1], LENGTH, axis=1))
    # And a new one for each call.
    assert len({mask.tobytes() for mask in calls}) > 1
    assert 0 < np.mean(calls) < 1


@pytest.mark.parametrize("in_graph", [False, True])
def test_each_of_two_transitions_has_a_mask_for_all_steps(in_graph, tensors):
    layer = make_decoder("rnn", UNITS, recurrent_dropout=0.5, conditional=True)
    inputs, states, memory = tensors
    layer(*tensors)
    # h' = tanh(2 m' h + 1), and h = tanh(2 m h'): m is seen as 0, m' as tanh(1).
    only_its_states(layer)
    kernel, _, _ = layer.first_layers[0].get_weights()
    layer.first_layers[0].set_weights([kernel, np.eye(UNITS), np.ones(UNITS)])
    kernel, _, _ = layer.recurrent_layers[0].get_weights()
    layer.recurrent_layers[0].set_weights([kernel, np.eye(UNITS), np.zeros(UNITS)])
    states = {**states, "layer_0_hidden": np.ones((BATCH, UNITS), "float32")}
    run = tf.function(layer) if in_graph else layer
    calls = []
    for _ in range(6):
        vectors = run(inputs, states, memory, training=True)[0].numpy()
        first = np.isclose(vectors, np.tanh(np.tanh(2 * np.tanh(1))))
        calls.append(np.where(vectors == 0, "second", np.where(first, "first", "none")))
        assert (calls[-1] == calls[-1][:, :1]).all()
    assert {*np.unique(calls)} == {"first", "second", "none"}
    assert len({call.tobytes() for call in calls}) > 1


@pytest.mark.parametrize("variational", [False, True])
def test_variational_dropout_has_one_mask_for_all_steps(variational, tensors):
    """The upper layer only hands on what the lower one, which never changes, is."""
    layer = make_decoder(
        "rnn", UNITS, num_layers=2, dropout=0.5, variational_dropout=variational
    )
    inputs, states, memory = tensors
    states = {**states, "layer_1_hidden": states["layer_0_hidden"]}
    layer(inputs, states, memory)
    only_its_states(layer)
    lower, upper = layer.recurrent_layers
    nothing = np.zeros((UNITS, UNITS))
    lower.set_weights([lower.get_weights()[0], nothing, np.ones(UNITS)])
    upper.set_weights([np.eye(UNITS), nothing, np.zeros(UNITS)])
    for run in (layer, tf.function(layer)):
        calls = [run(inputs, states, memory, training=True)[0] == 0 for _ in range(3)]
        masks = np.stack(calls)
        assert 0 < masks.mean() < 1
        assert (masks == masks[:, :, :1]).all() == variational
        assert len({mask.tobytes() for mask in masks}) > 1


@pytest.mark.parametrize("length", [1, LENGTH])
def test_a_dropout_mask_is_not_kept_for_the_next_batch(length, tensors):
    inputs, states, memory = tensors
    layer = make_decoder("rnn", UNITS, recurrent_dropout=0.5)
    layer(inputs[:, :length], states, memory, training=True)
    alone = [{name: t[:1] for name, t in group.items()} for group in (states, memory)]
    vectors, _, _ = layer(inputs[:1], *alone, training=True)
    assert vectors.shape == (1, LENGTH, UNITS)


def test_nothing_is_drawn_but_in_training(tensors):
    layer = make_decoder("rnn", UNITS, num_layers=2, dropout=0.5)
    inputs, states, memory = tensors
    states = {**states, "layer_1_hidden": states["layer_0_hidden"]}
    trained = [layer(inputs, states, memory, training=True)[0] for _ in range(2)]
    used = [layer(inputs, states, memory)[0] for _ in range(2)]
    assert np.abs(trained[0] - trained[1]).max() > 1e-6
    np.testing.assert_array_equal(*used)


@pytest.mark.parametrize("length", [1, LENGTH])
def test_coverage_is_summed_in_float32(length, tensors):
    inputs, states, memory = covered(tensors)
    layer = make_decoder("gru", UNITS, coverage=True, dtype="mixed_bfloat16")
    # bfloat16 has steps of 0.5 here, float32 of 0.00001.
    states["coverage"] += 100.3
    vectors, weights, last = layer(inputs[:, :length], states, memory)
    assert (vectors.dtype, weights.dtype) == ("bfloat16", "float32")
    expected = 100.3 + np.sum(weights, axis=1)
    np.testing.assert_allclose(last["coverage"], expected, atol=1e-4)


class AsksWithTheCell(LuongAttention):
    """Reads the memory cell of the step beside the output."""

    feeds_back = True

    def attend(self, query, states, memory):
        return super().attend(query + states["layer_0_cell"], states, memory)


def test_an_attention_of_ones_own_sees_the_states_of_its_step(tensors):
    inputs, states, memory = tensors
    states = {**states, "layer_0_cell": states["layer_0_hidden"]}
    decoder = AttentionalDecoder(
        RecurrentStack("lstm", UNITS, name="decoder"), AsksWithTheCell("dot"), UNITS
    )
    outputs, _, _ = decoder(inputs, states, memory)
    for step in range(LENGTH):
        alone, _, states = decoder(inputs[:, step : step + 1], states, memory)
        np.testing.assert_allclose(outputs[:, step], alone[:, 0], atol=1e-5)


def test_every_weight_gets_a_gradient(tensors):
    layer = make_decoder("lstm", UNITS, num_layers=2, coverage=True)
    inputs, states, memory = covered(tensors)
    for name in ("layer_0_cell", "layer_1_hidden", "layer_1_cell"):
        states[name] = states["layer_0_hidden"]
    memory["attention_keys"] = layer.attention_layer.project(
        tf.constant(memory["encoder_outputs"])
    )
    with tf.GradientTape() as tape:
        keys = layer.attention_layer.project(tf.constant(memory["encoder_outputs"]))
        outputs = layer(inputs, states, {**memory, "attention_keys": keys})
        loss = tf.reduce_sum(outputs[0] ** 2)
    gradients = tape.gradient(loss, layer.trainable_weights)
    for weight, gradient in zip(layer.trainable_weights, gradients, strict=True):
        assert np.any(gradient), weight.path


def test_all_weights_are_found_by_the_layer():
    layer = make_decoder("gru", UNITS, num_layers=2, layer_normalization=True)
    layer.stack.build(UNITS)
    # A kernel for the inputs, one for the states, biases; a scale and a shift.
    assert len(layer.weights) == 2 * (3 + 2)
    assert isinstance(layer.normalizations[0], keras.layers.LayerNormalization)
