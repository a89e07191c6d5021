"""The step without logits of padding against Keras's own, which it must equal."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.models import TokenStep, build_model
from seq2seq_keras.training import compile_model

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
    return compile_model(model, label_smoothing=0.1, learning_rate=0.01)


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
        patch.setattr(TokenStep, "of", lambda model: None)
        theirs = trained(make_model(**MODELS[name]), batch)
    # In blocks of three tokens, the last of one, or all at once.
    for block in (3, 2**22):
        monkeypatch.setattr("seq2seq_keras.models.token_scores._BLOCK", block * SIZE)
        ours = trained(make_model(**MODELS[name]), batch)
        for our, their in zip(ours[:2], theirs[:2], strict=True):
            assert our.keys() == their.keys()
            # float16 has three digits, after two updates.
            assert our == pytest.approx(their, rel=1e-4 if "float16" in name else 1e-5)
        for our, their in zip(ours[2], theirs[2], strict=True):
            if "float16" in name:
                # Adam's steps are of one length where a gradient is nearly nothing.
                assert np.abs(our - their).mean() < 1e-4
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

    assert TokenStep.of(make_model()) is not None
    copying = build_model(SIZE, SIZE, units=8, attention="luong", copy=True)
    assert TokenStep.of(compile_model(copying)) is None
    model = make_model()
    model.compile("adam", model.loss, weighted_metrics=["accuracy"])
    assert TokenStep.of(model) is None
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert TokenStep.of(model) is None
    own = OwnLoss(**make_model().get_config())
    assert TokenStep.of(compile_model(own)) is None


def test_regularizers_of_weights_count(batch, eager):
    model = make_model()
    inputs, labels, weights = batch
    bare = model.test_on_batch(inputs, labels, weights, return_dict=True)["loss"]
    layer = model.get_layer("logits")
    layer.kernel.regularizer = keras.regularizers.L2(0.5)
    report = model.test_on_batch(inputs, labels, weights, return_dict=True)
    penalty = 0.5 * float(tf.reduce_sum(layer.kernel.value**2))
    assert report["loss"] == pytest.approx(bare + penalty, rel=1e-5)
