"""Tests of the encoder of features, against loops and identities."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_inference_models, build_model

# Ids of features from 16 on; 1 is unknown.
SOURCE = np.array([[19, 17, 5, 6, 7, 3], [5, 6, 7, 3, 0, 0], [18, 1, 16, 9, 3, 0]])
COUNTS = (2, 0, 3)
TARGET = np.array([[2, 11, 12, 13], [2, 14, 0, 0], [2, 5, 6, 0]])
INPUTS = {"source_token_ids": SOURCE, "target_token_ids": TARGET}
ENCODERS = ("sum", "linear", "recurrent")
ATTENTIONS = {
    "luong": {"attention": "luong", "coverage": True},
    "input feeding": {"attention": "luong", "input_feeding": True, "num_layers": 2},
    "bahdanau": {"attention": "bahdanau", "reverse_source": True},
    "conditional": {"attention": "bahdanau", "decoder": "conditional"},
    "hard": {"attention": "hard", "order": 1},
    "hard, monotonic": {"attention": "hard", "monotonic": True, "order": 1},
}


def build(features_encoder="linear", **options):
    """A model with weights as large as training makes them."""
    sizes = {"units": 8, "embedding_dim": 6, "dropout": 0.0, "cell": "rnn"}
    options = {"features_vocabulary_size": 4, **sizes, **options}
    model = build_model(20, 20, features_encoder=features_encoder, **options)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def states_of(model, source=SOURCE):
    states = build_inference_models(model)[0](tf.constant(source))
    return {name: state.numpy() for name, state in states.items()}


@pytest.mark.parametrize("features_encoder", ENCODERS)
def test_the_vector_of_features_is_that_of_a_loop(features_encoder):
    model = build(features_encoder)
    embeddings = model.get_layer("source_embedding").get_weights()[0]
    found = states_of(model)["features"]
    for row, count in enumerate(COUNTS):
        expected = np.zeros(found.shape[1])
        for embedded in embeddings[SOURCE[row, :count]]:
            if features_encoder == "sum":
                expected = expected + embedded
            elif features_encoder == "linear":
                kernel, bias = model.get_layer("features_encoder").get_weights()
                expected = expected + np.tanh(embedded @ kernel + bias)
            else:
                cell = model.get_layer("features_encoder_0").get_weights()
                expected = np.tanh(embedded @ cell[0] + expected @ cell[1] + cell[2])
        np.testing.assert_allclose(found[row], expected, atol=1e-5)


@pytest.mark.parametrize("reverse_source", [False, True])
def test_the_encoder_reads_what_is_left_as_if_there_were_no_features(reverse_source):
    model = build(
        **{"attention": "luong", "bidirectional": True, "cell": "lstm"},
        reverse_source=reverse_source,
    )
    states = states_of(model)
    for row, count in enumerate(COUNTS):
        alone = states_of(model, SOURCE[row : row + 1, count:])
        np.testing.assert_array_equal(
            states["source_mask"][row],
            [False] * count + (SOURCE[row, count:] > 0).tolist(),
        )
        length = (SOURCE[row, count:] > 0).sum()
        np.testing.assert_allclose(
            states["encoder_outputs"][row, count : count + length],
            alone["encoder_outputs"][0, :length],
            atol=1e-5,
        )
        for name in ("layer_0_hidden", "layer_0_cell"):
            np.testing.assert_allclose(states[name][row], alone[name][0], atol=1e-5)


def test_every_step_of_the_decoder_reads_the_vector():
    """In a loop: `h = tanh(W [embedded token; vector] + U h + b)`."""
    model = build("sum", attention=None)
    states = states_of(model)
    embeddings = model.get_layer("target_embedding").get_weights()[0]
    kernel, recurrent_kernel, bias = model.get_layer("decoder_0").get_weights()
    output_kernel, output_bias = model.get_layer("logits").get_weights()
    logits = model(INPUTS).numpy()
    for row in range(len(SOURCE)):
        hidden = states["layer_0_hidden"][row]
        for step, token_id in enumerate(TARGET[row][TARGET[row] > 0]):
            read = np.concatenate([embeddings[token_id], states["features"][row]])
            hidden = np.tanh(read @ kernel + hidden @ recurrent_kernel + bias)
            np.testing.assert_allclose(
                logits[row, step], hidden @ output_kernel + output_bias, atol=1e-4
            )


@pytest.mark.parametrize("features_encoder", ["linear", "recurrent"])
def test_attention_finds_features_where_they_stand(features_encoder):
    options = {"attention": "luong", "bidirectional": features_encoder == "recurrent"}
    models = [
        build(features_encoder, attend_features=attends, **options)
        for attends in (False, True)
    ]
    for layer in models[0].layers:
        # All but the decoder, which reads more.
        if not layer.name.startswith("decoder"):
            models[1].get_layer(layer.name).set_weights(layer.get_weights())
    apart, attended = map(states_of, models)
    assert "features" not in attended
    np.testing.assert_array_equal(attended["source_mask"], SOURCE > 0)
    for row, count in enumerate(COUNTS):
        np.testing.assert_array_equal(
            attended["encoder_outputs"][row, count:],
            apart["encoder_outputs"][row, count:],
        )
        found = attended["encoder_outputs"][row, :count]
        if features_encoder == "linear":
            np.testing.assert_allclose(
                found.sum(axis=0), apart["features"][row], atol=1e-5
            )
        elif count:  # the last state of the forward half
            np.testing.assert_allclose(found[-1][:4], apart["features"][row][:4])


@pytest.mark.parametrize("options", ATTENTIONS.values(), ids=ATTENTIONS)
def test_nothing_is_aligned_with_features(options):
    encoder, decoder = build_inference_models(build(**options))
    states = encoder(tf.constant(SOURCE))
    for token_ids in TARGET.T:
        step = decoder({"token_ids": tf.constant(token_ids[:, None]), **states})
        states |= {name: step[name] for name in step if name in states}
        weights = step["attention_weights"].numpy()
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
        for row, count in enumerate(COUNTS):
            assert weights[row, :count].tolist() == [0] * count


@pytest.mark.parametrize("options", ATTENTIONS.values(), ids=ATTENTIONS)
def test_how_many_features_there_are_moves_nothing_else(options):
    """Of features without a vector and a word the logits are those of the word."""
    model = build("sum", **options)
    embedding = model.get_layer("source_embedding")
    weights = embedding.get_weights()[0]
    weights[16:] = 0
    embedding.set_weights([weights])
    many, none = ([19, 17, 18, 5, 6, 3], [5, 6, 3])
    logits = [
        model({**INPUTS, "source_token_ids": np.array([source] * 3)}).numpy()
        for source in (many, none)
    ]
    np.testing.assert_allclose(*logits, atol=1e-4)


@pytest.mark.parametrize("attends", [False, True])
@pytest.mark.parametrize("options", ATTENTIONS.values(), ids=ATTENTIONS)
def test_padding_and_company_change_nothing(options, attends):
    model = build("recurrent", attend_features=attends, bidirectional=True, **options)
    expected = model(INPUTS).numpy()
    wide = model({**INPUTS, "source_token_ids": np.pad(SOURCE, [(0, 0), (0, 3)])})
    for row in range(len(SOURCE)):
        is_token = TARGET[row] > 0
        own = {name: ids[row : row + 1] for name, ids in INPUTS.items()}
        own["source_token_ids"] = own["source_token_ids"][:, : (SOURCE[row] > 0).sum()]
        for found in (wide.numpy()[row], model(own).numpy()[0]):
            np.testing.assert_allclose(found[is_token], expected[row][is_token], 1e-3)


def test_the_order_of_features_matters_where_they_are_read():
    swapped = SOURCE.copy()
    swapped[0, :2] = SOURCE[0, 1::-1]
    for features_encoder in ENCODERS:
        model = build(features_encoder)
        vectors = [states_of(model, ids)["features"] for ids in (SOURCE, swapped)]
        is_equal = np.allclose(*vectors, atol=1e-5)
        assert is_equal == (features_encoder != "recurrent")


def test_a_model_with_features_is_saved(tmp_path):
    for features_encoder, attends in itertools.product(ENCODERS, (False, True)):
        if attends and features_encoder == "sum":
            continue
        model = build(features_encoder, attention="luong", attend_features=attends)
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(model(INPUTS), again(INPUTS))


@pytest.mark.parametrize("features_encoder", ENCODERS)
def test_in_mixed_precision_the_logits_are_about_the_same(features_encoder):
    attends = features_encoder != "sum"
    options = {"attention": "bahdanau", "attend_features": attends}
    precise, mixed = (
        build(features_encoder, precision=precision, **options)
        for precision in ("float32", "mixed_bfloat16")
    )
    weights = [0.3 * weight for weight in precise.get_weights()]
    for model in (precise, mixed):
        model.set_weights(weights)
    assert mixed(INPUTS).dtype == "float32"
    np.testing.assert_allclose(mixed(INPUTS), precise(INPUTS), atol=0.02)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"features_vocabulary_size": 0}, "go together.*features_vocabulary_size=0"),
        ({"features_encoder": None}, "go together.*features_encoder=None"),
        ({"features_vocabulary_size": 17}, "some of the source's tokens"),
        ({"attend_features": True}, "needs `attention`"),
        (
            {"attend_features": True, "features_encoder": "sum", "attention": "hard"},
            'features_encoder="linear"',
        ),
        ({"features_encoder": "mean"}, "'sum', 'linear', 'recurrent'"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        build(**options)
