"""Tests of seq2seq_keras.decoding.trie; the searches are in constraints_test."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.step import IMPOSSIBLE
from seq2seq_keras.decoding.trie import AllowedOutputs, make_trie


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
    state = constraint.initial_state(3)
    walks = [[4, 5, 3, 0], [6, 3, 0, 0], [4, 5, 3, 9]]
    allowed = [[{4, 6}] * 3, [{5}, {3}, {5}], [{3}, set(), {3}]]
    for index, tokens in enumerate(zip(*walks, strict=True)):
        changed = constraint(tf.zeros([3, 10]), index, state).numpy()
        if index < len(allowed):
            found = [set(np.flatnonzero(row == 0)) for row in changed]
            assert found == allowed[index]
        state = constraint.advance(tf.constant(tokens), index, state)
