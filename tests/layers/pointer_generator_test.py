"""Tests of seq2seq_keras.layers.pointer_generator."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from seq2seq_keras.layers import PointerGenerator

VOCABULARY = 6
# In the first sentence a word occurs twice; ids from 6 on are words of the source.
COPY_IDS = np.array([[5, 7, 7, 3], [6, 4, 3, 0]])


def make_tensors():
    random = np.random.default_rng(0)
    logits = random.normal(size=(2, 3, VOCABULARY)).astype("float32")
    features = random.normal(size=(2, 3, 4)).astype("float32")
    weights = random.uniform(size=(2, 3, 4)) * (COPY_IDS != 0)[:, None]
    weights /= weights.sum(axis=-1, keepdims=True)
    return logits, features, weights.astype("float32"), COPY_IDS


def mix_in_numpy(layer, logits, features, weights, copy_ids):
    """Equations 8 and 9 of See et al., in loops."""
    kernel, bias = layer.get_weights()
    probabilities = np.zeros((*logits.shape[:2], VOCABULARY + copy_ids.shape[1]))
    for b, t in np.ndindex(*logits.shape[:2]):
        p_generate = 1 / (1 + np.exp(-(features[b, t] @ kernel[:, 0] + bias[0])))
        softmax = np.exp(logits[b, t]) / np.exp(logits[b, t]).sum()
        probabilities[b, t, :VOCABULARY] = p_generate * softmax
        for s, word in enumerate(copy_ids[b]):
            probabilities[b, t, word] += (1 - p_generate) * weights[b, t, s]
    return probabilities


def test_it_is_the_mixture_of_the_paper():
    layer, tensors = PointerGenerator(), make_tensors()
    outputs = np.exp(layer(*tensors).numpy())
    np.testing.assert_allclose(outputs, mix_in_numpy(layer, *tensors), atol=1e-6)
    np.testing.assert_allclose(outputs.sum(axis=-1), 1.0, atol=1e-5)


def test_small_probabilities_keep_their_digits():
    layer, (logits, features, weights, copy_ids) = PointerGenerator(), make_tensors()
    logits[..., 4] = -60.0  # e**-60 is far below the resolution of float32 sums
    log_probabilities = layer(logits, features, weights, copy_ids).numpy()
    assert (log_probabilities[0, :, 4] < -55).all()
    assert np.isfinite(log_probabilities).all()


def test_a_word_without_any_attention_is_unlikely_and_not_impossible():
    layer, (logits, features, weights, copy_ids) = PointerGenerator(), make_tensors()
    weights[0, :, 0] = 0  # as a softmax far behind the others
    logits[..., 5] = -200
    with tf.GradientTape() as tape:
        log_probabilities = layer(logits, features, weights, copy_ids)
        loss = -ops.sum(log_probabilities[0, :, 5])
    assert 60 < float(loss) / 3 < 90  # -log(1e-30) is 69
    # The next time it will copy with a larger share.
    kernel, _ = tape.gradient(loss, layer.trainable_variables)
    assert np.isfinite(kernel).all() and np.any(kernel)
    # What neither the vocabulary nor the source has, nor padding, is never copied.
    assert (log_probabilities.numpy()[0][:, [6, 8, 9]] < -1e8).all()
    expected = mix_in_numpy(layer, logits, features, weights, copy_ids)[1, :, 0]
    np.testing.assert_allclose(log_probabilities[1, :, 0], np.log(expected), rtol=1e-4)


def test_the_gradient_is_finite_where_nothing_can_be_copied():
    layer, tensors = PointerGenerator(), make_tensors()
    logits, features, weights = (tf.constant(tensor) for tensor in tensors[:3])
    with tf.GradientTape() as tape:
        tape.watch([logits, features, weights])
        outputs = layer(logits, features, weights, COPY_IDS)
        loss = -ops.sum(outputs[0, :, 5]) - ops.sum(outputs[1, :, 6])
    for gradient in tape.gradient(loss, [logits, features, weights]):
        assert np.isfinite(gradient).all()
        assert np.any(gradient)


def test_it_stays_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer, tensors = PointerGenerator(), make_tensors()
        assert layer(*tensors).dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


def test_config_round_trip():
    layer = PointerGenerator(name="pointer")
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).name == "pointer"


def test_the_symbolic_shape_is_the_real_one():
    inputs = [keras.Input((3, VOCABULARY)), keras.Input((3, 4)), keras.Input((3, 4))]
    symbolic = PointerGenerator()(*inputs, keras.Input((4,), dtype="int32"))
    assert symbolic.shape == (None, 3, VOCABULARY + 4)
