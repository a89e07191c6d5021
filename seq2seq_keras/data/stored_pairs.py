"""Encoded pairs in memory or in a temporary file, shuffled however many there are."""

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np

from seq2seq_keras.data.encoded_pairs import EncodedPairs
from seq2seq_keras.data.scratch_file import ScratchFile

# Pairs of a stream that are in memory at a time, and that lie side by side in the file.
PILE, BLOCK = 2**17, 2**6


class StoredPairs:
    """Pairs of which one pile after the other is in memory, or all in a single one.

    Pairs of a stream come in some thousand at a time. Once they are more than a pile,
    they go to a temporary file: each time they are shuffled and cut into small blocks,
    and each pile is made of blocks from all over. So it looks like all pairs, also
    where these come sorted by length or by topic. The piles stay the same; pairs of
    different piles never share a batch.

    Args:
        draw: Optional generator that shuffles; otherwise all stays in order.
        streamed: Whether a temporary file may be used.
        pile: Integer. The most pairs of a pile; by default `PILE`.
    """

    def __init__(
        self,
        draw: np.random.Generator | None,
        *,
        streamed: bool,
        pile: int | None = None,
    ) -> None:
        self._draw, self._streamed = draw, streamed
        self._pile = PILE if pile is None else pile
        self._parts: list[EncodedPairs] = []
        self._count = 0  # of their pairs
        self._file = ScratchFile("Training pairs that are streamed")
        self._blocks: list[_Block] = []
        self._dtypes: list[np.dtype] = []

    def add(self, pairs: EncodedPairs) -> None:
        """Takes some pairs."""
        self._parts.append(pairs)
        self._count += len(pairs.weights)
        if self._streamed and (self._blocks or self._count > self._pile):
            for part in self._parts:
                self._write(part)
            self._parts = []

    def _write(self, pairs: EncodedPairs) -> None:
        self._dtypes = [column.values.dtype for column in pairs.columns]
        count = len(pairs.weights)
        rows = np.arange(count) if self._draw is None else self._draw.permutation(count)
        for first in range(0, count, BLOCK):
            block = pairs.take(rows[first : first + BLOCK])
            content = block.to_bytes()
            place = self._file.append(content)
            self._blocks.append(_Block(place, len(content), len(block.weights)))

    @property
    def least_piles(self) -> int:
        """How many piles there are at least."""
        return max(1, math.ceil(len(self._blocks) * BLOCK / self._pile))

    def piles(self, count: int | None = None) -> Sequence["LoadedPile | StoredPile"]:
        """Deals the pairs out to piles, the fewest, or so many."""
        count = count or self.least_piles
        if not self._blocks:
            pairs = EncodedPairs.joined(self._parts)
            if count == 1:
                return [LoadedPile(pairs)]
            parts = np.array_split(self._order(len(pairs.weights)), count)
            return [LoadedPile(pairs.take(np.sort(part))) for part in parts]
        parts = np.array_split(self._order(len(self._blocks)), count)
        # From the front of the file to its end.
        return [StoredPile(self, np.sort(part)) for part in parts]

    def _order(self, count: int) -> np.ndarray:
        return np.arange(count) if self._draw is None else self._draw.permutation(count)

    def read(self, numbers: np.ndarray) -> Iterator[EncodedPairs]:
        """Reads blocks."""
        for number in numbers:
            block = self._blocks[number]
            content = self._file.read(block.place, block.size)
            yield EncodedPairs.from_bytes(content, block.pairs, self._dtypes)


@dataclasses.dataclass(frozen=True)
class LoadedPile:
    """Pairs that stay in memory."""

    pairs: EncodedPairs

    def load(self) -> EncodedPairs:
        """Returns them."""
        return self.pairs


@dataclasses.dataclass(frozen=True)
class StoredPile:
    """Pairs that fit the memory: the blocks of these numbers."""

    stored: StoredPairs
    blocks: np.ndarray

    def load(self) -> EncodedPairs:
        """Reads them."""
        return EncodedPairs.joined(list(self.stored.read(self.blocks)))


@dataclasses.dataclass(frozen=True)
class _Block:
    """Where pairs stand in the file, in bytes, and how many they are."""

    place: int
    size: int
    pairs: int
