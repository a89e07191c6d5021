"""Tests of ScheduledSampling."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.data import make_dataset, make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_inference_models, build_model
from seq2seq_keras.stopping import StopSignals
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.training import (
    ScheduledSampling,
    Trainer,
    TrainingConfig,
    compile_model,
)

SIZE = 20
SOURCE = np.array([[5, 6, 7, 8, 3], [9, 10, 3, 0, 0]])
TARGET = np.array([[2, 11, 12, 13, 4, 5], [2, 14, 6, 0, 0, 0]])
LABELS = np.array([[11, 12, 13, 4, 5, 3], [14, 6, 3, 0, 0, 0]])
COPY_IDS = np.array([[5, 21, 21, 8, 3], [20, 10, 3, 0, 0]])
KINDS = {
    "none": {"feed_context": True, "cell": "gru"},
    "luong": {"attention": "luong", "num_layers": 2},
    "bahdanau with coverage": {"attention": "bahdanau", "coverage": True},
    "copy": {"attention": "luong", "copy": True},
}
every_kind = pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)


def build(rate=0.5, steps=0, learning_rate=0.0, **options):
    model = build_model(SIZE, SIZE, units=8, embedding_dim=6, dropout=0.0, **options)
    sampling = ScheduledSampling(rate, steps, seed=1)
    return compile_model(
        model, learning_rate=learning_rate, scheduled_sampling=sampling
    )


def sure_of_itself(model):
    """Gives all of its probability to one word at a time."""
    random = np.random.default_rng(5)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    for weight in model.get_layer("logits").weights:
        weight.assign(1e5 * weight)
    if model.options.copy:
        pointer, attention = (
            model.get_layer(name) for name in ("pointer_generator", "attention")
        )
        attention.kernel.assign(1e5 * attention.kernel)
        pointer.gate.kernel.assign(1e5 * pointer.gate.kernel)
    return model


def always(model, *token_ids):
    """Makes all the words it writes these ones, each as likely as the others."""
    bias = np.zeros(SIZE)
    bias[list(token_ids)] = 100.0
    model.get_layer("logits").set_weights([np.zeros((8, SIZE)), bias])
    return model


def inputs_for(options, source=SOURCE, target=TARGET):
    inputs = {"source_token_ids": source, "target_token_ids": target}
    return inputs | ({"source_copy_ids": COPY_IDS} if options.get("copy") else {})


def mix(model, inputs):
    tensors = {name: tf.constant(ids, tf.int32) for name, ids in inputs.items()}
    mixed = model.scheduled_sampling.mix(model, tensors)
    for name in inputs:
        if name != "target_token_ids":
            np.testing.assert_array_equal(mixed[name], inputs[name])
    return mixed["target_token_ids"].numpy()


def run_freely(model, inputs):
    """What it writes when each step is fed its own word; a NumPy loop."""
    encoder, decoder = build_inference_models(model)
    source = {name: tf.constant(inputs[name]) for name in inputs if "source" in name}
    states = encoder(source if len(source) > 1 else source["source_token_ids"])
    written = inputs["target_token_ids"].copy()
    for t in range(written.shape[1] - 1):
        step = decoder({"token_ids": tf.constant(written[:, t : t + 1]), **states})
        states |= {name: step[name] for name in step if name in states}
        logits = step["logits"].numpy()[:, 0]
        logits[:, [0, 2]] = -np.inf
        best, second = -np.sort(-logits, axis=-1)[:, :2].T
        assert (best - second > 15).all()
        is_real = written[:, t + 1] != 0
        written[:, t + 1] = np.where(is_real, logits.argmax(axis=-1), 0)
    return written


@every_kind
def test_at_a_rate_of_one_the_inputs_are_what_the_model_writes_by_itself(options):
    model, inputs = sure_of_itself(build(1.0, **options)), inputs_for(options)
    expected = run_freely(model, inputs)
    assert len(np.unique(expected)) > 4
    np.testing.assert_array_equal(mix(model, inputs), expected)


def test_a_step_of_fit_is_one_on_the_mixed_inputs_with_the_true_labels():
    model, inputs = sure_of_itself(build(1.0)), inputs_for({})
    model.run_eagerly = True  # but for the step of `fit`
    written = {**inputs, "target_token_ids": run_freely(model, inputs)}
    losses = [model.evaluate(x, LABELS, verbose=0)[0] for x in (written, inputs)]
    model.run_eagerly = False
    loss = model.fit(inputs, LABELS, verbose=0).history["loss"][0]
    assert loss == pytest.approx(losses[0], rel=1e-5)
    assert abs(losses[0] - losses[1]) > 1e-3 * losses[0]
    # Validation has the true inputs.
    model.scheduled_sampling = None
    assert losses[1] == model.evaluate(inputs, LABELS, verbose=0)[0]


def test_at_a_rate_of_zero_nothing_changes():
    np.testing.assert_array_equal(mix(build(0.0), inputs_for({})), TARGET)


def test_what_is_drawn_depends_on_the_mixed_inputs_before():
    model = sure_of_itself(build(0.5, attention="luong"))
    source, target = (np.repeat(ids[:1], 40, axis=0) for ids in (SOURCE, TARGET))
    mixed = mix(model, inputs_for({}, source, target))
    logits = model(inputs_for({}, source, mixed)).numpy()
    logits[..., [0, 2]] = -np.inf
    own, is_true = logits.argmax(axis=-1)[:, :-1], mixed[:, 1:] == target[:, 1:]
    np.testing.assert_array_equal(mixed[:, 1:][~is_true], own[~is_true])
    assert 0.3 < is_true.mean() < 0.7
    assert len(np.unique(mixed, axis=0)) > 10
    # Another batch gets other tosses.
    assert (mix(model, inputs_for({}, source, target)) != mixed).any()


@pytest.mark.parametrize(("step", "share"), [(0, 0.0), (50, 0.2), (200, 0.4)])
def test_the_share_of_drawn_tokens_grows_to_the_rate(step, share):
    model = always(build(0.4, steps=100), 15)
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(step)
    target = np.full((100, 31), 7)
    target[:, 0], target[:50, 21:] = 2, 0
    mixed = mix(model, inputs_for({}, np.full((100, 3), 3), target))
    is_real = target != 0
    is_real[:, 0] = False
    np.testing.assert_array_equal(mixed[~is_real], target[~is_real])
    assert set(np.unique(mixed[is_real])) <= {7, 15}
    # Five deviations of 2500 tosses.
    bound = 5 * np.sqrt(share * (1 - share) / is_real.sum())
    assert abs((mixed[is_real] == 15).mean() - share) <= bound


def test_tokens_are_drawn_from_the_distribution_of_the_model():
    # Padding and <sos> are the likeliest, but no decoder writes them.
    model = always(build(1.0), 0, 2, 9, 10, 11)
    target = np.full((60, 41), 7)
    target[:, 0] = 2
    drawn = [mix(model, inputs_for({}, np.full((60, 3), 3), target)) for _ in range(2)]
    assert (drawn[0] != drawn[1]).any()
    counts = np.bincount(drawn[0][:, 1:].ravel(), minlength=SIZE)
    assert set(counts.nonzero()[0]) == {9, 10, 11}
    assert np.abs(counts[9:12] / 2400 - 1 / 3).max() < 5 * np.sqrt(2 / 9 / 2400)


@pytest.mark.slow
def test_a_model_learns_with_it():
    pairs = make_toy_pairs("copy", 400)
    tokenizer = CharacterTokenizer.fit(pairs.source)
    size = tokenizer.vocabulary_size
    model = build_model(size, size, units=32, attention="luong", dropout=0.0)
    sampling = ScheduledSampling(0.5, 20)
    compile_model(model, learning_rate=0.02, scheduled_sampling=sampling)
    dataset = make_dataset(pairs, tokenizer, tokenizer)
    before = model.evaluate(dataset, verbose=0)[0]
    model.fit(dataset, epochs=6, shuffle=False, verbose=0)
    assert model.evaluate(dataset, verbose=0)[0] < 0.6 * before


def test_the_state_of_a_training_holds_its_random_numbers(eager):
    """Another model that takes over all variables goes on in the same way."""
    inputs = inputs_for({})
    first, second = (build(learning_rate=0.01) for _ in range(2))
    first.fit(inputs, LABELS, epochs=2, verbose=0)
    second.optimizer.build(second.trainable_variables)
    for model in (first, second):
        assert any(
            state is model.scheduled_sampling.seed_generator.state
            for state in model.variables
        )
    olds, news = (
        [*model.variables, *model.optimizer.variables] for model in (first, second)
    )
    for old, new in zip(olds, news, strict=True):
        new.assign(old)
    for model in (first, second):
        model.fit(inputs, LABELS, epochs=3, verbose=0)
    for old, new in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_saved_model_trains_on_with_it(tmp_path, eager):
    model = build(0.4, steps=7, learning_rate=0.01)
    model.fit(inputs_for({}), LABELS, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    options = model.scheduled_sampling.get_config()
    assert loaded.scheduled_sampling.get_config() == options
    assert (options["rate"], options["steps"], options["seed"]) == (0.4, 7, 1)
    loaded.fit(inputs_for({}), LABELS, verbose=0)
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert loaded.scheduled_sampling is None


def test_options_out_of_range_are_named():
    with pytest.raises(InputError, match="Received: rate=2"):
        ScheduledSampling(rate=2)
    with pytest.raises(InputError, match="Received: steps=-1"):
        ScheduledSampling(steps=-1)


@pytest.mark.parametrize(("given", "expected"), [(None, 3 * 4), (0, 0), (7, 7)])
def test_the_share_of_a_training_grows_as_long_as_it_is_told(given, expected, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{x}\t{x}\n" for x in "abcdefgh"))
    config = TrainingConfig(
        **{"train": [str(pairs)], "validation": [str(pairs)], "units": 4},
        **{"epochs": 3, "batch_size": 2, "output": str(tmp_path / "run")},
        **{"scheduled_sampling": 1.0, "scheduled_sampling_steps": given},
    )
    sampling = Trainer(config, StopSignals("")).model.scheduled_sampling
    assert (sampling.rate, sampling.steps) == (1.0, expected)
    # Only where the share goes along all epochs is their number fixed.
    if given is None:
        with pytest.raises(InputError, match="`epochs` is 3"):
            config.changed({"epochs": 4})
    else:
        assert config.changed({"epochs": 4}).epochs == 4
    with pytest.raises(InputError, match="does nothing without `scheduled_sampling`"):
        TrainingConfig(scheduled_sampling_steps=7)
