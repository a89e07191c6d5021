"""Tests of seq2seq_keras.data.dataset; those of make_dataset cover what both share."""

import numpy as np
import pytest

from seq2seq_keras.data import Batches, PairStream, make_toy_pairs
from seq2seq_keras.text import CharacterTokenizer

PAIRS = make_toy_pairs("copy", 100)
TOKENIZER = CharacterTokenizer.fit(PAIRS.source)


@pytest.fixture(params=["memory", "stream"])
def batches(request):
    pairs = PAIRS if request.param == "memory" else PairStream(lambda: iter(PAIRS))
    return Batches(pairs, TOKENIZER, TOKENIZER, batch_size=8, seed=5)


def labels_of(dataset):
    return [labels.numpy().tolist() for _, labels, _ in dataset]


def test_an_epoch_has_the_same_order_whenever_it_is_read(batches):
    once, again = (labels_of(batches.epoch(3)) for _ in range(2))
    assert once == again
    assert once != labels_of(batches.epoch(4))
    assert len(once) == batches.count


def test_an_epoch_can_be_taken_up_in_its_middle(batches):
    assert labels_of(batches.epoch(3, skip=4)) == labels_of(batches.epoch(3))[4:]
    assert labels_of(batches.epoch(3, skip=batches.count)) == []


def test_every_epoch_has_all_pairs(batches):
    def rows(dataset):
        return sorted([t for t in row if t] for b in labels_of(dataset) for row in b)

    expected = rows(batches.every_epoch())
    assert len(expected) == len(PAIRS)
    assert rows(batches.epoch(0)) == rows(batches.epoch(7)) == expected


def test_tokens_are_counted_with_the_end_and_without_padding(batches):
    expected = sum(len(target) + 1 for target in PAIRS.target)
    counted = sum(
        np.count_nonzero(np.concatenate(labels))
        for labels in labels_of(batches.epoch(0))
    )
    assert batches.target_tokens == counted == expected
