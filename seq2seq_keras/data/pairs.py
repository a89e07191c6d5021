"""Source and target sentences side by side, in memory or streamed."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, overload

from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.ranges import checks_numbers

# A source, its target, and how much it counts where that is not 1.
Pair = tuple[str, str] | tuple[str, str, float]


@dataclasses.dataclass(frozen=True)
class Pairs:
    """Sentence pairs in memory.

    Args:
        source: List of strings.
        target: List of strings, as many.

    Raises:
        InputError: If the two differ in number.

    Example:

    >>> pairs = Pairs(["a", "b"], ["x", "y"])
    >>> len(pairs), list(pairs), pairs[1:]
    (2, [('a', 'x'), ('b', 'y')], Pairs(source=['b'], target=['y']))
    """

    source: list[str]
    target: list[str]

    def __post_init__(self) -> None:
        check_texts(source=self.source, target=self.target)
        if len(self.source) != len(self.target):
            raise InputError(
                "Every source needs one target. Received: "
                f"{len(self.source)} sources and {len(self.target)} targets"
            )

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(self.source, self.target, strict=True)

    @overload
    def __getitem__(self, part: slice) -> "Pairs": ...

    @overload
    def __getitem__(self, part: int) -> tuple[str, str]: ...

    def __getitem__(self, part: slice | int) -> "Pairs | tuple[str, str]":
        if isinstance(part, slice):
            return Pairs(self.source[part], self.target[part])
        return self.source[part], self.target[part]

    @checks_numbers(count=(0, 10**9))
    def evenly_spaced(self, count: int) -> "Pairs":
        """At most `count` pairs from all over; corpora are often sorted by length.

        Args:
            count: Integer. Number of pairs.

        Returns:
            `Pairs`, in their order.

        Example:

        >>> Pairs(["a", "b", "c", "d"], ["w", "x", "y", "z"]).evenly_spaced(2)
        Pairs(source=['a', 'c'], target=['w', 'y'])
        """
        if count >= len(self):
            return self
        rows = [index * len(self) // count for index in range(count)]
        return Pairs(
            [self.source[row] for row in rows], [self.target[row] for row in rows]
        )


@dataclasses.dataclass(frozen=True)
class PairStream:
    """Sentence pairs that are read anew each time they are gone through.

    It takes the place of `Pairs` where the file is larger than the memory. It has
    no length and no indices.

    Args:
        open_pairs: Function without arguments that returns an iterator of
            `(source, target)`.

    Example:

    >>> stream = PairStream(lambda: iter([("a", "x"), ("b", "y")]))
    >>> list(stream), list(stream.target)
    ([('a', 'x'), ('b', 'y')], ['x', 'y'])
    """

    open_pairs: Callable[[], Iterator[Any]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return self.open_pairs()

    def read(self) -> Pairs:
        """Reads all of them into memory, going through them once."""
        pairs = list(self)
        return Pairs([source for source, _ in pairs], [target for _, target in pairs])

    @property
    def source(self) -> Iterator[str]:
        """An iterator over the sources, from the first."""
        return (source for source, _ in self)

    @property
    def target(self) -> Iterator[str]:
        """An iterator over the targets, from the first."""
        return (target for _, target in self)
