"""Decoding restricted to a list of outputs."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.constraints import Constraint, forbid
from seq2seq_keras.special_tokens import END_ID


class Trie(NamedTuple):
    """A tree of token sequences; node 0 is their common beginning.

    Attributes:
        starts: int32, shape `(nodes + 1,)`: the edges of node `n` are those from
            `starts[n]` to before `starts[n + 1]`.
        token_ids: int32, shape `(edges,)`: what each edge writes, ascending within a
            node.
        children: int32, shape `(edges,)`: the node it leads to.
    """

    starts: np.ndarray
    token_ids: np.ndarray
    children: np.ndarray


def make_trie(sequences):
    """Makes a trie of token sequences, each of which ends with `<eos>` in it.

    Args:
        sequences: Iterable of lists of token ids, without `<eos>`.

    Returns:
        A `Trie`.

    Example:

    >>> make_trie([[7, 5], [7, 6]]).token_ids  # 7, then 5 or 6, then <eos>
    array([7, 5, 6, 3, 3], dtype=int32)
    """
    nodes: list[dict[int, int]] = [{}]
    for sequence in sequences:
        node = 0
        for token_id in (*sequence, END_ID):
            if token_id not in nodes[node]:
                nodes[node][token_id] = len(nodes)
                nodes.append({})
            node = nodes[node][token_id]
    edges = [edge for node in nodes for edge in sorted(node.items())]
    counts = [len(node) for node in nodes]
    token_ids, children = np.array(edges, "int32").reshape(-1, 2).T
    return Trie(np.cumsum([0, *counts], dtype="int32"), token_ids, children)


class AllowedOutputs(Constraint):
    """Only the sequences of a trie are written.

    Args:
        trie: A `Trie`, of arrays or of tensors.

    Reference:
        - [De Cao et al., 2021](https://arxiv.org/abs/2010.00904), section 3.2.
    """

    def __init__(self, trie):
        self.trie = trie

    def initial_state(self, batch_size):
        return tf.zeros([batch_size], tf.int32)

    def __call__(self, log_probabilities, index, state):
        edges, rows = self._edges(state)
        shape = tf.shape(log_probabilities)
        indices = tf.stack([rows, tf.gather(self.trie.token_ids, edges)], axis=-1)
        counts = tf.scatter_nd(indices, tf.ones_like(rows), shape)
        return forbid(log_probabilities, counts == 0)

    def advance(self, token_ids, index, state):
        edges, rows = self._edges(state)
        taken = tf.gather(self.trie.token_ids, edges) == tf.gather(token_ids, rows)
        # A hypothesis that left the trie is dead; wherever it goes, it is not kept.
        children = tf.where(taken, tf.gather(self.trie.children, edges), 0)
        return tf.math.unsorted_segment_sum(children, rows, tf.size(state))

    def _edges(self, nodes):
        """The edges of the node of each row, and the row of each edge."""
        first, last = (tf.gather(self.trie.starts, nodes + i) for i in (0, 1))
        edges = tf.ragged.range(first, last, row_splits_dtype=tf.int32)
        return edges.flat_values, tf.cast(edges.value_rowids(), tf.int32)
