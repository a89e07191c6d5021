"""What earlier versions saved and exported still says the same."""

import json
import pathlib
import subprocess
import sys
import tarfile

import keras
import numpy as np
import pytest

import seq2seq_keras as s2s

SAVED = pathlib.Path(__file__).parent / "fixtures" / "saved_by_0.1.0"
KINDS = sorted(folder.name for folder in SAVED.iterdir())

# A process that has TensorFlow and nothing of this package; for pieces of words it
# needs TensorFlow's own operations for text.
_SERVE = """
import json, pathlib, sys
import tensorflow as tf
import tensorflow_text
answers = {}
for folder in pathlib.Path(sys.argv[1]).iterdir():
    texts = tf.constant(json.loads(sys.argv[2]))
    model = tf.saved_model.load(folder / "saved_model")
    best = model.signatures["serving_default"](text=texts)
    nbest = model.signatures["nbest"](text=texts)
    answers[folder.name] = {
        "best": [text.decode() for text in best["translation"].numpy()],
        "nbest": [[t.decode() for t in row] for row in nbest["translations"].numpy()],
        "scores": nbest["scores"].numpy().tolist(),
    }
assert not any("seq2seq_keras" in name for name in sys.modules)
print(json.dumps(answers))
"""


def expected(kind: str) -> dict:
    return json.loads((SAVED / kind / "expected.json").read_text(encoding="utf-8"))


def test_there_is_a_translator_of_every_kind():
    assert len(KINDS) == 7


# The twelfth text is too long for those that read characters.
too_long = pytest.mark.filterwarnings("ignore:Text 12 has")


@too_long
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_translator_translates_the_same(kind, eager):
    answers = expected(kind)
    translator = s2s.Translator.load(SAVED / kind)
    beams = translator.decode(answers["texts"], beam_width=3, n_best=3)
    texts = [[found.text for found in beam.hypotheses] for beam in beams]
    scores = [[found.score for found in beam.hypotheses] for beam in beams]
    assert texts == answers["nbest"]
    for found, before in zip(scores, answers["scores"], strict=True):
        np.testing.assert_allclose(found, before, rtol=0, atol=1e-5)
    # The model alone, as whoever knows Keras loads it.
    model = keras.models.load_model(SAVED / kind / "model.keras")
    for weight, same in zip(model.weights, translator.model.weights, strict=True):
        np.testing.assert_array_equal(weight, same)


@too_long
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_greedy_search_finds_the_same(kind):
    answers = expected(kind)
    translations = s2s.Translator.load(SAVED / kind).translate(answers["texts"])
    assert translations == answers["greedy"]


@pytest.mark.parametrize(
    "kinds",
    [("subwords",), pytest.param(KINDS, marks=pytest.mark.slow)],
    ids=["one", "all"],
)
def test_saved_models_translate_the_same_without_the_package(kinds, tmp_path):
    pytest.importorskip("tensorflow_text")
    for kind in kinds:
        with tarfile.open(SAVED / kind / "saved_model.tar.xz") as archive:
            archive.extractall(tmp_path / kind, filter="data")
    texts = json.dumps(expected(kinds[0])["texts"])
    command = [sys.executable, "-I", "-c", _SERVE, str(tmp_path), texts]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert result.returncode == 0, result.stderr
    answers = json.loads(result.stdout)
    assert sorted(answers) == sorted(kinds)
    for kind, answer in answers.items():
        before = expected(kind)
        assert answer["best"] == [texts[0] for texts in before["nbest"]]
        for text, *found in zip(
            before["texts"],
            *(answer["nbest"], answer["scores"], before["nbest"], before["scores"]),
            strict=True,
        ):
            texts, scores, texts_before, scores_before = found
            # Where there are fewer, the graph fills up with empty ones.
            count = len(texts_before)
            assert texts[:count] == texts_before, (kind, text)
            np.testing.assert_allclose(
                scores[:count], scores_before, rtol=0, atol=1e-5, err_msg=kind
            )
