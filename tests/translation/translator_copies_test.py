"""Tests of translators that are copied, pickled, or whose layers are changed."""

import copy
import logging
import pickle
import warnings

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import Seq2Seq, build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator

TEXTS = ["a b", "c"]


def shaken(model, seed):
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])


@pytest.fixture
def small():
    tokenizer = WordTokenizer.fit(["a b c d e"])
    model = build_model(9, 9, units=8, embedding_dim=8)
    shaken(model, 0)
    return Translator(
        model, tokenizer, tokenizer, max_length=5, scores={"x": 1.0}, description="d"
    )


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_is_one_piece_of_its_own(small, copied):
    before = small.translate(TEXTS)
    again = copied(small)
    assert again.translate(TEXTS) == before
    assert (again.search, again.scores) == (small.search, small.scores)
    shaken(again.model, 1)
    parts = again.source_tokenizer, again.target_tokenizer
    fresh = Translator(again.model, *parts, max_length=5)
    assert again.translate(TEXTS) == fresh.translate(TEXTS) != before
    assert small.translate(TEXTS) == before


def test_layers_that_are_changed_are_used_as_they_are(small):
    first, graph = small.translate(TEXTS), small.graph
    shaken(small.model, 1)
    assert small.graph is graph  # new values are no new variables
    shaken(small.model, 0)
    layer = small.model.get_layer("logits")
    layer.enable_lora(2)
    assert small.translate(TEXTS) == first
    layer.lora_kernel_b.assign(9 * np.random.normal(size=layer.lora_kernel_b.shape))
    parts = small.source_tokenizer, small.target_tokenizer
    fresh = Translator(small.model, *parts, max_length=5)
    assert small.translate(TEXTS) == fresh.translate(TEXTS) != first


def test_the_share_that_is_not_copied_is_of_the_layers_as_they_are():
    tokenizer = WordTokenizer.fit(["a b c d e"])
    options = {"units": 8, "embedding_dim": 8, "attention": "luong", "copy": True}
    translator = Translator(build_model(9, 9, **options), tokenizer, tokenizer)
    pair = ["a b"], ["b c"]
    [(_, before)] = translator.generation_probabilities(*pair)
    # What has other variables has another graph.
    layer = translator.model.get_layer("target_embedding")
    layer.enable_lora(2)
    layer.lora_embeddings_b.assign(
        9 * np.random.normal(size=layer.lora_embeddings_b.shape)
    )
    [(_, after)] = translator.generation_probabilities(*pair)
    fresh = Translator(translator.model, tokenizer, tokenizer)
    [(_, expected)] = fresh.generation_probabilities(*pair)
    np.testing.assert_array_equal(after, expected)
    assert np.any(after != before)


def test_tensorflow_does_not_warn_of_the_graphs_of_several_translators(small):
    logged, handler = [], logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    try:
        # Each is traced once, as it must be; TensorFlow warns of five.
        for _ in range(6):
            parts = small.source_tokenizer, small.target_tokenizer
            Translator(small.model, *parts, max_length=2).translate(TEXTS)
    finally:
        logger.removeHandler(handler)
    assert not logged


def test_targets_are_as_many_as_sources(small):
    for pair in ((["a", "b"], ["c"]), (["a"], ["c", "d"])):
        with pytest.raises(InputError, match=r"[12] sources and [12] targets"):
            small.token_log_probabilities(*pair)


@pytest.mark.slow
def test_a_quantized_translator_is_saved_loaded_and_exported(small, tmp_path):
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers that stay as they are
        small.model.quantize("int8")
    expected = small.translate(TEXTS)
    again = Translator.load(small.save(tmp_path / "saved"))
    assert again.model.get_layer("logits").quantization_mode == "int8"
    assert again.translate(TEXTS) == expected
    served = tf.saved_model.load(small.export(tmp_path / "served"))
    found = served.signatures["serving_default"](text=tf.constant(TEXTS))
    assert [x.decode() for x in found["translation"].numpy()] == expected


@keras.saving.register_keras_serializable(package="translator_copies_test")
class Warm(Seq2Seq):
    """Has an option of its own, which another subclass forgets to save."""

    def __init__(self, *, warmth=1, **options):
        super().__init__(**options)
        self.warmth = warmth

    def get_config(self):
        return {**super().get_config(), "warmth": self.warmth}


@keras.saving.register_keras_serializable(package="translator_copies_test")
class Forgetful(Seq2Seq):
    """Its `warmth` gets lost."""

    def __init__(self, warmth, **options):
        super().__init__(**options)


def of_class(cls, small, **options):
    model = cls(**options, **small.model.get_config())
    return Translator(model, small.source_tokenizer, small.target_tokenizer)


def test_a_subclass_is_loaded_as_what_it_is(small, tmp_path):
    warm = of_class(Warm, small, warmth=7)
    warm.model.get_layer("logits").trainable = False
    again = Translator.load(warm.save(tmp_path))
    assert type(again.model) is Warm
    assert again.model.warmth == 7
    assert not again.model.get_layer("logits").trainable
    for mine, its in zip(
        warm.model.get_weights(), again.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(mine, its)


def test_a_subclass_that_could_not_be_loaded_is_not_saved(small, tmp_path):
    forgetful = of_class(Forgetful, small, warmth=7)
    with pytest.raises(InputError, match="Forgetful cannot be made of its own config"):
        forgetful.save(tmp_path)
    assert not list(tmp_path.iterdir())
