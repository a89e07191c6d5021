"""Batches of which each shard of the pairs gives a part."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.data.batch_order import batches_by_length
from seq2seq_keras.data.dataset import Batches, Found
from seq2seq_keras.data.encoded_pairs import EncodedPairs
from seq2seq_keras.data.sharded_pairs import ShardedPairs
from seq2seq_keras.data.stored_pairs import PILE, StoredPairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import Tokenizer

# What everybody says, in the order of their numbers.
Gather = Callable[[Sequence[str]], list[str]]


class ShardedBatches(Batches):
    """Pairs in batches to which every shard gives as many, of like length.

    So which pairs share a step depends on the shards, and not on who reads which. All
    batches of a shard lie in a row by their length, and each step takes those that lie
    at the same place: so they are about as long, and whoever has another shard does not
    wait long. A shard that has fewer gives nothing to some steps.

    Args:
        pairs: `ShardedPairs`.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        gather: Function that tells all who read other shards some texts, and returns
            those of all; by default nobody does.
        observe: Optional function as of `Batches`, with the number of the shard before.
        **options: As of `Batches`, but for `share`.

    Attributes:
        count: Batches in an epoch.
        target_tokens: Tokens to predict in an epoch, of all shards.
    """

    def __init__(
        self,
        pairs: ShardedPairs,
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        *,
        gather: Gather = list,
        **options: Any,
    ) -> None:
        self._gather = gather
        super().__init__(pairs, source_tokenizer, target_tokenizer, **options)  # type: ignore[arg-type]

    def _open(self, pairs: ShardedPairs, observe: Any) -> Found:
        size, self._by = self._size
        if size < pairs.count:
            raise InputError(
                f"A batch has pairs of each of the {pairs.count} `shards`, and "
                f"`batch_size` is {size}. Choose more, or fewer shards."
            )
        self._size = (size // pairs.count, self._by)
        self._stored: dict[int, Sequence[Any]] = {}
        found, counts = [Found()], {}
        for number, stream in pairs.own.items():

            def told(rows: Any, tokens: Any, number: int = number) -> None:
                observe(number, rows, tokens)

            draw = self._draw_shard(number, 0) if self._shuffle else None
            stored = StoredPairs(draw, streamed=True, pile=PILE // pairs.count)
            found.append(self._read(stream, told if observe else None, stored))
            if not found[-1].kept:
                raise InputError(
                    f"Shard {number} of {pairs.count} has no pair to learn from. Take "
                    "fewer `shards`."
                )
            self._stored[number] = stored.piles()
            counts[number] = self._count(self._stored[number])
        return self._agree(Found.together(found), list(counts.values()))

    def _agree(self, found: Found, counts: list[list[int]]) -> Found:
        """What all shards come to, here and elsewhere."""
        said = self._gather([json.dumps((found, counts))])
        everyone = [json.loads(text) for text in said]
        counts = [row for _, rows in everyone for row in rows]
        piles = max(map(len, counts), default=0)
        self._counts = [
            max(row[place] if place < len(row) else 0 for row in counts)
            for place in range(piles)
        ]
        return Found.together([Found(*told) for told, _ in everyone])

    def _batches(self, epoch: int, skip: int) -> Iterator[Any]:
        for number, skipped in self._piles_left(epoch, skip):
            places = np.arange(self._counts[number])
            if self._shuffle:
                places = self._draw(epoch + 1, number + 1).permutation(places)
            shards = dict(self._load(epoch, number))
            for place in places[skipped:].tolist():
                yield self._step(shards, (epoch, number, place))

    def _load(
        self, epoch: int, number: int
    ) -> Iterator[tuple[int, tuple[EncodedPairs, list[np.ndarray]]]]:
        """The pile of this number of each shard, and its batches."""
        for shard, piles in self._stored.items():
            if number < len(piles):
                pile = piles[number].load()
                draw = self._draw_shard(shard, epoch + 1, number + 1)
                batches = batches_by_length(
                    pile.lengths,
                    *self._size,
                    draw if self._shuffle else None,
                    mixed=False,
                )
                yield shard, (pile, batches)

    def _step(self, shards: dict[int, Any], step: tuple[int, int, int]) -> Any:
        epoch, number, place = step
        parts = []
        for shard, (pile, batches) in shards.items():
            if place < len(batches):
                draw = self._draw_shard(shard, epoch + 1, number + 1, place + 1)
                seed = int(draw.integers(2**31))
                rows = pile.take(batches[place])
                parts.append(self._encoder.with_ids(rows, seed))
        if parts:
            return self._padded(EncodedPairs.joined(parts))
        inputs, labels, weights = self._padded(self._any_pair())
        return inputs, labels * False, weights * False

    def _any_pair(self) -> EncodedPairs:
        """A pair, for whoever has none for a step."""
        piles = next(iter(self._stored.values()))
        return self._encoder.with_ids(piles[0].load().take(np.array([0])), 0)

    def _draw_shard(
        self, shard: int, epoch: int, pile: int = 0, batch: int = 0
    ) -> np.random.Generator:
        return np.random.default_rng((self._seed, epoch, pile, batch, shard + 1))
