"""Tests of the losses of seq2seq_keras.training: crossentropy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seq2seq_keras.training import token_crossentropy


def smoothed_labels(labels, size, label_smoothing):
    smoothed = np.full((*labels.shape, size), label_smoothing / size)
    for place in np.ndindex(*labels.shape):
        smoothed[(*place, labels[place])] += 1 - label_smoothing
    return smoothed


@pytest.fixture
def batch():
    random = np.random.default_rng(0)
    labels = random.integers(0, 9, size=(3, 4))
    return labels, random.normal(scale=3, size=(3, 4, 9)).astype("float32")


@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
def test_it_is_the_crossentropy_of_the_smoothed_labels(batch, label_smoothing):
    labels, logits = batch
    smoothed = smoothed_labels(labels, 9, label_smoothing)
    log_sums = np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    expected = -(smoothed * (logits - log_sums)).sum(axis=-1)
    losses = token_crossentropy(labels, ops.array(logits), label_smoothing)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
def test_its_gradient_is_probabilities_less_labels(batch, label_smoothing):
    labels, logits = batch
    weights = np.random.default_rng(1).uniform(size=(3, 4, 1)).astype("float32")
    exponentials = np.exp(logits)
    probabilities = exponentials / exponentials.sum(axis=-1, keepdims=True)
    expected = weights * (probabilities - smoothed_labels(labels, 9, label_smoothing))
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        losses = token_crossentropy(labels, variable, label_smoothing)
        total = tf.reduce_sum(losses * weights[..., 0])
    np.testing.assert_allclose(tape.gradient(total, variable), expected, atol=1e-6)


def test_without_smoothing_it_is_that_of_keras(batch):
    labels, logits = batch
    expected = keras.losses.sparse_categorical_crossentropy(
        labels, logits, from_logits=True
    )
    np.testing.assert_allclose(
        token_crossentropy(labels, ops.array(logits)), expected, rtol=1e-5
    )


def test_logits_far_apart_overflow_nowhere():
    logits = np.array([[[1e4, 0, -1e4], [1e4, 0, -1e4]]], "float32")
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        losses = token_crossentropy(np.array([[0, 2]]), variable)
    np.testing.assert_allclose(losses, [[0, 2e4]])
    expected = [[[0, 0, 0], [1, 0, -1]]]
    np.testing.assert_allclose(tape.gradient(losses, variable), expected)


def test_a_word_that_cannot_be_said_takes_nothing_from_the_others():
    """As `PointerGenerator` has them: the logarithm of 0."""
    logits = np.array([[[0, 0, -np.inf]]], "float32")
    losses = token_crossentropy(np.array([[1]]), ops.array(logits))
    np.testing.assert_allclose(losses, [[np.log(2)]], rtol=1e-6)
