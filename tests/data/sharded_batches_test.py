"""Tests of pairs in files that several read, each some."""

import threading

import numpy as np
import pytest

from seq2seq_keras import InputError
from seq2seq_keras.data import (
    PairStream,
    ReadingOptions,
    ShardedBatches,
    ShardedPairs,
    read_shards,
)
from seq2seq_keras.text import SpaceTokenizer

NUMBERS = 300


def pairs_of(shard):
    """Pairs of lengths of their own, each with a number as its last word."""
    draw = np.random.default_rng(shard)
    for number in range(shard, NUMBERS - 40 * shard, 4):
        words = ["a"] * int(draw.integers(1, 12))
        yield " ".join([*words, str(number)]), " ".join([*words, "b", str(number)])


@pytest.fixture(scope="module")
def tokenizers():
    texts = [text for shard in range(4) for text, _ in pairs_of(shard)]
    return SpaceTokenizer.fit(texts), SpaceTokenizer.fit([*texts, "b"])


class Meeting:
    """Some who tell each other texts."""

    def __init__(self, count):
        self.barrier = threading.Barrier(count)
        self.said = [None] * count

    def gather(self, rank, texts):
        self.said[rank] = texts
        self.barrier.wait()
        heard = [text for said in self.said for text in said]
        self.barrier.wait()
        return heard


def batches_of(tokenizers, count, **options):
    """The batches of so many workers, of the same four shards."""
    meeting, made = Meeting(count), [None] * count

    def make(rank):
        own = {n: PairStream(lambda n=n: pairs_of(n)) for n in range(rank, 4, count)}
        pairs = ShardedPairs(own, 4, own[rank])
        made[rank] = ShardedBatches(
            pairs,
            *tokenizers,
            batch_size=24,
            gather=lambda texts: meeting.gather(rank, texts),
            **options,
        )

    threads = [threading.Thread(target=make, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def steps_of(workers, epoch, **options):
    """The sources of each step, of all workers together, and how long they are."""
    steps = []
    for parts in zip(*(x.epoch(epoch, **options) for x in workers), strict=True):
        rows = []
        for inputs, _, weights in parts:
            is_real = weights.numpy().any(axis=1)
            rows += [
                tuple(row[row > 0])
                for row in inputs["source_token_ids"].numpy()[is_real]
            ]
        steps.append(sorted(rows))
    return steps


@pytest.mark.parametrize("batch_by", ["sentences", "tokens"])
def test_who_reads_which_shard_changes_no_step(tokenizers, batch_by):
    alone, two, three = (
        batches_of(tokenizers, count, batch_by=batch_by) for count in (1, 2, 3)
    )
    steps = steps_of(alone, 0)
    assert len(steps) == alone[0].count
    assert steps_of(two, 0) == steps_of(three, 0) == steps
    assert {x.target_tokens for x in two} == {alone[0].target_tokens}
    # From the middle of an epoch on, too.
    assert steps_of(two, 0, skip=5) == steps[5:]


def test_an_epoch_has_each_pair_once_in_an_order_of_its_own(tokenizers):
    workers = batches_of(tokenizers, 2)
    texts = [text for shard in range(4) for text, _ in pairs_of(shard)]
    ids = sorted((*tuple(row), 3) for row in tokenizers[0].tokenize(texts))
    first, second = (steps_of(workers, epoch) for epoch in (0, 1))
    assert sorted(row for step in first for row in step) == ids
    assert sorted(row for step in second for row in step) == ids
    assert first != second
    assert steps_of(batches_of(tokenizers, 2, seed=1), 0) != first
    assert steps_of(batches_of(tokenizers, 2), 1) == second


def test_the_parts_of_a_step_are_about_as_long(tokenizers):
    steps = steps_of(batches_of(tokenizers, 1), 0)
    spread = [max(map(len, step)) - min(map(len, step)) for step in steps]
    assert np.mean(spread) < 3


def shards_of(tokenizers, lengths, monkeypatch=None, **options):
    """The rows of each step, of shards of sources of these lengths, by one worker."""

    def stream(own):
        return PairStream(lambda: (("a " * n + "a", "b") for n in own))

    pairs = ShardedPairs(dict(enumerate(map(stream, lengths))), len(lengths), None)
    batches = ShardedBatches(pairs, *tokenizers, **options)
    return [
        [int(n) for n in (inputs["source_token_ids"].numpy() > 0).sum(axis=1)]
        for inputs, _, _ in batches.epoch(0)
    ]


def test_a_smaller_shard_is_in_steps_of_all_lengths(tokenizers):
    """Else the longest of the larger one would be alone."""
    large, small = np.arange(800) // 16, np.arange(200) // 4
    steps = shards_of(tokenizers, [large, small], batch_size=16)
    assert len(steps) == 100
    alone = [np.mean(step) for step in steps if len(step) == 8]
    shared = [np.mean(step) for step in steps if len(step) == 16]
    assert (len(alone), len(shared)) == (75, 25)
    assert abs(np.mean(alone) - np.mean(shared)) < 2
    assert max(max(step) - min(step) for step in steps) <= 5


def test_nearly_equal_shards_have_as_many_piles(tokenizers, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.sharded_batches.PILE", 256)
    monkeypatch.setattr("seq2seq_keras.data.stored_pairs.BLOCK", 4)
    # A pile of each, and a pile of one with two of the other.
    for sizes in ((128, 128), (128, 132)):
        lengths = [np.arange(size) % 10 for size in sizes]
        steps = shards_of(tokenizers, lengths, batch_size=16)
        assert sum(map(len, steps)) == sum(sizes)
        assert len(steps) <= 20


def test_many_shards_have_a_block_in_a_pile(tokenizers, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.sharded_batches.PILE", 100)
    lengths = [np.arange(100) % 10] * 2
    steps = shards_of(tokenizers, lengths, batch_size=16)
    assert sum(map(len, steps)) == 200


def test_columns_do_not_go_both_ways(tmp_path):
    (tmp_path / "0.tsv").write_text("en\tfr\nhello\tbonjour\n")
    (tmp_path / "1.tsv").write_text("fr\ten\nmerci\tthanks\n")
    options = ReadingOptions(header="yes")
    pairs = read_shards([f"{tmp_path}/*.tsv"], [0, 1], 2, options)
    with pytest.raises(InputError, match="the other way round"):
        list(pairs)


def test_piles_in_a_file_are_gone_through_as_well(tokenizers, monkeypatch):
    whole = steps_of(batches_of(tokenizers, 2), 0)
    monkeypatch.setattr("seq2seq_keras.data.sharded_batches.PILE", 64)
    monkeypatch.setattr("seq2seq_keras.data.stored_pairs.BLOCK", 4)
    alone, two = (steps_of(batches_of(tokenizers, count), 0) for count in (1, 2))
    assert alone == two
    assert sorted(row for step in two for row in step) == sorted(
        row for step in whole for row in step
    )


def test_files_are_dealt_out(tmp_path):
    for number in range(5):
        (tmp_path / f"train-{number}.tsv").write_text(f"a {number}\tb {number}\n")
    names = [f"{tmp_path}/train-*.tsv"]
    pairs = read_shards(names, [1], 2, ReadingOptions())
    assert list(pairs) == [("a 1", "b 1"), ("a 3", "b 3")]
    assert list(pairs.first) == [("a 0", "b 0")]
    with pytest.raises(InputError, match="There are 5 files, too few for 6 `shards`"):
        read_shards(names, [1], 6, ReadingOptions())


def test_what_is_too_small_for_the_shards_is_refused(tokenizers):
    pairs = PairStream(lambda: pairs_of(0))
    with pytest.raises(InputError, match="`batch_size` is 3"):
        ShardedBatches(ShardedPairs({0: pairs}, 4, pairs), *tokenizers, batch_size=3)
    empty = PairStream(lambda: iter([]))
    with pytest.raises(InputError, match="Shard 0 of 2 has no pair"):
        ShardedBatches(ShardedPairs({0: empty}, 2, empty), *tokenizers)
