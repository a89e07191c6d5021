"""Tests of `Translator` and of the folder it is saved in."""

import contextlib
import dataclasses
import hashlib
import importlib
import json
import shutil
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from seq2seq_keras.data import load_corpus
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import EncoderDecoder, build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator

storage = importlib.import_module("seq2seq_keras.translation.storage")

# Knows nothing but tensorflow until all is served.
SERVE_AND_LOAD = """
import sys
import tensorflow as tf
served, saved = sys.argv[1:]
lines = sys.stdin.buffer.read().split(b"\\n")
serve = tf.saved_model.load(served).signatures["serving_default"]
parts = [serve(text=tf.constant(lines[i : i + 64])) for i in range(0, len(lines), 64)]
texts = [text.decode() for part in parts for text in part["translation"].numpy()]
assert "seq2seq_keras" not in sys.modules
from seq2seq_keras.translation import Translator
texts += Translator.load(saved).translate([line.decode() for line in lines])
sys.stdout.buffer.write("\\n".join(texts).encode())
"""


@keras.saving.register_keras_serializable(package="translator_test")
class CountingModel(EncoderDecoder):
    """Knows no order of words: the sum of their vectors is its first state."""

    def __init__(self, source_vocabulary_size, target_vocabulary_size, **kwargs):
        self.reader = keras.layers.Embedding(source_vocabulary_size, 8)
        self.writer = keras.layers.Embedding(target_vocabulary_size, 8)
        self.cell = keras.layers.GRU(8, return_sequences=True, return_state=True)
        self.output_layer = keras.layers.Dense(target_vocabulary_size)
        super().__init__(source_vocabulary_size, target_vocabulary_size, **kwargs)

    def encode(self, source_token_ids):
        real = keras.ops.cast(source_token_ids != 0, "float32")[..., None]
        return {"hidden": keras.ops.sum(self.reader(source_token_ids) * real, axis=1)}

    def decode(self, target_token_ids, states):
        outputs, hidden = self.cell(
            self.writer(target_token_ids), initial_state=states["hidden"]
        )
        return self.output_layer(outputs), {"hidden": hidden}


@pytest.fixture
def folder(saved_translator, tmp_path):
    return shutil.copytree(saved_translator, tmp_path / "model")


def test_another_process_gives_the_same_bytes(
    translator, saved_translator, exported_translator
):
    """While it knows only tensorflow, and when it loads the folder."""
    lines = load_corpus("phrasebook/english-french").test.source[:127]
    lines += ["", "  ", "a word never seen: xyzzy!"]
    expected = translator.translate(lines)
    assert len(set(expected)) > 60  # it says different things
    command = [sys.executable, "-c", SERVE_AND_LOAD]
    command += [str(exported_translator), str(saved_translator)]
    text = "\n".join(lines).encode()
    result = subprocess.run(command, input=text, capture_output=True, cwd="/")
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout.decode().split("\n") == expected + expected


def test_the_order_is_kept_whatever_the_batches(translator):
    texts = load_corpus("phrasebook/english-french").test.source[:50]
    alone = [translator.translate(text) for text in texts]
    assert translator.translate(texts) == alone
    assert translator.translate(texts, batch_size=7) == alone
    assert list(translator.translate_stream(iter(texts), batch_size=1)) == alone


def test_a_series_keeps_its_index(translator):
    texts = ["i am a student", "he is tired"]
    series = pd.Series(texts, index=["b", "a"], name="text")
    translated = translator.translate(series)
    assert translated.name == "text"
    assert translated.index.tolist() == ["b", "a"]
    assert translated["a"] == translator.translate("he is tired")


def test_blank_texts_stay_blank(translator):
    translations = translator.translate(["", "he is tired", " \t\u2028", ""])
    assert translations[0] == translations[2] == translations[3] == ""
    assert translations[1]
    assert translator.translate([]) == []
    assert translator.translate(pd.Series([], dtype="str")).empty


def test_one_line_in_gives_one_line_out(translator):
    translation = translator.translate("he is\u2028tired\nnow")
    assert "\n" not in translation
    assert translation == translator.translate("he is tired now")


def test_with_a_batch_size_of_one_each_text_is_answered_before_the_next(translator):
    asked = []

    def ask():
        for text in ("i am", "you are", "he is"):
            asked.append(text)
            yield text

    answers = translator.translate_stream(ask(), batch_size=1)
    assert not asked
    for number, _ in enumerate(answers, 1):
        assert len(asked) == number
    assert len(asked) == 3


def test_a_long_text_is_cut_with_a_warning_that_names_it(translator):
    with pytest.warns(UserWarning, match="Text 2 has 300 tokens and is cut to"):
        translations = translator.translate(["he is tired", "he is tired " * 100])
    assert translations[1] == translator.translate("he is tired " * 10)


def test_a_very_long_word_is_cut_with_a_warning_that_names_it(translator):
    texts = ["he is tired", "a" * 100_000 + " he is tired"]
    message = "Text 2 has 100,012 characters and is cut to the first 10,000"
    with pytest.warns(UserWarning, match=message):
        translations = translator.translate(texts)
    assert translations[1] == translator.translate("xyzzy")  # one unknown word


def test_the_graph_cuts_as_python_does(translator):
    texts = ["he is tired " * 100, "a" * 100_000 + " he is tired"]
    with pytest.warns(UserWarning, match="is cut"):
        expected = translator.translate(texts)
    inputs = {"source_tokens": translator.graph.split(tf.constant(texts))}
    outputs = translator.graph.searcher(translator.search)(inputs)
    best = outputs["translations"].numpy()[:, 0]
    assert [text.decode() for text in best] == expected


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_below_one_is_refused(translator, batch_size):
    with pytest.raises(InputError, match=f"Received: batch_size={batch_size}"):
        translator.translate(["a"], batch_size=batch_size)
    with pytest.raises(InputError, match=f"Received: batch_size={batch_size}"):
        list(translator.translate_stream(["a"], batch_size=batch_size))


def test_a_frame_is_refused_rather_than_its_column_names_translated(translator):
    frame = pd.DataFrame({"english": ["he is tired"]})
    with pytest.raises(InputError, match="of a DataFrame pass one column"):
        translator.translate(frame)
    with pytest.raises(InputError, match="Received: a NoneType"):
        translator.translate(None)


def test_a_lone_surrogate_is_named_by_its_number(translator):
    with pytest.raises(InputError, match="Text 3 holds a lone surrogate"):
        translator.translate(["a", "b", "\ud800"])


@pytest.mark.parametrize("missing", [None, float("nan"), 7])
def test_what_is_no_string_is_named(translator, missing):
    with pytest.raises(InputError, match=rf"Text 2 is {missing}"):
        translator.translate(["fine", missing])


def test_tokenizers_must_fit_the_model(translator):
    other = WordTokenizer.fit(["a b"])
    message = "target tokenizer has 6 tokens, but the model was built for"
    with pytest.raises(InputError, match=message):
        Translator(translator.model, translator.source_tokenizer, other)


def test_lengths_must_be_positive():
    tokenizer = WordTokenizer.fit(["a b"])
    with pytest.raises(InputError, match="`max_length` must be a positive integer"):
        Translator(build_model(6, 6, units=4), tokenizer, tokenizer, max_length=0)


def test_the_folder_holds_all_that_belongs_to_it(translator, tmp_path):
    folder = translator.save(
        tmp_path / "m", scores={"BLEU": 12.5}, description="Of a test."
    )
    names = {path.name for path in folder.iterdir()}
    assert names == {
        *("model.keras", "source_tokenizer.json", "target_tokenizer.json"),
        *("config.json", "scores.json", "README.md"),
    }
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| BLEU | 12.5 |" in card
    assert "Of a test." in card
    config = json.loads((folder / "config.json").read_text())
    assert config["decoding"] == {
        "max_source_length": 30,
        **dataclasses.asdict(SearchOptions(max_length=20)),
    }
    assert set(config["versions"]) == {"python", "keras", "tensorflow", "numpy"}


def test_other_files_in_the_folder_are_left_alone(translator, folder):
    (folder / "notes.txt").write_text("mine")
    translator.save(folder)
    assert (folder / "notes.txt").read_text() == "mine"
    Translator.load(folder)


@pytest.mark.parametrize(
    "name",
    ["model.keras", "source_tokenizer.json", "target_tokenizer.json", "config.json"],
)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match=rf"{name} is missing"):
        Translator.load(folder)


@pytest.mark.parametrize(
    "name",
    ["model.keras", "source_tokenizer.json", "target_tokenizer.json", "config.json"],
)
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_cut_off_file_is_named(folder, name, share):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=rf"{name} is damaged"):
        Translator.load(folder)


@pytest.mark.parametrize(
    ("name", "kind"), [("runtime.json", "for another"), ("saved_model.pb", "as a Sav")]
)
def test_an_export_is_not_called_damaged(name, kind, tmp_path):
    (tmp_path / name).touch()
    with pytest.raises(InputError, match=f"was exported {kind}.* was saved in"):
        Translator.load(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere: there is no such model folder"):
        Translator.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"sha256": None},
        {"decoding": {"max_lenght": 3, "max_source_length": 3}},
        {"decoding": {"max_length": "20", "max_source_length": 3}},
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(folder, change):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(InputError, match=r"config\.json is damaged or not a config"):
        Translator.load(folder)


def test_another_version_of_keras_is_warned_of(folder):
    config = json.loads((folder / "config.json").read_text())
    config["versions"]["keras"] = "3.14.0"
    del config["sha256_of_all_else"]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.warns(UserWarning, match=r"saved with keras 3\.14\.0"):
        Translator.load(folder)


def test_scores_and_description_go_along(translator, tmp_path):
    first = tmp_path / "first"
    scores = {"BLEU": np.float32(12.5), "loss": float("nan"), "protocol": "none"}
    translator.save(first, scores=scores, description="Of a test.")
    second = Translator.load(first).save(tmp_path / "second")
    loaded = Translator.load(second)
    assert loaded.scores == {"BLEU": 12.5, "loss": None, "protocol": "none"}
    assert loaded.description == "Of a test."
    assert "Of a test." in (second / "README.md").read_text(encoding="utf-8")


def test_only_models_of_this_package_translate():
    tokenizer = WordTokenizer.fit(["a b"])
    with pytest.raises(InputError, match="Received: a Sequential"):
        Translator(keras.Sequential(), tokenizer, tokenizer)


def test_a_model_of_a_class_of_ones_own_is_saved_and_loaded(tmp_path):
    tokenizer = WordTokenizer.fit(["a b c"])
    model = CountingModel(tokenizer.vocabulary_size, tokenizer.vocabulary_size)
    weights = np.random.default_rng(0)
    model.set_weights([weights.normal(size=w.shape) for w in model.get_weights()])
    translator = Translator(model, tokenizer, tokenizer, max_length=5)
    texts = ["a", "a b", "c c c", ""]
    expected = translator.translate(texts, beam_width=3)
    assert len(set(expected)) > 2
    loaded = Translator.load(translator.save(tmp_path / "model"))
    assert isinstance(loaded.model, CountingModel)
    assert loaded.translate(texts, beam_width=3) == expected
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "An encoder-decoder (CountingModel, " in card


def test_a_class_that_is_not_registered_is_not_saved(tmp_path):
    class Unregistered(CountingModel):
        pass

    tokenizer = WordTokenizer.fit(["a b c"])
    translator = Translator(Unregistered(7, 7), tokenizer, tokenizer)
    with pytest.raises(InputError, match="cannot be loaded again: put"):
        translator.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("eval", "of the class 'eval', which is not registered with Keras: import"),
        ("mine>Model", "of the class 'mine>Model', which is not registered"),
        ("seq2seq_keras>LuongAttention", "is no `EncoderDecoder`"),
    ],
)
def test_a_model_of_another_kind_is_never_built(folder, name, message):
    """Even with a matching hash: only registered models are constructed."""
    with zipfile.ZipFile(folder / "model.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    evil = {"module": "builtins", "class_name": "eval", "registered_name": name}
    members["config.json"] = json.dumps(evil).encode()
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    config = json.loads((folder / "config.json").read_text())
    digest = hashlib.sha256((folder / "model.keras").read_bytes()).hexdigest()
    config["sha256"]["model.keras"] = digest
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=message):
        Translator.load(folder)


@pytest.mark.parametrize("failing", ["model", "scores"])
def test_a_save_that_fails_leaves_the_old_model_whole(
    translator, folder, monkeypatch, failing
):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = Translator.load(folder)
    other.model.set_weights([weight + 1 for weight in other.model.get_weights()])

    def fail(self, path, **_):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    if failing == "model":
        monkeypatch.setattr(type(translator.model), "save", fail)
    with pytest.raises((OSError, TypeError)):
        other.save(folder, scores={"scores": object()})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    Translator.load(folder)


def test_killed_while_files_are_moved_the_new_translator_is_whole(
    translator, folder, tmp_path
):
    """Each file of the switch is found where it stands at that moment."""
    other = Translator.load(folder)
    other.model.set_weights([weight + 1 for weight in other.model.get_weights()])
    other.save(tmp_path / "new", scores={"BLEU": 1}, description="New.")
    (tmp_path / "new").rename(folder / ".saved")
    (folder / ".saved" / "model.keras").rename(folder / "model.keras")
    (folder / ".saved" / "scores.json").rename(folder / "scores.json")
    loaded = Translator.load(folder)
    assert (loaded.description, loaded.scores) == ("New.", {"BLEU": 1})
    for weight, same in zip(other.model.weights, loaded.model.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    # The next writer finishes what was begun.
    loaded.description = "Newer."
    loaded.save_card(folder)
    assert not (folder / ".saved").exists()
    assert Translator.load(folder).description == "Newer."


@pytest.mark.parametrize("name", ["model.keras", "scores.json"])
def test_a_translator_that_is_saved_while_it_is_loaded_is_no_damage(
    folder, name, monkeypatch
):
    other = Translator.load(folder)
    other.model.set_weights([weight + 1 for weight in other.model.get_weights()])
    true_read, saved = storage.read_regular, []

    def read_late(path, **options):
        if path.name == name and not saved:
            saved.append(other.save(folder, description="New."))
        return true_read(path, **options)

    monkeypatch.setattr(storage, "read_regular", read_late)
    loaded = Translator.load(folder)
    assert loaded.description == "New."
    for weight, same in zip(other.model.weights, loaded.model.weights, strict=True):
        np.testing.assert_array_equal(weight, same)


# Saves two translators in turn until it is killed.
SAVE = """
import itertools, sys
from seq2seq_keras.translation import Translator
first = Translator.load(sys.argv[1])
second = Translator.load(sys.argv[1])
second.model.set_weights([weight + 1 for weight in second.model.get_weights()])
for number in itertools.count():
    (first, second)[number % 2].save(sys.argv[1], description=str(number % 2))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_ten_kills_leave_one_translator_or_the_other(folder):
    first = Translator.load(folder)
    draw = np.random.default_rng(0)
    for _ in range(10):
        command = [sys.executable, "-c", SAVE, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0, 1))
            process.kill()
        loaded = Translator.load(folder)
        change = int(loaded.description)
        for weight, same in zip(
            first.model.get_weights(), loaded.model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(weight + change, same)
        first.save(folder, description="0")


def test_the_first_answer_traces_two_graphs_and_later_ones_none(saved_translator):
    loaded = Translator.load(saved_translator)
    for texts in ("he is tired", "a longer text than the one before", ["i am"] * 3):
        loaded.translate(texts)
    graph = loaded.graph
    search = graph.searcher(
        loaded.search, prefix=False, avoid=False, allowed=False, details=False
    )
    assert graph.searcher.cache_info().currsize == 1
    assert search.experimental_get_tracing_count() == 1
    assert graph.split_normalized.experimental_get_tracing_count() == 1
    # That one also composes Hangul, which Python has done.
    assert graph.split.experimental_get_tracing_count() == 0


def test_a_translation_is_searched_for_without_details(translator):
    graph = translator.graph.searcher(translator.search, details=False)
    assert set(graph.get_concrete_function().structured_outputs) == {"translations"}


def test_batches_have_as_many_hypotheses_unless_told(translator):
    search = translator.search
    assert translator._batch_size(search) == 320
    assert translator._batch_size(search.replace(beam_width=5)) == 64
    assert translator._batch_size(search.replace(beam_width=1000)) == 1


def test_batches_of_hard_attention_are_smaller_where_texts_are_long():
    tokenizer = WordTokenizer.fit(["a b c d"])
    assert tokenizer.vocabulary_size == 8
    model = build_model(8, 8, units=4, embedding_dim=4, attention="hard")
    translator = Translator(model, tokenizer, tokenizer, max_source_length=10**5)
    lengths = np.array([10**5, 1, 26_214, 1, 13_106, 26_214])

    def batches(batch_size, width):
        found = translator._batches(lengths, batch_size, width)
        return [batch.tolist() for batch in found]

    # 2**25 logits at most, 8 for each token and for `<eos>`: of 41 hypotheses for the
    # longest text, 159 for the next ones, then 320.
    assert batches(None, 40) == [[1, 3, 4], [2, 5], [0]]
    assert batches(None, 80) == [[1, 3, 4], [2], [5], [0]]
    assert batches(4, 1) == [[1, 3, 4, 2], [5, 0]]


@pytest.mark.parametrize("method", ["translate", "translate_stream", "decode_stream"])
@pytest.mark.parametrize("batch_size", [None, 2])
def test_batches_are_cut_by_lengths_unless_told(
    method, batch_size, translator, monkeypatch
):
    asked = []

    def batches(lengths, batch_size, width):
        asked.append(batch_size)
        return [np.arange(len(lengths))]

    monkeypatch.setattr(translator, "_batches", batches)
    list(getattr(translator, method)(["he is tired"] * 3, batch_size=batch_size))
    assert asked == [batch_size]
