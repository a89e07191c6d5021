"""What words and a matrix must be like."""

import collections

import numpy as np
import scipy.sparse

from seq2seq_keras.errors import InputError


def check_words(words):
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


def check_matrix(matrix, count):
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


def _as_csr(matrix):
    # The array class, since `*` of the matrix class is another product.
    return scipy.sparse.csr_array(matrix)


def is_sparse(matrix):
    """Whether a matrix is one of SciPy's sparse ones."""
    return bool(scipy.sparse.issparse(matrix))
