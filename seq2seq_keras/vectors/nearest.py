"""Exact search for the nearest rows of a matrix."""

from typing import NamedTuple

import numpy as np

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


def row_norms(matrix):
    """The length of every row.

    Args:
        matrix: Array or SciPy CSR matrix of shape `(rows, dimensions)`.

    Returns:
        float32 array of shape `(rows,)`.
    """
    norms = np.empty(matrix.shape[0], dtype="float32")
    step = max(_BLOCK_NUMBERS // matrix.shape[1], _LEAST_ROWS)
    for start in range(0, len(norms), step):
        # float64, in which the square of no float32 number leaves the range.
        block = matrix[start : start + step].astype("float64")
        norms[start : start + step] = np.sqrt(np.asarray((block * block).sum(axis=1)))
    return norms


def as_neighbours(words, rows, scores):
    """Turns the result of `nearest_rows` into lists of `Neighbour`s.

    Args:
        words: List of the words of all rows.
        rows: Array of shape `(queries, found)`.
        scores: Array of the same shape.

    Returns:
        For each query a list of `Neighbour`s.
    """
    return [
        [Neighbour(words[row], score) for row, score in zip(*line, strict=True)]
        for line in zip(rows.tolist(), scores.tolist(), strict=True)
    ]


def nearest_rows(matrix, norms, queries, count, excluded):
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


def _best(rows, scores, count):
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


def _merge(rows, scores, block, start):
    """Puts what a block has that is better into `rows` and `scores`."""
    queries, columns = np.nonzero(block > scores[:, -1:])
    for query, found in _groups(queries, columns):
        together = np.concatenate([scores[query], block[query, found]])
        candidates = np.concatenate([rows[query], found + start])
        best = np.lexsort((candidates, -together))[: scores.shape[1]]
        rows[query], scores[query] = candidates[best], together[best]


def _groups(queries, columns):
    """Pairs each query of a sorted array with its columns."""
    found, starts = np.unique(queries, return_index=True)
    # Before the first start there is nothing, also if there is no start at all.
    return zip(found, np.split(columns, starts)[1:], strict=True)


def _without(rows, scores, excluded, count):
    """Leaves the excluded rows out and cuts to `count`."""
    hidden = np.zeros(rows.shape, dtype=bool)
    for query, unwanted in enumerate(excluded):
        hidden[query] = np.isin(rows[query], unwanted)
    # Stable: what is not hidden keeps its order and comes first.
    order = np.argsort(hidden, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
