"""What was exported for LiteRT translates as the translator it was exported from."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from ai_edge_litert import interpreter as interpreters
from same_searches import MORE_SEARCHES, SEARCHES, TEXTS

from seq2seq_keras.cli import main
from seq2seq_keras.errors import InputError
from seq2seq_keras.runtime import Translator
from seq2seq_keras.translation import (
    LITERT_MODEL,
    RUNTIME_CHECKED,
    RUNTIME_CONFIG,
    shrink_weights,
)

# Whatever LiteRT and the package do not need is not there.
ALONE = """
import sys
MISSING = {"tensorflow", "keras", "pandas", "onnx", "onnxruntime", "h5py", "scipy"}

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Missing())
from seq2seq_keras.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_searches_find_the_same(translator, litert, assert_alike, search):
    assert_alike(translator, litert, TEXTS, **search)


@pytest.mark.slow
@pytest.mark.parametrize("search", MORE_SEARCHES.values(), ids=MORE_SEARCHES)
def test_every_option_finds_the_same(translator, litert, assert_alike, search):
    assert_alike(translator, litert, TEXTS, **search)


def test_the_folder_holds_what_it_says(litert_folder):
    assert sorted(path.name for path in litert_folder.iterdir()) == sorted(
        [*RUNTIME_CHECKED["litert"], RUNTIME_CONFIG, "README.md"]
    )
    config = json.loads((litert_folder / RUNTIME_CONFIG).read_text(encoding="utf-8"))
    assert config["states"] == ["attention_weights", "layer_0_hidden"]
    assert config["memory"] == ["encoder_outputs", "source_mask"]


def test_all_operations_are_its_own(litert_folder):
    """An app has the interpreter and nothing beside it."""
    app = interpreters.Interpreter(
        str(litert_folder / LITERT_MODEL),
        experimental_op_resolver_type=interpreters.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    app.allocate_tensors()
    assert {*app.get_signature_list()} == {
        *("encoder", "decoder", "greedy_search", "greedy_search_with_rules"),
        *("beam_search", "beam_search_with_rules"),
    }


def test_the_loop_of_the_readme_runs(litert_folder, litert, monkeypatch, capsys):
    """Its greedy steps are those of the signature that holds the whole search."""
    monkeypatch.chdir(litert_folder)
    readme = (litert_folder / "README.md").read_text(encoding="utf-8")
    [code] = [x for x in readme.split("```python\n") if x.startswith("import numpy")]
    exec(code.split("```")[0], {})
    written = json.loads(capsys.readouterr().out)
    search = interpreters.Interpreter(LITERT_MODEL).get_signature_runner(
        "greedy_search"
    )
    reals = {"max_length_ratio": 1e6, "length_offset": 0, "length_exponent": 1}
    found = search(
        source_token_ids=np.array([[4, 5, 3]], "int32"),
        max_length=np.array(100, "int32"),
        **{name: np.array(value, "float32") for name, value in reals.items()},
    )
    ids = [int(x) for x in found["token_ids"][0, 0] if x > 3]
    assert ids
    assert written[: len(ids)] == ids


def test_threads_wait_for_each_other(litert):
    expected, found = litert.translate(TEXTS), []
    threads = [
        threading.Thread(target=lambda: found.append(litert.translate(TEXTS)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_process_without_tensorflow_translates(litert_folder, translator):
    command = [sys.executable, "-c", ALONE, "translate", str(litert_folder)]
    options = {"capture_output": True, "text": True, "input": "\n".join(TEXTS) + "\n"}
    done = subprocess.run([*command, "--scores"], **options)
    assert (done.returncode, done.stderr) == (0, "")
    texts = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert texts == translator.translate(TEXTS)
    done = subprocess.run([*command, "--avoid", "je"], **options)
    assert done.returncode == 2
    assert re.search("`avoid` needs TensorFlow.*as LiteRT", done.stderr)
    assert done.stderr.count("\n") == 1


def test_what_cannot_be_had_is_refused_before_anything_is_written(
    saved_translator, translator, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "exported"
    with pytest.raises(InputError, match="does not sample"):
        translator.export(folder, format="litert", sample=True)
    ensemble = type(translator).ensemble([translator, translator])
    with pytest.raises(InputError, match="An ensemble is not exported for LiteRT"):
        ensemble.export(folder, format="litert")
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    command = ["export", str(saved_translator), str(folder), "--format", "litert"]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert "pip install ai-edge-litert" in error
    assert error.count("\n") == 1
    assert not folder.exists()


@pytest.mark.parametrize(("precision", "most"), [("float16", 0.01), ("int8", 0.1)])
def test_weights_in_fewer_bits_lose_little(
    litert_folder, litert, tmp_path, precision, most
):
    folder = shutil.copytree(litert_folder, tmp_path / precision)
    model = (folder / LITERT_MODEL).read_bytes()
    (folder / LITERT_MODEL).write_bytes(shrink_weights(model, precision))
    sign(folder)
    found = Translator.load(folder).decode(TEXTS, beam_width=3)
    for one, other in zip(litert.decode(TEXTS, beam_width=3), found, strict=True):
        assert abs(one.score - other.score) < most


def sign(folder):
    """Makes the sums those of the files, as who altered them can."""
    path = folder / RUNTIME_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    for name in config["sha256"]:
        if (folder / name).is_file():
            content = (folder / name).read_bytes()
            config["sha256"][name] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(config), encoding="utf-8")


@pytest.fixture
def opened(monkeypatch):
    """The files that LiteRT is given, none of which it opens."""
    given = []
    monkeypatch.setattr(interpreters, "Interpreter", lambda **file: given.append(file))
    return given


@pytest.fixture
def folder(litert_folder, tmp_path):
    return shutil.copytree(litert_folder, tmp_path / "hostile")


def refuse(folder, opened, message):
    with pytest.raises(InputError, match=message) as refused:
        Translator.load(folder).translate("no")
    assert "\n" not in str(refused.value)
    assert str(folder) in str(refused.value)
    assert not opened


@pytest.mark.parametrize("name", [LITERT_MODEL, "source_tokenizer.json"])
def test_a_changed_file_is_named(folder, opened, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    refuse(folder, opened, f"{name} is damaged")


@pytest.mark.parametrize("name", [LITERT_MODEL, RUNTIME_CONFIG])
def test_a_missing_file_is_named(folder, opened, name):
    (folder / name).unlink()
    refuse(folder, opened, f"{name} is missing")


def test_a_link_that_leaves_the_folder_is_refused(folder, opened, tmp_path):
    outside = shutil.move(folder / LITERT_MODEL, tmp_path / "outside")
    (folder / LITERT_MODEL).symlink_to(outside)
    refuse(folder, opened, "outside of its folder")


def test_a_file_too_large_is_refused(folder, opened):
    with (folder / LITERT_MODEL).open("r+b") as file:
        file.truncate(2**42)
    refuse(folder, opened, "more than such a file can have")


@pytest.mark.parametrize("content", [b"", b"\xff" * 99, b"PK\x03\x04TFLX"])
def test_what_is_no_file_of_litert_is_refused(folder, opened, content):
    (folder / LITERT_MODEL).write_bytes(content)
    sign(folder)
    refuse(folder, opened, "is damaged or is no file of LiteRT")


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(runtime="onnx"),
        lambda config: config.update(runtime="../x"),
        lambda config: config.pop("runtime"),
        lambda config: config["sha256"].update({"weights.bin": "0"}),
        lambda config: config["sha256"].pop(LITERT_MODEL),
    ],
)
def test_a_configuration_that_no_export_wrote_is_refused(folder, opened, change):
    path = folder / RUNTIME_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    change(config)
    path.write_text(json.dumps(config), encoding="utf-8")
    refuse(folder, opened, "is damaged or not of format")
