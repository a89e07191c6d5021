"""Vectors that count: one-hot, documents by words, TF-IDF, neighbours, LSA."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import scipy.sparse

from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.vectors.numbers import NUMBERS, check_size
from seq2seq_keras.vectors.texts import Sentences, count_words
from seq2seq_keras.vectors.word_vectors import WordVectors

_CHUNK_TOKENS = 100_000


@checks_numbers(NUMBERS)
def count_cooccurrences(sentences: Sentences, index: Any, window: int) -> Any:
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


def _chunks(sentences: Sentences, index: Any) -> Iterator[Any]:
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


def _count_chunk(
    token_ids: np.ndarray, numbers: np.ndarray, window: int, size: int
) -> tuple[np.ndarray, np.ndarray]:
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


def _add_up(parts: Any) -> tuple[np.ndarray, np.ndarray]:
    """Joins keys with counts, adding the counts of equal keys."""
    keys = np.concatenate([keys for keys, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    keys, positions = np.unique(keys, return_inverse=True)
    return keys, np.bincount(positions, weights=counts, minlength=len(keys))


@checks_numbers(NUMBERS)
def one_hot(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    min_frequency: int = 1,
    max_words: int | None = None,
) -> WordVectors:
    """Gives each word a dimension of its own.

    No two words have anything in common then: the similarity of any two is 0. This is
    what all other methods mend.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_frequency: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of shape `(words, words)`.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = one_hot(["the cat sat", "the dog sat"])
    >>> vectors.similarity("cat", "dog"), vectors.similarity("cat", "cat")
    (0.0, 1.0)
    """
    counts = count_words(
        Sentences(texts, tokenizer), min_frequency=min_frequency, max_words=max_words
    )
    matrix = scipy.sparse.eye_array(len(counts), dtype="float32", format="csr")
    return WordVectors(counts, matrix)


@checks_numbers(NUMBERS)
def document_term_matrix(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    min_frequency: int = 1,
    max_words: int | None = None,
) -> WordVectors:
    """Counts how often each word stands in each text.

    Words are alike if they stand in the same texts.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_frequency: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of counts, shape `(words, texts)`: the
        document-term matrix of the books, turned round.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = document_term_matrix(["the cat saw the cat", "the dog"])
    >>> vectors.words, vectors["the"].tolist()
    (['the', 'cat', 'dog', 'saw'], [2.0, 1.0])
    """
    sentences = Sentences(texts, tokenizer)
    counts = count_words(sentences, min_frequency=min_frequency, max_words=max_words)
    index = {word: row for row, word in enumerate(counts)}
    rows, columns, documents = [], [], 0
    for document, sentence in enumerate(sentences):
        found = [index[word] for word in sentence if word in index]
        rows += found
        columns += [document] * len(found)
        documents = document + 1
    # Equal places are added up.
    matrix = scipy.sparse.coo_array(
        (np.ones(len(rows), "float32"), (rows, columns)), shape=(len(index), documents)
    )
    return WordVectors(counts, matrix.tocsr())


@checks_numbers(NUMBERS)
def tf_idf(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    min_frequency: int = 1,
    max_words: int | None = None,
) -> WordVectors:
    """Counts as `document_term_matrix`, less for words that stand everywhere.

    The count of a word in a text is multiplied by `ln((1 + N) / (1 + n)) + 1`, where
    `n` of the `N` texts have the word; then each text is scaled to length 1, so that
    long ones do not outweigh short ones. These are scikit-learn's defaults.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_frequency: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of shape `(words, texts)`.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = tf_idf(["the cat", "the dog"])
    >>> vectors["cat"][0] > vectors["the"][0]
    np.True_

    Reference:
        - [Spärck Jones, 1972](https://doi.org/10.1108/eb026526)
    """
    counted = document_term_matrix(
        texts, tokenizer=tokenizer, min_frequency=min_frequency, max_words=max_words
    )
    counts = counted.matrix  # (words, documents)
    documents = counts.shape[1]
    containing = np.diff(counts.indptr)
    idf = np.log((1 + documents) / (1 + containing)) + 1
    weighted = counts.multiply(idf[:, None]).tocsc()
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=0))
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr))
    return WordVectors(counted.words, weighted)


WEIGHTINGS = {"tf_idf": tf_idf, "counts": document_term_matrix}


@checks_numbers(NUMBERS)
def lsa(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    dimensions: int = 100,
    min_frequency: int = 1,
    max_words: int | None = None,
    weighting: Any = "tf_idf",
    seed: int = 0,
) -> WordVectors:
    """Reduces the document-term matrix to its strongest directions.

    A truncated singular value decomposition: words that stand in texts about the same
    fall together, even if they never share a text.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        dimensions: Integer. Size of the vectors, less than the number of words and
            than that of texts.
        min_frequency: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.
        weighting: What is decomposed, "tf_idf" or "counts".
        seed: Integer. Seed of the randomized decomposition.

    Returns:
        A `WordVectors`: the left singular vectors, times the singular values.

    Raises:
        InputError: If there are too many dimensions, or scikit-learn is missing.

    Example:

    >>> texts = ["a cat eats", "a dog eats", "a car drives", "a bus drives"]
    >>> vectors = lsa(texts, dimensions=2)
    >>> vectors.similarity("cat", "dog") > vectors.similarity("cat", "bus")
    True

    Reference:
        - [Deerwester et al., 1990](https://doi.org/10.1002/(SICI)1097-4571(199009)41:6%3C391::AID-ASI1%3E3.0.CO;2-9)
        - [Halko et al., 2011](https://arxiv.org/abs/0909.4061): the decomposition.
    """
    check_choice("weighting", weighting, tuple(WEIGHTINGS))
    decomposition = import_optional("sklearn.decomposition", "LSA vectors")
    counted = WEIGHTINGS[weighting](
        texts, tokenizer=tokenizer, min_frequency=min_frequency, max_words=max_words
    )
    most = min(counted.matrix.shape) - 1
    if not 1 <= dimensions <= most:
        words, documents = counted.matrix.shape
        raise InputError(
            f"{words:,} words in {documents:,} texts allow for 1 to {most} dimensions. "
            f"Received: dimensions={dimensions}"
        )
    check_size(sum(counted.matrix.shape), dimensions, 8)
    svd = decomposition.TruncatedSVD(dimensions, random_state=seed)
    return WordVectors(counted.words, svd.fit_transform(counted.matrix))
