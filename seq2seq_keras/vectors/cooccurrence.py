"""Counting which words stand near each other."""

import numpy as np

_CHUNK_TOKENS = 100_000


def count_cooccurrences(sentences, index, window):
    """Counts each pair of words in a sentence, near pairs more.

    Two words `d` words apart add `1 / d`, as far as `window`. Words without an index
    are taken out first and keep no others apart. The sentences are read once, as a
    stream; only pairs that occur take memory.

    Args:
        sentences: Iterable of lists of words.
        index: Dictionary from words to numbers from 0 on.
        window: Integer. The largest distance.

    Returns:
        Three arrays of the same length: the first word of each pair, the second, and
        the count, float32. Every pair stands there in both orders.

    Example:

    >>> first, second, counts = count_cooccurrences([["a", "b", "a"]], {"a": 0, "b": 1}, 2)
    >>> list(zip(first.tolist(), second.tolist(), counts.tolist()))
    [(0, 0, 1.0), (0, 1, 2.0), (1, 0, 2.0)]

    Reference:
        - [Pennington et al., 2014](https://aclanthology.org/D14-1162/), sections 3
          and 4.2.
    """  # noqa: E501
    size = len(index)
    keys, counts = np.zeros(0, "int64"), np.zeros(0, "float64")
    waiting, waiting_size = [], 0
    for token_ids, numbers in _chunks(sentences, index):
        part = _add_up([_count_chunk(token_ids, numbers, window, size)])
        waiting.append(part)
        waiting_size += len(part[0])
        # Joining only when as much waits as is there costs each pair few joins.
        if waiting_size >= len(keys):
            keys, counts = _add_up([(keys, counts), *waiting])
            waiting, waiting_size = [], 0
    keys, counts = _add_up([(keys, counts), *waiting])
    lower, upper = np.divmod(keys, size)
    is_twice = lower == upper
    # A word near itself is a pair in either order, and one place in the matrix.
    counts = np.where(is_twice, 2 * counts, counts)
    first = np.concatenate([lower, upper[~is_twice]])
    second = np.concatenate([upper, lower[~is_twice]])
    counts = np.concatenate([counts, counts[~is_twice]])
    order = np.lexsort((second, first))
    return (
        first[order].astype("int32"),
        second[order].astype("int32"),
        counts[order].astype("float32"),
    )


def _chunks(sentences, index):
    """Yields word numbers of many sentences in one array, and their sentence's."""
    token_ids, numbers = [], []
    for number, sentence in enumerate(sentences):
        found = [index[word] for word in sentence if word in index]
        token_ids += found
        numbers += [number] * len(found)
        if len(token_ids) >= _CHUNK_TOKENS:
            yield np.array(token_ids), np.array(numbers)
            token_ids, numbers = [], []
    if token_ids:
        yield np.array(token_ids), np.array(numbers)


def _count_chunk(token_ids, numbers, window, size):
    keys, counts = [], []
    for distance in range(1, min(window, len(token_ids) - 1) + 1):
        same = numbers[:-distance] == numbers[distance:]
        left, right = token_ids[:-distance][same], token_ids[distance:][same]
        # One number for both orders of a pair.
        keys.append(np.minimum(left, right) * size + np.maximum(left, right))
        counts.append(np.full(len(left), 1 / distance))
    if not keys:
        return np.zeros(0, "int64"), np.zeros(0, "float64")
    return np.concatenate(keys), np.concatenate(counts)


def _add_up(parts):
    """Joins keys with counts, adding the counts of equal keys."""
    keys = np.concatenate([keys for keys, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    keys, positions = np.unique(keys, return_inverse=True)
    return keys, np.bincount(positions, weights=counts, minlength=len(keys))
