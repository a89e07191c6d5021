"""Tests of seq2seq_keras.decoding.search."""

import numpy as np
import pytest
import tensorflow as tf
from slow_search import beam_by_hand, check_n_best, tokens_of
from table_decoder import TableDecoder

from seq2seq_keras.decoding import SearchOptions, make_trie, search
from seq2seq_keras.errors import InputError

# 0, 1 and 2 words
SOURCE = tf.constant([[3, 0, 0], [5, 3, 0], [5, 6, 3]])


def run(decoder, rows=(0, 1, 2), prefix=None, allowed=None, **options):
    return search(
        **decoder.start(rows),
        options=SearchOptions(**options),
        source_token_ids=SOURCE,
        seeds=tf.constant([[row, 0] for row in rows]),
        prefix=prefix,
        allowed=allowed,
    )


@pytest.mark.parametrize("width", [1, 3])
def test_lengths_are_relative_to_the_words_of_the_source(width):
    lengths = set()
    for seed in range(8):
        result = run(
            TableDecoder(seed, 0.3),
            beam_width=width,
            max_length_ratio=2.5,
            max_length=5,
            min_length_ratio=1.5,
        )
        counts = np.count_nonzero(result.token_ids[:, 0], axis=1)
        assert counts[0] == 0
        # 1.5 and 2.5 words make 2 and 3; with <eos> 3 and 4.
        assert 3 <= counts[1] <= 4
        # 3 and 5 words make 4 and 6 with <eos>; 5 is the most of all.
        assert 4 <= counts[2] <= 5
        lengths |= {int(counts[1]), int(counts[2])}
    assert lengths == {3, 4, 5}


@pytest.mark.parametrize("width", [1, 2])
def test_a_ratio_is_not_rounded_up_for_what_float32_adds(width):
    def never_ends(token_ids, states):
        return tf.one_hot(tf.fill(tf.shape(token_ids), 4), 9) * 50, states

    for ratio, words, tokens in ((1.2, 25, 30), (2.4, 25, 60), (1.2, 26, 32)):
        assert np.ceil(np.float32(ratio) * np.float32(words)) >= tokens
        result = search(
            never_ends,
            {},
            options=SearchOptions(beam_width=width, max_length_ratio=ratio),
            source_token_ids=tf.constant([[5] * words + [3]]),
        )
        # `<eos>` comes on top.
        assert np.count_nonzero(result.token_ids[0, 0]) == tokens + 1


def test_options_reach_the_beam_search():
    decoder = TableDecoder(60)
    options = {
        "length_normalization": "gnmt",
        "length_penalty": 0.6,
        "coverage_penalty": 0.4,
    }
    result = run(decoder, beam_width=3, n_best=2, max_length=6, min_length=2, **options)
    for row, words in ((1, [0]), (2, [0, 1])):
        mask = np.isin(np.arange(3), words)
        expected = beam_by_hand(
            decoder, row, 3, 6, min_length=2, source_mask=mask, **options
        )
        check_n_best(result, row, expected)


@pytest.mark.parametrize("options", [{}, {"sample": True}])
@pytest.mark.parametrize(("normalization", "exponent"), [("average", 1), ("none", 0)])
def test_one_hypothesis_is_scored_as_a_beam_would(options, normalization, exponent):
    decoder = TableDecoder(61)
    result = run(decoder, length_normalization=normalization, **options)
    assert result.trace is None and result.scores[0, 0] == 0
    for row in (1, 2):
        tokens = tokens_of(result.token_ids[row, 0].numpy())
        values, weights = decoder.rescore(row, tokens)
        expected = values.sum() / len(tokens) ** exponent
        np.testing.assert_allclose(result.scores[row, 0], expected, rtol=1e-4)
        np.testing.assert_allclose(
            result.attention_weights[row, 0, : len(tokens)], weights, atol=1e-6
        )


OPTIONS = [{}, {"sample": True}, {"beam_width": 2}]


@pytest.mark.parametrize("options", OPTIONS)
def test_a_penalty_for_repetition_is_a_part_of_the_score(options):
    decoder, penalty = TableDecoder(61, 0.3), 1.5
    result = run(decoder, repetition_penalty=penalty, max_length=9, **options)
    repeated = 0
    for row in (1, 2):
        tokens = tokens_of(result.token_ids[row, 0].numpy())
        values, _ = decoder.rescore(row, tokens)
        weights = [penalty if t in tokens[:i] else 1 for i, t in enumerate(tokens)]
        expected = np.mean(values * weights)
        np.testing.assert_allclose(result.scores[row, 0], expected, rtol=1e-4)
        np.testing.assert_allclose(
            result.log_probabilities[row, 0, : len(tokens)], values, atol=1e-5
        )
        repeated += max(weights) > 1
    assert repeated


@pytest.mark.parametrize("options", OPTIONS)
def test_what_cannot_be_ended_by_the_rules_is_no_translation(options):
    # After the first 4 or 5 nothing may follow but what is forbidden then.
    rules = {"allowed": make_trie([[4, 4, 4], [5, 5, 5]]), "block_ngrams": 1}
    for seed in range(3):
        result = run(TableDecoder(seed), **rules, **options)
        assert not result.token_ids.numpy().any()
        assert not result.log_probabilities.numpy().any()
        assert not result.attention_weights.numpy().any()
        # The first text is empty, and so is its translation.
        assert result.scores[:, 0].numpy().tolist() == [0, -np.inf, -np.inf]


@pytest.mark.parametrize("options", OPTIONS)
def test_only_what_fits_the_length_is_begun(options):
    rules = {"allowed": make_trie([[4, 4, 4], [4, 5], [6]]), "max_length_ratio": 1.0}
    written = set()
    for seed in range(8):
        result = run(TableDecoder(seed), **rules, **options)
        # A word and `<eos>`, or two.
        assert tokens_of(result.token_ids[1, 0].numpy()) == (6, 3)
        written.add(tokens_of(result.token_ids[2, 0].numpy()))
    assert written == {(6, 3), (4, 5, 3)}


@pytest.mark.parametrize("options", OPTIONS)
def test_a_prefix_that_does_not_fit_the_length_is_not_cut(options):
    prefix = tf.constant([[4, 5, 6]] * 3)
    result = run(TableDecoder(1), prefix=prefix, max_length_ratio=1.0, **options)
    assert tokens_of(result.token_ids[1, 0].numpy()) == ()
    assert np.isneginf(result.scores[1, 0])
    assert tokens_of(result.token_ids[2, 0].numpy()) == (4, 5, 6)


@pytest.mark.parametrize("width", [1, 2])
def test_repetition_options_change_what_is_written(width):
    decoder = TableDecoder(62, 0.2)
    free = run(decoder, beam_width=width, max_length=9, min_length=9)
    for options in ({"block_ngrams": 1}, {"repetition_penalty": 50.0}):
        result = run(decoder, beam_width=width, max_length=9, min_length=4, **options)
        for row in (1, 2):
            assert len(set(tokens_of(free.token_ids[row, 0].numpy()))) < 9
            tokens = tokens_of(result.token_ids[row, 0].numpy())
            assert len(tokens) == len(set(tokens)) > 0


@pytest.mark.parametrize(
    "options", [{"coverage_penalty": 0.2, "beam_width": 2}, {"replace_unknown": True}]
)
def test_what_needs_attention_says_so(options):
    with pytest.raises(InputError, match=r'works on attention .* or `"hard"`'):
        run(TableDecoder(0, attends=False), **options)
    assert run(TableDecoder(0), **options).attention_weights is not None
