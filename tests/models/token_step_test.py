"""The step without logits of padding against Keras's own, which it must equal."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.models import TokenStep, build_model
from seq2seq_keras.training import (
    Perplexity,
    TokenAccuracy,
    TokenCrossentropy,
    compile_model,
)

SIZE = 50
MODELS = {
    "plain": {},
    "tied": {"tie_embeddings": True},
    "attention": {"attention": "luong", "dropout": 0.3},
    "tied, float16": {"tie_embeddings": True, "precision": "mixed_float16"},
    "frozen": {"tie_embeddings": True, "freeze_target_embeddings": True},
    "float16": {"precision": "mixed_float16", "attention": "bahdanau"},
    "bfloat16": {"precision": "mixed_bfloat16"},
}


@pytest.fixture
def batch():
    """Rows of 9, 2, 5 and 9 tokens, with weights of sentences."""
    rng = np.random.default_rng(0)
    ids = rng.integers(4, SIZE, (3, 4, 9)).astype("int32")
    for row, length in enumerate((9, 2, 5, 9)):
        ids[:, row, length:] = 0
    inputs = {"source_token_ids": ids[0], "target_token_ids": ids[1]}
    return inputs, ids[2], np.array([1.0, 0.5, 2.0, 0.0], "float32")


def make_model(**options) -> keras.Model:
    keras.utils.set_random_seed(1)
    options = {"units": 8, "embedding_dim": 6, **options}
    model = build_model(SIZE, SIZE, **options)
    smoothed = 0.0 if options.get("copy") else 0.1
    return compile_model(model, label_smoothing=smoothed, learning_rate=0.01)


def trained(model: keras.Model, batch) -> tuple[dict, dict, list[np.ndarray]]:
    """What two steps and an evaluation report, and the weights they leave."""
    inputs, labels, weights = batch
    for _ in range(2):
        report = model.train_on_batch(inputs, labels, weights, return_dict=True)
    tested = model.test_on_batch(inputs, labels, weights, return_dict=True)
    return report, tested, model.get_weights()


@pytest.mark.parametrize("name", list(MODELS))
def test_reports_and_weights_are_those_of_the_step_of_keras(
    name, batch, eager, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(TokenStep, "of", lambda *_: None)
        theirs = trained(make_model(**MODELS[name]), batch)
    # In blocks of three tokens, the last of one, or all at once.
    kind = MODELS[name].get("precision", "float32").removeprefix("mixed_")
    # float16 has three digits, after two updates; bfloat16 has two.
    digits = {"float32": 1e-5, "float16": 1e-4, "bfloat16": 1e-3}[kind]
    for block in (3, 2**22):
        monkeypatch.setattr("seq2seq_keras.models.token_scores._BLOCK", block * SIZE)
        ours = trained(make_model(**MODELS[name]), batch)
        for our, their in zip(ours[:2], theirs[:2], strict=True):
            assert our.keys() == their.keys()
            assert our == pytest.approx(their, rel=digits)
        for our, their in zip(ours[2], theirs[2], strict=True):
            if kind != "float32":
                # Adam's steps are of one length where a gradient is nearly nothing.
                assert np.abs(our - their).mean() < digits
            else:
                np.testing.assert_allclose(our, their, atol=2e-5)


def test_logits_are_made_of_tokens_that_count(batch, eager, monkeypatch):
    model = make_model()
    layer = model.get_layer("logits")
    rows, call = [], layer.call
    monkeypatch.setattr(layer, "call", lambda x: (rows.append(x.shape[0]), call(x))[1])
    monkeypatch.setattr("seq2seq_keras.models.token_scores._BLOCK", 6 * SIZE)
    model.train_on_batch(*batch)
    # 9 + 2 + 5 in blocks of at most 6; the last sentence has no weight.
    assert rows == [6, 6, 4]


def test_logits_of_bfloat16_are_for_training_alone(batch, eager, monkeypatch):
    inputs, labels, weights = batch
    model = make_model(**MODELS["bfloat16"])
    seen, call = [], keras.layers.Dense.call

    def watched(layer, inputs, *args, **kwargs):
        if layer.name == "logits":
            seen.append(inputs.dtype.name)
        return call(layer, inputs, *args, **kwargs)

    monkeypatch.setattr(keras.layers.Dense, "call", watched)
    model.train_on_batch(inputs, labels, weights)
    assert set(seen) == {"bfloat16"}
    seen.clear()
    model.test_on_batch(inputs, labels, weights)
    model(inputs)
    assert set(seen) == {"float32"}
    assert model.get_layer("logits").compute_dtype == "float32"


def test_a_batch_without_a_token_changes_nothing(batch, eager):
    model = make_model()
    inputs, labels, weights = batch
    before = model.get_weights()
    report = model.train_on_batch(inputs, labels, weights * 0, return_dict=True)
    assert report["loss"] == 0
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_it_cannot_do_is_left_to_keras(batch, eager):
    class OwnLoss(type(make_model())):
        def compute_loss(self, *args, **kwargs):
            return super().compute_loss(*args, **kwargs)

    assert TokenStep.of(make_model(), True) is not None
    copying = build_model(SIZE, SIZE, units=8, attention="luong", copy=True)
    assert TokenStep.of(compile_model(copying), True) is None
    model = make_model()
    model.compile("adam", model.loss, weighted_metrics=["accuracy"])
    assert TokenStep.of(model, True) is None
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert TokenStep.of(model, True) is None
    own = OwnLoss(**make_model().get_config())
    assert TokenStep.of(compile_model(own), True) is None


class Alone:
    """The only one of all workers."""

    rank, count = 0, 1

    def add_up(self, tensors, purpose):
        return list(tensors)


def test_of_workers_a_model_that_copies_takes_the_step_too(batch, eager):
    inputs, labels, weights = batch
    source = inputs["source_token_ids"]
    # Some words are in no vocabulary.
    copied = np.where(source > 40, SIZE + np.arange(9), source).astype("int32")
    inputs = {**inputs, "source_copy_ids": copied}
    labels[0, :3] = copied[0, :3]
    theirs, ours = (make_model(attention="luong", copy=True) for _ in range(2))
    ours.workers = Alone()
    assert TokenStep.of(ours, True, ours.workers) is not None
    found = [trained(model, (inputs, labels, weights)) for model in (theirs, ours)]
    for their, our in zip(*(reports[:2] for reports in found), strict=True):
        assert our == pytest.approx(their, rel=5e-5)
    for their, our in zip(*(reports[2] for reports in found), strict=True):
        np.testing.assert_allclose(our, their, atol=2e-5)


class TwiceLoss(TokenCrossentropy):
    """Has a `call` of its own."""

    def call(self, y_true, y_pred):
        return 2.0 * super().call(y_true, y_pred)


class ScaledLoss(TokenCrossentropy):
    """Has a `__call__` of its own."""

    def __call__(self, *args, **kwargs):
        return 3.0 * super().__call__(*args, **kwargs)


class DoubledAccuracy(TokenAccuracy):
    """Counts in a way of its own."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred, sample_weight)
        super().update_state(y_true, y_pred)


class NoisyDense(keras.layers.Dense):
    """Sees more than a token: it subtracts the mean over all of them."""

    def call(self, inputs, training=None):
        return super().call(inputs - keras.ops.mean(inputs, axis=1, keepdims=True))


COMPILED = {
    "a loss alone": lambda: {},
    "a loss with a call": lambda: {"loss": TwiceLoss()},
    "a loss with a __call__": lambda: {"loss": ScaledLoss()},
    "a loss weight": lambda: {"loss_weights": 0.25},
    "loss weights": lambda: {"loss_weights": [0.25]},
    "a metric of its own": lambda: {
        "weighted_metrics": [DoubledAccuracy(name="twice")]
    },
    "a metric without weights": lambda: {"metrics": [TokenAccuracy()]},
    "metrics of both kinds": lambda: {
        "metrics": [TokenAccuracy()],
        "weighted_metrics": [Perplexity()],
    },
}


@pytest.mark.parametrize("name", list(COMPILED))
def test_whatever_is_compiled_counts_as_in_keras(name, batch, eager, monkeypatch):
    def results() -> list:
        model = make_model()
        model.compile(
            keras.optimizers.SGD(0.5), **{"loss": model.loss, **COMPILED[name]()}
        )
        report, tested, weights = trained(model, batch)
        return [*report.values(), *tested.values(), *map(np.sum, weights)]

    ours = results()
    monkeypatch.setattr(TokenStep, "of", lambda *_: None)
    np.testing.assert_allclose(ours, results(), rtol=1e-5)


def test_what_has_methods_of_its_own_is_left_to_keras(batch, eager):
    class ScaledModel(type(make_model())):
        def call(self, inputs, training=None, mask=None):
            return 0.1 * super().call(inputs, training=training, mask=mask)

    model = ScaledModel(**make_model().get_config())
    assert TokenStep.of(compile_model(model), False) is None
    model = make_model()
    model.jit_compile = True
    assert TokenStep.of(model, False) is None
    logits = model.get_layer("logits")
    logits.__class__ = NoisyDense
    model.jit_compile = False
    assert TokenStep.of(model, False) is None


def test_losses_of_layers_are_summed(batch, eager):
    inputs, labels, weights = batch
    model = make_model()
    bare = model.test_on_batch(inputs, labels, weights, return_dict=True)["loss"]
    layer = model.get_layer("logits")
    # One loss for each of two units.
    layer.kernel.regularizer = lambda kernel: keras.ops.ones((2,)) * 1.5
    report = model.test_on_batch(inputs, labels, weights, return_dict=True)
    assert report["loss"] == pytest.approx(bare + 3, rel=1e-5)


def test_regularizers_of_weights_count(batch, eager):
    model = make_model()
    inputs, labels, weights = batch
    bare = model.test_on_batch(inputs, labels, weights, return_dict=True)["loss"]
    layer = model.get_layer("logits")
    layer.kernel.regularizer = keras.regularizers.L2(0.5)
    report = model.test_on_batch(inputs, labels, weights, return_dict=True)
    penalty = 0.5 * float(tf.reduce_sum(layer.kernel.value**2))
    assert report["loss"] == pytest.approx(bare + penalty, rel=1e-5)
