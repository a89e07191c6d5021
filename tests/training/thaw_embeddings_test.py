"""Tests of ThawEmbeddings."""

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.training import (
    ThawEmbeddings,
    WarmupSchedule,
    compile_model,
    has_frozen_embeddings,
    thaw_embeddings,
)

INPUTS = {
    "source_token_ids": np.array([[5, 6, 7, 8, 3], [9, 10, 3, 0, 0]]),
    "target_token_ids": np.array([[2, 11, 12, 13], [2, 14, 0, 0]]),
}
LABELS = np.array([[11, 12, 13, 3], [14, 3, 0, 0]])
DATA = {"x": INPUTS, "y": LABELS, "verbose": 0}


def build(**options):
    sizes = {"cell": "rnn", "units": 6, "embedding_dim": 6, "dropout": 0.0}
    frozen = {"freeze_source_embeddings": True}
    return build_model(20, 20, **{**sizes, **frozen, **options})


def compiled(learning_rate=0.01, *, eager=True, **options):
    """Without a graph a few steps take less time than tracing one."""
    model = compile_model(
        build(**options), learning_rate=learning_rate, global_clipnorm=None
    )
    model.run_eagerly = eager
    return model


def embeddings_of(model):
    return [
        embedding.get_weights()[0].copy()
        for embedding in (model.encoder.embedding, model.decoder.embedding)
    ]


def state_of(optimizer):
    """By name; a second one of a name, as an inner optimizer has it, gets a mark."""
    state = {}
    for variable in optimizer.variables:
        name = variable.name
        state[f"inner {name}" if name in state else name] = variable.numpy()
    return state


class Watch(keras.callbacks.Callback):
    """Notes the embeddings after each epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(embeddings_of(self.model))


def test_embeddings_are_frozen_until_then_and_move_afterwards():
    model = compiled(freeze_target_embeddings=True, eager=False)
    first, watch = embeddings_of(model), Watch()
    history = model.fit(**DATA, epochs=5, callbacks=[ThawEmbeddings(2), watch])
    for side in range(2):
        for epoch in range(2):
            np.testing.assert_array_equal(watch.seen[epoch][side], first[side])
        for epoch in range(2, 5):
            before, after = (watch.seen[e][side] for e in (epoch - 1, epoch))
            assert (before != after).any()
    losses = history.history["loss"]
    assert all(np.diff(losses) < 0)
    assert model.optimizer.iterations == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(
            0.01, use_ema=True, gradient_accumulation_steps=2
        ),
        lambda: keras.optimizers.SGD(0.01, momentum=0.9),
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.02)),
    ],
    ids=["adam", "sgd", "loss scale"],
)
def test_what_the_optimizer_has_gathered_on_other_weights_stays(make):
    model = build()
    model.compile(make(), loss="mse", run_eagerly=True)
    model.fit(INPUTS, np.zeros((2, 4, 20)), epochs=3, verbose=0)
    before = state_of(model.optimizer)
    thaw_embeddings(model)
    after = state_of(model.optimizer)
    assert type(model.optimizer) is type(make())
    assert any(name.endswith("iteration") and before[name] == 3 for name in before)
    for name, value in before.items():
        np.testing.assert_array_equal(after.pop(name), value)
    # One state of each kind for the thawed weight; an average starts from it.
    assert after and all("source_embedding" in name for name in after)
    for name, value in after.items():
        expected = embeddings_of(model)[0] if name.endswith("average") else 0 * value
        np.testing.assert_array_equal(value, expected)


def test_all_other_weights_go_on_as_if_nothing_had_happened():
    thawed, frozen = (compiled() for _ in range(2))
    frozen.set_weights(thawed.get_weights())
    for model in (thawed, frozen):
        model.fit(**DATA, epochs=3)
    thaw_embeddings(thawed)
    for model in (thawed, frozen):
        model.fit(**DATA)
    for ours, theirs in zip(thawed.weights, frozen.weights, strict=True):
        is_same = "source_embedding" not in ours.path
        assert (ours.numpy() == theirs.numpy()).all() == is_same, ours.path


def test_a_schedule_can_still_be_steered():
    schedule = WarmupSchedule(0.1)
    model = compiled(schedule)
    model.optimizer.build(model.trainable_variables)
    thaw_embeddings(model)
    schedule.scale.assign(0.5)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "options", [{"tie_embeddings": True}, {"share_embeddings": True}], ids=str
)
def test_one_matrix_for_two_is_thawed_as_a_whole(options):
    model = compiled(**options)
    if "tie_embeddings" in options:
        model = compiled(**options, freeze_target_embeddings=True)
    first, watch = embeddings_of(model), Watch()
    model.fit(**DATA, epochs=2, callbacks=[ThawEmbeddings(1), watch])
    np.testing.assert_array_equal(watch.seen[0], first)
    for before, after in zip(first, watch.seen[1], strict=True):
        assert (before != after).any()


def test_an_interrupted_training_goes_on_the_same():
    """Thawed first, a new model has a place for each variable of the old one."""
    old, new = (compiled() for _ in range(2))
    old.fit(**DATA, epochs=3, callbacks=[ThawEmbeddings(1)])
    new.optimizer.build(new.trainable_variables)
    thaw_embeddings(new)
    names = [[weight.path for weight in m.trainable_weights] for m in (old, new)]
    assert names[0] == names[1]
    new.set_weights(old.get_weights())
    for saved, variable in zip(
        old.optimizer.variables, new.optimizer.variables, strict=True
    ):
        variable.assign(saved)
    for model in (old, new):
        model.fit(**DATA, initial_epoch=3, epochs=6, callbacks=[ThawEmbeddings(1)])
    for first, second in zip(old.get_weights(), new.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_thawed_model_is_saved_as_one(tmp_path):
    model = compiled()
    model.fit(**DATA, epochs=2, callbacks=[ThawEmbeddings(1)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = True
    assert not has_frozen_embeddings(loaded)
    assert len(loaded.trainable_weights) == len(model.trainable_weights)
    histories = [m.fit(**DATA, epochs=2).history for m in (model, loaded)]
    assert histories[0] == histories[1]


def test_a_model_that_is_not_compiled_is_thawed_too():
    model = build()
    thaw_embeddings(model)
    assert model.encoder.embedding.trainable
    weights = model.trainable_weights
    thaw_embeddings(model)
    assert model.trainable_weights == weights


def test_there_must_be_something_to_thaw():
    model = compiled(freeze_source_embeddings=False)
    with pytest.raises(InputError, match="found no frozen embeddings"):
        model.fit(**DATA, callbacks=[ThawEmbeddings(1)])
    with pytest.raises(InputError, match="`after_epochs` must be an integer"):
        ThawEmbeddings(-1)
