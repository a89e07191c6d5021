"""Tests of seq2seq_keras.data.hashed_groups."""

import collections
import errno
import gc
import os
import pathlib
import tracemalloc

import numpy as np
import pytest

from seq2seq_keras.data import HashedGroups, Pairs, PairsCounter, describe_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import SpaceTokenizer

ROWS = "seq2seq_keras.data.hashed_groups._ROWS"
OPEN_FILES = pathlib.Path("/proc/self/fd")


def random_rows(count, different, seed=0):
    """Hashes, of which many recur, over the whole range, and a number for each."""
    generator = np.random.default_rng(seed)
    pool = generator.integers(0, 2**64, different, np.uint64)
    pool[:3] = 0, 2**64 - 1, 2**63
    return generator.choice(pool, count), generator.integers(1, 99, count, np.uint64)


def grouped(rows):
    """What it should be, in plain Python."""
    groups = collections.defaultdict(list)
    for key, value in zip(*map(np.ndarray.tolist, rows), strict=True):
        groups[key].append(value)
    return [(key, sum(g), min(g), max(g)) for key, g in sorted(groups.items())]


@pytest.mark.parametrize("kept", [2**19, 1000, 64, 1])
@pytest.mark.parametrize("different", [7, 300, 5000])
def test_rows_of_the_same_hash_become_one(monkeypatch, kept, different):
    monkeypatch.setattr(ROWS, kept)
    keys, values = random_rows(2000, different)
    groups = HashedGroups(np.add, np.minimum, np.maximum)
    for start in range(0, 2000, 37):
        part = values[start : start + 37]
        groups.add(keys[start : start + 37], part, part, part)
    assert (groups.parts > 1) == (kept < min(different, 2000))
    found = [
        row for part in groups for row in zip(*(c.tolist() for c in part), strict=True)
    ]
    assert found == grouped((keys, values))


def test_parts_of_one_in_memory_and_one_in_a_file_meet(monkeypatch):
    small, large = HashedGroups(), HashedGroups()
    small.add(random_rows(50, 900)[0])
    monkeypatch.setattr(ROWS, 100)
    large.add(random_rows(500, 900)[0])
    assert (small.parts, large.parts) == (1, 256)
    for number in range(256):
        for part in (*small.part(number, 256), *large.part(number, 256)):
            assert set((part >> np.uint64(56)).tolist()) <= {number}
    rejoined = [small.part(number, 256)[0] for number in range(256)]
    np.testing.assert_array_equal(np.concatenate(rejoined), small.part(0, 1)[0])


def test_more_may_be_added_after_it_was_looked_at(monkeypatch):
    monkeypatch.setattr(ROWS, 10)
    groups = HashedGroups(np.add)
    keys, values = random_rows(100, 30)
    for half in (slice(0, 50), slice(50, 100)):
        groups.add(keys[half], values[half])
        list(groups)
    found = [
        pair for k, v in groups for pair in zip(k.tolist(), v.tolist(), strict=True)
    ]
    assert found == [(key, total) for key, total, *_ in grouped((keys, values))]


def test_nothing_makes_no_group():
    assert [column.tolist() for column in HashedGroups(np.add).part(0, 1)] == [[], []]


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="needs Linux's /proc")
def test_the_file_has_no_name_and_is_closed(monkeypatch, tmp_path):
    monkeypatch.setattr(ROWS, 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def is_open():
        links = [link for link in OPEN_FILES.iterdir() if link.is_symlink()]
        return any(str(tmp_path) in str(link.readlink()) for link in links)

    groups = HashedGroups()
    groups.add(random_rows(20, 100)[0])
    assert is_open()
    # So nothing is left of it when the process ends, in whatever way.
    assert list(tmp_path.iterdir()) == []
    del groups
    gc.collect()
    assert not is_open()


def test_a_full_disk_is_an_error_of_one_line(monkeypatch):
    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ROWS, 10)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(InputError, match=r"which failed: No space left.*TMPDIR") as e:
        HashedGroups().add(random_rows(20, 100)[0])
    assert "\n" not in str(e.value)


def test_a_report_is_the_same_from_a_file(monkeypatch):
    generator = np.random.default_rng(0)
    words = generator.integers(0, 60, (3, 2000, 2)).astype(str)
    parts = [Pairs(*map(list, part.T.tolist())) for part in words]
    tokenizer = SpaceTokenizer(["1", "2"])
    options = {"source_tokenizer": tokenizer, "target_tokenizer": tokenizer}
    whole = describe_pairs(*parts, **options)
    assert whole.splits["test"].leaked == 2000
    assert whole.splits["training"].duplicates > 100
    monkeypatch.setattr(ROWS, 50)
    assert describe_pairs(*parts, **options) == whole


def peak_of(count):
    """The highest memory of counting pairs that are all different, in bytes."""
    tokenizer = SpaceTokenizer(["a", "b"])
    tokens = tokenizer.split_to_ragged(["a b"] * 1000)
    tracemalloc.start()
    try:
        counter = PairsCounter(tokenizer, tokenizer)
        for start in range(0, count, 1000):
            pairs = [(f"a {n}", f"b {n}") for n in range(start, start + 1000)]
            counter.add("training", pairs, [tokens, tokens])
        split = counter.report().splits["training"]
        assert split.distinct_sources == split.pairs == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_pairs(monkeypatch):
    monkeypatch.setattr(ROWS, 2**12)
    monkeypatch.setattr("seq2seq_keras.data.split_counts._REMEMBERED", 1000)
    few, many = peak_of(5000), peak_of(20_000)
    # The hashes alone of what was added are half a megabyte.
    assert many < few + 200_000
