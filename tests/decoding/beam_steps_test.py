"""Tests of the steps of a beam search; those of a whole search lie beside."""

import numpy as np
import tensorflow as tf
from slow_search import beam_by_hand, check_n_best, enumerate_all
from table_decoder import TableDecoder

from seq2seq_keras.decoding import Constraint, MinimumLength, beam_search, forbid


def test_it_stops_early_where_nothing_better_can_come():
    # <eos> is near certain at once, and a score can only fall from there.
    logits = tf.constant([[0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0]])

    def step(token_ids, states):
        return tf.repeat(logits, tf.size(token_ids), axis=0), states

    result = beam_search(
        step,
        {},
        beam_width=3,
        max_length=50,
        length_normalization="none",
        finished=tf.zeros(1, bool),
    )
    assert result.token_ids.numpy().tolist() == [[[3]]]


def test_the_bound_of_the_early_stop_is_that_of_the_greatest_length():
    # <eos> at once has 0.4. Two words have 0.3 each, which is worse, but repeat
    # themselves nearly for sure: on average per token they are better in the end.
    first = tf.math.log([0.0, 0.0, 0.0, 0.4, 0.3, 0.3])
    then = tf.math.log([[0.0, 0.0, 0.0, 0.01, 0.98, 0.01]] * 5 + [[0.0] * 5 + [1.0]])

    def step(token_ids, states):
        is_first = token_ids[:, None] == 2
        return tf.where(is_first, first, tf.gather(then, token_ids)), states

    result = beam_search(
        step, {}, beam_width=2, max_length=6, finished=tf.zeros(1, bool)
    )
    assert result.token_ids.numpy().tolist() == [[[5] * 6]]
    np.testing.assert_allclose(result.scores, [[np.log(0.3) / 6]], rtol=1e-5)


def test_of_equal_scores_the_older_hypothesis_is_the_better():
    # <eos> at once, or a word and then <eos> for sure: both have log 0.5 in all.
    first = tf.math.log([0.0, 0.0, 0.0, 0.5, 0.5])
    then = tf.math.log([0.0, 0.0, 0.0, 1.0, 0.0])

    def step(token_ids, states):
        return tf.where(token_ids[:, None] == 2, first, then), states

    result = beam_search(
        step,
        {},
        beam_width=2,
        n_best=2,
        max_length=4,
        length_normalization="none",
        finished=tf.zeros(1, bool),
    )
    assert result.token_ids.numpy().tolist() == [[[3, 0], [4, 3]]]
    assert result.scores[0, 0] == result.scores[0, 1]


def test_a_hypothesis_that_may_not_go_on_dies():
    class NoWay(Constraint):
        """Nothing may follow 4, and the second sentence starts as if after one."""

        def initial_state(self, batch_size):
            return tf.range(batch_size) * 4

        def __call__(self, log_probabilities, index, state):
            return forbid(log_probabilities, (state == 4)[:, None])

        def advance(self, token_ids, index, state):
            return token_ids

    decoder = TableDecoder(9)
    result = decoder.beam_search([0, 1], 90, 3, n_best=90, constraints=[NoWay()])
    check_n_best(
        result, 0, enumerate_all(decoder, 0, 3, lambda tokens: 4 not in tokens[:-1])
    )
    assert np.isneginf(result.scores[1]).all() and not result.token_ids[1].any()


def test_hypotheses_have_the_least_length_and_at_most_the_greatest():
    decoder, sentences = TableDecoder(10, 0.5), np.arange(30)
    least, greatest = sentences % 4, sentences % 4 + 2
    minimum = MinimumLength(tf.constant(least, tf.int32))
    result = decoder.beam_search(
        sentences, 3, greatest, n_best=3, constraints=[minimum]
    )
    for row in sentences:
        expected = beam_by_hand(decoder, row, 3, greatest[row], least[row])
        check_n_best(result, row, expected)


def test_certain_and_impossible_tokens_are_numbers_like_others():
    def step(token_ids, states):
        logits = tf.math.log([[0.0, 0.0, 0.0, 0.0, 1.0]])
        return tf.repeat(logits, tf.size(token_ids), axis=0), states

    result = beam_search(
        step, {}, beam_width=3, n_best=3, max_length=4, finished=tf.zeros(1, bool)
    )
    assert result.token_ids.numpy().tolist() == [[[4] * 4, [0] * 4, [0] * 4]]
    assert result.scores.numpy().tolist() == [[0.0, -np.inf, -np.inf]]
    assert result.attention_weights is None


def test_half_precision_is_searched_in_full():
    decoder = TableDecoder(12)

    def step(token_ids, states):
        logits, states = decoder.step(token_ids, states)
        weights = tf.cast(states["attention_weights"], tf.bfloat16)
        return tf.cast(logits, tf.bfloat16), {**states, "attention_weights": weights}

    states = decoder.states([0, 1])
    states["attention_weights"] = tf.cast(states["attention_weights"], tf.bfloat16)
    result = beam_search(
        step,
        states,
        memory=decoder.memory([0, 1]),
        beam_width=2,
        max_length=4,
        coverage_penalty=0.1,
        finished=tf.zeros(2, bool),
    )
    assert result.attention_weights.dtype == result.scores.dtype == tf.float32
