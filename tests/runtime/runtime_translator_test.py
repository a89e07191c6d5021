"""What was exported translates as the translator it was exported from."""

import json
import re
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from same_searches import MORE_SEARCHES, SEARCHES, TEXTS

from seq2seq_keras.cli import main
from seq2seq_keras.errors import InputError
from seq2seq_keras.runtime import Translator
from seq2seq_keras.translation import RUNTIME_CHECKED, RUNTIME_CONFIG

# A process without TensorFlow and Keras, also where they are installed.
ALONE = """
MISSING = {"tensorflow", "keras", "pandas", "onnx", "h5py", "scipy", "matplotlib"}
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Missing())
"""


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_searches_find_the_same(translator, exported, assert_alike, search):
    assert_alike(translator, exported, TEXTS, **search)


@pytest.mark.slow
@pytest.mark.parametrize("search", MORE_SEARCHES.values(), ids=MORE_SEARCHES)
def test_every_option_finds_the_same(translator, exported, assert_alike, search):
    assert_alike(translator, exported, TEXTS, **search)


def test_an_unknown_word_stays_where_no_source_word_got_attention(
    exported, monkeypatch
):
    found = {
        "token_ids": np.array([[[1, 1, 3]]]),  # <unk> <unk> <eos>
        "log_probabilities": np.zeros((1, 1, 3)),
        "scores": np.zeros((1, 1)),
        "attention": np.array([[[[0.0, 0.0, 1.0], [0.0, 0.1, 0.9], [0.0, 0.0, 1.0]]]]),
    }
    monkeypatch.setattr(exported, "_graph", lambda name: lambda feeds: found)
    replaced = exported.translate("no student", replace_unknown=True)
    assert replaced == "<unk> student"


def test_texts_come_back_as_they_were_given(translator, exported):
    assert exported.translate(TEXTS[0]) == translator.translate(TEXTS[0])
    assert exported.translate(TEXTS, batch_size=3) == translator.translate(TEXTS)
    streamed = exported.translate_stream(iter(TEXTS), batch_size=1)
    assert [*streamed] == translator.translate(TEXTS)
    assert exported.translate([]) == []


def test_warnings_are_the_same(translator, exported):
    for text, words in (
        ("a " * 40, "has 40 tokens and is cut"),
        ("a" * 10_001, "10,001"),
    ):
        for each in (translator, exported):
            with pytest.warns(UserWarning, match=words):
                each.translate(text)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"beam_with": 5}, "Did you mean `beam_width`"),
        ({"n_best": 2}, "n_best=2, beam_width=1"),
        ({"prefix": "zzz"}, "the target vocabulary lacks"),
        ({"length_penalty": -1}, "length_penalty"),
    ],
)
def test_errors_are_the_same(translator, exported, search, message):
    messages = []
    for each in (translator, exported):
        with pytest.raises(InputError, match=message) as raised:
            each.translate(["no"], **search)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize(
    "search", [{"sample": True}, {"avoid": ["je"]}, {"allowed": ["je suis"]}]
)
def test_what_cannot_be_had_is_refused(exported, search):
    with pytest.raises(InputError, match="Translate with the saved translator"):
        exported.translate(["no"], **search)


def test_the_command_finds_out_what_the_folder_is(
    saved_translator, exported_folder, tmp_path
):
    source, outputs = tmp_path / "source.txt", []
    source.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    for folder in (saved_translator, exported_folder):
        output = tmp_path / f"{folder.name}.txt"
        command = ["translate", str(folder), "--input", str(source)]
        command += ["--output", str(output), "--n-best", "3", "--beam-width", "3"]
        assert main(command) == 0
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]


def test_a_process_without_tensorflow_translates(exported_folder, translator):
    code = ALONE + (
        "from seq2seq_keras.cli import main\n"
        "sys.exit(main(['translate', sys.argv[1], '--scores']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(exported_folder)],
        **{"input": "\n".join(TEXTS) + "\n", "capture_output": True, "text": True},
    )
    assert done.returncode == 0, done.stderr
    texts = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert texts == translator.translate(TEXTS)


def test_a_process_without_tensorflow_says_what_it_cannot_do(
    exported_folder, saved_translator
):
    code = ALONE + "from seq2seq_keras.cli import main\nsys.exit(main(sys.argv[1:]))"
    for arguments, message in (
        ([saved_translator], "This needs (tensorflow|keras), which is not installed"),
        ([exported_folder, "--avoid", "je"], "`avoid` needs TensorFlow"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, "translate", *map(str, arguments)],
            **{"input": "no\n", "capture_output": True, "text": True},
        )
        assert done.returncode == 2, done.stderr
        assert re.search(message, done.stderr)
        assert done.stderr.count("\n") == 1


def test_the_folder_holds_what_it_says(exported_folder):
    assert sorted(path.name for path in exported_folder.iterdir()) == sorted(
        [*RUNTIME_CHECKED["onnx"], RUNTIME_CONFIG, "README.md"]
    )
    for path in exported_folder.glob("*.onnx"):
        onnx.checker.check_model(path, full_check=True)
        sizes = [
            len(each.raw_data)
            for each in onnx.load(path, load_external_data=False).graph.initializer
        ]
        assert max(sizes) < 1024


def test_the_loop_of_the_readme_runs(exported_folder, monkeypatch, capsys):
    """Its greedy steps are those of the graph that holds the whole search."""
    monkeypatch.chdir(exported_folder)
    readme = (exported_folder / "README.md").read_text(encoding="utf-8")
    [code] = [x for x in readme.split("```python\n") if x.startswith("import numpy")]
    exec(code.split("```")[0], {})
    written = json.loads(capsys.readouterr().out)
    session = onnxruntime.InferenceSession("greedy_search.onnx")
    scalars = {"max_length": 100, "max_length_ratio": 1e6}
    scalars |= {"length_offset": 0, "length_exponent": 1}
    feeds = {"source_token_ids": np.array([[4, 5, 3]], "int32")}
    for each in session.get_inputs():
        if each.name in scalars:
            kind = "int32" if each.type == "tensor(int32)" else "float32"
            feeds[each.name] = np.array(scalars[each.name], kind)
    [ids] = session.run(["token_ids"], feeds)
    found = [int(x) for x in ids[0, 0] if x > 3]
    assert written[: len(found)] == found


def test_a_folder_of_something_else_is_not_replaced(translator, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds 'notes\.txt'"):
        translator.export(tmp_path, format="onnx")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_cannot_be_exported_is_refused_before_anything_is_written(
    translator, tmp_path
):
    folder = tmp_path / "exported"
    with pytest.raises(InputError, match="does not sample"):
        translator.export(folder, format="onnx", sample=True)
    with pytest.raises(InputError, match="`format` must be one of"):
        translator.export(folder, format="onxx")
    ensemble = type(translator).ensemble([translator, translator])
    with pytest.raises(InputError, match="An ensemble is not exported"):
        ensemble.export(folder, format="onnx")
    assert not folder.exists()


def test_a_translator_is_loaded_with_one_thread(exported_folder):
    assert Translator.load(exported_folder, threads=1).translate("") == ""
