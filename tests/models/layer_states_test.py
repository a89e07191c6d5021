"""Tests of what was done to layers: it is saved with the model."""

import warnings

import keras
import numpy as np
import pytest
from keras.quantizers import AbsMaxQuantizer, Int8QuantizationConfig

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model, copy_model

INPUTS = {
    "source_token_ids": np.array([[5, 6, 3]]),
    "target_token_ids": np.array([[2, 7]]),
}


@pytest.fixture
def model():
    return build_model(9, 9, units=4, embedding_dim=4, freeze_source_embeddings=True)


def quantize(model, *how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers that stay as they are
        model.quantize(*how)


def saved(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return keras.models.load_model(tmp_path / "model.keras")


def flags(model):
    return [(layer.name, layer.trainable) for layer in model._flatten_layers()]


def test_nothing_is_said_of_a_model_as_it_was_built(model):
    assert "layers" not in model.get_config()


def test_a_model_that_draws_words_in_training_can_be_copied(model):
    # It is a layer, by which its random numbers are among the model's variables.
    model.scheduled_sampling = keras.layers.Layer()
    copy = copy_model(model)
    for mine, its in zip(model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_frozen_layers_and_the_optimizer_come_back(model, tmp_path):
    model.get_layer("encoder_0").trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(INPUTS, np.array([[7, 3]]), verbose=0)
    loaded = saved(model, tmp_path)
    assert flags(loaded) == flags(model)
    assert int(loaded.optimizer.iterations) == 1
    for mine, its in zip(
        model.optimizer.variables, loaded.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(mine, its)


def test_a_layer_within_a_frozen_one_may_be_trained(model, tmp_path):
    model.trainable = False
    model.get_layer("logits").trainable = True
    loaded = saved(model, tmp_path)
    assert flags(loaded) == flags(model)
    assert flags(copy_model(model)) == flags(model)
    assert not loaded.trainable
    assert loaded.get_layer("logits").trainable


def test_thawed_embeddings_are_not_frozen_again(model, tmp_path):
    model.get_layer("source_embedding").trainable = True
    assert saved(model, tmp_path).get_layer("source_embedding").trainable


@pytest.mark.parametrize("mode", ["int8", pytest.param("int4", marks=pytest.mark.slow)])
def test_quantized_layers_stay_so(model, tmp_path, mode):
    quantize(model, mode)
    expected = model(INPUTS)
    for again in (saved(model, tmp_path), copy_model(model)):
        assert again.get_layer("logits").quantization_mode == mode
        np.testing.assert_array_equal(again(INPUTS), expected)


def test_what_lora_learnt_is_part_of_what_is_saved(model, tmp_path):
    layer = model.get_layer("logits")
    layer.enable_lora(2)
    layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape))
    for again in (saved(model, tmp_path), copy_model(model)):
        np.testing.assert_allclose(again(INPUTS), model(INPUTS), atol=1e-5)
        assert again.get_layer("logits").lora_rank == 2
        assert flags(again) == flags(model)


def test_what_cannot_be_made_again_is_refused_before_a_file_is_there(model, tmp_path):
    options = Int8QuantizationConfig(
        weight_quantizer=AbsMaxQuantizer(axis=0, value_range=(-7, 7))
    )
    model.get_layer("logits").quantize(config=options)
    with pytest.raises(InputError, match=r"'logits' is quantized in a way \(int8\)"):
        model.save(tmp_path / "model.keras")
    assert not list(tmp_path.iterdir())


def test_a_layer_that_is_not_there_is_named(model):
    config = model.get_config() | {"layers": {"/lost": {"trainable": False}}}
    with pytest.raises(InputError, match="no layer '/lost'"):
        type(model).from_config(config)
