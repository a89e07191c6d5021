"""Folders that anyone may have written are refused before anything opens them."""

import hashlib
import json
import shutil

import onnx
import onnxruntime
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.runtime import Translator, external_files
from seq2seq_keras.translation import RUNTIME_CONFIG


@pytest.fixture
def folder(exported_folder, tmp_path):
    return shutil.copytree(exported_folder, tmp_path / "exported")


@pytest.fixture
def opened(monkeypatch):
    """The graphs that onnxruntime is given, none of which it opens."""
    given = []
    monkeypatch.setattr(
        onnxruntime, "InferenceSession", lambda content, *_, **__: given.append(content)
    )
    return given


def sign(folder):
    """Makes the sums those of the files, as who altered them can."""
    path = folder / RUNTIME_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    for name in config["sha256"]:
        if (folder / name).is_file():
            content = (folder / name).read_bytes()
            config["sha256"][name] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(config), encoding="utf-8")


def alter(folder, change):
    """Calls `change` with the configuration and writes it back."""
    path = folder / RUNTIME_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    change(config)
    path.write_text(json.dumps(config), encoding="utf-8")


def alter_graph(folder, change):
    path = folder / "greedy_search.onnx"
    model = onnx.load(path, load_external_data=False)
    change(model)
    path.write_bytes(model.SerializeToString())
    sign(folder)


def refuse(folder, opened, message):
    with pytest.raises(InputError, match=message) as refused:
        Translator.load(folder).translate("no")
    assert "\n" not in str(refused.value)
    assert str(folder) in str(refused.value)
    assert not opened


@pytest.mark.parametrize(
    "name", ["greedy_search.onnx", "weights.bin", "source_tokenizer.json"]
)
def test_a_changed_file_is_named(folder, opened, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    refuse(folder, opened, f"{name} is damaged")


@pytest.mark.parametrize("name", ["greedy_search.onnx", "weights.bin", "runtime.json"])
def test_a_missing_file_is_named(folder, opened, name):
    (folder / name).unlink()
    refuse(folder, opened, f"{name} is missing")


@pytest.mark.parametrize("name", ["greedy_search.onnx", "weights.bin"])
def test_a_link_that_leaves_the_folder_is_refused(folder, opened, tmp_path, name):
    outside = shutil.move(folder / name, tmp_path / "outside")
    (folder / name).symlink_to(outside)
    refuse(folder, opened, "outside of its folder")


@pytest.mark.parametrize("place", ["../secret", "/etc/passwd", "other.bin", ""])
@pytest.mark.parametrize("where", ["weights", "a loop"])
def test_weights_from_another_file_are_refused(folder, opened, place, where):
    def change(model):
        if where == "a loop":
            loop = next(node for node in model.graph.node if node.op_type == "Loop")
            body = next(each.g for each in loop.attribute if each.name == "body")
            tensor = body.initializer.add(name="more", data_type=1, dims=[1])
        else:
            tensor = model.graph.initializer.add(name="more", data_type=1, dims=[1])
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=place)

    alter_graph(folder, change)
    refuse(folder, opened, "takes weights from")


def test_a_graph_too_large_is_refused(folder, opened):
    with (folder / "greedy_search.onnx").open("r+b") as file:
        file.truncate(2**26 + 1)
    sign(folder)
    refuse(folder, opened, "more than such a file can have")


@pytest.mark.parametrize("content", [b"\xff" * 99, b"\x3a\xff\xff\xff\x7f", b"\x08"])
def test_what_is_no_graph_is_refused(folder, opened, content):
    (folder / "greedy_search.onnx").write_bytes(content)
    sign(folder)
    refuse(folder, opened, "is damaged or is no graph")


def nested(depth):
    """A graph in an attribute of a node of a graph, and so on."""
    content = b""
    for _ in range(depth):
        for number in (6, 5, 1):  # of an attribute, a node, a graph
            content = bytes([number << 3 | 2]) + varint(len(content)) + content
    return b"\x3a" + varint(len(content)) + content


def varint(number):
    digits = [number & 127]
    while number := number >> 7:
        digits[-1] |= 128
        digits.append(number & 127)
    return bytes(digits)


def test_a_graph_nested_too_deeply_is_refused(folder, opened):
    assert external_files(nested(3), "it") == set()
    (folder / "greedy_search.onnx").write_bytes(nested(2000))
    sign(folder)
    refuse(folder, opened, "is damaged or is no graph")


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(format=2),
        lambda config: config.pop("copies"),
        lambda config: config["sha256"].update({"../x.onnx": "0"}),
        lambda config: config["sha256"].pop("weights.bin"),
        lambda config: config["decoding"].update(beam_width=10**9),
        lambda config: config["decoding"].update(max_source_length=True),
        lambda config: config["decoding"].update(max_source_length=10**9),
        lambda config: config["decoding"].update(n_bests=1),
        lambda config: config["decoding"].pop("max_source_length"),
    ],
)
def test_a_configuration_that_no_export_wrote_is_refused(folder, opened, change):
    alter(folder, change)
    refuse(folder, opened, "is damaged or not of format")


def test_an_option_that_an_earlier_version_did_not_know_is_its_default(folder):
    alter(folder, lambda config: config["decoding"].pop("decision"))
    assert Translator.load(folder).search.decision == "map"


@pytest.mark.parametrize(
    "search", [{"coverage_penalty": 0.1, "beam_width": 2}, {"replace_unknown": True}]
)
def test_options_of_attention_are_refused_without_it(folder, opened, search):
    alter(folder, lambda config: config.update(attends=False))
    with pytest.raises(InputError, match=r'works on attention .* or `"hard"`'):
        Translator.load(folder).translate("no", **search)
    assert not opened


def alter_tokenizer(folder, **entries):
    path = folder / "source_tokenizer.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, **entries}), encoding="utf-8")
    sign(folder)


@pytest.mark.parametrize(
    "entries",
    [
        {"class_name": "os.system"},
        {"vocabulary": ["a", "a"]},
        {"vocabulary": [1]},
        {"unicode_form": "NFX"},
        {"lowercase": "yes"},
        {"special_tokens": {"pad": ""}},
        {"class_name": "SubwordTokenizer", "model": "AAAA", "sha256": "0"},
    ],
)
def test_a_tokenizer_that_is_none_is_refused(folder, opened, entries):
    alter_tokenizer(folder, **entries)
    refuse(folder, opened, "source_tokenizer.json")


def test_a_folder_that_is_none_is_refused(opened, tmp_path):
    refuse(tmp_path / "nowhere", opened, "there is no such folder")
    refuse(tmp_path, opened, "is missing")


def test_what_onnxruntime_cannot_open_is_an_error_in_one_line(folder):
    alter_graph(folder, lambda model: model.graph.output.add(name="nothing"))
    with pytest.raises(InputError, match="cannot be opened by onnxruntime"):
        Translator.load(folder).translate("no")
