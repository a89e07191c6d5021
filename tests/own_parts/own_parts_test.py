"""A cell, an attention and a model of the user's go all the way."""

import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import own_parts
import pytest
import tensorflow as tf
from keras import ops

import seq2seq_keras as s2s
from seq2seq_keras.layers import AttentionalDecoder, RecurrentStack

FOLDER = pathlib.Path(own_parts.__file__).parent
PAIRS = s2s.make_toy_pairs("copy", 60)
BATCH = {
    "source_token_ids": np.array([[5, 6, 7, 8, 3], [9, 10, 3, 0, 0]]),
    "target_token_ids": np.array([[2, 11, 12, 13], [2, 14, 0, 0]]),
}


def make_gru_cell(units):
    """A function from units to a cell; not registered with Keras."""
    return keras.layers.GRUCell(units)


def make_stacked_cells(units):
    """States within states."""
    cells = [keras.layers.LSTMCell(units), keras.layers.LSTMCell(units)]
    return keras.layers.StackedRNNCells(cells)


MODELS = {
    "cell": {"cell": own_parts.MinimalGatedCell, "attention": "luong"},
    "cell in both directions": {
        **{"cell": own_parts.MinimalGatedCell, "bidirectional": True},
        **{"num_layers": 2, "residual": True, "attention": "bahdanau"},
    },
    "cell with a cell inside": {
        **{"cell": own_parts.LSTMInsideCell, "bridge": "dense", "num_layers": 2},
    },
    "cell by its settings": {
        "cell": keras.layers.GRUCell(1, reset_after=False, activation="softsign"),
        **{"bidirectional": True, "num_layers": 2},
    },
    "attention": {"attention": own_parts.WarmAttention, "cell": keras.layers.GRUCell},
    "attention as a layer": {
        **{"attention": own_parts.WarmAttention(name="attention"), "cell": "rnn"},
        "input_feeding": True,
    },
    "attention with a state": {
        **{"attention": own_parts.ForwardAttention, "copy": False},
        "cell": own_parts.LSTMInsideCell,
    },
    "attention that predicts": {"attention": own_parts.MixingAttention},
    "attention that compares": {"attention": own_parts.ComparingAttention},
    "attention that compares, step by step": {
        **{"attention": own_parts.ComparingAttention, "input_feeding": True},
        "coverage": True,
    },
    "attention that compares, in a conditional decoder": {
        **{"attention": own_parts.ComparingAttention, "decoder": "conditional"},
    },
    "attention that compares, first": {"attention": own_parts.EarlyAttention},
    "attention that projects": {
        **{"attention": own_parts.ProjectingAttention, "bidirectional": True},
        "decoder": "conditional",
    },
}
every_model = pytest.mark.parametrize("options", MODELS.values(), ids=MODELS)


def build(options):
    return s2s.build_model(20, 20, **{"units": 8, "embedding_dim": 6, **options})


def with_large_weights(model):
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


@every_model
def test_step_by_step_equals_teacher_forcing(options):
    report = s2s.check_parity(with_large_weights(build(options)), BATCH)
    assert report.agrees, report
    assert report.max_difference < 1e-4


@every_model
def test_what_is_saved_loads_the_same(options, tmp_path):
    model = build(options)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    # A tuple is a list in the file.
    configs = [json.dumps(each.get_config()) for each in (loaded, model)]
    assert configs[0] == configs[1]
    np.testing.assert_array_equal(model(BATCH), loaded(BATCH))


def test_hard_attention_as_a_layer_takes_the_embedding(tmp_path):
    attention = s2s.HardAttention(6, vocabulary_size=20, name="attention")
    model = build({"attention": attention, "tie_embeddings": True})
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(BATCH), loaded(BATCH))


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize(
    "options",
    [
        *(MODELS["cell"], {**MODELS["cell"], "bidirectional": True}),
        *(MODELS["attention with a state"], MODELS["attention that compares"]),
        MODELS["attention that compares, step by step"],
    ],
)
def test_mixed_precision_reaches_them(options, precision):
    model = build({**options, "precision": precision})
    assert model(BATCH).dtype == "float32"
    assert model.encoder.stack.cells[0].compute_dtype == precision.removeprefix(
        "mixed_"
    )
    assert s2s.check_parity(model, BATCH, tolerance=0.05).agrees
    # Made anew from its configuration, as by `load_model`.
    again = type(model).from_config(model.get_config())
    assert again(BATCH).dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_a_model_of_the_users_is_a_model(tmp_path):
    model = with_large_weights(own_parts.SumModel(20, 20, units=8))
    assert s2s.check_parity(model, BATCH).max_difference < 1e-4
    assert model.state_names == {"hidden", "attention_weights"}
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(BATCH), loaded(BATCH))


def test_a_model_with_parts_of_keras_in_its_configuration_is_saved(tmp_path, eager):
    initializer = keras.initializers.RandomNormal(stddev=0.5)
    tokenizer = s2s.CharacterTokenizer.fit(["abcd"])
    size = tokenizer.vocabulary_size
    model = own_parts.InitializedModel(size, size, units=8, initializer=initializer)
    translator = s2s.Translator(model, tokenizer, tokenizer, max_length=4)
    loaded = s2s.Translator.load(translator.save(tmp_path / "model"))
    assert loaded.model.initializer.stddev == 0.5
    assert loaded.translate(["abc"]) == translator.translate(["abc"])


def test_an_attention_that_predicts_shows_where_it_looked(eager):
    tokenizer = s2s.CharacterTokenizer.fit(["abcd"])
    size = tokenizer.vocabulary_size
    model = with_large_weights(
        s2s.build_model(size, size, units=8, attention=own_parts.MixingAttention)
    )
    translator = s2s.Translator(model, tokenizer, tokenizer, max_length=4)
    found = translator.decode("abc", beam_width=2)
    source = [[*tokenizer.tokenize("abc"), 3]]
    states = model.encode(ops.array(source))
    tokens = [[2, *map(tokenizer.vocabulary.index, found.tokens[:-1])]]
    _, expected, _ = model.decoder(ops.array(tokens), *model.split_memory(states))
    np.testing.assert_allclose(found.attention, expected[0], atol=1e-5)


def losses_of_two_batches(run):
    return [float(ops.mean(run())) for _ in range(2)]


@pytest.mark.parametrize("stepwise", [False, True])
@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize(
    "cell",
    [
        own_parts.LSTMInsideCell,
        lambda units: keras.layers.GRUCell(units, dropout=0.5),
        lambda units: keras.layers.LSTMCell(units, recurrent_dropout=0.5),
    ],
    ids=["cell inside", "inputs", "recurrent"],
)
def test_dropout_of_a_cell_is_drawn_anew_for_each_batch(cell, in_graph, stepwise):
    """As in `keras.layers.RNN`: and nothing is dropped outside training."""
    attention = "bahdanau" if stepwise else None
    model = build({"cell": cell, "attention": attention, "dropout": 0.0})

    def run(training):
        return model(BATCH, training=training)

    if in_graph:
        run = tf.function(run)
    first, second = losses_of_two_batches(lambda: run(True))
    assert abs(first - second) > 1e-6
    first, second = losses_of_two_batches(lambda: run(False))
    assert first == second
    # A batch of another size is no trouble either.
    alone = {name: ids[:1] for name, ids in BATCH.items()}
    assert model(alone, training=True).shape == (1, 4, 20)


@pytest.mark.parametrize("stepwise", [False, True])
@pytest.mark.parametrize("in_graph", [False, True])
def test_dropout_of_a_cell_inside_is_the_same_at_all_steps(in_graph, stepwise):
    """A unit that forgets its state forgets it at every step of a sequence.

    In a graph the steps are the body of a loop, where a mask would be drawn each time.
    """
    graph = tf.function if in_graph else lambda function: function
    units, length = 64, 6
    stack = RecurrentStack(own_parts.ForgetfulCell, units)
    inputs = ops.ones((1, length, units))
    states = {"layer_0_hidden": ops.ones((1, units))}
    if stepwise:
        attention = s2s.LuongAttention("dot")
        layer = AttentionalDecoder(stack, attention, units, input_feeding=True)
        memory = {
            "encoder_outputs": ops.zeros((1, 2, units)),
            "source_mask": ops.ones((1, 2), "bool"),
        }
        states |= {
            "attention_weights": ops.zeros((1, 2)),
            "attentional_vector": ops.zeros((1, units)),
        }
        layer(inputs, states, memory)
        # What is read is the output alone.
        readout = np.concatenate([np.zeros((units, units)), np.eye(units)])
        layer.attentional_vector.set_weights([readout])
        run = graph(lambda x: layer(x, states, memory, training=True)[0])
        outputs = run(inputs)
    else:
        (layer,) = stack.recurrent_layers
        first = [states["layer_0_hidden"]]
        run = graph(lambda x: layer(x, initial_state=first, training=True)[0])
        outputs = run(inputs)
    is_dropped = np.isclose(outputs[0], 0.0)
    assert 0 < is_dropped.mean() < 1
    np.testing.assert_array_equal(is_dropped, np.tile(is_dropped[:1], (length, 1)))


def test_a_name_of_ones_own_is_an_entry_of_the_table(monkeypatch):
    monkeypatch.setitem(s2s.CELLS, "minimal", own_parts.MinimalGatedCell)
    monkeypatch.setitem(s2s.ATTENTIONS, "warm", own_parts.WarmAttention)
    model = build({"cell": "minimal", "attention": "warm"})
    assert isinstance(model.decoder.attention, own_parts.WarmAttention)
    assert isinstance(model.encoder.stack.cells[0], own_parts.MinimalGatedCell)
    assert model.get_config()["cell"] == "minimal"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "nowhere.at.all:Cell"}, "`import nowhere.at.all` first"),
        ({"cell": "own_parts:NoCell"}, "own_parts has no 'NoCell'"),
        ({"cell": "own>NoCell"}, "'own>NoCell', which is not registered with Keras"),
        ({"cell": lambda units: units}, "with a `state_size`. Received: a int"),
        ({"cell": os.getcwd}, "make a cell when it is called with a number of units"),
        (
            {"cell": keras.layers.StackedRNNCells([keras.layers.GRUCell(3)])},
            "`cell` is a StackedRNNCells, whose configuration has no `units`",
        ),
        ({"cell": own_parts.MinimalGatedCell, "recurrent_dropout": 0.1}, "not take it"),
        ({"cell": make_stacked_cells}, "by `num_layers`"),
        ({"attention": keras.layers.Dense}, "must be an `Attention` layer or its"),
        (
            {"attention": own_parts.WarmAttention, "attention_score": "dot"},
            "`attention_score` belongs to an attention that has it; WarmAttention",
        ),
        (
            {"attention": own_parts.WarmAttention, "coverage": True},
            "`coverage` belongs to an attention that has it",
        ),
        (
            {"attention": own_parts.MixingAttention, "tie_embeddings": True},
            "MixingAttention has no `tie`",
        ),
    ],
)
def test_what_cannot_be_used_is_named(options, message):
    with pytest.raises(s2s.InputError, match=message):
        build(options)


def test_a_function_that_keras_does_not_know_is_refused_when_saving(tmp_path):
    model = build({"cell": make_gru_cell})
    assert s2s.check_parity(model, BATCH).agrees
    with pytest.raises(s2s.InputError, match="make_gru_cell, cannot be saved: put"):
        model.save(tmp_path / "model.keras")


TRAININGS = {
    "cell and attention": {
        **{"cell": "own_parts:MinimalGatedCell", "bidirectional": True},
        **{"attention": "own_parts:ForwardAttention", "units": 8, "embedding_dim": 4},
    },
    "model": {},
}


class StopAfter(keras.callbacks.Callback):
    """Interrupts a training as Ctrl-C does."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_batch_end(self, batch, logs=None):
        self.steps -= 1
        if not self.steps:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def trainings(tmp_path_factory, without_graphs):
    """Of each: a translator from a training that was interrupted, and a straight one.

    Both are trained by the same options.
    """
    found = {}
    for name, options in TRAININGS.items():
        model = own_parts.SumModel if name == "model" else None
        with without_graphs():
            found[name] = train_twice(options, model, tmp_path_factory.mktemp("own"))
    return found


@pytest.fixture(params=TRAININGS)
def trained(request, trainings):
    return trainings[request.param]


def train_twice(options, model, folder):
    weights = []
    table = folder / "pairs.tsv"
    table.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS))
    for name, stop in (("straight", None), ("resumed", StopAfter(4))):
        config = s2s.TrainingConfig(
            output=folder / name,
            train=table,
            tokenizer="character",
            epochs=2,
            batch_size=16,
            samples=0,
            save_minutes=0,
            max_target_length=12,  # of what is validated by decoding
            **options,
        )
        if stop is None:
            result = s2s.train(config, model=model)
        else:
            with pytest.raises(KeyboardInterrupt):
                s2s.train(config, model=model, callbacks=[stop])
            result = s2s.resume_training(folder / name, model=model)
        weights.append(result.translator.model.get_weights())
    return folder / "resumed", result.translator, weights


def test_a_resumed_training_ends_with_the_same_weights(trained):
    for straight, resumed in zip(*trained[2], strict=True):
        np.testing.assert_array_equal(straight, resumed)


TEXTS = ["abc", "ba", ""]
# It has no graphs but those it exports.
FRESH = """
import sys
import seq2seq_keras as s2s
import tensorflow as tf
tf.config.run_functions_eagerly(True)
folders = sys.argv[1:]
for folder in folders:
    try:
        s2s.Translator.load(folder)
    except s2s.InputError as error:
        print(error)
import own_parts
for folder in folders:
    translator = s2s.Translator.load(folder)
    texts = ["abc", "ba", ""]
    print(translator.translate(texts))
    found = translator.decode(texts, beam_width=3, n_best=2)
    print([[h.text for h in each.hypotheses] for each in found])
    print([each.attention.shape for each in found])
    tf.config.run_functions_eagerly(False)
    translator.export(folder + "/serving", beam_width=3, n_best=2)
    tf.config.run_functions_eagerly(True)
"""


@pytest.mark.slow
def test_they_translate_the_same_in_a_fresh_process(trainings, eager):
    """Which has to import them first, and says so."""
    folders = [str(folder) for folder, *_ in trainings.values()]
    result = subprocess.run(
        [sys.executable, "-c", FRESH, *folders],
        capture_output=True,
        text=True,
        cwd=FOLDER,
    )
    assert result.returncode == 0, result.stderr
    *refused, rest = result.stdout.split("\n", len(folders))
    for line in refused:
        assert "not registered with Keras" in line
        assert "import the module that defines it" in line
    lines = iter(rest.splitlines())
    for folder, translator, _ in trainings.values():
        found = translator.decode(TEXTS, beam_width=3, n_best=2)
        n_best = [[h.text for h in each.hypotheses] for each in found]
        assert next(lines) == str(translator.translate(TEXTS))
        assert next(lines) == str(n_best)
        assert next(lines) == str([each.attention.shape for each in found])
        served = tf.saved_model.load(str(folder / "serving"))
        answer = served.signatures["nbest"](text=tf.constant(TEXTS))
        rows = answer["translations"].numpy().astype(str)
        for row, expected in zip(rows, n_best, strict=True):
            assert list(row[: len(expected)]) == expected
        assert answer["attention"].shape[0] == len(TEXTS)


def test_what_was_trained_agrees_step_by_step(trained):
    model = trained[1].model
    batch = {
        "source_token_ids": np.array([[5, 6, 3], [7, 3, 0]]),
        "target_token_ids": np.array([[2, 5, 6], [2, 7, 0]]),
    }
    assert s2s.check_parity(model, batch).max_difference < 1e-4
    pairs = s2s.Pairs(["abc", "ba"], ["abc", "ba"])
    scores = s2s.score_targets(trained[1], pairs)
    assert all(score.log_probability < 0 for score in scores)
