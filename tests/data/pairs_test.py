"""Tests of seq2seq_keras.data.pairs."""

import pytest

from seq2seq_keras.data import Pairs, PairStream
from seq2seq_keras.errors import InputError


@pytest.fixture
def pairs():
    return Pairs(["a", "b", "c"], ["x", "y", "z"])


def test_pairs_are_gone_through_side_by_side(pairs):
    assert list(pairs) == [("a", "x"), ("b", "y"), ("c", "z")]
    assert len(pairs) == 3


def test_an_index_gives_a_pair_and_a_slice_gives_pairs(pairs):
    assert pairs[1] == ("b", "y")
    assert pairs[-1] == ("c", "z")
    assert pairs[1:] == Pairs(["b", "c"], ["y", "z"])
    assert pairs[5:] == Pairs([], [])


def test_every_source_needs_one_target():
    with pytest.raises(InputError, match="2 sources and 1 targets"):
        Pairs(["a", "b"], ["x"])


def test_a_stream_starts_anew_each_time(pairs):
    stream = PairStream(lambda: iter(pairs))
    assert list(stream) == list(stream) == list(pairs)
    assert list(stream.source) == list(stream.source) == pairs.source
    targets = stream.target
    assert list(targets) == list(targets) == pairs.target


def test_two_passes_over_a_stream_do_not_disturb_each_other(pairs):
    stream = PairStream(lambda: iter(pairs))
    sources, targets = iter(stream.source), iter(stream.target)
    assert [next(sources), next(targets), next(sources)] == ["a", "x", "b"]


def test_a_stream_opens_its_source_only_when_gone_through(pairs):
    opened = []
    stream = PairStream(lambda: opened.append(1) or iter(pairs))
    assert opened == []
    next(iter(stream))
    assert opened == [1]


def test_a_stream_is_read_into_memory_in_one_go():
    opened = []

    def open_pairs():
        opened.append(True)
        return iter([("a", "x"), ("b", "y")])

    assert PairStream(open_pairs).read() == Pairs(["a", "b"], ["x", "y"])
    assert len(opened) == 1


def test_evenly_spaced_pairs_come_from_all_over():
    pairs = Pairs([str(n) for n in range(10)], [str(-n) for n in range(10)])
    assert pairs.evenly_spaced(4).source == ["0", "2", "5", "7"]
    assert pairs.evenly_spaced(4).target == ["0", "-2", "-5", "-7"]
    assert pairs.evenly_spaced(10) == pairs.evenly_spaced(99) == pairs
    assert len(pairs.evenly_spaced(0)) == 0
