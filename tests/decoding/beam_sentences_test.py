"""Tests of seq2seq_keras.decoding.beam_sentences."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.beam_sentences import Sentences, drop_done

WIDTH = 2


def drop(done):
    count = len(done)
    by_sentence = {"name": tf.range(count)}
    by_row = {"row": tf.reshape(tf.range(count * WIDTH), [-1, 1])}
    by_sentence, by_row = drop_done(tf.constant(done), by_sentence, by_row, WIDTH)
    return by_sentence["name"].numpy().tolist(), by_row["row"][:, 0].numpy().tolist()


def test_done_sentences_go_with_all_their_rows():
    assert drop([False, True, False]) == ([0, 2], [0, 1, 4, 5])


def test_few_are_not_worth_a_copy():
    done = [True] + [False] * 19
    names, rows = drop(done)
    assert names == list(range(20))
    assert rows == list(range(40))


def test_a_model_always_has_a_sentence_to_read():
    assert drop([True, True])[0] == [0, 1]


def test_values_go_to_their_places_in_the_batch():
    sentences = Sentences(tf.constant([3, 1]), tf.constant([5, 5]), (), ())
    numbers = sentences.to_batch(tf.constant([[7], [8]]), 4)
    np.testing.assert_array_equal(numbers, [[0], [8], [0], [7]])
    truths = sentences.to_batch(tf.constant([True, True]), 4)
    np.testing.assert_array_equal(truths, [False, True, False, True])
