"""Tests of the model of seq2seq_keras.models: build, parity, padding, save, export.

Every cell and option of `build_model` is in OPTIONS and goes through all of them.
"""

from typing import NamedTuple

import keras
import numpy as np
import pytest
from keras import ops

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers import HardAttention
from seq2seq_keras.models import (
    Seq2Seq,
    build_inference_models,
    build_model,
    check_parity,
)
from seq2seq_keras.training import compile_model

SIZES = {"units": 8, "embedding_dim": 6}
OPTIONS = {
    "lstm": {},
    "gru": {"cell": "gru"},
    "rnn": {"cell": "rnn"},
    "layers": {"num_layers": 2},
    "residual": {"num_layers": 3, "residual": True},
    "bidirectional": {"bidirectional": True},
    "bidirectional layers": {"bidirectional": True, "num_layers": 2, "cell": "gru"},
    "dense bridge": {"bridge": "dense", "bidirectional": True},
    "zero bridge": {"bridge": "zero", "feed_context": True},
    "context": {"feed_context": True, "cell": "gru"},
    "reversed": {"reverse_source": True},
    "end not read": {"encode_end": False, "attention": "luong", "reverse_source": True},
    "tied": {"tie_embeddings": True},
    "tied, same size": {"tie_embeddings": True, "embedding_dim": 8},
    "shared": {"share_embeddings": True},
    "shared and tied": {"share_embeddings": True, "tie_embeddings": True},
    "dropout": {
        **{"dropout": 0.5, "recurrent_dropout": 0.5, "variational_dropout": True},
        "word_dropout": 0.2,
    },
    "normalised": {
        **{"layer_normalization": True, "num_layers": 2, "residual": True},
        **{"attention": "luong", "bidirectional": True},
    },
    "frozen": {"freeze_source_embeddings": True, "freeze_target_embeddings": True},
    "luong": {"attention": "luong"},
    "luong dot": {"attention": "luong", "attention_score": "dot", "cell": "gru"},
    "luong concat": {
        "attention": "luong",
        "attention_score": "concat",
        "residual": True,
    },
    "input feeding": {"attention": "luong", "input_feeding": True, "num_layers": 2},
    "bahdanau": {"attention": "bahdanau", "cell": "gru", "bidirectional": True},
    "bahdanau layers": {
        **{"attention": "bahdanau", "num_layers": 3, "residual": True},
        **{"dropout": 0.5, "recurrent_dropout": 0.5, "reverse_source": True},
        **{"variational_dropout": True, "word_dropout": 0.2},
        "layer_normalization": True,
    },
    "conditional": {
        **{"attention": "bahdanau", "decoder": "conditional", "cell": "gru"},
        **{"bidirectional": True, "dropout": 0.5, "recurrent_dropout": 0.5},
    },
    "conditional layers": {
        **{"attention": "luong", "decoder": "conditional", "num_layers": 2},
        **{"coverage": True, "copy": True, "residual": True, "feed_context": True},
        **{"variational_dropout": True, "layer_normalization": True},
    },
    "deep output": {"attention": "luong", "deep_output": True},
    "deep output without attention": {"deep_output": True, "tie_embeddings": True},
    "hard": {"attention": "hard", "cell": "gru", "tie_embeddings": True},
    "hard, monotonic": {
        "deep_output": True,
        **{"attention": "hard", "monotonic": True, "order": 1, "context": 2},
        **{"num_layers": 2, "feed_context": True, "reverse_source": True},
        **{"dropout": 0.5, "variational_dropout": True, "layer_normalization": True},
    },
    "coverage": {"attention": "luong", "coverage": True, "coverage_loss": 1.0},
    "copy": {"attention": "luong", "copy": True, "tie_embeddings": True},
    "every attention": {
        **{"attention": "bahdanau", "coverage": True, "copy": True, "num_layers": 2},
        **{"feed_context": True, "coverage_loss": 0.5, "reverse_source": True},
        **{"share_embeddings": True, "bridge": "dense", "layer_normalization": True},
        **{"variational_dropout": True, "word_dropout": 0.2},
    },
    "everything": {
        **{"num_layers": 2, "bidirectional": True, "residual": True, "bridge": "dense"},
        **{"feed_context": True, "reverse_source": True, "tie_embeddings": True},
    },
}
# What takes long is run with these.
FEW = ("lstm", "input feeding", "every attention", "everything")
slow = pytest.mark.slow
few_options = pytest.mark.parametrize(
    "options",
    [
        *(pytest.param(OPTIONS[name], id=name) for name in FEW),
        *(
            pytest.param(OPTIONS[name], id=name, marks=slow)
            for name in ("hard, monotonic", "conditional layers")
        ),
    ],
)


def build(options):
    return build_model(20, 20, **{**SIZES, **options})


def compiled(options):
    """A model of the options that is trained step by step, without a graph.

    A few steps take less time than tracing one; that graphs train too is seen by the
    tests of training.
    """
    model = compile_model(build(options), learning_rate=0.1)
    model.run_eagerly = True
    return model


@pytest.fixture(scope="module")
def batch():
    source = np.array([[5, 6, 7, 8, 3], [9, 10, 3, 0, 0]])
    target = np.array([[2, 11, 12, 13], [2, 14, 0, 0]])
    labels = np.array([[11, 12, 13, 3], [14, 3, 0, 0]])
    inputs = {"source_token_ids": source, "target_token_ids": target}
    return inputs, labels, (labels != 0).astype("float32")


@pytest.fixture(scope="module")
def fitting(batch):
    """A function that makes the batch one for the given options."""

    def fit(options):
        if not options.get("copy"):
            return batch
        # 20 and more: words that the target vocabulary of 20 lacks.
        copy_ids = np.array([[5, 21, 21, 8, 3], [20, 10, 3, 0, 0]])
        labels = np.array([[11, 21, 13, 3], [20, 3, 0, 0]])
        # What is copied is unknown when it is fed back.
        target = np.array([[2, 11, 1, 13], [2, 1, 0, 0]])
        inputs = {**batch[0], "target_token_ids": target, "source_copy_ids": copy_ids}
        return inputs, labels, batch[2]

    return fit


class Made(NamedTuple):
    """A model, a batch for it, and what it makes of that."""

    model: Seq2Seq
    batch: tuple
    logits: np.ndarray


@pytest.fixture(scope="module", params=OPTIONS.values(), ids=OPTIONS)
def made(request, fitting):
    """A model of each kind, which the tests share and leave as it is.

    Its weights are as large as training makes them; the first ones hide a lot.
    """
    model, batch = build(request.param), fitting(request.param)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return Made(model, batch, model(batch[0]).numpy())


def test_step_by_step_equals_teacher_forcing(made):
    report = check_parity(made.model, made.batch)
    assert report.agrees, report
    assert report.max_difference < 1e-4


def test_padding_changes_nothing(made):
    wider = {name: np.pad(ids, ((0, 0), (0, 3))) for name, ids in made.batch[0].items()}
    # What can be copied grows with the source.
    wide = made.model(wider)[:, :4, : made.logits.shape[-1]]
    np.testing.assert_allclose(made.logits, wide, atol=1e-5)


def test_a_sentence_alone_is_a_sentence_in_a_batch(made):
    lengths = {"target_token_ids": 2}
    inputs = made.batch[0].items()
    alone = made.model({name: ids[1:, : lengths.get(name, 3)] for name, ids in inputs})
    together = made.logits[1:, :2, : alone.shape[-1]]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_what_is_saved_loads_the_same(made, tmp_path):
    model, inputs = made.model, made.batch[0]
    # What a file of a model is held against before it is built.
    assert 0 < model.options.least_weights <= model.count_params()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.get_config() == model.get_config()
    np.testing.assert_array_equal(made.logits, loaded(inputs))
    assert len(loaded.trainable_weights) == len(model.trainable_weights)
    encoders = [build_inference_models(m)[0] for m in (model, loaded)]
    source = {name: ops.array(ids) for name, ids in inputs.items() if "source" in name}
    source = source if len(source) > 1 else source["source_token_ids"]
    before, after = (encoder(source) for encoder in encoders)
    for name, state in before.items():
        np.testing.assert_array_equal(state, after[name])


@few_options
def test_a_model_that_was_trained_agrees_and_trains_on_when_it_is_loaded(
    options, fitting, tmp_path
):
    batch = fitting(options)
    # Random numbers are not saved.
    model = compiled({**options, "dropout": 0.0, "word_dropout": 0.0})
    data = {"x": batch[0], "y": batch[1], "sample_weight": batch[2], "verbose": 0}
    before = model.get_weights()
    model.fit(**data, epochs=2)
    after = model.get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    assert check_parity(model, batch).max_difference < 1e-4
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = True
    histories = [m.fit(**data, epochs=2).history for m in (model, loaded)]
    assert histories[0] == histories[1]


@few_options
def test_the_source_matters(options, fitting):
    """The oldest complaint: the same output for any input."""
    batch = fitting(options)
    model = build(options)
    other = {**batch[0], "source_token_ids": batch[0]["source_token_ids"][::-1].copy()}
    assert np.abs(model(batch[0]) - model(other)).max() > 1e-6


def test_a_zero_bridge_without_context_does_not_hear_the_source(batch):
    model = build({"bridge": "zero"})
    other = {**batch[0], "source_token_ids": batch[0]["source_token_ids"][::-1].copy()}
    np.testing.assert_array_equal(model(batch[0]), model(other))


def test_the_encoder_follows_the_equations_of_the_plain_cell():
    """h_t = tanh(W x_t + U h_(t-1) + b), in loops."""
    model = build({"cell": "rnn"})
    encoder, _ = build_inference_models(model)
    kernel, recurrent_kernel, bias = model.get_layer("encoder_0").get_weights()
    embeddings = model.get_layer("source_embedding").get_weights()[0]
    hidden = np.zeros(8)
    for token_id in (5, 9, 3):
        hidden = np.tanh(
            embeddings[token_id] @ kernel + hidden @ recurrent_kernel + bias
        )
    states = encoder(ops.array([[5, 9, 3, 0, 0]]))
    np.testing.assert_allclose(states["layer_0_hidden"][0], hidden, atol=1e-6)


def test_directions_are_joined_state_by_state():
    """Keras lists forward h, c, then backward h, c."""
    model = build({"bidirectional": True})
    encoder, _ = build_inference_models(model)
    source = ops.array([[5, 9, 3, 0]])
    states = encoder(source)
    layer, embedding = model.get_layer("encoder_0"), model.get_layer("source_embedding")
    for index, name in enumerate(("layer_0_hidden", "layer_0_cell"), start=1):
        forward = layer.forward_layer(embedding(source[:, :3]))[index]
        # Read from the end, without padding: what the backward half must have seen.
        backward_layer = keras.layers.LSTM(4, return_state=True)
        backward_layer.build((None, None, 6))
        backward_layer.set_weights(layer.backward_layer.get_weights())
        backward = backward_layer(embedding(ops.array([[3, 9, 5]])))[index]
        expected = np.concatenate([forward, backward], axis=-1)
        np.testing.assert_allclose(states[name], expected, atol=1e-6)


def test_a_reversed_source_is_read_backwards(batch):
    model = build({"reverse_source": True})
    plain = build({})
    plain.set_weights(model.get_weights())
    turned = np.array([[8, 7, 6, 5, 3], [10, 9, 3, 0, 0]])
    np.testing.assert_array_equal(
        model(batch[0]), plain({**batch[0], "source_token_ids": turned})
    )


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_an_end_that_is_not_read_leaves_the_states_as_they_were(cell):
    model = build({"encode_end": False, "cell": cell, "bidirectional": True})
    without = model.encode(ops.array([[5, 6, 7]]))
    ended = model.encode(ops.array([[5, 6, 7, 3, 0], [3, 0, 0, 0, 0]]))
    read = build({"cell": cell, "bidirectional": True})
    read.set_weights(model.get_weights())
    for name, state in without.items():
        np.testing.assert_allclose(ended[name][:1], state, atol=1e-7)
        # A row of nothing else has a step at least.
        np.testing.assert_allclose(
            ended[name][1:], read.encode(ops.array([[3]]))[name], atol=1e-7
        )
    other = read.encode(ops.array([[5, 6, 7, 3]]))
    assert np.abs(other["layer_0_hidden"] - without["layer_0_hidden"]).max() > 1e-3


def test_attention_does_not_see_an_end_that_is_not_read():
    model = build({"encode_end": False, "attention": "luong"})
    _, states = model.decode(ops.array([[2]]), model.encode(ops.array([[5, 6, 3, 0]])))
    weights = states["attention_weights"][0]
    np.testing.assert_allclose(ops.sum(weights[:2]), 1, atol=1e-6)
    np.testing.assert_array_equal(weights[2:], 0)


def test_tied_logits_are_products_with_the_embeddings():
    model = build({"tie_embeddings": True, "embedding_dim": 8})
    _, decoder = build_inference_models(model)
    zeros = {f"layer_0_{name}": ops.zeros((1, 8)) for name in ("hidden", "cell")}
    outputs = decoder({"token_ids": ops.array([[2]]), **zeros})
    embeddings = model.get_layer("target_embedding").get_weights()[0]
    expected = outputs["layer_0_hidden"] @ embeddings.T
    np.testing.assert_allclose(outputs["logits"][:, 0], expected, atol=1e-6)


def test_pretrained_embeddings_are_taken_over_and_frozen(batch):
    random = np.random.default_rng(0)
    source, target = random.normal(size=(2, 20, 6)).astype("float32")
    model = build_model(
        *(20, 20),
        units=8,
        source_embeddings=source,
        target_embeddings=target,
        freeze_source_embeddings=True,
    )
    compile_model(model).train_on_batch(batch[0], batch[1])
    np.testing.assert_array_equal(
        model.get_layer("source_embedding").get_weights()[0], source
    )
    assert (model.get_layer("target_embedding").get_weights()[0] != target).any()


@pytest.mark.parametrize("rows", [19, 21])
def test_embeddings_off_by_one_are_refused(rows):
    with pytest.raises(InputError, match=rf"\(20, 6\). Received: \({rows}, 6\)"):
        build_model(20, 20, units=8, source_embeddings=np.zeros((rows, 6)))


@pytest.mark.parametrize(
    ("options", "precision"),
    [
        pytest.param(
            *(OPTIONS[name], precision),
            id=f"{name}, {precision}",
            # Each precision and each of the options once by default.
            marks=() if (i % 2 == 0) == (precision == "mixed_float16") else slow,
        )
        for i, name in enumerate(FEW)
        for precision in ("mixed_bfloat16", "mixed_float16")
    ],
)
def test_mixed_precision_trains_and_keeps_float32_logits(options, precision, fitting):
    batch = fitting(options)
    model = compiled({**options, "precision": precision})
    assert model(batch[0]).dtype == "float32"
    assert all(weight.dtype == "float32" for weight in model.weights)
    history = model.fit(*batch[:2], sample_weight=batch[2], epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (precision == "mixed_float16")


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_steps_agree_to_its_own_rounding(precision, batch):
    report = check_parity(build({"precision": precision}), batch, tolerance=0.02)
    assert report.agrees, report


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS["lstm"],
        *(pytest.param(OPTIONS[name], marks=pytest.mark.slow) for name in FEW[1:]),
    ],
    ids=FEW,
)
def test_the_same_seed_trains_the_same_model(options, fitting):
    batch = fitting(options)
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(1)
        model = compile_model(build({**options, "dropout": 0.3}))
        model.fit(*batch[:2], sample_weight=batch[2], epochs=3, verbose=0)
        weights.append(model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"cell": "lstn"},
            "`cell` must be one of 'lstm', 'gru', 'rnn'. Received: cell='lstn'",
        ),
        ({"bridge": "x"}, "`bridge` must be one of 'direct', 'dense', 'zero'"),
        ({"precision": "half"}, "`precision` must be one of None, 'auto', 'float32'"),
        ({"attention": "lung"}, "`attention` must be one of None, 'luong', 'bahdanau'"),
        (
            {"attention": "luong", "attention_score": "cos"},
            "`attention_score` must be one of 'dot', 'general', 'concat'",
        ),
        *(
            (
                {"attention": attention, "attention_score": "dot"},
                '`attention_score` belongs to `attention="luong"`',
            )
            for attention in (None, "bahdanau", "hard")
        ),
        (
            {"attention": "hard", "input_feeding": True},
            '`input_feeding=True` belongs to `attention="luong"`',
        ),
        ({"attention": "hard", "copy": True}, "`copy=True` needs an attention that"),
        ({"attention": "hard", "coverage": True}, "`coverage` belongs to an attention"),
        ({"decoder": "conditional"}, "attention is between two transitions"),
        (
            {"attention": "hard", "decoder": "conditional"},
            "attention is between two transitions",
        ),
        ({"monotonic": True}, '`monotonic` belongs to `attention="hard"`'),
        ({"attention": "hard", "context": 9}, "how far `order=1` tells jumps apart"),
        ({"attention": HardAttention(4, 7)}, "vocabulary_size=7 beside target"),
        ({"attention": "luong", "order": 1}, "`order` belongs to an attention that"),
        (
            {"attention": "bahdanau", "input_feeding": True},
            '`input_feeding=True` belongs to `attention="luong"`',
        ),
        ({"coverage": True}, "`coverage=True` works on attention weights"),
        ({"copy": True}, "`copy=True` works on attention weights"),
        (
            {"attention": "luong", "coverage_loss": 1.0},
            "needs `coverage=True`. Received: coverage=False, coverage_loss=1.0",
        ),
        (
            {"units": 0},
            "`units` must be a positive integer, at most 65536.",
        ),
        *(
            (
                {name: value},
                f"Received: {name}={value!r}",
            )
            for name in ("units", "embedding_dim", "num_layers")
            for value in ("8", 7.5, True)
        ),
        ({"dropout": 1.0}, "Received: dropout=1.0"),
        ({"word_dropout": -0.1}, "Received: word_dropout=-0.1"),
        (
            {"bidirectional": True, "units": 7},
            "`units` must be even. Received: units=7",
        ),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        build(options)


def test_a_model_of_before_an_option_was_there_is_as_without_it():
    config = build({}).get_config()
    for name in ("variational_dropout", "word_dropout", "layer_normalization"):
        assert not config.pop(name)
    assert Seq2Seq.from_config(config).get_config() == build({}).get_config()


def test_sharing_needs_one_vocabulary():
    with pytest.raises(InputError, match="needs one vocabulary"):
        build_model(20, 21, share_embeddings=True)


def test_one_shared_matrix_is_frozen_under_one_name():
    frozen = {"share_embeddings": True, "freeze_target_embeddings": True}
    with pytest.raises(InputError, match="`freeze_source_embeddings=True` freezes"):
        build(frozen)
    model = build({"share_embeddings": True, "freeze_source_embeddings": True})
    assert not model.get_layer("source_embedding").trainable


def test_sizes_may_be_integers_of_numpy(tmp_path):
    sizes = {name: np.int64(value) for name, value in SIZES.items()}
    model = build_model(np.int32(20), np.int64(20), **sizes, num_layers=np.int8(2))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.count_params() == model.count_params()


@pytest.mark.parametrize("size", ["20", 20.5, True])
def test_the_size_of_a_vocabulary_is_an_integer(size):
    with pytest.raises(InputError, match="`source_vocabulary_size` must be a positive"):
        build_model(size, 20)


def test_a_vocabulary_needs_more_than_special_tokens():
    with pytest.raises(InputError, match="Received: target_vocabulary_size=4"):
        build_model(20, 4)


def test_inference_models_need_a_model_of_this_package():
    inputs = keras.Input((3,))
    with pytest.raises(InputError, match="Received: a Functional"):
        build_inference_models(keras.Model(inputs, inputs))
