"""Tests of importing encoder-decoders of Keras 2.

The files are written by tf_keras, and so is what is expected: each distribution
that the old model gives, and what a plain loop over it writes.
"""

import json
import shutil

import h5py
import keras
import keras2_models
import numpy as np
import pytest
import tensorflow as tf
from keras2_models import GRID, LONGEST, MODELS, SOURCES, kind_of, special_ids
from scipy.special import softmax

from seq2seq_keras.cli import main
from seq2seq_keras.data import make_dataset, read_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.importing import import_keras2
from seq2seq_keras.layers import hard_sigmoid_of_keras_2
from seq2seq_keras.models import check_parity
from seq2seq_keras.training import TrainingConfig, compile_model, train
from seq2seq_keras.translation import Translator

every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture
def imported(old_models, vocabularies):
    return lambda name: import_keras2(old_models / f"{name}.h5", *vocabularies(name))


def expected(old_models, name):
    """For each text the ids that the old model writes, and its distributions."""
    with np.load(old_models / f"{name}.npz") as arrays:
        count = len(SOURCES[kind_of(name)])
        return [
            (arrays[f"ids_{n}"].tolist(), arrays[f"distributions_{n}"])
            for n in range(count)
        ]


def tokens_of(name):
    """The old target tokens by id."""
    if kind_of(name) == "characters":
        return dict(enumerate(keras2_models.TARGET_CHARACTERS))
    return {number: word for word, number in keras2_models.TARGET_WORDS.items()}


def new_ids(name, translator):
    """The new id of each old one of the target."""
    start, end, _ = special_ids(kind_of(name))
    tokens, vocabulary = tokens_of(name), translator.target_tokenizer.vocabulary
    special = {start: 2, end: 3}
    ids = []
    for number in range(max(tokens) + 1):
        # The old padding, which has no token, is padding.
        token = tokens.get(number, vocabulary[0])
        ids.append(special[number] if number in special else vocabulary.index(token))
    return ids


def batch_of(name, translator, rows):
    """The texts, and what the old model wrote, as one padded batch."""
    mapping = new_ids(name, translator)
    texts = SOURCES[kind_of(name)]
    sources = [[*row, 3] for row in translator.source_tokenizer.tokenize(texts)]
    targets = [[2, *(mapping[number] for number in ids[:-1])] for ids, _ in rows]
    return {
        "source_token_ids": tf.ragged.constant(sources).to_tensor(),
        "target_token_ids": tf.ragged.constant(targets).to_tensor(),
    }


@every_model
def test_every_distribution_equals_that_of_keras_2(name, imported, old_models, eager):
    translator, rows = imported(name), expected(old_models, name)
    batch = batch_of(name, translator, rows)
    distributions = softmax(translator.model(batch, training=False).numpy(), axis=-1)
    mapping = new_ids(name, translator)
    others = sorted(set(range(distributions.shape[-1])) - set(mapping))
    for distribution, (ids, old) in zip(distributions, rows, strict=True):
        here = distribution[: len(ids)]
        np.testing.assert_allclose(here[:, mapping], old, atol=1e-5)
        assert here[:, others].max(initial=0) < 1e-12


@every_model
def test_what_is_written_equals_a_plain_loop_over_the_old_model(
    name, imported, old_models, eager
):
    tokens, (_, end, _) = tokens_of(name), special_ids(kind_of(name))
    space = "" if kind_of(name) == "characters" else " "
    texts = [
        space.join(tokens[number] for number in ids if number != end)
        for ids, _ in expected(old_models, name)
    ]
    # So that the test could fail.
    assert len(set(texts)) == 3
    found = imported(name).translate(SOURCES[kind_of(name)], max_length=LONGEST)
    assert found == texts


@pytest.mark.parametrize("name", ["onehot_lstm", "old_gru", "bidirectional"])
def test_it_is_a_translator_like_any_other(name, imported, old_models, tmp_path, eager):
    translator, texts = imported(name), SOURCES[kind_of(name)]
    batch = batch_of(name, translator, expected(old_models, name))
    assert check_parity(translator.model, batch).agrees
    found = translator.translate(texts, max_length=LONGEST)
    loaded = Translator.load(translator.save(tmp_path / "saved"))
    assert loaded.translate(texts, max_length=LONGEST) == found
    for before, after in zip(
        translator.model.get_weights(), loaded.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(before, after)


def test_it_is_exported(imported, tmp_path, without_graphs):
    """The one with most that this package's own models have not."""
    translator, texts = imported("old_gru"), SOURCES["words"]
    with without_graphs():
        found = translator.translate(texts, max_length=LONGEST)
    folder = translator.export(tmp_path / "serving", max_length=LONGEST)
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    written = served(text=tf.constant(texts))["translation"].numpy()
    assert [text.decode() for text in written] == found


def test_it_is_trained_on(imported, tmp_path, eager, capsys):
    translator = imported("old_gru")
    table = tmp_path / "pairs.tsv"
    table.write_text("".join(f"{text}\tva qui inconnu\n" for text in SOURCES["words"]))
    config = TrainingConfig(
        init=translator.save(tmp_path / "imported"),
        train=str(table),
        validation=str(table),
        output=tmp_path / "tuned",
        epochs=1,
        samples=1,
    )
    before = [w.numpy() for w in translator.model.trainable_weights]
    after = train(config).translator.model.trainable_weights
    changes = [np.abs(b - a.numpy()).max() for b, a in zip(before, after, strict=True)]
    # A step of the optimizer, in every array.
    assert min(changes) > 0
    assert max(changes) < 0.1


@pytest.mark.parametrize(
    ("name", "padding"), [("onehot_lstm", "¤¤"), ("gru", " <pad> <pad>")]
)
def test_the_padding_of_a_model_without_a_mask_can_be_written(
    name, padding, imported, old_models
):
    translator = imported(name)
    tokenizer, text = translator.source_tokenizer, keras2_models.PADDED[name]
    distributions = []
    for written in (text + padding, text):
        source = np.array([[*tokenizer.tokenize(written), 3]])
        inputs = {"source_token_ids": source, "target_token_ids": np.array([[2]])}
        logits = translator.model(inputs, training=False).numpy()[0, 0]
        distributions.append(softmax(logits)[new_ids(name, translator)])
    padded = np.load(old_models / f"padded_{name}.npy")
    np.testing.assert_allclose(distributions[0], padded, atol=1e-5)
    assert np.abs(distributions[1] - padded).max() > 1e-3


def test_one_hot_vectors_stay_what_they_are_in_training(imported):
    translator = imported("onehot_lstm")
    pairs = read_pairs([("abd", "xy"), ("c a", "zw")])
    tokenizers = translator.source_tokenizer, translator.target_tokenizer
    model = compile_model(translator.model)
    model.run_eagerly = True
    before = [w.numpy() for w in model.non_trainable_weights]
    history = model.fit(make_dataset(pairs, *tokenizers), shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    # Five rows of zeros or more, and the identity.
    assert [int(array.sum()) for array in before] == [5, 8]
    for old, new in zip(before, model.non_trainable_weights, strict=True):
        np.testing.assert_array_equal(old, new.numpy())


def test_dropout_is_that_of_the_old_layers(imported):
    options = imported("old_gru").model.options
    assert (options.dropout, options.recurrent_dropout) == (0.5, 0)


def test_activations_are_those_of_keras_2(old_models):
    with np.load(old_models / "activations.npz") as arrays:
        assert len(arrays) == len(keras2_models.ACTIVATIONS)
        for name, old in arrays.items():
            new = keras.activations.get(name)
            if name == "hard_sigmoid":
                new = hard_sigmoid_of_keras_2
            np.testing.assert_allclose(new(GRID), old, atol=1e-6, err_msg=name)


# What is refused, and what the message must hold.


def refused(path, *vocabularies, **options):
    with pytest.raises(InputError) as caught:
        import_keras2(path, *vocabularies, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("own_layer.h5", ["layer 'my_attention' (MyAttention)"]),
        ("encoder_half.h5", ["LSTM returns", "the encoder of inference"]),
        ("decoder_half.h5", ["3 inputs", "the decoder of inference"]),
        ("weights.h5", ["only weights", "model.save('old.h5')"]),
        ("archive.keras", ["`.keras` archive", "model.save('old.h5')"]),
        ("onehot_lstm.npz", ["`.keras` archive"]),
        ("", ["is a folder"]),
        ("missing.h5", ["There is no file"]),
    ],
)
def test_other_files_are_refused_with_what_to_do(file, words, old_models):
    message = refused(old_models / file, ["a"], ["b"])
    assert all(word in message for word in words), message


def test_a_saved_model_folder_is_named(tmp_path):
    (tmp_path / "saved_model.pb").touch()
    assert "is a SavedModel" in refused(tmp_path, ["a"], ["b"])


def part(config, name):
    """The layer of that name in a configuration."""
    layers = config["config"]["layers"]
    (found,) = [layer for layer in layers if layer["name"] == name]
    return found


def edited(path, edit, folder):
    """A copy of a file whose configuration a function has changed."""
    path = shutil.copy(path, folder)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        edit(config)
        del file.attrs["model_config"]
        # As bytes, which is how older versions wrote it.
        file.attrs["model_config"] = np.bytes_(json.dumps(config))
    return path


def with_masking(*joints, mask_value=0.0):
    """Puts a Masking between a layer and what it is called with, for each of them."""

    def edit(config):
        for name, below in joints:
            masking = {"mask_value": mask_value, "name": f"masking_{name}"}
            config["config"]["layers"].append(
                {
                    "class_name": "Masking",
                    "config": masking,
                    "name": masking["name"],
                    "inbound_nodes": [[[below, 0, 0, {}]]],
                }
            )
            part(config, name)["inbound_nodes"][0][0][0] = masking["name"]

    return edit


ONE_HOT = (("lstm", "input_1"), ("lstm_1", "input_2"))
EMBEDDED = (("lstm", "embedding"), ("lstm_1", "embedding_1"))


def test_masking_skips_no_one_hot_vector(imported, old_models, vocabularies, tmp_path):
    """None is all zeros, so that nothing differs, and id 0 is a token."""
    path = edited(old_models / "onehot_lstm.h5", with_masking(*ONE_HOT), tmp_path)
    masked = import_keras2(path, *vocabularies("onehot_lstm"))
    other = imported("onehot_lstm")
    assert masked.source_tokenizer.get_config() == other.source_tokenizer.get_config()
    assert masked.source_tokenizer.tokenize(" a") == [4, 5]
    for here, there in zip(
        masked.model.get_weights(), other.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(here, there)
    assert masked.description.count("zeros masked") == 2


@pytest.mark.parametrize(("first_row", "masks"), [(0, "id 0 masked"), (1, "no mask")])
def test_masking_over_an_embedding_looks_at_its_vectors(
    first_row, masks, old_models, vocabularies, tmp_path
):
    path = edited(old_models / "word_lstm.h5", with_masking(*EMBEDDED), tmp_path)
    with h5py.File(path, "r+") as file:
        for name in ("embedding", "embedding_1"):
            group = file["model_weights"][name]
            group[group.attrs["weight_names"][0]][0] = first_row
    translator = import_keras2(path, *vocabularies("word_lstm"))
    assert translator.description.count(masks) == 2


def set_kind(name, kind):
    return lambda config: part(config, name).update(class_name=kind)


def set_option(name, option, value):
    return lambda config: part(config, name)["config"].update({option: value})


def set_call(name, change):
    return lambda config: change(part(config, name)["inbound_nodes"][0])


def with_noise(config):
    layer = part(config, "dropout")
    layer["class_name"], layer["config"] = "GaussianNoise", {"stddev": 0.1}


def with_softmax_inside(config):
    dense = part(config, "time_distributed")["config"]["layer"]
    dense["config"]["activation"] = "softmax"


def with_softmax(axis):
    """The layer in the place of the activation of that name."""

    def edit(config):
        layer = part(config, "activation")
        layer["class_name"], layer["config"] = "Softmax", {"axis": axis}

    return edit


def as_one_layer(config):
    """The encoder's LSTM is called for the decoder, too."""
    lstm = part(config, "lstm")
    lstm["inbound_nodes"] += part(config, "lstm_1")["inbound_nodes"]
    part(config, "dense")["inbound_nodes"] = [[["lstm", 1, 0, {}]]]


EDITS = {
    "code": ("word_lstm", set_kind("embedding", "Lambda"), "never run"),
    "cudnn": ("word_lstm", set_kind("lstm", "CuDNNLSTM"), "(CuDNNLSTM) keeps"),
    "nested": ("word_lstm", set_kind("lstm", "Functional"), "model inside"),
    "repeated": ("word_lstm", set_kind("embedding", "RepeatVector"), "token by token"),
    "activation": (
        *("word_lstm", set_option("lstm", "activation", "mine")),
        "layer 'lstm' (LSTM) has the activation 'mine'",
    ),
    "sigmoid output": (
        *("word_lstm", set_option("dense", "activation", "sigmoid")),
        "layer 'dense' (Dense) has the activation 'sigmoid'",
    ),
    "two softmaxes": (
        *("old_gru", with_softmax_inside),
        "has a softmax, and layer 'activation' (Activation) above it another",
    ),
    "softmax over steps": (
        *("old_gru", with_softmax(axis=1)),
        "layer 'activation' (Softmax) has `axis=1`",
    ),
    "softmax over tokens": ("old_gru", with_softmax(axis=-1), None),
    "other cells": (
        *("word_lstm", set_option("lstm_1", "recurrent_activation", "hard_sigmoid")),
        "layer 'lstm_1' (LSTM) has the recurrent_activation 'hard_sigmoid', but layer "
        "'lstm' (LSTM) 'sigmoid'",
    ),
    "decoder backwards": (
        *("word_lstm", set_option("lstm_1", "go_backwards", True)),
        "layer 'lstm_1' (LSTM) has `go_backwards=True`",
    ),
    "steps first": ("word_lstm", set_option("lstm", "time_major", True), "time_major"),
    "last token only": (
        *("word_lstm", set_option("lstm_1", "return_sequences", False)),
        "predicts one token",
    ),
    "no states": (
        *("word_lstm", set_call("lstm_1", lambda call: call.__delitem__(slice(1, 3)))),
        "layer 'lstm_1' (LSTM) starts from 0 states",
    ),
    "states swapped": (
        *("word_lstm", set_call("lstm_1", lambda call: call.insert(1, call.pop()))),
        "not from its state 0",
    ),
    "directions swapped": (
        *("bidirectional", set_call("concatenate", lambda call: call.reverse())),
        "not from its state 0 (forward, then backward)",
    ),
    "layers crossed": (
        *("two_layers", set_call("lstm_2", lambda c: c[1].__setitem__(0, "lstm_1"))),
        "'lstm_2' (LSTM) starts from the states of 'lstm_1'",
    ),
    "a layer less": (
        "two_layers",
        set_call("lstm_1", lambda call: call[0].__setitem__(0, "embedding")),
        "the encoder has 1",
    ),
    "an encoder that starts from states": (
        "two_layers",
        set_call("lstm_1", lambda c: c.extend(["lstm", 0, n, {}] for n in (1, 2))),
        "layer 'lstm_1' (LSTM) of the encoder starts from what layer 'lstm' (LSTM)",
    ),
    "one layer for both": (
        *("word_lstm", as_one_layer),
        "layer 'lstm' (LSTM) is called 2 times",
    ),
    "several outputs": (
        "word_lstm",
        lambda config: config["config"]["output_layers"].append(["lstm_1", 0, 0]),
        "2 inputs and 2 outputs",
    ),
    "sequential": (
        *("word_lstm", lambda config: config.update(class_name="Sequential")),
        "two inputs",
    ),
    "wrong size": (
        *("word_lstm", set_option("embedding", "input_dim", 10**12)),
        "is damaged: layer 'embedding' (Embedding) has weights of shape (5, 5)",
    ),
    "wrong units": (
        *("word_lstm", set_option("lstm", "units", 10**12)),
        "has the units 6, but layer 'lstm' (LSTM) 1000000000000",
    ),
    "wrong one-hot": (
        *(
            "onehot_lstm",
            set_option("input_1", "batch_input_shape", [None, None, 9**9]),
        ),
        "is damaged: layer 'lstm' (LSTM) has weights",
    ),
    "no such layer": (
        *("word_lstm", set_call("dense", lambda call: call[0].__setitem__(0, "gone"))),
        "is damaged: its configuration",
    ),
    "a circle": (
        *(
            "two_layers",
            set_call("lstm", lambda call: call[0].__setitem__(0, "lstm_1")),
        ),
        "CycleError",
    ),
    "a circle at the end": (
        *(
            "old_gru",
            set_call("activation", lambda call: call[0].__setitem__(0, "activation")),
        ),
        "CycleError",
    ),
    "a call before the first": (
        *("word_lstm", set_call("dense", lambda call: call[0].__setitem__(1, -1))),
        "there is no call -1 of 'lstm_1'",
    ),
    "another mask": (
        *("onehot_lstm", with_masking(*ONE_HOT, mask_value=-1.0)),
        "(Masking) masks another value than 0",
    ),
    "noise": ("old_gru", with_noise, None),
    "no list": (
        *("word_lstm", lambda config: config["config"].update(layers=7)),
        "is damaged: its configuration",
    ),
}


@pytest.mark.parametrize(("name", "edit", "words"), EDITS.values(), ids=EDITS)
def test_what_does_not_fit_is_refused_by_its_layer(
    name, edit, words, old_models, vocabularies, tmp_path
):
    path = edited(old_models / f"{name}.h5", edit, tmp_path)
    if words is None:  # that one is taken
        assert import_keras2(path, *vocabularies(name)).model.options.dropout == 0.5
        return
    assert words in refused(path, *vocabularies(name))


def test_a_file_of_keras_3_is_named(old_models, tmp_path):
    path = shutil.copy(old_models / "word_lstm.h5", tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = "3.15.1"
    assert "Keras 3.15.1: load it" in refused(path, ["a"], ["b"])


def test_weights_elsewhere_are_not_followed(old_models, tmp_path):
    path = shutil.copy(old_models / "word_lstm.h5", tmp_path)
    with h5py.File(path, "r+") as file:
        file["model_weights/dense/more"] = h5py.ExternalLink("other.h5", "/")
    assert "is a link" in refused(path, ["a"], ["b"])


@pytest.mark.parametrize("length", [7, 100, 9000, 30000])
def test_a_file_that_is_cut_off_is_damaged(length, old_models, tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes((old_models / "word_lstm.h5").read_bytes()[:length])
    assert str(path) in refused(path, ["a"], ["b"])


# The command.


@pytest.fixture
def arguments(old_models, tmp_path):
    for side, letters in (("source", " abcd"), ("target", [r"\t", r"\n", *" .xyzw"])):
        (tmp_path / side).write_text("".join(f"{letter}\n" for letter in letters))
    words = ["import", str(old_models / "onehot_lstm.h5"), "--output"]
    words += [str(tmp_path / "out")]
    for side in ("source", "target"):
        words += [f"--{side}-vocabulary", str(tmp_path / side)]
    return words


def test_the_command_writes_a_translator_and_says_what_it_found(
    arguments, imported, tmp_path, capsys, eager
):
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for words in ("lstm_1 (LSTM, 6 units)", "one-hot, 5 ids", r"from '\t' to '\n'"):
        assert words in shown
    loaded = Translator.load(tmp_path / "out")
    found = loaded.translate(SOURCES["characters"], max_length=LONGEST)
    other = imported("onehot_lstm")
    assert found == other.translate(SOURCES["characters"], max_length=LONGEST)
    assert main(arguments) == 2
    assert "holds a translator" in capsys.readouterr().err


def test_the_command_does_not_write_onto_a_vocabulary(arguments, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "source").rename(tmp_path / "out" / "source_tokenizer.json")
    given = [
        word.replace("/source", "/out/source_tokenizer.json") for word in arguments
    ]
    assert main(given) == 2
    assert "is read, and writing would destroy it" in capsys.readouterr().err


def test_nothing_is_written_where_something_is_refused(arguments, tmp_path, capsys):
    assert main([*arguments, "--start", "Q"]) == 2
    assert "`start` is 'Q'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
