"""Tests of seq2seq_keras.decoding.ensemble."""

import numpy as np
import pytest
import tensorflow as tf
from slow_search import tokens_of
from table_decoder import TableDecoder

from seq2seq_keras.decoding import beam_search, ensemble_step, join_members

ROWS = np.arange(15)


def search(members, n_best=2):
    return beam_search(
        ensemble_step([member.step for member in members]),
        join_members([member.states(ROWS) for member in members]),
        memory=join_members([member.memory(ROWS) for member in members]),
        beam_width=3,
        n_best=n_best,
        max_length=6,
        finished=tf.zeros(len(ROWS), bool),
    )


def test_tokens_have_the_mean_probability_and_attention_of_the_members():
    members = [TableDecoder(seed) for seed in (40, 41, 42)]
    result = search(members)
    for row in ROWS:
        for rank in range(2):
            tokens = tokens_of(result.token_ids[row, rank].numpy())
            steps = [member.rescore(row, tokens) for member in members]
            values = np.log(np.mean([np.exp(values) for values, _ in steps], axis=0))
            weights = np.mean([weights for _, weights in steps], axis=0)
            length = len(tokens)
            np.testing.assert_allclose(
                result.log_probabilities[row, rank, :length], values, atol=1e-5
            )
            np.testing.assert_allclose(
                result.attention_weights[row, rank, :length], weights, atol=1e-6
            )


def test_copies_of_one_decoder_search_as_it_does_alone():
    decoder = TableDecoder(43)
    twice = search([decoder, decoder])
    alone = beam_search(
        **decoder.start(ROWS),
        beam_width=3,
        n_best=2,
        max_length=6,
        finished=tf.zeros(len(ROWS), bool),
    )
    np.testing.assert_array_equal(twice.token_ids, alone.token_ids)
    np.testing.assert_allclose(twice.scores, alone.scores, rtol=1e-5)


@pytest.mark.parametrize("attends", [(True, False), (False, False)])
def test_attention_is_returned_only_if_all_members_have_it(attends):
    members = [
        TableDecoder(44 + number, attends=each) for number, each in enumerate(attends)
    ]
    assert search(members).attention_weights is None


def test_the_mask_is_what_any_member_sees():
    masks = [[[True, False, False]], [[False, True, False]]]
    memories = [{"source_mask": tf.constant(mask)} for mask in masks]
    joined = join_members(memories)
    assert joined["source_mask"].numpy().tolist() == [[True, True, False]]
    # Who has none sees all.
    assert "source_mask" not in join_members([*memories, {"other": tf.zeros([1, 3])}])
