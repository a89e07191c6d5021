"""Tests of what a beam search holds from step to step and tells of itself."""

import numpy as np
import tensorflow as tf
from slow_search import tokens_of
from table_decoder import TableDecoder

from seq2seq_keras.decoding import beam_search


def test_probabilities_and_attention_are_those_of_stepping_through():
    decoder, sentences = TableDecoder(4), np.arange(40)
    result = decoder.beam_search(sentences, 4, 7, n_best=4)
    for row in sentences:
        for rank in range(4):
            tokens = tokens_of(result.token_ids[row, rank])
            values, weights = decoder.rescore(row, tokens)
            padding = result.token_ids.shape[2] - len(tokens)
            np.testing.assert_allclose(
                result.log_probabilities[row, rank],
                np.pad(values, (0, padding)),
                atol=1e-5,
            )
            np.testing.assert_allclose(
                result.attention_weights[row, rank],
                np.pad(weights, ((0, padding), (0, 0))),
                atol=1e-6,
            )


def test_the_trace_leads_from_the_root_to_every_hypothesis():
    decoder, sentences = TableDecoder(6), np.arange(20)
    result = decoder.beam_search(sentences, 3, 6, n_best=3)
    trace = result.trace
    for row in sentences:
        for rank in range(3):
            tokens = tokens_of(result.token_ids[row, rank])[:-1]
            assert trace.end_steps[row, rank] == len(tokens)
            place, path = trace.end_parents[row, rank], []
            for step in reversed(range(len(tokens))):
                assert trace.is_alive[row, step, place]
                path.insert(0, int(trace.token_ids[row, step, place]))
                place = trace.parents[row, step, place]
            assert tuple(path) == tokens
        # Every node has the model's log-probability of its token.
        for step in range(trace.parents.shape[1]):
            for place in np.flatnonzero(trace.is_alive[row, step]):
                path, above = [], place
                for earlier in reversed(range(step + 1)):
                    path.insert(0, int(trace.token_ids[row, earlier, above]))
                    above = trace.parents[row, earlier, above]
                np.testing.assert_allclose(
                    trace.log_probabilities[row, step, place],
                    decoder.rescore(row, path)[0][-1],
                    atol=1e-5,
                )


def sentences_at_each_step(lengths):
    """The sentences whose hypotheses each step was given, one for each row."""
    given = []

    def step(token_ids, states):
        given.append(states["sentence"].numpy().tolist())
        count = states["count"] + 1
        ends = tf.gather(tf.constant(lengths), states["sentence"]) <= count
        likeliest = tf.where(ends, 3, 4 + states["sentence"] % 2)
        return 9.0 * tf.one_hot(likeliest, 6), {"count": count}

    sentences = tf.range(len(lengths))
    beam_search(
        step,
        {"count": tf.zeros_like(sentences)},
        memory={"sentence": sentences},
        beam_width=2,
        max_length=5,
        finished=tf.constant([length == 0 for length in lengths]),
    )
    return given


def test_a_sentence_has_one_hypothesis_before_the_first_step():
    first, second = sentences_at_each_step([2, 2])
    assert first == [0, 1]
    assert second == [0, 0, 1, 1]


def test_done_sentences_go_with_all_their_rows():
    _, second, third = sentences_at_each_step([3, 2, 3])
    assert second == [0, 0, 1, 1, 2, 2]
    assert third == [0, 0, 2, 2]


def test_few_are_not_worth_a_copy():
    _, *given = sentences_at_each_step([2] + [3] * 19)
    assert given == [[row for row in range(20) for _ in range(2)]] * 2


def test_a_model_always_has_a_sentence_to_read():
    assert sentences_at_each_step([0, 0]) == [[0, 1]]
