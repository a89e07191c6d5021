"""How alike words are, and which are nearest."""

from typing import Any, NamedTuple

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors.matrices import as_array


def cosine_similarity(first: Any, second: Any) -> Any:
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
        InputError: If the dimensions differ, or something is no number.

    Example:

    >>> print(cosine_similarity([1.0, 0.0], [[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]]))
    [ 1.  0. -1.]
    """
    first, second = as_array(first), as_array(second)
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


def unit_rows(matrix: Any) -> np.ndarray:
    """Scales every row to length 1; rows of zeros stay.

    Args:
        matrix: Array of shape `(rows, dimensions)`.

    Returns:
        float64 array of the same shape.

    Example:

    >>> unit_rows(np.array([[3.0, 4.0]])).tolist()
    [[0.6, 0.8]]
    """
    matrix = np.asarray(matrix, dtype="float64")
    # By the largest number first: squares of tiny or huge ones leave the range.
    largest = np.abs(matrix).max(axis=1, keepdims=True, initial=0)
    matrix = np.divide(matrix, largest, out=np.zeros_like(matrix), where=largest > 0)
    lengths = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return np.divide(matrix, lengths, out=matrix, where=lengths > 0)


# Numbers of a block that stay in the cache of a processor core.
_BLOCK_NUMBERS = 2**21
_LEAST_ROWS = 1024


class Neighbour(NamedTuple):
    """A word near another, and how near.

    Attributes:
        word: String.
        similarity: Float in [-1, 1], their cosine similarity.

    Example:

    >>> word, similarity = Neighbour("queen", 0.95)
    >>> word
    'queen'
    """

    word: str
    similarity: float


def row_norms(matrix: Any) -> np.ndarray:
    """The length of every row.

    Args:
        matrix: Array or SciPy CSR matrix of shape `(rows, dimensions)`.

    Returns:
        float32 array of shape `(rows,)`.

    Example:

    >>> row_norms(np.array([[3.0, 4.0]])).tolist()
    [5.0]
    """
    norms = np.empty(matrix.shape[0], dtype="float32")
    step = max(_BLOCK_NUMBERS // matrix.shape[1], _LEAST_ROWS)
    for start in range(0, len(norms), step):
        # float64, in which the square of no float32 number leaves the range.
        block = matrix[start : start + step].astype("float64")
        norms[start : start + step] = np.sqrt(np.asarray((block * block).sum(axis=1)))
    return norms


def as_neighbours(
    words: list[str], rows: np.ndarray, scores: np.ndarray
) -> list[list[Neighbour]]:
    """Turns the arrays of `nearest_rows` into a list of `Neighbour`s for each query."""
    return [
        [Neighbour(words[row], score) for row, score in zip(*line, strict=True)]
        for line in zip(rows.tolist(), scores.tolist(), strict=True)
    ]


def nearest_rows(
    matrix: Any, norms: Any, queries: np.ndarray, count: int, excluded: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the rows of the largest cosine similarity to each query.

    The matrix is gone through once for all queries together, block by block, since
    reading it takes longer than the arithmetic. After the first block only the few
    scores above the worst one kept so far are looked at.

    Args:
        matrix: Array or SciPy CSR matrix of shape `(rows, dimensions)`.
        norms: Array of shape `(rows,)`, the length of each row.
        queries: float32 array of shape `(queries, dimensions)`, rows of length 1 or 0.
        count: Integer. How many to find for each query.
        excluded: For each query a list of rows that are no answer.

    Returns:
        Two arrays of shape `(queries, found)`: the rows, int64, nearest first, of
        equally near ones the earlier first; and their cosine similarities, float32.
        `found` is `count`, or as many as there are for every query.

    Example:

    >>> matrix = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> rows, cosines = nearest_rows(matrix, row_norms(matrix), matrix[:1], 1, [[0]])
    >>> rows.tolist(), cosines.tolist()
    ([[1]], [[0.0]])
    """
    most_excluded = max(map(len, excluded), default=0)
    # What is excluded may come first, and is taken out at the end.
    kept = min(count + most_excluded, matrix.shape[0])
    rows = np.zeros((len(queries), 0), dtype="int64")
    scores = np.zeros((len(queries), 0), dtype="float32")
    step = max(kept, _BLOCK_NUMBERS // matrix.shape[1], _LEAST_ROWS)
    for start in range(0, matrix.shape[0], step):
        block = queries @ matrix[start : start + step].T  # (queries, step)
        block = np.asarray(block)
        lengths = norms[start : start + step]
        np.divide(block, lengths, out=block, where=lengths > 0)
        if start == 0:
            candidates = np.arange(block.shape[1])
            rows = np.broadcast_to(candidates, block.shape)
            rows, scores = _best(rows, block, kept)
        else:
            _merge(rows, scores, block, start)
    return _without(rows, np.clip(scores, -1, 1), excluded, kept - most_excluded)


def _best(rows: Any, scores: np.ndarray, count: int) -> Any:
    """The `count` best of each line, best first, of equal ones the smaller row."""
    if count < scores.shape[1]:
        # Keeps ties at the border in the order of rows.
        worst = -np.partition(-scores, count - 1, axis=1)[:, count - 1 : count]
        above = scores > worst
        room = count - above.sum(axis=1, keepdims=True)
        tied = scores == worst
        chosen = above | (tied & (np.cumsum(tied, axis=1) <= room))
        shape = (len(scores), count)
        rows, scores = rows[chosen].reshape(shape), scores[chosen].reshape(shape)
    order = np.lexsort((rows, -scores), axis=1)
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)


def _merge(rows: Any, scores: np.ndarray, block: Any, start: int) -> None:
    """Puts what a block has that is better into `rows` and `scores`."""
    queries, columns = np.nonzero(block > scores[:, -1:])
    for query, found in _groups(queries, columns):
        together = np.concatenate([scores[query], block[query, found]])
        candidates = np.concatenate([rows[query], found + start])
        best = np.lexsort((candidates, -together))[: scores.shape[1]]
        rows[query], scores[query] = candidates[best], together[best]


def _groups(queries: np.ndarray, columns: Any) -> Any:
    """Pairs each query of a sorted array with its columns."""
    found, starts = np.unique(queries, return_index=True)
    # Before the first start there is nothing, also if there is no start at all.
    return zip(found, np.split(columns, starts)[1:], strict=True)


def _without(rows: Any, scores: np.ndarray, excluded: Any, count: int) -> Any:
    """Leaves the excluded rows out and cuts to `count`."""
    hidden = np.zeros(rows.shape, dtype=bool)
    for query, unwanted in enumerate(excluded):
        hidden[query] = np.isin(rows[query], unwanted)
    # Stable: what is not hidden keeps its order and comes first.
    order = np.argsort(hidden, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
