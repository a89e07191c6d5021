"""Tests of seq2seq_keras.decoding.beam_search against enumeration and by hand."""

import numpy as np
import pytest
import tensorflow as tf
from slow_search import beam_by_hand, check_n_best, enumerate_all, groups_by_hand
from table_decoder import CODES, SOURCE_LENGTH, VOCABULARY, TableDecoder

from seq2seq_keras.decoding import MinimumLength, beam_search, greedy_search
from seq2seq_keras.errors import InputError

MASK = np.array([True, False, True])
SCORES = [
    {"length_normalization": "none"},
    {"length_normalization": "average"},
    {"length_normalization": "average", "length_penalty": 0.4},
    {"length_normalization": "gnmt", "length_penalty": 1.7},
    {"length_normalization": "gnmt", "coverage_penalty": 0.5},
    {"length_normalization": "average", "coverage_penalty": 0.3, "source_mask": MASK},
]


@pytest.mark.parametrize("options", SCORES)
def test_a_beam_as_wide_as_the_space_finds_what_enumeration_finds(options):
    decoder, sentences = TableDecoder(0), [0, 5]
    # 341 hypotheses of up to four tokens, so nothing is ever left out.
    result = decoder.beam_search(sentences, 400, 4, n_best=341, **options)
    few = decoder.beam_search(sentences, 400, 4, n_best=7, **options)
    for row, sentence in enumerate(sentences):
        expected = enumerate_all(decoder, sentence, 4, **options)
        assert len(expected) == 341
        check_n_best(result, row, expected)
        check_n_best(few, row, expected)


@pytest.mark.parametrize("options", SCORES)
def test_it_finds_what_a_search_without_early_stop_finds(options):
    sentences, lengths = np.arange(40), np.arange(40) % 9 + 1
    # Flat tables end early, steep ones late.
    for seed, scale, width, n_best in ((1, 0.5, 2, 1), (2, 2.5, 3, 3), (3, 1, 4, 2)):
        decoder = TableDecoder(seed, scale)
        result = decoder.beam_search(
            sentences, width, lengths, n_best=n_best, **options
        )
        for row in sentences:
            expected = beam_by_hand(decoder, row, width, lengths[row], **options)
            check_n_best(result, row, expected)


@pytest.mark.parametrize("options", [*SCORES[1:2], *SCORES[4:]])
@pytest.mark.parametrize("penalty", [0.0, 0.5, 20.0])
def test_groups_find_what_a_loop_over_them_finds(options, penalty):
    sentences, lengths = np.arange(20), np.arange(20) % 7 + 1
    minimum = np.arange(20, dtype="int32") % 3
    for seed, width, groups, n_best in ((1, 6, 3, 6), (2, 4, 4, 2), (3, 4, 2, 4)):
        decoder = TableDecoder(seed, 0.7)
        result = decoder.beam_search(
            *(sentences, width, lengths),
            n_best=n_best,
            beam_groups=groups,
            diversity_penalty=penalty,
            constraints=[MinimumLength(tf.constant(minimum))],
            **options,
        )
        for row in sentences:
            expected = groups_by_hand(
                *(decoder, row, width, groups, penalty, lengths[row], minimum[row]),
                **options,
            )
            check_n_best(result, row, expected)


def test_a_group_that_is_done_costs_others_only_what_it_keeps():
    """By hand: `<eos>` .6, a .3, b .1 at first, and two groups of one.

    The first one ends at once. To the second `<eos>` then costs 1, and a nothing:
    ln .3 = -1.20 is more than ln .6 - 1 = -1.51.
    """
    probabilities = np.full(VOCABULARY, 1e-9, "float32")
    a, b = 4, 5
    probabilities[[3, a, b]] = 0.6, 0.3, 0.1

    def step(token_ids, states):
        logits = tf.tile(tf.math.log(probabilities)[None], [tf.shape(token_ids)[0], 1])
        return logits, states

    result = beam_search(
        step,
        {"x": tf.zeros([1, 1])},
        finished=tf.constant([False]),
        **{"beam_width": 2, "max_length": 2, "n_best": 2},
        **{"beam_groups": 2, "diversity_penalty": 1.0, "length_normalization": "none"},
    )
    np.testing.assert_array_equal(result.token_ids[0], [[3, 0], [a, 3]])
    np.testing.assert_allclose(result.scores[0], np.log([0.6, 0.18]), rtol=1e-5)


def test_a_group_of_one_is_the_beam_to_the_bit():
    decoder, sentences = TableDecoder(5, 0.8), np.arange(12)
    plain = decoder.beam_search(sentences, 3, 6, n_best=3)
    grouped = decoder.beam_search(
        sentences, 3, 6, n_best=3, beam_groups=1, diversity_penalty=9.0
    )
    for mine, its in zip(tf.nest.flatten(plain), tf.nest.flatten(grouped), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_a_large_penalty_makes_groups_begin_with_other_tokens():
    decoder = TableDecoder(2)
    options = {"beam_groups": 4, "n_best": 4, "length_normalization": "none"}
    for penalty, expected in ((0.0, 1), (1000.0, 4)):
        result = decoder.beam_search([7], 4, 5, diversity_penalty=penalty, **options)
        found = result.token_ids[0, np.isfinite(result.scores[0])]
        # Without one all groups find the same.
        assert len(found) == len(set(found[:, 0])) == expected


@pytest.mark.parametrize("options", SCORES)
def test_a_beam_of_one_is_greedy_search(options):
    decoder, sentences = TableDecoder(3, 0.8), np.arange(CODES)
    greedy = greedy_search(
        **decoder.start(sentences),
        max_length=9,
        finished=tf.zeros(CODES, bool),
    )
    beam = decoder.beam_search(sentences, 1, 9, **options)
    np.testing.assert_array_equal(beam.token_ids[:, 0], greedy.token_ids)
    for name in ("log_probabilities", "attention_weights"):
        np.testing.assert_allclose(
            getattr(beam, name)[:, 0], getattr(greedy, name), atol=1e-5
        )


def test_a_batch_equals_its_sentences_one_by_one():
    decoder, sentences = TableDecoder(5, 0.8), np.arange(12)
    finished = sentences == 3
    lengths = sentences % 7 + 2
    options = {"n_best": 3, "coverage_penalty": 0.2}
    together = decoder.beam_search(sentences, 3, lengths, finished, **options)
    for row in sentences:
        own = slice(row, row + 1)
        alone = decoder.beam_search([row], 3, lengths[own], finished[own], **options)
        length = alone.token_ids.shape[2]
        np.testing.assert_allclose(together.scores[own], alone.scores, rtol=1e-5)
        np.testing.assert_array_equal(
            together.token_ids[own, :, :length], alone.token_ids
        )
        assert not together.token_ids[row, :, length:].any()
        assert not together.attention_weights[row, :, length:].any()
        # The tree is the same as well, and does not grow once a sentence is done.
        is_alive = alone.trace.is_alive
        np.testing.assert_array_equal(together.trace.is_alive[own, :length], is_alive)
        assert not together.trace.is_alive[row, length:].any()
        for name in ("parents", "token_ids"):
            np.testing.assert_array_equal(
                getattr(together.trace, name)[own, :length][is_alive],
                getattr(alone.trace, name)[is_alive],
            )


def test_rows_with_nothing_to_decode_have_one_empty_hypothesis():
    result = TableDecoder(7).beam_search([0, 1], 3, 5, [True, False], n_best=2)
    assert not result.token_ids[0].any() and not result.log_probabilities[0].any()
    assert result.scores[0].tolist() == [0.0, -np.inf]
    assert not result.trace.is_alive[0].any()
    assert result.token_ids[1].any()


def test_a_small_space_leaves_the_rest_of_the_n_best_empty():
    decoder = TableDecoder(8)
    result = decoder.beam_search([0], 6, 1, n_best=6)
    check_n_best(result, 0, enumerate_all(decoder, 0, 1))
    assert np.isneginf(result.scores[0, 5]) and not result.attention_weights[0, 5].any()


@pytest.mark.parametrize("size", [None, 3])
def test_one_graph_serves_every_batch(size):
    decoder = TableDecoder(11)

    @tf.function(
        input_signature=[
            tf.TensorSpec([size], tf.int32),
            tf.TensorSpec([size, None, VOCABULARY]),
        ]
    )
    def graph(sentences, unused):
        memory = {**decoder.memory(sentences), "unused": unused}
        return beam_search(
            decoder.step,
            decoder.states(sentences),
            memory=memory,
            beam_width=3,
            n_best=2,
            max_length=5,
            coverage_penalty=0.1,
            constraints=[MinimumLength(tf.constant(2))],
            finished=sentences < 0,
        )

    for count in (3,) if size else (0, 1, 3):
        sentences = np.arange(count, dtype="int32")
        result = graph(sentences, np.zeros([count, count + 1, VOCABULARY], "f4"))
        assert result.token_ids.shape[:2] == (count, 2)
        assert result.attention_weights.shape[3] == SOURCE_LENGTH
    options = {"n_best": 2, "coverage_penalty": 0.1}
    minimum = [MinimumLength(tf.constant(2))]
    eager = decoder.beam_search(sentences, 3, 5, constraints=minimum, **options)
    np.testing.assert_array_equal(result.token_ids, eager.token_ids)
    assert graph.experimental_get_tracing_count() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_best": 4}, "n_best=4, beam_width=3"),
        ({"n_best": 0}, "n_best=0"),
        ({"beam_groups": 2}, "beam_width=3, beam_groups=2"),
        ({"diversity_penalty": -1.0}, "diversity_penalty=-1.0"),
        ({"length_penalty": -0.1}, "length_penalty=-0.1"),
        ({"length_normalization": "mean"}, "'average', 'gnmt', 'none'"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        TableDecoder(0).beam_search([0], 3, 4, **options)


def test_coverage_needs_attention():
    with pytest.raises(InputError, match="attention"):
        TableDecoder(0, attends=False).beam_search([0], 3, 4, coverage_penalty=0.1)
