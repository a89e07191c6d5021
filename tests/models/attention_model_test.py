"""Tests of what the decoder does with attention, against loops and identities."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.layers import LuongAttention, ReverseTokens
from seq2seq_keras.models import build_inference_models, build_model, check_parity

UNITS = 8
INPUTS = {
    "source_token_ids": np.array([[5, 6, 7, 8, 3], [9, 10, 3, 0, 0]]),
    "target_token_ids": np.array([[2, 11, 12, 13], [2, 14, 0, 0]]),
}
SOURCE, TARGET = INPUTS.values()


def build(**options):
    """A model with weights as large as training makes them."""
    sizes = {"units": UNITS, "embedding_dim": 6, "dropout": 0.0}
    model = build_model(20, 20, **{**sizes, **options})
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def weights_by_step(model, inputs=INPUTS):
    """Attention weights, `(batch, target_length, source_length)`."""
    encoder, decoder = build_inference_models(model)
    states, weights = encoder(tf.constant(inputs["source_token_ids"])), []
    for token_ids in inputs["target_token_ids"].T:
        step = decoder({"token_ids": tf.constant(token_ids[:, None]), **states})
        states |= {name: step[name] for name in step if name in states}
        weights.append(step["attention_weights"].numpy())
    return np.stack(weights, axis=1)


def test_luong_attention_is_that_of_the_paper():
    """Equations 5 to 8, in loops: h_t asks, then tanh(W [context; h_t])."""
    model = build(cell="rnn", attention="luong", attention_score="dot")
    states = build_inference_models(model)[0](tf.constant(SOURCE))
    embeddings = model.get_layer("target_embedding").get_weights()[0]
    kernel, recurrent_kernel, bias = model.get_layer("decoder_0").get_weights()
    (combine,) = model.get_layer("attentional_vector").get_weights()
    output_kernel, output_bias = model.get_layer("logits").get_weights()
    logits, weights = model(INPUTS).numpy(), weights_by_step(model)
    for b, length in enumerate((5, 3)):
        values = states["encoder_outputs"][b].numpy()[:length]
        hidden = states["layer_0_hidden"][b].numpy()
        for t, token_id in enumerate(TARGET[b][TARGET[b] != 0]):
            hidden = np.tanh(
                embeddings[token_id] @ kernel + hidden @ recurrent_kernel + bias
            )
            scores = values @ hidden
            expected = np.exp(scores) / np.exp(scores).sum()
            vector = np.tanh(np.concatenate([expected @ values, hidden]) @ combine)
            np.testing.assert_allclose(weights[b, t, :length], expected, atol=1e-5)
            np.testing.assert_allclose(
                logits[b, t], vector @ output_kernel + output_bias, atol=1e-4
            )


@pytest.mark.parametrize("attention", [None, "luong"])
def test_deep_output_sees_the_last_token(attention):
    """Logits are made of tanh(W [context; state; embedded token])."""
    model = build(attention=attention, deep_output=True, cell="rnn")
    kernel = model.get_layer("attentional_vector").kernel
    states = build_inference_models(model)[0](tf.constant(SOURCE))
    output_kernel, output_bias = model.get_layer("logits").get_weights()
    embedded = model.get_layer("target_embedding").get_weights()[0][2]
    cell = model.get_layer("decoder_0").get_weights()
    values = states["encoder_outputs"][0].numpy() if attention else None
    hidden = np.tanh(
        embedded @ cell[0] + states["layer_0_hidden"][0].numpy() @ cell[1] + cell[2]
    )
    read = [hidden, embedded]
    if attention:
        asked = hidden @ model.get_layer("attention").kernel.numpy() / UNITS**0.5
        scores = np.exp(values @ asked)
        read.insert(0, scores @ values / scores.sum())
    expected = np.tanh(np.concatenate(read) @ kernel.numpy())
    expected = expected @ output_kernel + output_bias
    np.testing.assert_allclose(model(INPUTS)[0, 0], expected, atol=1e-4)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_where_nothing_is_fed_back_the_loop_is_the_whole_at_once(cell):
    """Coverage with a weight of 0 goes step by step and changes nothing."""
    options = {"cell": cell, "num_layers": 3, "residual": True, "attention": "luong"}
    options["layer_normalization"] = True
    # Of the size of the states, so that the first layer could be residual too.
    options["embedding_dim"] = UNITS
    at_once = build(**options)
    in_steps = build(**options, coverage=True)
    named = {key(weight): weight.numpy() for weight in at_once.weights}
    for weight in in_steps.weights:
        weight.assign(named.pop(key(weight), np.zeros(weight.shape)))
    assert not named
    np.testing.assert_allclose(at_once(INPUTS), in_steps(INPUTS), atol=1e-4)
    np.testing.assert_allclose(
        weights_by_step(at_once), weights_by_step(in_steps), atol=1e-5
    )


@pytest.mark.parametrize("attention", ["luong", "bahdanau"])
def test_coverage_starts_from_nothing_and_counts_from_the_second_step(attention):
    model = build(attention=attention, coverage=True)
    with_coverage = weights_by_step(model)
    for weight in model.weights:
        if "coverage" in weight.path:
            weight.assign(np.zeros(weight.shape))
    without = weights_by_step(model)
    np.testing.assert_allclose(with_coverage[:, 0], without[:, 0], atol=1e-6)
    assert np.abs(with_coverage[:, 1] - without[:, 1]).max() > 1e-3


def key(weight):
    """Its path without what holds the layers of a loop together."""
    path = [part for part in weight.path.split("/") if not part.endswith("_cell")]
    return "/".join(path[1:] if path[0] == "decoder" else path)


def test_what_was_read_backwards_is_attended_to_in_the_order_of_the_text():
    """Attention over a source read backwards is that over the source turned round."""
    backwards, plain = (
        build(attention="bahdanau", reverse_source=reverse) for reverse in (True, False)
    )
    turned = ReverseTokens()(SOURCE, SOURCE).numpy()
    expected = weights_by_step(plain, {**INPUTS, "source_token_ids": turned})
    weights = weights_by_step(backwards)
    for t in range(TARGET.shape[1]):
        in_order = ReverseTokens()(expected[:, t], SOURCE)
        np.testing.assert_allclose(weights[:, t], in_order, atol=1e-6)


def test_the_weights_after_a_whole_target_are_those_of_its_last_token():
    model = build(attention="luong")
    _, states = model.decode(tf.constant(TARGET), model.encode(tf.constant(SOURCE)))
    expected = weights_by_step(model)[:, -1]
    np.testing.assert_allclose(states["attention_weights"], expected, atol=1e-6)


def test_the_coverage_loss_is_a_loss_of_the_model():
    """Over the weights of its own steps: what was looked at twice, per real token."""
    model = build(attention="luong", coverage=True, coverage_loss=0.5)
    model(INPUTS)
    weights, again = weights_by_step(model), []
    for b, t in np.argwhere(TARGET != 0):
        before = weights[b, :t].sum(axis=0)
        again.append(np.minimum(weights[b, t], before).sum())
    (loss,) = model.losses
    assert float(loss) == pytest.approx(0.5 * np.mean(again), rel=1e-4)


def test_a_copied_word_is_fed_back_as_an_unknown_one():
    model = build(attention="luong", copy=True)
    copy_ids = np.array([[5, 20, 7, 8, 3], [9, 20, 3, 0, 0]])
    unknown = np.where(TARGET == 12, 1, TARGET)
    copied = np.where(TARGET == 12, 20, TARGET)
    outputs = [
        model({**INPUTS, "source_copy_ids": copy_ids, "target_token_ids": target})
        for target in (unknown, copied)
    ]
    np.testing.assert_array_equal(*outputs)


def test_the_share_of_copying_is_judged_by_context_state_and_token():
    """Equation 8 of See et al.; the attentional vector holds context and state."""
    model = build(attention="luong", copy=True, embedding_dim=6)
    gate = model.get_layer("pointer_generator").gate
    assert gate.kernel.shape == (UNITS + 6, 1)


@pytest.mark.parametrize("layers", [1, 2])
def test_dropout_acts_between_the_layers_of_the_decoder(layers):
    """Nothing else drops: the two other places have their dropout switched off."""
    options = {"attention": "bahdanau", "dropout": 0.5, "num_layers": layers}
    model = build(**options)
    for name in ("source_embedding", "target_embedding", "output"):
        model.get_layer(f"{name}_dropout").rate = 0.0
    for layer in range(layers):
        model.get_layer(f"encoder_dropout_{layer}").rate = 0.0
    first, second = (model(INPUTS, training=True) for _ in range(2))
    assert (np.abs(first - second).max() > 1e-6) == (layers == 2)


@pytest.mark.parametrize("attention", ["luong", "bahdanau"])
def test_variational_dropout_is_all_the_dropout_of_a_model(attention):
    options = {"dropout": 0.5, "num_layers": 2, "attention": attention}
    model = build(**options, variational_dropout=True)
    dropouts = [
        layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)
    ]
    # Both embeddings, each layer of the encoder, the outputs; between the layers of
    # the decoder, unless a layer of its own holds them.
    assert len(dropouts) == (5 if attention == "bahdanau" else 6)
    assert {layer.noise_shape for layer in dropouts} == {(None, 1, None)}
    if attention == "bahdanau":
        assert model.get_layer("decoder").stack.variational_dropout


def test_what_leaves_the_encoder_is_normalised_and_its_states_are_not():
    options = {"num_layers": 2, "residual": True, "attention": "luong"}
    plain, normalised = (
        build(**options, layer_normalization=on) for on in (False, True)
    )
    random = np.random.default_rng(0)
    for layer in ("encoder_0", "encoder_1", "source_embedding"):
        shapes = [w.shape for w in plain.get_layer(layer).get_weights()]
        weights = [random.normal(size=shape) for shape in shapes]
        for model in (plain, normalised):
            model.get_layer(layer).set_weights(weights)
    for layer in range(2):
        scale, shift = np.full(UNITS, 2.0), np.full(UNITS, layer)
        normalised.get_layer(f"encoder_normalization_{layer}").set_weights(
            [scale, shift]
        )
    before, after = (
        build_inference_models(model)[0](tf.constant(SOURCE))
        for model in (plain, normalised)
    )
    outputs = after["encoder_outputs"].numpy()[SOURCE != 0]
    np.testing.assert_allclose(outputs.mean(axis=-1), 1.0, atol=1e-5)
    np.testing.assert_allclose(outputs.std(axis=-1), 2.0, atol=0.05)
    # The first layer reads embeddings in both; the second what the first hands on.
    np.testing.assert_allclose(before["layer_0_cell"], after["layer_0_cell"], atol=1e-5)
    assert np.abs(before["layer_1_cell"] - after["layer_1_cell"]).max() > 1e-3


@pytest.mark.parametrize("side", ["source", "target"])
def test_word_dropout_hides_words_of_both_sides(side):
    """Where all words are hidden, it makes no difference which ones they are."""
    model = build(word_dropout=0.99, attention="luong", feed_context=True)
    other = "target" if side == "source" else "source"
    model.get_layer(f"{other}_word_dropout").rate = 0.0
    random = np.random.default_rng(1)
    changed = random.integers(4, 20, INPUTS[f"{side}_token_ids"].shape)
    is_real = INPUTS[f"{side}_token_ids"] > 3
    changed = np.where(is_real, changed, INPUTS[f"{side}_token_ids"])
    pairs = [INPUTS, {**INPUTS, f"{side}_token_ids": changed}]
    model.get_layer(f"{side}_word_dropout").rate = 1.0
    np.testing.assert_array_equal(*(model(inputs, training=True) for inputs in pairs))
    used = [model(inputs) for inputs in pairs]
    assert np.abs(used[0] - used[1]).max() > 1e-3


@pytest.mark.parametrize(
    "feeding", ["bahdanau", "input feeding", "hard", "conditional", "a layer"]
)
def test_mixed_precision_steps_agree_to_its_own_rounding(feeding):
    options = {"attention": "luong", "input_feeding": True}
    if feeding == "bahdanau":
        options = {"attention": "bahdanau", "coverage": True}
    elif feeding == "hard":
        options = {"attention": "hard", "monotonic": True, "order": 1}
    elif feeding == "conditional":
        options = {"attention": "bahdanau", "decoder": "conditional"}
    elif feeding == "a layer":  # of the global precision
        options = {"attention": LuongAttention(coverage=True), "coverage": True}
    model = build_model(20, 20, units=8, precision="mixed_bfloat16", **options)
    report = check_parity(model, INPUTS, tolerance=0.02)
    assert report.agrees, report
