"""What words and a matrix of vectors must be like, and what they cost."""

import collections
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from seq2seq_keras.errors import InputError, shown

_NUMBER_BYTES = 4


def check_words(words: Iterable[str]) -> list[str]:
    """Makes a list of words, or says that there are none or which cannot be one."""
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
    """Makes a float32 array or CSR matrix of `count` rows, or says what is wrong."""
    # The array class of SciPy, since `*` of the matrix class is another product.
    matrix = scipy.sparse.csr_array(matrix) if is_sparse(matrix) else as_array(matrix)
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


def as_array(rows: Any) -> np.ndarray:
    """Makes an array of numbers, or says that rows differ or hold something else."""
    try:
        array = np.asarray(rows)
        return array if array.dtype.kind in "biuf" else array.astype("float64")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"Vectors must be rows of equally many numbers. Received: {shown(rows)}"
        ) from error


def is_sparse(matrix: Any) -> bool:
    """Whether a matrix is one of SciPy's sparse ones."""
    return bool(scipy.sparse.issparse(matrix))


def check_dense(matrix: Any, what: str) -> None:
    """Refuses a sparse matrix; `what` is or needs dense vectors, for the message."""
    if is_sparse(matrix):
        raise InputError(
            f"{what} dense vectors, and these are sparse, with {matrix.shape[1]:,} "
            "dimensions. Make dense ones, e.g. by `lsa`."
        )


class VectorsDescription(NamedTuple):
    """The size of a matrix of word vectors.

    `zeros` is a share in [0, 1]; `dense_bytes` are those of all numbers as float32,
    `sparse_bytes` those of CSR with int32.
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


def describe_matrix(matrix: Any) -> VectorsDescription:
    """Counts what a matrix costs, dense and sparse.

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
