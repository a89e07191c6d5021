"""Pairs as numbers, in flat arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class RaggedRows(NamedTuple):
    """Rows of numbers, each as long as it is, one after the other.

    Attributes:
        values: The numbers of all rows, 1-D.
        lengths: How many each row has, int32 `(rows,)`.
        starts: Where each row begins, int64 `(rows,)`.
    """

    values: np.ndarray
    lengths: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, lengths: np.ndarray) -> "RaggedRows":
        """Makes rows of their numbers and lengths."""
        starts = np.cumsum(lengths, dtype=np.int64) - lengths
        return cls(values, lengths.astype(np.int32), starts)

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> "RaggedRows":
        """Makes rows of the bytes of texts."""
        encoded = [text.encode("utf-8") for text in texts]
        lengths = np.array([len(text) for text in encoded], np.int32)
        return cls.of(np.frombuffer(b"".join(encoded), np.uint8), lengths)

    def take(self, rows: np.ndarray) -> "RaggedRows":
        """Some of the rows, in that order."""
        lengths = self.lengths[rows]
        starts = np.cumsum(lengths, dtype=np.int64) - lengths
        places = np.repeat(self.starts[rows] - starts, lengths)
        places += np.arange(len(places))
        return RaggedRows(self.values[places], lengths, starts)

    def padded(self) -> np.ndarray:
        """The rows as `(rows, longest)`, with zeros behind the shorter ones."""
        is_real = np.arange(self.lengths.max()) < self.lengths[:, None]
        rows = np.zeros(is_real.shape, self.values.dtype)
        rows[is_real] = self.values
        return rows

    def texts(self) -> list[str]:
        """What `of_texts` was given."""
        joined = self.values.tobytes()
        ends = self.starts + self.lengths
        return [
            joined[start:end].decode("utf-8")
            for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True)
        ]


class EncodedPairs(NamedTuple):
    """Pairs of which batches can be made.

    Attributes:
        lengths: The tokens of source and target, `<eos>` included and without
            sampling, int32 `(pairs, 2)`.
        weights: float32 `(pairs,)`.
        columns: `RaggedRows`: the ids of sources and of targets, both with `<eos>`;
            to copy, the labels and the sources in ids of what each source extends,
            too. Where subwords are sampled, the texts of both sides.
    """

    lengths: np.ndarray
    weights: np.ndarray
    columns: tuple[RaggedRows, ...]

    def take(self, rows: np.ndarray) -> "EncodedPairs":
        """Some of the pairs, in that order."""
        columns = tuple(column.take(rows) for column in self.columns)
        return EncodedPairs(self.lengths[rows], self.weights[rows], columns)

    @classmethod
    def joined(cls, parts: Sequence["EncodedPairs"]) -> "EncodedPairs":
        """All pairs of some parts."""
        lengths, weights, columns = zip(*parts, strict=True)
        return cls(
            np.concatenate(lengths),
            np.concatenate(weights),
            tuple(
                RaggedRows.of(
                    np.concatenate([rows.values for rows in same]),
                    np.concatenate([rows.lengths for rows in same]),
                )
                for same in zip(*columns, strict=True)
            ),
        )

    def to_bytes(self) -> bytes:
        """All arrays, one after the other, for `from_bytes`."""
        arrays = [self.lengths, self.weights]
        for column in self.columns:
            arrays += [column.lengths, column.values]
        return b"".join(array.tobytes() for array in arrays)

    @classmethod
    def from_bytes(
        cls, content: bytes, count: int, dtypes: Sequence[np.dtype]
    ) -> "EncodedPairs":
        """Reads so many pairs, whose columns have numbers of these types."""
        place = 0

        def next_array(dtype: np.dtype | type, size: int) -> np.ndarray:
            nonlocal place
            array = np.frombuffer(content, dtype, size, place)
            place += array.nbytes
            return array

        lengths = next_array(np.int32, 2 * count).reshape(count, 2)
        weights = next_array(np.float32, count)
        columns = []
        for dtype in dtypes:
            row_lengths = next_array(np.int32, count)
            values = next_array(dtype, int(row_lengths.sum()))
            columns.append(RaggedRows.of(values, row_lengths))
        return cls(lengths, weights, tuple(columns))
