"""A test of how many sentences each step is taken for."""

import functools

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import beam_search, greedy_search

END, WORD = 3, 4


def rows_of_each_step(search):
    """Of 40 sentences; after each step as many are left as `left` says."""
    left = [37, 32, 30, 9, 1, 0]
    lengths = np.repeat(np.arange(1, 7), -np.diff([40, *left]))
    np.random.default_rng(0).shuffle(lengths)
    seen = []

    def step(token_ids, states):
        seen.append(len(token_ids))
        following = states["left"] - 1
        logits = tf.one_hot(tf.where(following > 0, WORD, END), 5) * 100.0
        return logits, {"left": following}

    states = {"left": tf.constant(lengths, tf.int32)}
    found = search(step, states, max_length=9, finished=tf.zeros(40, bool))
    ids = tf.reshape(found.token_ids, [40, -1]).numpy()
    np.testing.assert_array_equal((ids != 0).sum(axis=1), lengths)
    return seen


def test_done_sentences_leave_down_to_numbers_of_which_there_are_few():
    """37 are no tenth less than 40; 30 and 9 are filled up to 32 and 10."""
    assert rows_of_each_step(greedy_search) == [40, 40, 32, 32, 10, 1]


def test_they_leave_a_beam_alike():
    search = functools.partial(beam_search, beam_width=1)
    assert rows_of_each_step(search) == [40, 40, 32, 32, 10, 1]
