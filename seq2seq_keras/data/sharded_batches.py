"""Batches of which each shard of the pairs gives a part."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.data.batch_order import batches_by_length
from seq2seq_keras.data.dataset import Batches, PairTotals
from seq2seq_keras.data.encoded_pairs import EncodedPairs
from seq2seq_keras.data.sharded_pairs import ShardedPairs
from seq2seq_keras.data.stored_pairs import BLOCK, PILE, StoredPairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import Tokenizer

# What everybody says, in the order of their numbers.
Gather = Callable[[Sequence[str]], list[str]]


class ShardedBatches(Batches):
    """Pairs in batches to which every shard gives as many, of like length.

    So which pairs share a step depends on the shards, and not on who reads which. All
    batches of a shard lie in a row by their length, and each step takes those that lie
    at the same share of the way: so they are about as long where the shards are alike,
    and whoever has another shard does not wait long. A shard that has fewer gives
    nothing to some steps, of all lengths.

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

    def _open(self, pairs: ShardedPairs, observe: Any) -> PairTotals:
        size, self._by = self._size
        if size < pairs.count:
            raise InputError(
                f"A batch has pairs of each of the {pairs.count} `shards`, and "
                f"`batch_size` is {size}. Choose more, or fewer shards."
            )
        self._size = (size // pairs.count, self._by)
        found, kept = [PairTotals()], {}
        for number, stream in pairs.own.items():

            def told(rows: Any, tokens: Any, number: int = number) -> None:
                observe(number, rows, tokens)

            draw = self._draw_shard(number, 0) if self._shuffle else None
            pile = max(BLOCK, PILE // pairs.count)
            stored = StoredPairs(draw, streamed=True, pile=pile)
            found.append(self._read(stream, told if observe else None, stored))
            if not found[-1].kept:
                raise InputError(
                    f"Shard {number} of {pairs.count} has no pair to learn from. Take "
                    "fewer `shards`."
                )
            kept[number] = stored
        # As many piles of each shard: half a pile would make half a batch.
        least = max((stored.least_piles for stored in kept.values()), default=1)
        piles = max(self._told(least))
        self._stored: dict[int, Sequence[Any]] = {
            number: stored.piles(piles) for number, stored in kept.items()
        }
        pair = next(iter(self._stored.values()))[0].load().take(np.array([0]))
        self._any_pair = self._encoder.with_ids(pair, 0)
        own = [self._count(each) for each in self._stored.values()]
        counts = [row for rows in self._told(own) for row in rows]
        self._counts = [max(column) for column in zip(*counts, strict=True)]
        everyone = self._told(PairTotals.together(found))
        return PairTotals.together([PairTotals(*told) for told in everyone])

    def _told(self, mine: Any) -> list[Any]:
        """What all who read shards say, this one among them."""
        return [json.loads(text) for text in self._gather([json.dumps(mine)])]

    def _batches(self, epoch: int, skip: int) -> Iterator[Any]:
        for number, skipped in self._piles_left(epoch, skip):
            count = self._counts[number]
            places = np.arange(count)
            if self._shuffle:
                places = self._draw(epoch + 1, number + 1).permutation(places)
            shards = dict(self._load(epoch, number))
            for place in places[skipped:].tolist():
                rows = {
                    shard: pile.take(batches[place * len(batches) // count])
                    for shard, (pile, batches) in shards.items()
                    if _has_its_turn(place, len(batches), count)
                }
                yield self._step(rows, (epoch, number, place))

    def _load(
        self, epoch: int, number: int
    ) -> Iterator[tuple[int, tuple[EncodedPairs, list[np.ndarray]]]]:
        """The pile of this number of each shard, and its batches."""
        for shard, piles in self._stored.items():
            pile = piles[number].load()
            draw = self._draw_shard(shard, epoch + 1, number + 1)
            batches = batches_by_length(
                pile.lengths,
                *self._size,
                draw if self._shuffle else None,
                mixed=False,
            )
            yield shard, (pile, batches)

    def _step(self, rows: dict[int, EncodedPairs], step: tuple[int, int, int]) -> Any:
        epoch, number, place = step
        parts = []
        for shard, pairs in rows.items():
            draw = self._draw_shard(shard, epoch + 1, number + 1, place + 1)
            parts.append(self._encoder.with_ids(pairs, int(draw.integers(2**31))))
        if parts:
            return self._padded(EncodedPairs.joined(parts))
        # Whoever has none for a step computes with one that counts nothing.
        inputs, labels, weights = self._padded(self._any_pair)
        return inputs, labels * False, weights * False

    def _draw_shard(
        self, shard: int, epoch: int, pile: int = 0, batch: int = 0
    ) -> np.random.Generator:
        return np.random.default_rng((self._seed, epoch, pile, batch, shard + 1))


def _has_its_turn(place: int, batches: int, places: int) -> bool:
    """Whether one of so many batches is taken at this of so many places."""
    return (place + 1) * batches // places > place * batches // places
