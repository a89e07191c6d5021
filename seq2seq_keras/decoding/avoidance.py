"""Words that are not to be written, however the tokens cut and join them."""

import collections
import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.constraints import Constraint, forbid
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID

WORD_BORDER = "\x1f"  # however often it comes in a row, it is one
_FOUND = -1  # the state, and the node, in which a phrase is whole
_NOTHING = 0  # the node in which no phrase has begun


class Avoidance(NamedTuple):
    """An automaton that reads tokens and knows when a phrase to avoid is whole.

    State 0 is that of the beginning, -1 that in which a phrase is whole.

    Attributes:
        first: int32, shape `(vocabulary_size,)`: the state after each token where no
            phrase has begun, not even by the border of a word.
        starts: int32, shape `(states + 1,)`: what state `n` does otherwise than that
            stands from `starts[n]` to before `starts[n + 1]`.
        token_ids: int32, shape `(exceptions,)`: after which tokens.
        states: int32, shape `(exceptions,)`: the state after them.
    """

    first: np.ndarray
    starts: np.ndarray
    token_ids: np.ndarray
    states: np.ndarray


def make_avoidance(phrases: Sequence[str], spellings: Sequence[str]) -> Avoidance:
    """Makes the automaton of some phrases.

    Args:
        phrases: List of non-empty strings.
        spellings: For each token of the vocabulary what it adds to the text in which
            the phrases are looked for.

    Returns:
        An `Avoidance`.

    Example:

    >>> spellings = ["", "?", "", "", "c", "a", "t", "at"]
    >>> make_avoidance(["cat"], spellings).first  # "c" begins it
    array([0, 0, 0, 0, 1, 0, 0, 0], dtype=int32)
    """
    letters = _Letters(phrases)
    # Padding and `<sos>` are never written; as letters they would mean something.
    written = {
        token_id: spelling
        for token_id, spelling in enumerate(spellings)
        if not spelling or token_id not in (PAD_ID, START_ID)
    }
    numbers, waiting = {letters.start: 0}, [letters.start]

    def number(node: int) -> int:
        if node == _FOUND:
            return _FOUND
        if node not in numbers:
            numbers[node] = len(numbers)
            waiting.append(node)
        return numbers[node]

    first = np.zeros(len(spellings), "int32")
    for token_id, spelling in written.items():
        first[token_id] = number(letters.read(_NOTHING, spelling))
    tokens = _Tokens(written)
    rows: list[dict[int, int]] = []
    for node in waiting:  # which grows meanwhile
        rows.append({i: number(to) for i, to in _exceptions(letters, node, tokens)})
    _close_dead_ends(first, rows)
    token_ids = np.array([token_id for row in rows for token_id in row], "int32")
    states = np.array([state for row in rows for state in row.values()], "int32")
    starts = np.cumsum([0, *map(len, rows)], dtype="int32")
    return Avoidance(first, starts, token_ids, states)


def _exceptions(
    letters: "_Letters", node: int, tokens: "_Tokens"
) -> Iterator[tuple[int, int]]:
    """The tokens after which a node is elsewhere than where nothing has begun.

    Both read the letters of all tokens at once, and where they meet they stay
    together, whatever follows: few tokens of a large vocabulary are read at all.
    """
    waiting = [(tokens, node, _NOTHING)] if node != _NOTHING else []
    while waiting:
        tokens, here, usual = waiting.pop()
        # Where a phrase is whole nothing matters that a token goes on with.
        for token_id in tokens.spellings if here == _FOUND else tokens.whole:
            yield token_id, here
        if here == _FOUND:
            continue
        for letter in sorted(tokens.longer.keys() & letters.differing(here, usual)):
            to = letters.step(here, letter), letters.step(usual, letter)
            if to[0] != to[1]:
                waiting.append((tokens.longer[letter], *to))


class _Tokens:
    """The tokens whose spellings begin alike, by what follows, once that is asked."""

    def __init__(self, spellings: dict[int, str], length: int = 0) -> None:
        self.spellings, self.length = spellings, length

    @functools.cached_property
    def whole(self) -> list[int]:
        """Those that have no further letter."""
        return [i for i, text in self.spellings.items() if len(text) == self.length]

    @functools.cached_property
    def longer(self) -> "dict[str, _Tokens]":
        """The others by their next letter."""
        found: dict[str, dict[int, str]] = collections.defaultdict(dict)
        for token_id, text in self.spellings.items():
            if len(text) > self.length:
                found[text[self.length]][token_id] = text
        return {letter: _Tokens(own, self.length + 1) for letter, own in found.items()}


def _close_dead_ends(first: np.ndarray, rows: list[dict[int, int]]) -> None:
    """Where every token would complete a phrase, one must not get."""
    writable = [i for i in range(len(first)) if i not in (PAD_ID, START_ID)]

    def is_closed(row: dict[int, int]) -> bool:
        return all(row.get(i, first[i]) == _FOUND for i in writable)

    while closed := {n for n, row in enumerate(rows) if n and is_closed(row)}:
        change = first.copy()
        change[np.isin(first, list(closed))] = _FOUND
        changed = not np.array_equal(change, first)
        first[:] = change
        for row in rows:
            for token_id, state in row.items():
                if state in closed:
                    row[token_id], changed = _FOUND, True
        if not changed:
            return


class _Letters:
    """The automaton of Aho and Corasick, which reads letters and not tokens."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.children: list[dict[str, int]] = [{}]
        self.letters = [""]
        self.back = [_NOTHING]
        self.others = [_NOTHING]
        self.whole = [False]
        for phrase in phrases:
            node = _NOTHING
            for letter in phrase:
                if not WORD_BORDER == letter == self.letters[node]:
                    node = self._child(node, letter)
            self.whole[node] = True
        self._link()
        # Text begins as after a border.
        self.start = self.step(_NOTHING, WORD_BORDER)

    def _child(self, node: int, letter: str) -> int:
        if letter not in self.children[node]:
            self.children[node][letter] = len(self.children)
            self.children.append({})
            self.letters.append(letter)
            self.back.append(_NOTHING)
            self.others.append(_NOTHING)
            self.whole.append(False)
        return self.children[node][letter]

    def _link(self) -> None:
        """Finds for each node the longest other one that it ends with."""
        queue = collections.deque(self.children[_NOTHING].values())
        while queue:
            node = queue.popleft()
            for letter, child in self.children[node].items():
                back = self._advance(self.back[node], letter)
                self.back[child] = back
                self.whole[child] |= self.whole[back]
                # What goes on by no other letters need not be looked at, or a phrase
                # of one letter over and over would be gone through again and again.
                is_needless = self.children[back].keys() <= self.children[child].keys()
                self.others[child] = self.others[back] if is_needless else back
                queue.append(child)

    def _advance(self, node: int, letter: str) -> int:
        while letter not in self.children[node] and node:
            node = self.others[node]
        return self.children[node].get(letter, _NOTHING)

    def step(self, node: int, letter: str) -> int:
        """The node after a letter; none leads on from where a phrase was whole."""
        if node == _FOUND or letter == WORD_BORDER == self.letters[node]:
            return node
        node = self._advance(node, letter)
        return _FOUND if self.whole[node] else node

    def read(self, node: int, text: str) -> int:
        for letter in text:
            node = self.step(node, letter)
        return node

    def differing(self, *nodes: int) -> set[str]:
        """The letters after which nodes may go different ways."""
        known = {WORD_BORDER}
        for node in nodes:
            while node != _NOTHING:  # from which all go on alike
                known |= self.children[node].keys()
                node = self.others[node]
        return known


class Avoid(Constraint):
    """No hypothesis contains any of some phrases.

    Args:
        avoidance: An `Avoidance`, of arrays or of tensors.
        max_length: int32 tensor, shape `(batch,)`. Where a hypothesis ends without
            `<eos>`; a word may be whole because nothing follows.

    Reference:
        - [Aho & Corasick, 1975](https://doi.org/10.1145/360825.360855).
    """

    def __init__(self, avoidance: Avoidance, max_length: int | tf.Tensor) -> None:
        self.avoidance = avoidance
        self.max_length = max_length
        # Whether the end of the text would complete a phrase, of each state.
        states = tf.range(tf.size(avoidance.starts) - 1)
        ends = self._after(states, tf.fill(tf.shape(states), END_ID))
        self.ends_badly = ends == _FOUND

    def initial_state(self, batch_size: tf.Tensor) -> Any:
        longest = tf.broadcast_to(self.max_length, [batch_size])
        return tf.zeros([batch_size], tf.int32), longest

    def __call__(
        self, log_probabilities: tf.Tensor, index: tf.Tensor, state: Any
    ) -> tf.Tensor:
        states, longest = state
        is_last = index + 1 >= longest
        edges, rows = self._exceptions(states)
        token_ids = tf.gather(self.avoidance.token_ids, edges)
        size = tf.shape(log_probabilities)[-1]
        # A token of the source that is copied has no exceptions.
        first = tf.pad(
            self.avoidance.first, [[0, size - tf.size(self.avoidance.first)]]
        )
        usual = self._is_bad(first, is_last[:, None])
        special = self._is_bad(
            tf.gather(self.avoidance.states, edges), tf.gather(is_last, rows)
        )
        places = tf.stack([rows, token_ids], axis=1)
        return forbid(
            log_probabilities, tf.tensor_scatter_nd_update(usual, places, special)
        )

    def advance(self, token_ids: tf.Tensor, index: tf.Tensor, state: Any) -> Any:
        states, longest = state
        return self._after(states, token_ids), longest

    def _is_bad(self, following: tf.Tensor, is_last: tf.Tensor) -> tf.Tensor:
        at_end = tf.gather(self.ends_badly, tf.maximum(following, 0))
        return (following == _FOUND) | (at_end & is_last)

    def _after(self, states: tf.Tensor, token_ids: tf.Tensor) -> tf.Tensor:
        count = tf.size(self.avoidance.first)
        usual = tf.gather(self.avoidance.first, tf.minimum(token_ids, count - 1))
        usual = tf.where(token_ids < count, usual, 0)
        edges, rows = self._exceptions(states)
        taken = tf.gather(self.avoidance.token_ids, edges) == tf.gather(token_ids, rows)
        places = tf.boolean_mask(rows, taken)[:, None]
        special = tf.boolean_mask(tf.gather(self.avoidance.states, edges), taken)
        return tf.tensor_scatter_nd_update(usual, places, special)

    def _exceptions(self, states: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """What the state of each row does otherwise, and the row of each."""
        # A hypothesis that has a phrase is dead; whatever it is told, it is not kept.
        states = tf.maximum(states, 0)
        first, last = (tf.gather(self.avoidance.starts, states + i) for i in (0, 1))
        edges = tf.ragged.range(first, last, row_splits_dtype=tf.int32)
        return edges.flat_values, tf.cast(edges.value_rowids(), tf.int32)
