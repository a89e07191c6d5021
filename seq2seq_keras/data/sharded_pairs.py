"""Pairs in files that are dealt out, so that nobody has to read all of them."""

import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

from seq2seq_keras.data.pair_files import PairFiles
from seq2seq_keras.data.pairs import PairStream
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers


@dataclasses.dataclass(frozen=True)
class ShardedPairs:
    """Pairs in shards, of which some are read here.

    Args:
        own: Dictionary from the numbers of these to their pairs, each a `PairStream`.
        count: Integer. How many shards there are, here and elsewhere.
        first: `PairStream` of some pairs, the same for everybody.
        files: The names of all files, dealt out in this order.
        orders: Set of the names of source and target columns, of files that were read.
    """

    own: Mapping[int, PairStream]
    count: int
    first: PairStream
    files: Sequence[str] = ()
    orders: set[tuple] = dataclasses.field(default_factory=set)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return itertools.chain.from_iterable(self.own.values())


@checks_numbers(count=(1, 4096))
def read_shards(
    paths: Sequence[str],
    own: Collection[int],
    count: int,
    options: ReadingOptions,
) -> ShardedPairs:
    """Deals tables out into shards: file after file, to one shard after the other.

    Nothing is read yet, but what the files are.

    Args:
        paths: Names of tables, folders or patterns.
        own: The numbers of the shards that are read here.
        count: Integer. How many shards there are.
        options: `ReadingOptions`.

    Returns:
        `ShardedPairs`.

    Raises:
        InputError: If there are fewer files than shards, or they are no tables.
    """
    files = PairFiles(paths, None, options)
    if files.targets is not None:
        raise InputError("`shards` are made of tables, not of parallel text.")
    if len(files.sources) < count:
        raise InputError(
            f"There are {len(files.sources)} files, too few for {count} `shards`."
        )

    orders: set[tuple] = set()

    def stream(names: Sequence[str]) -> PairStream:
        return PairStream(lambda: iter(PairFiles(names, None, options, orders=orders)))

    shards = {number: stream(files.sources[number::count]) for number in sorted(own)}
    first = stream(files.sources[:1])
    return ShardedPairs(shards, count, first, files.sources, orders)
