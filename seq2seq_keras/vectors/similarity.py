"""The cosine of the angle between vectors."""

import numpy as np

from seq2seq_keras.errors import InputError


def cosine_similarity(first, second):
    """Compares every row of one matrix with every row of another.

    The length of a vector says how frequent its word is rather than what it means, so
    words are compared by direction alone.

    Args:
        first: Array of shape `(rows, dimensions)`, or one vector `(dimensions,)`.
        second: The same, with the same number of dimensions.

    Returns:
        float32 array of shape `(rows of first, rows of second)`, with an axis less for
        each single vector. Every value is in [-1, 1]. A vector of zeros has no
        direction; its similarity to anything, itself included, is 0.

    Raises:
        InputError: If the dimensions differ.

    Example:

    >>> print(cosine_similarity([1.0, 0.0], [[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]]))
    [ 1.  0. -1.]
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.shape[-1:] != second.shape[-1:] or not first.ndim:
        raise InputError(
            "Vectors can be compared if they have equally many dimensions. Received: "
            f"arrays of the shapes {first.shape} and {second.shape}"
        )
    cosines = np.atleast_1d(
        # (rows of first, rows of second)
        unit_rows(np.atleast_2d(first)) @ unit_rows(np.atleast_2d(second)).T
    )
    shape = first.shape[:-1] + second.shape[:-1]
    return np.clip(cosines, -1, 1).reshape(shape).astype("float32")[()]


def unit_rows(matrix):
    """Scales every row to length 1; rows of zeros stay.

    Args:
        matrix: Array of shape `(rows, dimensions)`.

    Returns:
        float64 array of the same shape.
    """
    matrix = np.asarray(matrix, dtype="float64")
    # By the largest number first: squares of tiny or huge ones leave the range.
    largest = np.abs(matrix).max(axis=1, keepdims=True, initial=0)
    matrix = np.divide(matrix, largest, out=np.zeros_like(matrix), where=largest > 0)
    lengths = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return np.divide(matrix, lengths, out=matrix, where=lengths > 0)
