"""Source and target sentences side by side, in memory or streamed."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, final, overload

from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.ranges import Range, checks_numbers

MOST_WEIGHT = 10**9
_WEIGHT = Range(0, MOST_WEIGHT)

# A source, its target, and how much it counts where that is not 1.
Pair = tuple[str, str] | tuple[str, str, float]


@dataclasses.dataclass(frozen=True)
class Pairs:
    r"""Sentence pairs in memory.

    A weight says how much a pair counts in training: 2 as if it stood in its batch
    twice, 0 not at all.

    Args:
        source: List of strings. Where features stand beside a source, they come first,
            then a tab: `"V;PST\tgo"`, see `join_features`.
        target: List of strings, as many.
        weights: Optional list of numbers from 0 on, as many. Defaults to 1 for each.

    Raises:
        InputError: If they differ in number, or a weight cannot be one.

    Example:

    >>> pairs = Pairs(["a", "b"], ["x", "y"])
    >>> len(pairs), list(pairs), pairs[1:]
    (2, [('a', 'x'), ('b', 'y')], Pairs(source=['b'], target=['y']))
    >>> list(Pairs(["a", "b"], ["x", "y"], [0.5, 2]).rows())
    [('a', 'x', 0.5), ('b', 'y', 2.0)]
    >>> pairs[:1] + Pairs(["c"], ["z"], [3])
    Pairs(source=['a', 'c'], target=['x', 'z'], weights=[1.0, 3.0])
    """

    source: list[str]
    target: list[str]
    weights: list[float] | None = None

    def __post_init__(self) -> None:
        check_texts(source=self.source, target=self.target)
        if len(self.source) != len(self.target):
            raise InputError(
                "Every source needs one target. Received: "
                f"{len(self.source)} sources and {len(self.target)} targets"
            )
        if self.weights is None:
            return
        # Arrays too become lists; the class is frozen but for this.
        weights = [_weight(x, index) for index, x in enumerate(self.weights)]
        object.__setattr__(self, "weights", weights)
        if len(weights) != len(self):
            raise InputError(
                "Every pair needs one weight. Received: "
                f"{len(self)} pairs and {len(weights)} weights"
            )

    def __repr__(self) -> str:
        weights = "" if self.weights is None else f", weights={self.weights!r}"
        return f"Pairs(source={self.source!r}, target={self.target!r}{weights})"

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(self.source, self.target, strict=True)

    def rows(self) -> Iterator[tuple[str, str, float]]:
        """Goes through the pairs with their weights, 1.0 where they have none."""
        weights = itertools.repeat(1.0) if self.weights is None else self.weights
        return zip(self.source, self.target, weights, strict=False)

    def __add__(self, others: "Pairs") -> "Pairs":
        """These pairs and then others; where one side has weights, others are 1."""
        weights = None
        if self.weights is not None or others.weights is not None:
            weights = [weight for each in (self, others) for *_, weight in each.rows()]
        return Pairs(self.source + others.source, self.target + others.target, weights)

    @overload
    def __getitem__(self, part: slice) -> "Pairs": ...

    @overload
    def __getitem__(self, part: int) -> tuple[str, str]: ...

    def __getitem__(self, part: slice | int) -> "Pairs | tuple[str, str]":
        if isinstance(part, slice):
            weights = None if self.weights is None else self.weights[part]
            return Pairs(self.source[part], self.target[part], weights)
        return self.source[part], self.target[part]

    def take(self, indices: Sequence[int]) -> "Pairs":
        """The pairs at some places, in that order, with their weights.

        Args:
            indices: List of integers.

        Returns:
            `Pairs`.

        Example:

        >>> Pairs(["a", "b", "c"], ["x", "y", "z"]).take([2, 0])
        Pairs(source=['c', 'a'], target=['z', 'x'])
        """
        columns: list[Any] = [
            None if column is None else [column[index] for index in indices]
            for column in (self.source, self.target, self.weights)
        ]
        return Pairs(*columns)

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
        return self.take([index * len(self) // count for index in range(count)])


@final
@dataclasses.dataclass(frozen=True)
class PairStream:
    """Sentence pairs that are read anew each time they are gone through.

    It takes the place of `Pairs` where the file is larger than the memory. It has
    no length and no indices.

    Args:
        open_pairs: Function without arguments that returns an iterator of
            `(source, target)`, or of `(source, target, weight)`, see `Pairs`.

    Example:

    >>> stream = PairStream(lambda: iter([("a", "x"), ("b", "y")]))
    >>> list(stream), list(stream.target)
    ([('a', 'x'), ('b', 'y')], ['x', 'y'])
    """

    open_pairs: Callable[[], Iterator[Pair]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((source, target) for source, target, *_ in self.open_pairs())

    def rows(self) -> Iterator[tuple[str, str, float]]:
        """Goes through the pairs with their weights, 1.0 where they have none."""
        for index, (source, target, *weight) in enumerate(self.open_pairs()):
            yield source, target, _weight(weight[0], index) if weight else 1.0

    def read(self) -> Pairs:
        """Reads all of them into memory, going through them once.

        Where every weight is 1, the `Pairs` have none.
        """
        rows = list(self.rows())
        weights = [weight for *_, weight in rows]
        return Pairs(
            [source for source, *_ in rows],
            [target for _, target, _ in rows],
            weights if set(weights) - {1.0} else None,
        )

    @property
    def source(self) -> Iterable[str]:
        """The sources, which are read anew each time they are gone through."""
        return _Side(self, 0)

    @property
    def target(self) -> Iterable[str]:
        """The targets, which are read anew each time they are gone through."""
        return _Side(self, 1)


@dataclasses.dataclass(frozen=True)
class _Side:
    """The texts of one side of a stream; they begin anew with each pass."""

    pairs: PairStream
    place: int

    def __iter__(self) -> Iterator[str]:
        return (pair[self.place] for pair in self.pairs)


def _weight(weight: Any, index: int) -> float:
    return float(_WEIGHT.check(f"weights[{index}]", weight))
