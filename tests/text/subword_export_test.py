"""Tests of translators with a `SubwordTokenizer`: saved, exported, elsewhere."""

import json
import subprocess
import sys

import keras
import pytest
import tensorflow as tf

from seq2seq_keras.models import build_model
from seq2seq_keras.text import SubwordTokenizer
from seq2seq_keras.translation import Translator

TEXTS = ["J'ai vu l'homme.", "Die größte Straße", "저는 학생이에요.", "<unk> x_y"]
FITTED = {
    algorithm: SubwordTokenizer.fit(TEXTS, algorithm=algorithm, max_size=100)
    for algorithm in ("bpe", "unigram")
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A translator with subwords on both sides, its SavedModel and translations."""
    sizes = [tokenizer.vocabulary_size for tokenizer in FITTED.values()]
    keras.utils.set_random_seed(0)
    model = build_model(*sizes, units=32, embedding_dim=16)
    # The first weights, untrained, would say the same to everybody.
    model.set_weights([3 * weight for weight in model.get_weights()])
    translator = Translator(model, *FITTED.values(), max_length=12)
    folder = translator.export(tmp_path_factory.mktemp("subwords") / "serving")
    expected = translator.translate(TEXTS)
    assert len(set(expected)) >= 3
    return translator, folder, expected


def test_a_saved_model_tokenizes_inside(exported):
    _, folder, expected = exported
    loaded = tf.saved_model.load(str(folder))
    for seed in range(2):
        outputs = loaded.signatures["serving_default"](text=tf.constant(TEXTS))
        assert [text.decode() for text in outputs["translation"].numpy()] == expected
        keras.utils.set_random_seed(seed)


def test_a_saved_translator_translates_the_same(exported, tmp_path):
    translator, _, expected = exported
    loaded = Translator.load(translator.save(tmp_path / "translator"))
    assert loaded.translate(TEXTS) == expected


@pytest.mark.slow
def test_a_whole_process_prints_nothing():
    script = """if True:
        import seq2seq_keras
        import tensorflow as tf
        from seq2seq_keras.text import SubwordTokenizer
        tokenizer = SubwordTokenizer.fit(["low lower"])
        tf.function(tokenizer.tokenize)(tf.constant(["low"]))
        tokenizer.sample_to_ragged(["low"], seed=0)
    """
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("", "")


_SERVE = """
import json, sys
import tensorflow as tf
{imported}
served = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
outputs = served(text=tf.constant(json.loads(sys.argv[2])))
assert "seq2seq_keras" not in sys.modules
print(json.dumps([text.decode() for text in outputs["translation"].numpy()]))
"""


def _serve(folder, imported):
    script = _SERVE.format(imported=imported)
    command = [sys.executable, "-c", script, str(folder), json.dumps(TEXTS)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
def test_another_process_needs_tensorflow_text_and_no_more(exported):
    _, folder, expected = exported
    result = _serve(folder, "import tensorflow_text")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == expected


@pytest.mark.slow
def test_without_tensorflow_text_loading_fails_as_documented(exported):
    _, folder, _ = exported
    result = _serve(folder, "")
    assert result.returncode != 0
    message = "RuntimeError: Op type not registered 'SentencepieceOp'"
    assert message in result.stderr
    assert message in " ".join(SubwordTokenizer.__doc__.split())
