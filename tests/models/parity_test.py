"""Tests of seq2seq_keras.models.parity: each usual mistake is found and named."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from seq2seq_keras.models import build_inference_models, build_model, check_parity

SOURCE = np.array([[5, 6, 7, 3], [8, 3, 0, 0]])
TARGET = np.array([[2, 9, 10], [2, 11, 0]])
LABELS = np.array([[9, 10, 3], [11, 3, 0]])


@pytest.fixture
def model():
    return build_model(12, 12, units=8, embedding_dim=6, dropout=0.5)


def check(model, source=SOURCE, target=TARGET, labels=LABELS, **models):
    inputs = {"source_token_ids": source, "target_token_ids": target}
    return check_parity(model, (inputs, labels), **models)


def test_a_right_model_agrees(model):
    report = check(model)
    assert report.agrees
    assert report.causes == ()
    assert "agree" in str(report)


def test_a_missing_start_token_is_named(model):
    report = check(model, target=np.array([[9, 10], [11, 0]]), labels=LABELS[:, 1:])
    assert report.causes == ("start token",)
    assert not report.agrees


def test_labels_that_are_not_shifted_are_named(model):
    assert check(model, labels=TARGET).causes == ("shift",)


def test_padding_on_the_left_is_named(model):
    left = np.array([[5, 6, 7, 3], [0, 0, 8, 3]])
    assert "padding side" in check(model, source=left).causes


def test_dropout_left_on_is_named(model):
    encoder, decoder = build_inference_models(model)

    def noisy(inputs, training):
        return decoder(inputs, training=True)

    report = check(model, encoder=encoder, decoder=noisy)
    assert report.causes == ("dropout left on",)
    assert "dropout left on" in str(report)


def test_a_forgotten_mask_is_named(model):
    source = keras.Input((None,), dtype="int32")
    recurrent = model.get_layer("encoder_0")
    _, hidden, cell = recurrent(model.get_layer("source_embedding")(source))
    unmasked = keras.Model(source, {"layer_0_hidden": hidden, "layer_0_cell": cell})
    _, decoder = build_inference_models(model)
    assert check(model, encoder=unmasked, decoder=decoder).causes == ("mask",)


def test_the_order_of_the_inputs_does_not_matter(model):
    source = keras.Input((None,), dtype="int32")
    _, hidden, cell = model.get_layer("encoder_0")(
        model.get_layer("source_embedding")(source)
    )
    unmasked = keras.Model(source, {"layer_0_hidden": hidden, "layer_0_cell": cell})
    # Only the source is padded: taken for the target, it would look unpadded.
    inputs = {"target_token_ids": TARGET[:, :2], "source_token_ids": SOURCE}
    report = check_parity(model, inputs, encoder=unmasked)
    assert report.causes == ("mask",)


def test_a_batch_may_be_a_list(model):
    inputs = {"source_token_ids": SOURCE, "target_token_ids": TARGET}
    assert check_parity(model, [inputs, LABELS]).agrees
    assert check_parity(model, [inputs, TARGET]).causes == ("shift",)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_named(model, value):
    weights = model.get_weights()
    model.set_weights([np.full_like(weight, value) for weight in weights])
    report = check(model)
    assert not report.agrees
    assert report.causes == ("not a number",)
    assert "not a number" in str(report)


def test_exchanged_states_are_named(model):
    encoder, decoder = build_inference_models(model)
    source = keras.Input((None,), dtype="int32")
    states = encoder(source)
    exchanged = keras.Model(
        source,
        {
            "layer_0_hidden": states["layer_0_cell"],
            "layer_0_cell": states["layer_0_hidden"],
        },
    )
    causes = check(model, encoder=exchanged, decoder=decoder).causes
    assert causes == ("state order",)


def test_weights_that_were_not_trained_are_unknown(model):
    other = build_model(12, 12, units=8, embedding_dim=6)
    encoder, decoder = build_inference_models(other)
    report = check(model, encoder=encoder, decoder=decoder)
    assert report.causes == ("unknown",)
    assert report.max_difference > 1e-2


FLAGS = (False, True)
GRID = {
    "cell": ("lstm", "gru", "rnn"),
    "num_layers": (1, 2),
    "bidirectional": FLAGS,
    "bridge": ("direct", "dense", "zero"),
    "feed_context": FLAGS,
    "residual": FLAGS,
    "tie_embeddings": FLAGS,
}
MODELS = list(itertools.product(*GRID.values()))


def pairs_of_values(values):
    """Which two options have which two values."""
    return set(itertools.combinations(enumerate(values), 2))


def slice_of_the_grid():
    """A few models that have every pair of values, as many new ones each as may be."""
    chosen, missing = [], set().union(*map(pairs_of_values, MODELS))
    while missing:
        best = max(MODELS, key=lambda values: len(pairs_of_values(values) & missing))
        missing -= pairs_of_values(best)
        chosen.append(best)
    return chosen


def check_models(models):
    random = np.random.default_rng(0)
    for values in models:
        options = dict(zip(GRID, values, strict=True))
        model = build_model(12, 12, units=8, embedding_dim=6, **options)
        # Weights as large as training makes them, or larger.
        model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
        report = check(model)
        assert report.agrees, (options, report)


def test_models_with_every_pair_of_values_agree():
    check_models(slice_of_the_grid())


@pytest.mark.slow
def test_the_whole_grid_agrees():
    """Cell x layers x directions x bridge x context x residual x tied."""
    assert len(MODELS) == 288
    check_models(MODELS)


def test_the_difference_is_that_of_the_logits(model):
    """Against a decoder whose logits are moved by a known amount."""
    encoder, decoder = build_inference_models(model)
    inputs = {
        i.name: keras.Input(i.shape[1:], dtype=i.dtype, name=i.name)
        for i in decoder.inputs
    }
    outputs = decoder(inputs)
    moved = keras.Model(inputs, {**outputs, "logits": outputs["logits"] + 0.25})
    report = check(model, encoder=encoder, decoder=moved)
    assert report.max_difference == pytest.approx(0.25, abs=1e-5)
    assert ops.shape(outputs["logits"])[-1] == 12
