"""Rules for what may be written, whatever the search."""

import abc
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.base import IMPOSSIBLE
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import END_ID, PAD_ID

_NO_LIMIT = 2**31 - 1


class Constraint(abc.ABC):
    """Changes the log-probabilities that a search ranks the next tokens by.

    What it remembers of a hypothesis is its state, a nest of tensors with a row for
    each hypothesis. Searches repeat and re-order it as they do the decoder's states.
    The model's own log-probabilities, which a search reports, stay as they are.
    """

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        """The state before the first token, with a row for each sentence."""
        return ()

    @abc.abstractmethod
    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        """Log-probabilities `(rows, vocabulary_size)` to rank by instead.

        `index` is the number of tokens decided so far. What may not be written gets
        `IMPOSSIBLE` added; nothing may become more than 0, since the beam search
        relies on sums that only fall.
        """

    def advance(self, token_ids: tf.Tensor, index: tf.Tensor, state: Any) -> Any:
        """The state after `token_ids`, `(rows,)`, have been written."""
        return state


class AllOf(Constraint):
    """Several constraints as one, each applied to what those before it left.

    Args:
        constraints: Sequence of `Constraint`s.
    """

    def __init__(self, constraints: Sequence[Constraint]) -> None:
        self.constraints = tuple(constraints)

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        return tuple(each.initial_state(batch_size) for each in self.constraints)

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        for each, own in zip(self.constraints, state, strict=True):
            log_probabilities = each(log_probabilities, index, own)
        return log_probabilities

    def advance(self, token_ids: tf.Tensor, index: tf.Tensor, state: Any) -> Any:
        return tuple(
            each.advance(token_ids, index, own)
            for each, own in zip(self.constraints, state, strict=True)
        )


class MinimumLength(Constraint):
    """No `<eos>` before a length is reached.

    Args:
        length: int32 tensor, shape `(batch,)`. The fewest tokens, `<eos>` counted.
    """

    def __init__(self, length: tf.Tensor) -> None:
        self.length = length

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        return tf.broadcast_to(self.length, [batch_size])

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        is_end = tf.range(tf.shape(log_probabilities)[-1]) == END_ID
        return forbid(log_probabilities, is_end & (index + 1 < state)[:, None])


class Prefix(Constraint):
    """Every hypothesis begins with given tokens.

    Args:
        token_ids: int32 tensor, shape `(batch, prefix_length)`, padded with 0.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens of a
            hypothesis: where a prefix is longer nothing can be written.
    """

    def __init__(
        self, token_ids: tf.Tensor, max_length: int | tf.Tensor = _NO_LIMIT
    ) -> None:
        self.token_ids, self.max_length = token_ids, max_length

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        lengths = tf.math.count_nonzero(self.token_ids, axis=1, dtype=tf.int32)
        return self.token_ids, lengths <= self.max_length

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        token_ids, fits = state
        # Padding has no say, and behind the last column there is padding.
        padded = tf.pad(token_ids, [[0, 0], [0, 1]], constant_values=PAD_ID)
        forced = padded[:, tf.minimum(index, tf.shape(token_ids)[1])][:, None]
        is_other = tf.range(tf.shape(log_probabilities)[-1]) != forced
        is_other &= forced != PAD_ID
        return forbid(log_probabilities, is_other | ~fits[:, None])


class _WithHistory(Constraint):
    """Remembers all tokens of a hypothesis, `max_length` at most."""

    def __init__(self, max_length: int | tf.Tensor) -> None:
        self.max_length = max_length

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        return tf.fill([batch_size, self.max_length], PAD_ID)

    def advance(self, token_ids: tf.Tensor, index: tf.Tensor, state: Any) -> Any:
        is_now = tf.range(tf.shape(state)[1]) == index
        return tf.where(is_now, token_ids[:, None], state)


class RepetitionPenalty(_WithHistory):
    """Tokens that were written before are less likely to be written again.

    Their log-probabilities are multiplied by `penalty`, so scores are lower too.

    Args:
        penalty: Float, 1 or more.
        max_length: int32 scalar.

    Reference:
        - [Keskar et al., 2019](https://arxiv.org/abs/1909.05858), section 4.1.
    """

    @checks_numbers(penalty=(1, 1000))
    def __init__(self, penalty: float | tf.Tensor, max_length: int | tf.Tensor) -> None:
        super().__init__(max_length)
        self.penalty = penalty

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        written = _mark(state, state != PAD_ID, tf.shape(log_probabilities)[-1])
        return tf.where(written, self.penalty * log_probabilities, log_probabilities)


class BlockNgrams(_WithHistory):
    """No sequence of `size` tokens occurs twice.

    Args:
        size: Integer, 1 or more; or int32 scalar, 0 for no such rule.
        max_length: int32 scalar.

    Reference:
        - [Paulus et al., 2018](https://arxiv.org/abs/1705.04304), section 2.5.
    """

    @checks_numbers(size=(1, 100))
    def __init__(self, size: int | tf.Tensor, max_length: int | tf.Tensor) -> None:
        super().__init__(max_length)
        self.size = size

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        known = tf.maximum(self.size - 1, 0)
        # Room for the window, so that every position has one.
        padded = tf.pad(state, [[0, 0], [known, known]], constant_values=PAD_ID)
        latest = padded[:, index : index + known]
        places = tf.range(known, known + tf.shape(state)[1])
        # (rows, count, known)
        earlier = tf.gather(padded, places[:, None] + tf.range(known), axis=1)
        same = tf.reduce_all(earlier == latest[:, None], axis=2)
        following = tf.gather(padded, places + known, axis=1)
        same &= (following != PAD_ID) & (index >= known) & (self.size > 0)
        again = _mark(following, same, tf.shape(log_probabilities)[-1])
        return forbid(log_probabilities, again)


class Trie(NamedTuple):
    """A tree of token sequences; node 0 is their common beginning.

    Attributes:
        starts: int32, shape `(nodes + 1,)`: the edges of node `n` are those from
            `starts[n]` to before `starts[n + 1]`.
        token_ids: int32, shape `(edges,)`: what each edge writes, ascending within a
            node.
        children: int32, shape `(edges,)`: the node it leads to.
        left: int32, shape `(edges,)`: the fewest tokens behind it, `<eos>` counted.
    """

    starts: np.ndarray
    token_ids: np.ndarray
    children: np.ndarray
    left: np.ndarray


def make_trie(sequences: Iterable[Sequence[int]]) -> Trie:
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
    # How far it is from each node to the end; children are made after their parents.
    steps = [0] * len(nodes)
    for number in reversed(range(len(nodes))):
        if nodes[number]:
            steps[number] = 1 + min(steps[child] for child in nodes[number].values())
    left = np.array(steps, "int32")[children]
    return Trie(np.cumsum([0, *counts], dtype="int32"), token_ids, children, left)


class AllowedOutputs(Constraint):
    """Only the sequences of a trie are written.

    Args:
        trie: A `Trie`, of arrays or of tensors.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens of a
            hypothesis: sequences that are longer, `<eos>` counted, are not begun.

    Reference:
        - [De Cao et al., 2021](https://arxiv.org/abs/2010.00904), section 3.2.
    """

    def __init__(self, trie: Trie, max_length: int | tf.Tensor = _NO_LIMIT) -> None:
        self.trie, self.max_length = trie, max_length

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        longest = tf.broadcast_to(self.max_length, [batch_size])
        return tf.zeros([batch_size], tf.int32), longest

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        nodes, longest = state
        edges, rows = self._edges(nodes)
        shape = tf.shape(log_probabilities)
        indices = tf.stack([rows, tf.gather(self.trie.token_ids, edges)], axis=-1)
        fits = tf.gather(self.trie.left, edges) < tf.gather(longest, rows) - index
        counts = tf.scatter_nd(indices, tf.cast(fits, tf.int32), shape)
        return forbid(log_probabilities, counts == 0)

    def advance(self, token_ids: tf.Tensor, index: tf.Tensor, state: Any) -> Any:
        nodes, longest = state
        edges, rows = self._edges(nodes)
        taken = tf.gather(self.trie.token_ids, edges) == tf.gather(token_ids, rows)
        # A hypothesis that left the trie is dead; wherever it goes, it is not kept.
        children = tf.where(taken, tf.gather(self.trie.children, edges), 0)
        return tf.math.unsorted_segment_sum(children, rows, tf.size(nodes)), longest

    def _edges(self, nodes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The edges of the node of each row, and the row of each edge."""
        first, last = (tf.gather(self.trie.starts, nodes + i) for i in (0, 1))
        edges = tf.ragged.range(first, last, row_splits_dtype=tf.int32)
        return edges.flat_values, tf.cast(edges.value_rowids(), tf.int32)


def forbid(log_probabilities: tf.Tensor, forbidden: tf.Tensor) -> tf.Tensor:
    """Log-probabilities of which some tokens are impossible.

    Args:
        log_probabilities: Shape `(rows, vocabulary_size)`.
        forbidden: Boolean tensor that broadcasts to that shape.

    Returns:
        A tensor of the same shape.
    """
    return log_probabilities + tf.where(forbidden, IMPOSSIBLE, 0.0)


def _mark(
    token_ids: tf.Tensor, where: tf.Tensor, vocabulary_size: tf.Tensor
) -> tf.Tensor:
    """Which tokens of the vocabulary occur in each row: `(rows, vocabulary_size)`."""
    rows = tf.shape(token_ids)[0]
    row = tf.broadcast_to(tf.range(rows)[:, None], tf.shape(token_ids))
    indices = tf.stack([row, token_ids], axis=-1)
    counts = tf.scatter_nd(indices, tf.cast(where, tf.int32), [rows, vocabulary_size])
    return counts > 0
