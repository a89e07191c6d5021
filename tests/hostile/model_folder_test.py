"""Saved folders that somebody altered and signed: refused before Keras builds them."""

import io
import json
import os
import pathlib
import re
import threading
import warnings
import zipfile

import h5py
import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.translation import Translator

JSON_FILES = ("config.json", "scores.json", "source_tokenizer.json")
FILES = (*JSON_FILES, "target_tokenizer.json", "model.keras")


def refuse(folder, message):
    """One line that names the file, and no warning beside it."""
    with (
        warnings.catch_warnings(record=True) as warned,
        pytest.raises(InputError, match=message) as refused,
    ):
        warnings.simplefilter("always")
        Translator.load(folder.path)
    assert not warned
    assert "\n" not in str(refused.value)
    assert str(folder.path) in str(refused.value)
    assert len(str(refused.value)) < 1000


def touch(config):
    """Nothing, so that only the sums are made anew."""


def test_what_is_signed_anew_loads(folder):
    folder.alter_model(touch)
    with pytest.warns(UserWarning, match=r"config\.json is not as it was saved"):
        Translator.load(folder.path)


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", FILES)
class TestWhatIsNoFile:
    """Something else has the name of a file of the folder."""

    def test_a_pipe_is_refused_without_waiting_for_its_writer(self, folder, name):
        (folder.path / name).unlink()
        os.mkfifo(folder.path / name)
        refuse(folder, f"{name} is a pipe or a device")

    def test_a_device_is_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).symlink_to("/dev/zero")
        refuse(folder, f"{name} is a link to a file outside of its folder")

    def test_a_folder_is_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).mkdir()
        refuse(folder, f"{name} is a folder")

    def test_a_link_out_of_the_folder_is_refused(self, folder, name):
        outside = folder.path.parent / "outside"
        (folder.path / name).replace(outside)
        (folder.path / name).symlink_to(outside)
        refuse(folder, f"{name} is a link to a file outside of its folder")

    def test_links_in_a_circle_are_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).symlink_to(name)
        refuse(folder, f"{name} cannot be read")

    def test_a_file_of_a_terabyte_is_refused_unread(self, folder, name):
        with (folder.path / name).open("r+b") as file:
            file.truncate(2**40)
        refuse(folder, rf"{name} has 1,099,511,627,776 bytes")


def test_a_link_within_the_folder_is_followed(folder):
    (folder.path / "scores.json").rename(folder.path / "mine.json")
    (folder.path / "scores.json").symlink_to("mine.json")
    assert Translator.load(folder.path).scores == {"bleu": 1.0}


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", JSON_FILES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged"),
        (b"\xff\xfe{}", "is damaged"),
        (b"[" * 100_000, r"is damaged \(nested too deeply"),
        (b'{"a":' * 100_000, r"is damaged \(nested too deeply"),
        (b"[" * 100 + b"]" * 100, r"is damaged \(nested more than 64 deep"),
        (b'{"a": 1, "a": 2}', r"is damaged \(a key stands twice"),
        (b'{"a": NaN}', r"is damaged \(the number NaN is not finite"),
        (b'{"a": 1e999}', r"is damaged \(the number 1e999 is not finite"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is damaged"),
        (b'{"a": "\\ud800"}', "is damaged"),
        (b"[]", "is damaged"),
        (b"null", "is damaged"),
        (b'"' + b"a" * 2**25 + b'"', "more than such a file can have"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_json_that_is_none_is_refused(folder, name, content, message):
    (folder.path / name).write_bytes(content)
    if name == "source_tokenizer.json" and len(content) < 2**25:
        folder.sign()
    refuse(folder, f"{re.escape(name)}.*{message}")


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"versions": ["keras"]},
        {"versions": "3.15"},
        {"description": ["text"]},
        {"description": None},
        {"format": [3]},
        {"format": "3"},
        {"sha256": {"model.keras": 3}},
        {"decoding": []},
    ],
    ids=str,
)
def test_fields_of_the_wrong_type_are_refused(folder, change):
    folder.alter_json("config.json", lambda config: config.update(change))
    refuse(folder, r"config\.json is damaged or not a configuration")


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"max_source_length": 0},
        {"max_source_length": -5},
        {"max_source_length": True},
        {"max_length": "5"},
        {"beam_width": 2.5},
        {"sample": 1.5},
        {"length_normalization": ["average"]},
        {"top_p": {}},
    ],
    ids=str,
)
def test_search_options_that_cannot_be_are_refused(folder, change):
    folder.alter_json("config.json", lambda config: config["decoding"].update(change))
    refuse(folder, r"config\.json is damaged or not a configuration")


def test_a_search_option_that_was_edited_by_hand_is_said_and_can_be_signed(folder):
    def edit(config):
        config["decoding"]["length_penalty"] = 0.5

    folder.alter_json("config.json", edit)
    with pytest.warns(UserWarning, match="signs it anew"):
        loaded = Translator.load(folder.path)
    assert loaded.search.length_penalty == 0.5
    loaded.save(folder.path)
    assert Translator.load(folder.path).search.length_penalty == 0.5


def test_a_configuration_that_is_only_laid_out_anew_is_not_warned_of(folder):
    path = folder.path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=7, sort_keys=True))
    Translator.load(folder.path)


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"lowercase": "no"},
        {"lowercase": None},
        {"unicode_form": ["NFC"]},
        {"unicode_form": "NFX"},
        {"vocabulary": "abcdefgh"},
        {"vocabulary": [1, 2]},
        {"vocabulary": {"a": 1}},
        {"vocabulary": ["a", "a"]},
        {"vocabulary": ["a", None]},
        {"special_tokens": ["<pad>"]},
        {"special_tokens": {"pad": 1}},
        {"special_tokens": {"padding": "<pad>"}},
        {"class_name": ["WordTokenizer"]},
        {"class_name": "Popen"},
        {"class_name": "Tokenizer"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_fields_of_a_tokenizer_of_the_wrong_type_are_refused(folder, change):
    folder.alter_json("source_tokenizer.json", lambda config: config.update(change))
    refuse(folder, r"source_tokenizer\.json")


def test_a_tokenizer_alone_is_read_within_the_same_bounds(tmp_path):
    path = tmp_path / "tokenizer.json"
    os.mkfifo(path)
    with pytest.raises(InputError, match="is a pipe or a device"):
        Tokenizer.load(path)
    path.unlink()
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(InputError, match="nested too deeply"):
        Tokenizer.load(path)


@pytest.mark.usefixtures("never_built")
class TestArchives:
    """The archive of the model, before anyone looks at what it says."""

    def write(self, folder, content):
        (folder.path / "model.keras").write_bytes(content)
        folder.sign()

    @pytest.mark.parametrize("content", [b"", b"PK\3\4", b"text" * 100, b"PK\5\6"])
    def test_what_is_no_archive_is_refused(self, folder, content):
        self.write(folder, content)
        refuse(folder, r"model\.keras is no archive")

    @pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
    def test_one_that_is_cut_short_is_refused(self, folder, share):
        content = (folder.path / "model.keras").read_bytes()
        self.write(folder, content[: int(len(content) * share)])
        refuse(folder, r"model\.keras")

    @pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
    def test_a_member_that_is_missing_is_named(self, folder, name):
        folder.alter_members(lambda members: members.pop(name))
        refuse(folder, f"it holds no {name}")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_of_one_name_are_refused(self, folder):
        with zipfile.ZipFile(folder.path / "model.keras", "a") as archive:
            archive.writestr("config.json", "{}")
        folder.sign()
        refuse(folder, "two files of one name")

    def test_a_bomb_is_refused_unopened(self, folder):
        def grow(members):
            members["model.weights.h5"] = bytes(2**28)

        folder.alter_members(grow, pack=zipfile.ZIP_DEFLATED)
        assert (folder.path / "model.keras").stat().st_size < 2**20
        refuse(folder, "its files are packed")

    def test_a_changed_byte_within_a_member_is_found(self, folder):
        content = bytearray((folder.path / "model.keras").read_bytes())
        content[content.index(b'"units"') + 1] = 0
        self.write(folder, bytes(content))
        refuse(folder, r"model\.keras is damaged: config\.json in it")


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
    "wide": (with_option(units=2 * 10**6), "ask for .* weights or more"),
    "wide vectors": (with_option(embedding_dim=10**9), "ask for .* weights or more"),
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
    refuse(folder, message)


def test_a_layer_that_is_no_attention_is_one_line(folder):
    folder.alter_model(with_attention("Dense", config={"units": 3}))
    refuse(folder, r"model\.keras: the model cannot be built")


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
        "a", shape=(10**6, 10**6), chunks=(10, 10), dtype="float32"
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
    refuse(folder, r"model\.keras is damaged: model\.weights\.h5 in it")


def test_weights_of_another_shape_are_one_line(folder):
    def change(file):
        names = []
        file.visit(names.append)
        name = next(n for n in names if isinstance(file[n], h5py.Dataset))
        replace(file, name, data=np.zeros((3, 3), "float32"))

    folder.alter_weights(change)
    refuse(folder, r"model\.keras: the model cannot be built")


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
    refuse(folder, r"model\.keras: the model cannot be built")
    assert Seen.made.is_set()


def test_every_file_is_opened_once(folder, monkeypatch):
    """So a save that runs meanwhile cannot mix two translators."""
    opened = []
    true_open = os.open

    def spy(path, *arguments, **options):
        opened.append(pathlib.Path(path).name)
        return true_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", spy)

    def plain_open(file, *arguments, **options):
        opened.extend([] if isinstance(file, int) else [pathlib.Path(file).name])
        return true_plain_open(file, *arguments, **options)

    true_plain_open = io.open
    monkeypatch.setattr("builtins.open", plain_open)
    monkeypatch.setattr(io, "open", plain_open)
    Translator.load(folder.path)
    assert sorted(name for name in opened if name in FILES) == sorted(FILES)


def test_names_in_the_card_are_shown_and_not_obeyed(saved_small, tmp_path):
    folder = tmp_path / 'a"); import os\n```\n<b>'
    translator = Translator.load(saved_small)
    translator.scores = {"a|b\nc": "<i>"}
    card = (translator.save(folder) / "README.md").read_text(encoding="utf-8")
    assert card.startswith('# a"); import os \\`\\`\\` \\<b\\>\n')
    assert 'Translator.load("path/to/the-folder")' in card
    assert "translate path/to/the-folder --input" in card
    assert "| a\\|b c | \\<i\\> |" in card
    assert not re.search(r"(?<!\\)<", card)
