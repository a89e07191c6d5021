"""What vectors cost."""

from typing import NamedTuple

import numpy as np

from seq2seq_keras.vectors.checks import is_sparse

_NUMBER_BYTES = 4


class VectorsDescription(NamedTuple):
    """The size of a matrix of word vectors.

    Attributes:
        words: Integer.
        dimensions: Integer.
        zeros: Float in [0, 1], the share of zeros.
        dense_bytes: Bytes with every number written out, as float32.
        sparse_bytes: Bytes with only the numbers that are not zero, their columns, and
            where each row begins (CSR with int32).
    """

    words: int
    dimensions: int
    zeros: float
    dense_bytes: int
    sparse_bytes: int

    def __str__(self):
        return (
            f"{self.words:,} words, {self.dimensions:,} dimensions, "
            f"{self.zeros:.2%} zeros, {self.dense_bytes / 1e6:,.1f} MB dense, "
            f"{self.sparse_bytes / 1e6:,.1f} MB sparse"
        )


def describe_matrix(matrix):
    """Counts what a matrix costs, dense and sparse.

    Args:
        matrix: Array or SciPy sparse matrix of shape `(words, dimensions)`.

    Returns:
        A `VectorsDescription`.

    Example:

    >>> print(describe_matrix(np.eye(100)))
    100 words, 100 dimensions, 99.00% zeros, 0.0 MB dense, 0.0 MB sparse
    """
    words, dimensions = matrix.shape
    filled = matrix.count_nonzero() if is_sparse(matrix) else np.count_nonzero(matrix)
    return VectorsDescription(
        words=words,
        dimensions=dimensions,
        zeros=1 - filled / (words * dimensions),
        dense_bytes=words * dimensions * _NUMBER_BYTES,
        sparse_bytes=(2 * int(filled) + words + 1) * _NUMBER_BYTES,
    )
