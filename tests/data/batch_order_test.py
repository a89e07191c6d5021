"""Tests of which pairs share a batch, in seq2seq_keras.data."""

import itertools
import os

import numpy as np
import pytest

from seq2seq_keras.data import batches_by_length, load_corpus
from seq2seq_keras.text import WordTokenizer


def lengths_of(count, seed=0):
    """Lengths of sentences whose translations are about as long."""
    draw = np.random.default_rng(seed)
    source = 2 + draw.poisson(12, count)
    target = np.maximum(2, source + np.rint(draw.normal(0, 2, count)).astype(int))
    return np.stack([source, target], axis=1)


def padding(lengths, batches):
    """The share of padding, in a loop over batches and sides."""
    places = sum(
        len(rows) * max(lengths[row][side] for row in rows)
        for rows in batches
        for side in (0, 1)
    )
    return 1 - lengths.sum() / places


def test_the_order_of_an_example_by_hand():
    # Longer sides 3, 3, 4, 4, 4; the source's minus the target's 0, 1, 2, 0, -1.
    lengths = np.array([[4, 2], [3, 3], [3, 4], [3, 2], [4, 4]])
    batches = batches_by_length(lengths, 1, "sentences")
    # Of 3 from the target's side to the source's, of 4 back.
    assert [batch.item() for batch in batches] == [1, 3, 0, 4, 2]


@pytest.mark.parametrize("batch_by", ["sentences", "tokens"])
@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
@pytest.mark.parametrize("count", [1, 64, 500])
def test_each_pair_is_in_one_batch_and_their_number_is_the_same(
    count, batch_size, batch_by
):
    lengths = lengths_of(count)
    plain = batches_by_length(lengths, batch_size, batch_by)
    drawn = batches_by_length(lengths, batch_size, batch_by, np.random.default_rng(1))
    for batches in (plain, drawn):
        assert sorted(np.concatenate(batches).tolist()) == list(range(count))
        assert all(len(batch) for batch in batches)
    assert len(plain) == len(drawn)


def test_what_is_drawn_follows_from_the_generator():
    lengths = lengths_of(500)
    first, again, other = (
        batches_by_length(lengths, 16, "sentences", np.random.default_rng(seed))
        for seed in (3, 3, 4)
    )
    assert [x.tolist() for x in first] == [x.tolist() for x in again]
    # Not only the order of the batches is drawn.
    assert {frozenset(x.tolist()) for x in first} != {
        frozenset(x.tolist()) for x in other
    }


def test_batches_by_tokens_are_full():
    lengths = lengths_of(400)
    batches = batches_by_length(lengths, 200, "tokens")
    for rows, following in itertools.pairwise(batches):
        assert len(rows) * lengths[rows].max() <= 200
        # One pair more, with the next length, would be too much.
        assert (len(rows) + 1) * lengths[following].max() > 200


def test_a_pair_that_is_too_long_is_a_batch_of_its_own():
    lengths = np.array([[2, 50], [2, 2], [60, 3], [2, 2]])
    batches = batches_by_length(lengths, 10, "tokens")
    assert [batch.tolist() for batch in batches] == [[1, 3], [0], [2]]


@pytest.mark.parametrize(("batch_by", "size"), [("sentences", 64), ("tokens", 1500)])
@pytest.mark.parametrize("count", [5_000, 30_000])
def test_padding_is_below_five_per_cent(count, batch_by, size):
    lengths = lengths_of(count)
    draw = np.random.default_rng(0)
    assert padding(lengths, batches_by_length(lengths, size, batch_by, draw)) < 0.05
    at_random = np.array_split(draw.permutation(count), count // 64)
    assert padding(lengths, at_random) > 0.25


@pytest.mark.skipif(
    "SEQ2SEQ_KERAS_DATA" not in os.environ, reason="needs the folder of the corpora"
)
def test_padding_of_multi30k_is_below_five_per_cent():
    pairs = load_corpus("multi30k-tok/en-de").train
    split = WordTokenizer(["a"]).split_to_ragged
    sides = [
        split(texts).row_lengths().numpy() + 1 for texts in (pairs.source, pairs.target)
    ]
    lengths = np.stack(sides, axis=1)
    draw = np.random.default_rng(0)
    assert padding(lengths, batches_by_length(lengths, 80, "sentences", draw)) < 0.05
