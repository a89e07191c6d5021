"""Tests of seq2seq_keras.decoding.free_running."""

import numpy as np
import tensorflow as tf
from table_decoder import TableDecoder

from seq2seq_keras.decoding.free_running import free_running_log_probabilities


def test_each_step_is_fed_the_choice_of_the_one_before():
    decoder = TableDecoder(50)
    labels = np.array([[4, 5, 3, 0], [6, 6, 6, 3], [3, 0, 0, 0]], "int32")
    found = free_running_log_probabilities(
        **decoder.start([0, 1, 2]), labels=tf.constant(labels)
    )
    for row in range(3):
        own = []
        for place in range(4):
            log_probabilities, _ = decoder.distribution(row, own)
            label = labels[row, place]
            expected = log_probabilities[label] if label else 0.0
            np.testing.assert_allclose(found[row, place], expected, atol=1e-5)
            log_probabilities[[0, 2]] = -np.inf
            own.append(int(np.argmax(log_probabilities)))
