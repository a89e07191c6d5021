"""What words and a matrix of vectors must be like, and what they cost."""

import collections
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from seq2seq_keras.errors import InputError

_NUMBER_BYTES = 4


def check_words(words: Any) -> Any:
    """Makes a list of words, or says what is wrong with them.

    Args:
        words: Iterable of strings.

    Returns:
        A list.

    Raises:
        InputError: If there are none, one is no string, or one stands twice.
    """
    words = list(words)
    if not words:
        raise InputError("Word vectors need at least one word. Received: none")
    for word in words:
        if not isinstance(word, str):
            raise InputError(
                f"Words must be strings. Received: {word!r} ({type(word).__name__})"
            )
    if len(set(words)) < len(words):
        word, times = collections.Counter(words).most_common(1)[0]
        raise InputError(f"Every word stands once. Received: {word!r} {times} times")
    return words


def check_matrix(matrix: Any, count: int) -> Any:
    """Makes a float32 matrix, or says what is wrong with it.

    Args:
        matrix: Array or SciPy sparse matrix.
        count: Integer. The rows that it should have.

    Returns:
        A float32 array or CSR matrix of shape `(count, dimensions)`.

    Raises:
        InputError: If it has another shape, or a number is not finite.
    """
    matrix = _as_csr(matrix) if is_sparse(matrix) else np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != count or not matrix.shape[1]:
        raise InputError(
            "The matrix needs a row for each word and a column for each dimension, "
            f"thus {count} rows. Received: an array of shape {matrix.shape}"
        )
    # Too large a float64 becomes infinite, which is found below.
    with np.errstate(over="ignore"):
        matrix = matrix.astype("float32", copy=False)
    # The extremes tell, without a second array of this size.
    if not (np.isfinite(matrix.max()) and np.isfinite(matrix.min())):
        raise InputError("Vectors must be made of finite numbers (float32).")
    return matrix


def _as_csr(matrix: Any) -> Any:
    # The array class, since `*` of the matrix class is another product.
    return scipy.sparse.csr_array(matrix)


def is_sparse(matrix: Any) -> bool:
    """Whether a matrix is one of SciPy's sparse ones."""
    return bool(scipy.sparse.issparse(matrix))


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

    def __str__(self) -> str:
        return (
            f"{self.words:,} words, {self.dimensions:,} dimensions, "
            f"{self.zeros:.2%} zeros, {self.dense_bytes / 1e6:,.1f} MB dense, "
            f"{self.sparse_bytes / 1e6:,.1f} MB sparse"
        )


def describe_matrix(matrix: Any) -> "VectorsDescription":
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
