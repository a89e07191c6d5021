"""Tests of the SavedModel of a translator."""

import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unicodedata

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.data import load_corpus, read_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import JamoTokenizer, WordTokenizer
from seq2seq_keras.translation import Translator

TEXTS = ["i am a student", "", "the teacher buys a red book", "저는"]


@pytest.fixture(scope="module")
def loaded(exported_translator):
    return tf.saved_model.load(str(exported_translator))


def test_strings_in_strings_and_scores_out(loaded, translator):
    outputs = loaded.signatures["serving_default"](text=tf.constant(TEXTS))
    assert set(outputs) == {"translation", "score"}
    texts = [text.decode() for text in outputs["translation"].numpy()]
    assert texts == translator.translate(TEXTS)
    assert outputs["score"].shape == (4,)
    assert outputs["score"][1] == 0
    assert (outputs["score"].numpy()[[0, 2, 3]] < 0).all()


def test_the_score_is_the_mean_log_probability_of_the_tokens(loaded, translator):
    """Re-scored with the training graph."""
    text = TEXTS[2]
    outputs = loaded.signatures["serving_default"](text=tf.constant([text]))
    target = translator.target_tokenizer.tokenize(
        outputs["translation"].numpy()[0].decode()
    )
    source = translator.source_tokenizer.tokenize(text)
    inputs = {
        "source_token_ids": np.array([[*source, 3]]),
        "target_token_ids": np.array([[2, *target]]),
    }
    log_probabilities = tf.nn.log_softmax(translator.model(inputs, training=False))[0]
    labels = np.array([*target, 3])
    expected = log_probabilities.numpy()[np.arange(len(labels)), labels].mean()
    np.testing.assert_allclose(outputs["score"][0], expected, atol=1e-5)


def test_the_loop_can_be_run_by_hand(loaded, translator):
    signatures = loaded.signatures
    states = signatures["encode"](text=tf.constant(TEXTS[:1]))
    token_ids, written = tf.constant([[2]]), []
    states = dict(states)
    for _ in range(20):
        outputs = dict(signatures["decode_step"](token_ids=token_ids, **states))
        token_ids = tf.argmax(outputs.pop("logits"), axis=-1, output_type=tf.int32)[
            :, None
        ]
        states |= outputs
        if token_ids[0, 0] == 3:
            break
        written.append(int(token_ids[0, 0]))
    text = signatures["detokenize"](token_ids=tf.constant([written]))["text"]
    assert text.numpy()[0].decode() == translator.translate(TEXTS[0])


def test_hangul_in_either_form_is_the_same_inside(loaded):
    texts = tf.constant(
        [unicodedata.normalize(form, "저는 a") for form in ("NFC", "NFD")]
    )
    encoded = loaded.signatures["encode"](text=texts)
    for state in encoded.values():
        np.testing.assert_array_equal(state[0], state[1])


class FakeArchive:
    """Writes a SavedModel that was made before, or fails as TensorFlow does."""

    def __init__(self, made):
        self.made = made

    def write_out(self, path, verbose):
        if self.made is None:
            raise tf.errors.ResourceExhaustedError(
                None, None, f"{path}/variables; No space left on device\n[stack]"
            )
        shutil.copytree(self.made, path, dirs_exist_ok=True)
        (pathlib.Path(path) / "fingerprint.pb").write_bytes(b"new")


@pytest.fixture
def quick_export(exported_translator, monkeypatch):
    """Exports without tracing."""
    name = "seq2seq_keras.translation.saved_model._archive"
    monkeypatch.setattr(name, lambda *_: FakeArchive(exported_translator))


def test_exporting_again_replaces_what_is_there(
    translator, exported_translator, quick_export, tmp_path
):
    copy = shutil.copytree(exported_translator, tmp_path / "serving")
    translator.export(copy)
    assert (copy / "fingerprint.pb").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["serving"]
    tf.saved_model.load(str(copy))


@pytest.mark.parametrize("kind", ["lstm", "subwords", "copy"])
def test_what_an_earlier_version_exported_is_replaced(
    translator, quick_export, kind, tmp_path
):
    saved = pathlib.Path(__file__).parents[1] / "fixtures" / "saved_by_0.1.0" / kind
    with tarfile.open(saved / "saved_model.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    translator.export(tmp_path / "saved_model")
    assert (tmp_path / "saved_model" / "fingerprint.pb").read_bytes() == b"new"


@pytest.mark.parametrize("beside", [[], ["saved_model.pb"]])
def test_other_files_are_never_replaced(translator, tmp_path, beside):
    for name in ("thesis.txt", *beside):
        (tmp_path / name).write_text("years of work")
    with pytest.raises(InputError, match=r"holds 'thesis\.txt', which is not part"):
        translator.export(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("variables/variables.index", "holds no SavedModel that `export` has written"),
        ("variables/x.npy", r"holds 'variables/x\.npy', which is not part"),
        ("assets/words.txt", r"holds 'assets/words\.txt', which is not part"),
        ("saved_model.pb", "holds no SavedModel that `export` has written"),
        ("variables/", "holds no SavedModel that `export` has written"),
        ("fingerprint.pb", "holds no SavedModel that `export` has written"),
    ],
)
def test_what_is_not_ours_beyond_doubt_is_never_replaced(
    translator, tmp_path, name, message
):
    """A folder of somebody's that has the names of a SavedModel."""
    path = tmp_path / "s" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_text("years of work")
    with pytest.raises(InputError, match=message):
        translator.export(tmp_path / "s")
    assert path.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_neither_is_the_saved_model_of_another_nor_what_was_put_into_ours(
    translator, exported_translator, tmp_path
):
    module = tf.Module()
    module.read = tf.function(lambda text: text)
    text = tf.TensorSpec([None], tf.string, name="text")
    signature = module.read.get_concrete_function(text)
    tf.saved_model.save(module, str(tmp_path / "s"), signatures=signature)
    with pytest.raises(InputError, match="no SavedModel that `export` has written"):
        translator.export(tmp_path / "s")
    copy = shutil.copytree(exported_translator, tmp_path / "serving")
    (copy / "assets" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds 'assets/notes\.txt'"):
        translator.export(copy)
    (copy / "assets" / "notes.txt").rename(copy / "notes.txt")
    (copy / "assets" / "link").symlink_to(copy)
    with pytest.raises(InputError, match="holds 'assets/link'"):
        translator.export(copy)


def test_a_full_disk_is_one_error_that_names_the_folder(
    translator, exported_translator, monkeypatch, tmp_path
):
    name = "seq2seq_keras.translation.saved_model._archive"
    monkeypatch.setattr(name, lambda *_: FakeArchive(None))
    copy = shutil.copytree(exported_translator, tmp_path / "serving")
    with pytest.raises(OSError, match="No space left on device") as caught:
        translator.export(copy)
    assert str(caught.value).startswith(str(copy))
    assert "\n" not in str(caught.value)
    assert "unfinished" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["serving"]
    tf.saved_model.load(str(copy))


def test_a_file_is_no_folder(translator, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file; name a folder"):
        translator.export(tmp_path / "file")


def test_the_folder_may_be_the_current_one_and_empty(
    translator, quick_export, tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    translator.export(".")
    assert (tmp_path / "here" / "saved_model.pb").is_file()


KINDS = {
    "reversed": {"reverse_source": True, "bidirectional": True, "feed_context": True},
    "layers": {"cell": "gru", "num_layers": 2, "residual": True, "bridge": "dense"},
    "tied": {"share_embeddings": True, "tie_embeddings": True},
    "bfloat16": {"precision": "mixed_bfloat16", "feed_context": True},
    "bahdanau": {
        **{"attention": "bahdanau", "coverage": True, "num_layers": 2, "copy": True},
    },
    "conditional": {"attention": "bahdanau", "decoder": "conditional", "cell": "gru"},
    "hard": {"attention": "hard", "monotonic": True, "order": 1, "feed_context": True},
    "copying": {"attention": "luong", "copy": True, "reverse_source": True},
    "input feeding in bfloat16": {
        **{"attention": "luong", "input_feeding": True, "precision": "mixed_bfloat16"},
    },
}


@pytest.mark.slow  # The one with most of it is served below, the plain one above.
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_every_kind_of_model_is_served_as_python_runs_it(options, tmp_path):
    texts = ["학생이에요", "값이 싸요", "", "가"]
    tokenizer = JamoTokenizer.fit(texts)
    sizes = [tokenizer.vocabulary_size] * 2
    model = build_model(*sizes, units=32, embedding_dim=16, **options)
    # The first weights, untrained, would say the same to everybody.
    model.set_weights([3 * weight for weight in model.get_weights()])
    translator = Translator(model, tokenizer, tokenizer, max_length=12)
    expected = translator.translate(texts)
    assert len(set(expected)) >= 3
    loaded = tf.saved_model.load(str(translator.export(tmp_path / "serving")))
    outputs = loaded.signatures["serving_default"](text=tf.constant(texts))
    assert [text.decode() for text in outputs["translation"].numpy()] == expected
    restored = Translator.load(translator.save(tmp_path / "model"))
    assert restored.translate(texts) == expected


@pytest.mark.slow
def test_saved_model_cli_runs_it(exported_translator):
    command = [
        *(str(pathlib.Path(sys.executable).with_name("saved_model_cli")), "run"),
        *("--dir", str(exported_translator), "--tag_set", "serve"),
        *("--signature_def", "serving_default"),
        *("--input_exprs", 'text=["i am a student"]'),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Result for output key translation" in result.stdout


# Nothing but tensorflow: not even this package's folder is on the path.
SERVE_N_BEST = """
import json
import sys
import tensorflow as tf
lines = sys.stdin.buffer.read().split(b"\\n")
serve = tf.saved_model.load(sys.argv[1]).signatures["nbest"]
rows = []
for start in range(0, len(lines), 64):
    batch = serve(text=tf.constant(lines[start : start + 64]))
    lists = {name: tensor.numpy().tolist() for name, tensor in batch.items()}
    rows += [dict(zip(lists, row)) for row in zip(*lists.values())]
assert "seq2seq_keras" not in sys.modules
print(json.dumps(rows, default=bytes.decode))
"""


def check_n_best_in_another_process(translator, lines, folder, without_graphs):
    """The n-best lists of a process that has only tensorflow are those of `decode`."""
    served = translator.export(folder / "serving")
    result = subprocess.run(
        [sys.executable, "-c", SERVE_N_BEST, str(served)],
        input="\n".join(lines).encode(),
        capture_output=True,
        cwd="/",
    )
    assert result.returncode == 0, result.stderr.decode()
    rows = json.loads(result.stdout)
    with without_graphs():
        records = translator.decode(lines)
    for found, record in zip(rows, records, strict=True):
        scores = [hypothesis.score for hypothesis in record.hypotheses]
        count = len(scores)
        texts = [hypothesis.text for hypothesis in record.hypotheses]
        assert found["translations"][:count] == texts
        np.testing.assert_allclose(found["scores"][:count], scores, atol=1e-5)
        assert np.isneginf(found["scores"][count:]).all()
        assert [token for token in found["tokens"] if token] == list(record.tokens)
        length, source_length = record.attention.shape
        attention = np.array(found["attention"])[:length, :source_length]
        np.testing.assert_allclose(attention, record.attention, atol=1e-5)


def with_attention(pairs, **search):
    """A translator with attention and large random weights, which are quick to have."""
    tokenizers = WordTokenizer.fit(pairs.source), WordTokenizer.fit(pairs.target)
    model = build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        **{"units": 32, "embedding_dim": 16, "bidirectional": True, "num_layers": 2},
        **{"attention": "bahdanau", "coverage": True, "copy": True},
    )
    random = np.random.default_rng(0)
    weights = [random.normal(size=w.shape) / w.shape[0] ** 0.3 for w in model.weights]
    model.set_weights(weights)
    return Translator(model, *tokenizers, **search)


@pytest.mark.slow
def test_n_best_lists_are_served_by_tensorflow_alone(without_graphs, tmp_path):
    pairs = load_corpus("phrasebook/english-french").test[:20]
    translator = with_attention(pairs, beam_width=4, n_best=4, max_length=12)
    lines = [*pairs.source, "", "a word never seen: xyzzy!"]
    check_n_best_in_another_process(translator, lines, tmp_path, without_graphs)


@pytest.mark.slow
def test_n_best_lists_of_captions_are_served_by_tensorflow_alone(
    public_data, without_graphs, tmp_path
):
    paths = [
        public_data / "multi30k" / f"test_2016_flickr.lc.norm.tok.{language}"
        for language in ("en", "de")
    ]
    pairs = read_pairs(*paths)[:500]
    translator = with_attention(pairs, beam_width=5, n_best=5, max_length=30)
    check_n_best_in_another_process(translator, pairs.source, tmp_path, without_graphs)
