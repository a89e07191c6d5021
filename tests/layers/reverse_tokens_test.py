"""Tests of seq2seq_keras.layers.reverse_tokens."""

import keras
import numpy as np

from seq2seq_keras.layers import ReverseTokens


def test_words_are_reversed_end_and_padding_stay():
    random = np.random.default_rng(0)
    token_ids = np.zeros((20, 9), int)
    expected = np.zeros((20, 9), int)
    for row in range(20):
        words = random.integers(4, 50, random.integers(0, 9)).tolist()
        token_ids[row, : len(words) + 1] = [*words, 3]
        expected[row, : len(words) + 1] = [*words[::-1], 3]
    np.testing.assert_array_equal(ReverseTokens()(token_ids, token_ids), expected)


def test_a_row_of_nothing_but_padding_stays():
    padding = np.zeros((1, 4), int)
    np.testing.assert_array_equal(ReverseTokens()(padding, padding), padding)


def test_config_round_trip():
    layer = ReverseTokens(name="reversal")
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).name == "reversal"
