"""Configurations and weights of elsewhere in a signed folder: refused unbuilt."""

import io
import threading

import h5py
import keras
import numpy as np
import pytest

from seq2seq_keras.hdf5 import count_numbers


def of_elsewhere(**changes):
    def change(config):
        config.update(changes)

    return change


def with_option(**changes):
    def change(config):
        config["config"].update(changes)

    return change


def thing(name, module="keras.layers", config=None, registered=None, **others):
    return {
        "module": module,
        "class_name": name,
        "config": {} if config is None else config,
        "registered_name": registered,
        **others,
    }


def with_attention(*arguments, **options):
    return with_option(attention=thing(*arguments, **options))


REFUSED = {
    "module of elsewhere": (
        of_elsewhere(module="subprocess"),
        "gives out 'subprocess.Seq2Seq'",
    ),
    "class of elsewhere": (of_elsewhere(class_name="Popen"), r"gives out .*\.Popen"),
    "no class": (of_elsewhere(class_name=None), "gives out"),
    "a list for a class": (of_elsewhere(class_name=["Seq2Seq"]), "gives out"),
    "a list for a name": (of_elsewhere(registered_name=["x"]), "is not registered"),
    "compiled": (
        of_elsewhere(compile_config={"optimizer": "adam"}),
        "what it was compiled with",
    ),
    "no table": (lambda config: [config], "is not registered"),
    "no options": (of_elsewhere(config=None), "has no options"),
    "a text for options": (of_elsewhere(config="os"), "has no options"),
    "an unknown option": (with_option(unit=3), "a model has no option 'unit'"),
    "a text for a number": (with_option(units="8"), "`units` must be"),
    "a function of any module": (with_option(cell="os:_exit"), "names 'os:_exit' for"),
    "an attention of any module": (
        with_option(attention="os:system"),
        "names 'os:system' for `attention`",
    ),
    "wide": (with_option(units=65536), "ask for .* weights or more"),
    "wide vectors": (with_option(embedding_dim=65536), "ask for .* weights or more"),
    "deep": (with_option(num_layers=10**9), "num_layers|ask for .* weights or more"),
    "changed layers": (
        with_option(layers={"/a": {"lora_rank": 10**9, "lora_alpha": 1}}),
        "was changed by a number of 1,000,000,000",
    ),
    "many words": (
        with_option(source_vocabulary_size=10**9),
        "source_vocabulary_size=1000000000, but the source tokenizer has",
    ),
    "few words": (with_option(target_vocabulary_size=5), "target_vocabulary_size=5"),
    "a list of words": (with_option(target_vocabulary_size=[7]), "=\\[7\\], but"),
    "lambda": (with_attention("Lambda"), r"names 'keras\.layers\.Lambda"),
    "SavedModel": (with_attention("TFSMLayer"), r"names 'keras\.layers\.TFSMLayer"),
    "torch": (with_attention("TorchModuleWrapper"), "TorchModuleWrapper"),
    "a file of words": (with_attention("StringLookup"), "StringLookup"),
    "marshalled code": (
        with_attention("__lambda__", config={"value": ["", None, None]}),
        "__lambda__",
    ),
    "a function of Keras": (
        with_attention("get_file", "keras.utils"),
        r"names 'keras\.utils\.get_file",
    ),
    "a function": (
        with_attention("function", "builtins", config="eval"),
        "names 'builtins.function'",
    ),
    "a class of Python": (with_attention("Popen", "subprocess"), "subprocess.Popen"),
    "a private place": (
        with_attention("Lambda", "keras.src.layers.core.lambda_layer"),
        "lambda_layer",
    ),
    "a place in a place": (with_attention("Lambda", "keras.layers."), "Lambda"),
    "a false name": (
        with_attention("Dense", registered="seq2seq_keras>LuongAttention"),
        r"gives out 'keras\.layers\.Dense",
    ),
    "compiled inside": (
        with_attention("Dense", config={"units": 3}, compile_config={"loss": "mse"}),
        "what it was compiled with",
    ),
    "built wide": (
        with_attention(
            "Dense", config={"units": 10**6}, build_config={"input_shape": [0, 10**6]}
        ),
        "ask for more weights",
    ),
    "wide inside": (with_attention("Dense", config={"units": 10**12}), "more weights"),
    "wide in a list": (
        with_attention(
            "StackedRNNCells",
            config={"cells": [thing("LSTMCell", config={"units": 10**9})]},
        ),
        "its 'LSTMCell'",
    ),
}


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", REFUSED)
def test_a_configuration_of_elsewhere_is_refused_before_anything_is_built(folder, name):
    change, message = REFUSED[name]
    folder.alter_model(change)
    folder.refuse(message)


def test_a_layer_that_is_no_attention_is_one_line(folder):
    folder.alter_model(with_attention("Dense", config={"units": 3}))
    folder.refuse(r"model\.keras: the model cannot be built")


def replace(file, name, **options):
    del file[name]
    file.create_dataset(name, **options)


def link(file, made):
    file["layers/more"] = made


WEIGHTS = {
    "outside": lambda file: link(file, h5py.ExternalLink("/etc/passwd", "/")),
    "soft": lambda file: link(file, h5py.SoftLink("/layers")),
    "round": lambda file: link(file, file["layers"]),
    "itself": lambda file: link(file, file["/"]),
    "object": lambda file: file.create_dataset("a", data="text"),
    "claimed": lambda file: file.create_dataset(
        "a", shape=(10**6, 10**6), dtype="float32"
    ),
    "chunk larger than its numbers": lambda file: file.create_dataset(
        "a", data=[1.0], maxshape=(None,), chunks=(10**5,), compression="gzip"
    ),
    "packed": lambda file: file.create_dataset(
        "a", data=np.zeros(10**6, "float32"), compression="gzip"
    ),
    "elsewhere": lambda file: file.create_dataset(
        "a", shape=(4,), dtype="int8", external=[("/etc/passwd", 0, 4)]
    ),
    "type": lambda file: file.__setitem__("a", np.dtype("float32")),
}


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_are_not_in_the_file_are_refused(folder, name):
    folder.alter_weights(WEIGHTS[name])
    folder.refuse(r"model\.keras is damaged: model\.weights\.h5 in it")


def test_weights_in_chunks_that_are_in_the_file_are_weights():
    """As other programs write them."""
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.create_dataset("a", data=np.zeros((20, 30), "float32"), chunks=(5, 30))
    assert count_numbers(made.getvalue(), "It is damaged:") == 600


def test_weights_of_another_shape_are_one_line(folder):
    def change(file):
        names = []
        file.visit(names.append)
        name = next(n for n in names if isinstance(file[n], h5py.Dataset))
        replace(file, name, data=np.zeros((3, 3), "float32"))

    folder.alter_weights(change)
    folder.refuse(r"model\.keras: the model cannot be built")


@keras.saving.register_keras_serializable(package="hostile_test")
class Seen(keras.layers.Layer):
    """A cell that tells whether it was made, and is none."""

    made = threading.Event()

    def __init__(self, units, **options):
        super().__init__(**options)
        self.made.set()


def test_a_class_that_a_module_in_use_registers_may_be_named(folder):
    """It is built, and then found to be no cell."""
    folder.alter_model(with_option(cell="hostile_test>Seen"))
    folder.refuse(r"model\.keras: the model cannot be built")
    assert Seen.made.is_set()
