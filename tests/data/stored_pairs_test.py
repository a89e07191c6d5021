"""Tests of streams that are larger than the memory, in seq2seq_keras.data."""

import collections
import errno
import hashlib
import os

import pytest

from seq2seq_keras.data import Batches, Pairs, PairStream, make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import CharacterTokenizer

ROOM = "seq2seq_keras.data.stored_pairs"
LETTERS, DIGITS = "abcdefghij", "0123456789"
TOKENIZERS = CharacterTokenizer([*LETTERS]), CharacterTokenizer([*DIGITS])
# Sorted, as files often are.
PAIRS = Pairs(
    [LETTERS[n // 60] * (2 + n // 100) for n in range(600)],
    [f"{n:03}" for n in range(600)],
    [1 + n for n in range(600)],
)


@pytest.fixture
def small(monkeypatch):
    """Piles of 100 pairs in blocks of 5, of chunks of 120."""
    monkeypatch.setattr(f"{ROOM}.PILE", 100)
    monkeypatch.setattr(f"{ROOM}.BLOCK", 5)
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 120)


def batches(**options):
    stream = PairStream(PAIRS.rows)
    return Batches(stream, *TOKENIZERS, batch_size=8, **options)


def numbers(dataset):
    """The numbers of the pairs of each batch, which their targets spell."""
    return [
        [int("".join(DIGITS[x - 4] for x in row if x > 3)) for row in labels.numpy()]
        for _, labels, _ in dataset
    ]


def joined(found):
    return [number for batch in found for number in batch]


def test_an_epoch_of_several_piles_has_each_pair_once(small):
    made = batches()
    for epoch in (0, 1):
        found = numbers(made.epoch(epoch))
        assert len(found) == made.count == 6 * 13
        assert sorted(joined(found)) == list(range(600))
    assert numbers(made.epoch(0)) != numbers(made.epoch(1))


@pytest.mark.parametrize("skip", [1, 12, 13, 14, 40, 77, 78])
def test_several_piles_can_be_taken_up_anywhere(skip, small):
    made = batches(seed=3)
    assert numbers(made.epoch(2, skip=skip)) == numbers(made.epoch(2))[skip:]


def test_what_is_skipped_is_not_read(small, monkeypatch):
    made = batches()
    loaded = []
    load = made._piles[0].__class__.load
    monkeypatch.setattr(
        f"{ROOM}.StoredPile.load", lambda pile: loaded.append(pile) or load(pile)
    )
    assert len(numbers(made.epoch(0, skip=13 * 4 + 1))) == 25
    assert len(loaded) == 2


def test_each_pile_is_made_of_the_whole_file(small):
    found = numbers(batches().epoch(0))
    piles = [joined(found[first : first + 13]) for first in range(0, 78, 13)]
    for pile in piles:
        assert len(pile) == 100
        tenths = collections.Counter(number // 60 for number in pile)
        assert len(tenths) == 10
        assert max(tenths.values()) < 30


def test_piles_come_in_another_order_in_each_epoch(small):
    made = batches()
    firsts = {frozenset(joined(numbers(made.epoch(epoch))[:13])) for epoch in range(6)}
    assert 1 < len(firsts) <= 6


def test_without_shuffling_piles_keep_the_order_of_the_data(small):
    found = numbers(batches(shuffle=False).epoch(0))
    for pile in range(6):
        expected = list(range(100 * pile, 100 * pile + 100))
        assert sorted(joined(found[13 * pile : 13 * pile + 13])) == expected


def test_pairs_keep_their_ids_and_weights_on_disk(small):
    for inputs, labels, weights in batches().epoch(0):
        rows = zip(inputs["source_token_ids"].numpy(), labels.numpy(), strict=True)
        for row, (source, target) in enumerate(rows):
            number = int("".join(DIGITS[x - 4] for x in target if x > 3))
            letters = "".join(LETTERS[x - 4] for x in source if x > 3)
            assert letters == PAIRS.source[number]
            assert set(weights[row].numpy()) <= {0, 1 + number}


def test_batches_by_tokens_of_several_piles_keep_within_their_size(small):
    made = batches(batch_by="tokens")  # of 8 tokens
    for epoch in (0, 1):
        shapes = [
            (*inputs["source_token_ids"].shape, labels.shape[1])
            for inputs, labels, _ in made.epoch(epoch)
        ]
        assert len(shapes) == made.count
        assert all(
            count * max(source, target) <= 8 or count == 1
            for count, source, target in shapes
        )


def test_a_stream_of_one_pile_is_as_pairs_in_memory():
    in_memory = Batches(PAIRS, *TOKENIZERS, batch_size=8)
    assert numbers(batches().epoch(1)) == numbers(in_memory.epoch(1))


def test_a_stream_that_finds_no_room_is_an_error_of_one_line(small, monkeypatch):
    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(InputError, match=r"streamed needs .* No space left.*TMPDIR"):
        batches()


def test_the_order_is_the_same_in_every_process():
    """Nothing of it hangs on Python's hashes, which differ from process to process."""
    pairs = make_toy_pairs("copy", 100)
    tokenizer = CharacterTokenizer.fit(pairs.source)
    made = Batches(pairs, tokenizer, tokenizer, batch_size=8, seed=5)
    labels = repr([labels.numpy().tolist() for _, labels, _ in made.epoch(1)])
    assert hashlib.sha256(labels.encode()).hexdigest() == (
        "ed02005e07a9d39a580e9286807511208ab0fbfd74349c71ff40dda1fbf6b87a"
    )
