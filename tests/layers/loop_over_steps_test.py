"""Tests of seq2seq_keras.layers.loop_over_steps."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.layers.loop_over_steps import loop_over_steps


def test_it_is_the_loop_in_numpy():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")

    def step(inputs, states):
        total = states["total"] + inputs
        return -total, {"total": total, "attention_weights": 2.0 * inputs}

    first = {"total": tf.ones((2, 4)), "attention_weights": tf.zeros((2, 4))}
    outputs, weights, last = loop_over_steps(step, inputs, first, "float32")
    for b in range(2):
        total = np.ones(4)
        for t in range(3):
            total = total + inputs[b, t]
            np.testing.assert_allclose(outputs[b, t], -total, atol=1e-6)
            np.testing.assert_allclose(weights[b, t], 2.0 * inputs[b, t], atol=1e-6)
        np.testing.assert_allclose(last["total"][b], total, atol=1e-6)
