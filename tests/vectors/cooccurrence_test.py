"""Tests of seq2seq_keras.vectors: cooccurrence."""

import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.vectors import count_cooccurrences

SENTENCES = st.lists(st.lists(st.sampled_from("abcdx"), max_size=7), max_size=8)
INDEX = {"a": 0, "b": 1, "c": 2, "d": 3}


def slow_count(sentences, window):
    """Adds 1 / distance for every ordered pair of places in a sentence."""
    counts = collections.Counter()
    for sentence in sentences:
        known = [INDEX[word] for word in sentence if word in INDEX]
        for here, word in enumerate(known):
            for there, other in enumerate(known):
                if 0 < abs(here - there) <= window:
                    counts[word, other] += 1 / abs(here - there)
    return counts


@given(SENTENCES, st.integers(1, 8), st.integers(1, 20))
def test_pairs_are_counted_as_by_hand_in_chunks_of_any_size(sentences, window, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seq2seq_keras.vectors.counts._CHUNK_TOKENS", size)
        first, second, counts = count_cooccurrences(sentences, INDEX, window)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    expected = slow_count(sentences, window)
    assert set(pairs) == set(expected)
    for pair, count in zip(pairs, counts, strict=True):
        assert count == pytest.approx(expected[pair], rel=1e-5)
