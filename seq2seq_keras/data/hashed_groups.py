"""Counting by hash, exactly, in memory that does not grow with what is counted."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from seq2seq_keras.data.scratch_file import ScratchFile
from seq2seq_keras.ranges import checks_numbers

# Rows that are kept in memory.
_ROWS = 2**19
# The parts that a file is counted in, by the first bits of the hash.
_BITS = 8
_NUMBER = np.dtype(np.uint64)
# Hashes, and numbers beside them, each `(rows,)` and uint64.
_Columns = Sequence[np.ndarray]


def hashes(things: Sequence) -> np.ndarray:
    """Python's hashes of some things, uint64 `(len(things),)`.

    They are good for one process, and nobody who writes a file can know them.
    """
    numbers = np.fromiter(map(hash, things), np.int64, len(things))
    return numbers.view(np.uint64)


class HashedGroups:
    """Rows of a hash and of numbers, where rows of the same hash become one.

    A few are kept in memory. Of more, sorted runs are written to a temporary file
    without a name, which ends with the process, however that ends. They are joined a
    part at a time, by the first bits of the hash.

    Args:
        *reducers: For each number what makes one of several: `np.add`, `np.minimum`,
            `np.maximum`.

    Example:

    >>> groups = HashedGroups(np.add)
    >>> groups.add(np.array([7, 9, 7], "uint64"), np.array([1, 1, 1], "uint64"))
    >>> groups.part(0, 1)
    [array([7, 9], dtype=uint64), array([2, 1], dtype=uint64)]
    """

    def __init__(self, *reducers: np.ufunc) -> None:
        self._reducers = reducers
        self._joined: _Columns = self._grouped([])
        self._fresh: list[_Columns] = []
        self._rows = 0  # of those two
        self._runs: list[_Run] = []
        self._file = ScratchFile("Counting many pairs")

    @property
    def parts(self) -> int:
        """In how many parts they are best gone through."""
        return 2**_BITS if self._runs else 1

    def add(self, *columns: np.ndarray) -> None:
        """Adds rows: their hashes, and as many numbers for each reducer."""
        self._fresh.append(columns)
        self._rows += len(columns[0])
        if self._rows >= _ROWS:
            self._join()
            # What repeats itself may need no file for a long time.
            if self._rows > _ROWS // 2:
                self._write(self._joined)
                self._joined = self._grouped([])
                self._rows = 0

    @checks_numbers(number=(0, 2**_BITS - 1), parts=(1, 2**_BITS))
    def part(self, number: int, parts: int) -> list[np.ndarray]:
        """One part of the groups, in the order of their hashes.

        Args:
            number: Integer, from 0.
            parts: Integer. How many parts all of them make: 1, or the `parts` of this
                one or of another one whose groups are to be met with.

        Returns:
            A list of the hashes and, for each reducer, the numbers: uint64 `(groups,)`.
        """
        cells = 2**_BITS // parts
        first, end = number * cells, (number + 1) * cells
        self._join()
        low, high = _starts(self._joined[0])[[first, end]]
        pieces = [[column[low:high] for column in self._joined]]
        pieces += [self._read(run, first, end) for run in self._runs]
        return self._grouped(pieces)

    def __iter__(self) -> Iterator[list[np.ndarray]]:
        return (self.part(number, self.parts) for number in range(self.parts))

    def _join(self) -> None:
        if self._fresh:
            self._joined = self._grouped([self._joined, *self._fresh])
            self._fresh, self._rows = [], len(self._joined[0])

    def _grouped(self, pieces: Iterable[_Columns]) -> list[np.ndarray]:
        none = np.empty((1 + len(self._reducers), 0), _NUMBER)
        columns = [np.concatenate(same) for same in zip(none, *pieces, strict=True)]
        order = np.argsort(columns[0])
        found, *numbers = (column[order] for column in columns)
        starts = np.flatnonzero(np.diff(found, prepend=~found[:1]))
        return [
            found[starts],
            *(
                reducer.reduceat(column, starts) if len(starts) else column
                for reducer, column in zip(self._reducers, numbers, strict=True)
            ),
        ]

    def _write(self, columns: _Columns) -> None:
        place = self._file.append(b"".join(column.tobytes() for column in columns))
        self._runs.append(_Run(place, len(columns[0]), _starts(columns[0])))

    def _read(self, run: "_Run", first: int, end: int) -> list[np.ndarray]:
        low, high = run.starts[[first, end]].tolist()
        columns = []
        for number in range(1 + len(self._reducers)):
            place = run.place + (number * run.rows + low) * _NUMBER.itemsize
            content = self._file.read(place, (high - low) * _NUMBER.itemsize)
            columns.append(np.frombuffer(content, _NUMBER))
        return columns


@dataclasses.dataclass(frozen=True)
class _Run:
    """Groups in a file: its columns one after the other, in the order of the hashes."""

    place: int
    rows: int
    starts: np.ndarray


def _starts(found: np.ndarray) -> np.ndarray:
    """Where the hashes of each value of the first bits begin, and the last end."""
    cells = np.arange(1, 2**_BITS, dtype=_NUMBER) << np.uint64(64 - _BITS)
    return np.concatenate([[0], np.searchsorted(found, cells), [len(found)]])
