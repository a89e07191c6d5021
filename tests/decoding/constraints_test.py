"""Tests of seq2seq_keras.decoding.constraints against filtered enumeration."""

import numpy as np
import pytest
import tensorflow as tf
from slow_search import check_n_best, enumerate_all, tokens_of
from table_decoder import TableDecoder

from seq2seq_keras.decoding import (
    IMPOSSIBLE,
    AllOf,
    AllowedOutputs,
    Avoid,
    Avoidance,
    BlockNgrams,
    MinimumLength,
    Prefix,
    RepetitionPenalty,
    beam_search,
    greedy_search,
    make_avoidance,
    make_trie,
    sample,
)

LENGTH = 4
PREFIXES = [(5, 4), (6,)]
PHRASES = [(4,), (5, 6), (6, 5, 1)]
OUTPUTS = [(4,), (4, 5), (6, 6, 6, 6), ()]


def padded(rows, width):
    return tf.constant([[*row, *[0] * (width - len(row))] for row in rows], tf.int32)


def avoid(phrases, max_length=LENGTH):
    """Each token is a letter of its own."""
    spelled = ["".join(chr(97 + token) for token in phrase) for phrase in phrases]
    letters = ["", *map(chr, range(98, 97 + 7))]
    letters[2] = letters[3] = ""
    return Avoid(make_avoidance(spelled, letters), max_length)


def has(tokens, phrase):
    starts = range(len(tokens) - len(phrase) + 1)
    return any(tokens[start : start + len(phrase)] == phrase for start in starts)


def begins(sentence, tokens):
    prefix = PREFIXES[sentence]
    return tokens[: len(prefix)] == prefix[: len(tokens)]


def avoids(sentence, tokens):
    return not any(has(tokens, phrase) for phrase in PHRASES)


def never_repeats(size):
    def is_allowed(sentence, tokens):
        starts = range(len(tokens) - size + 1)
        ngrams = [tokens[start : start + size] for start in starts]
        return len(ngrams) == len(set(ngrams))

    return is_allowed


def is_listed(sentence, tokens):
    return tokens[:-1] in OUTPUTS and tokens[-1] == 3


def is_long_enough(sentence, tokens):
    return len(tokens) >= (2, 3)[sentence]


CONSTRAINTS = {
    "prefix": (lambda: Prefix(padded(PREFIXES, 2)), begins),
    "avoid": (lambda: avoid(PHRASES), avoids),
    "avoid one word": (
        lambda: avoid([(4,)]),
        lambda sentence, tokens: 4 not in tokens,
    ),
    "avoid nothing": (
        lambda: avoid([]),
        lambda sentence, tokens: True,
    ),
    "1-grams": (lambda: BlockNgrams(1, tf.constant(LENGTH)), never_repeats(1)),
    "2-grams": (lambda: BlockNgrams(2, tf.constant(LENGTH)), never_repeats(2)),
    "3-grams": (lambda: BlockNgrams(3, tf.constant(LENGTH)), never_repeats(3)),
    "outputs": (lambda: AllowedOutputs(make_trie(OUTPUTS), LENGTH), is_listed),
    "length": (lambda: MinimumLength(tf.constant([2, 3])), is_long_enough),
    "two at once": (
        lambda: AllOf([Prefix(padded(PREFIXES, 2)), BlockNgrams(1, LENGTH)]),
        lambda *given: begins(*given) and never_repeats(1)(*given),
    ),
}


def options(constraint, count=2, max_length=LENGTH):
    return {
        "max_length": max_length,
        "finished": tf.zeros(count, bool),
        "constraints": [constraint],
    }


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_wide_beam_finds_all_that_is_allowed_and_nothing_else(name):
    make, is_allowed = CONSTRAINTS[name]
    decoder = TableDecoder(20)
    result = beam_search(
        **decoder.start([0, 1]), beam_width=400, n_best=341, **options(make())
    )
    for row in (0, 1):
        expected = enumerate_all(
            decoder, row, LENGTH, lambda tokens, row=row: is_allowed(row, tokens)
        )
        assert 1 < len(expected) <= 341
        check_n_best(result, row, expected)
        for rank, (_, tokens) in enumerate(expected):
            # The constraint says what is written, not how likely the model finds it.
            np.testing.assert_allclose(
                result.log_probabilities[row, rank, : len(tokens)],
                decoder.rescore(row, tokens)[0],
                atol=1e-4,
            )


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_greedy_search_and_sampling_write_only_what_is_allowed(name):
    make, is_allowed = CONSTRAINTS[name]
    decoder = TableDecoder(21)
    greedy = greedy_search(**decoder.start([0, 1]), **options(make()))
    beam = beam_search(**decoder.start([0, 1]), beam_width=1, **options(make()))
    drawn = [
        sample(
            **decoder.start([0, 1]),
            seeds=tf.constant([[number, 0], [number, 1]]),
            temperature=2.0,
            **options(make()),
        )
        for number in range(4)
    ]
    for row in (0, 1):
        np.testing.assert_allclose(beam.scores[row, 0], greedy.scores[row], rtol=1e-6)
        length = np.count_nonzero(beam.token_ids[row, 0])
        np.testing.assert_array_equal(
            beam.token_ids[row, 0, :length], greedy.token_ids[row, :length]
        )
        for result in (greedy, *drawn):
            tokens = tokens_of(result.token_ids[row].numpy())
            # Where it came to a dead end it has nothing.
            assert tokens or np.isneginf(result.scores[row])
            assert not tokens or is_allowed(row, tokens)


def test_what_was_written_before_ranks_lower():
    decoder, penalty = TableDecoder(22), 1.7
    result = beam_search(
        **decoder.start([0]),
        beam_width=400,
        n_best=341,
        **options(RepetitionPenalty(penalty, tf.constant(LENGTH)), 1),
    )

    def weights(tokens):
        return np.array(
            [penalty if t in tokens[:i] else 1.0 for i, t in enumerate(tokens)]
        )

    expected = enumerate_all(decoder, 0, LENGTH, weights=weights)
    check_n_best(result, 0, expected)
    values, _ = decoder.rescore(0, expected[0][1])
    np.testing.assert_allclose(
        result.log_probabilities[0, 0, : len(values)], values, atol=1e-5
    )


def test_ngrams_are_not_repeated_in_long_outputs():
    decoder, rows = TableDecoder(23), np.arange(40)
    seen = 0
    for size in (1, 2, 3):
        constraint = BlockNgrams(size, tf.constant(15))
        result = beam_search(
            **decoder.start(rows), beam_width=3, **options(constraint, 40, 15)
        )
        for row in rows:
            tokens = tokens_of(result.token_ids[row, 0].numpy())
            assert never_repeats(size)(row, tokens)
            seen += not never_repeats(1)(row, tokens)
    assert seen > 5  # shorter n-grams may well be


def test_a_search_that_may_write_nothing_writes_nothing():
    decoder = TableDecoder(24)
    nothing = [Prefix(padded([(4,), (4,)], 1)), avoid([(4,)])]
    shared = {**options(None), "constraints": nothing}
    seeds = tf.zeros([2, 2], tf.int32)
    beam = beam_search(**decoder.start([0, 1]), beam_width=2, **shared)
    assert np.isneginf(beam.scores).all()
    for result in (
        beam,
        greedy_search(**decoder.start([0, 1]), **shared),
        sample(**decoder.start([0, 1]), seeds=seeds, **shared),
    ):
        assert not result.token_ids.numpy().any()
        assert not result.log_probabilities.numpy().any()


def test_every_constraint_works_in_a_graph_of_unknown_sizes():
    decoder = TableDecoder(25)
    rows, length = tf.TensorSpec([None, None], tf.int32), tf.constant(LENGTH)
    column = tf.TensorSpec([None], tf.int32)

    @tf.function(input_signature=[column, rows, Avoidance(*[column] * 4)])
    def graph(sentences, prefix, avoidance):
        return beam_search(
            **decoder.start(sentences),
            beam_width=3,
            max_length=LENGTH,
            finished=sentences < 0,
            constraints=[
                Prefix(prefix),
                Avoid(avoidance, LENGTH),
                AllowedOutputs(make_trie([[5, 4], [6, 5, 6], [6, 5, 5], [1, 1, 1]])),
                BlockNgrams(2, length),
                MinimumLength(tf.constant(2)),
                RepetitionPenalty(1.2, length),
            ],
        )

    avoidance = avoid([(6, 5, 6)]).avoidance
    found = graph([0, 1], padded([(5,), (6,)], 3), avoidance)
    expected = [[[5, 4, 3, 0]], [[6, 5, 5, 3]]]
    assert found.token_ids.numpy().tolist() == expected
    empty = graph([], tf.zeros([0, 0], tf.int32), avoidance)
    assert empty.token_ids.shape[0] == 0


def read(trie, node=0):
    """All sequences of a trie from a node on."""
    edges = range(trie.starts[node], trie.starts[node + 1])
    if not edges:
        return [()]
    return [
        (int(trie.token_ids[edge]), *rest)
        for edge in edges
        for rest in read(trie, trie.children[edge])
    ]


def test_a_trie_holds_its_sequences_once_and_in_order():
    sequences = [[7, 5], [4], [7], [7, 5], [], [7, 6, 7]]
    expected = sorted({(*sequence, 3) for sequence in sequences})
    assert read(make_trie(sequences)) == expected


def test_of_no_sequences_nothing_may_be_written():
    constraint = AllowedOutputs(make_trie([]))
    changed = constraint(tf.zeros([2, 9]), 0, constraint.initial_state(2))
    assert (changed.numpy() <= IMPOSSIBLE).all()


def test_each_row_walks_by_itself_and_stays_at_the_end():
    constraint = AllowedOutputs(make_trie([[4, 5], [6]]))
    state = constraint.initial_state(tf.constant(3))
    walks = [[4, 5, 3, 0], [6, 3, 0, 0], [4, 5, 3, 9]]
    allowed = [[{4, 6}] * 3, [{5}, {3}, {5}], [{3}, set(), {3}]]
    for index, tokens in enumerate(zip(*walks, strict=True)):
        changed = constraint(tf.zeros([3, 10]), index, state).numpy()
        if index < len(allowed):
            found = [set(np.flatnonzero(row == 0)) for row in changed]
            assert found == allowed[index]
        state = constraint.advance(tf.constant(tokens), index, state)
