"""The matrix that the embedding of a vocabulary starts from."""

from typing import NamedTuple

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import PAD_ID, SPECIAL_COUNT
from seq2seq_keras.vectors.checks import is_sparse
from seq2seq_keras.vectors.coverage import (
    BARE,
    COMPOSED,
    FILLED,
    FOLDED,
    FOUND,
    Coverage,
)
from seq2seq_keras.vectors.folding import spellings


class EmbeddingMatrix(NamedTuple):
    """A matrix with a row for each id of a vocabulary, and where the rows are from.

    Attributes:
        matrix: float32 array of shape `(vocabulary_size, dimensions)`.
        coverage: A `Coverage`.

    Example:

    >>> from seq2seq_keras.text import WordTokenizer
    >>> from seq2seq_keras.vectors.word_vectors import WordVectors
    >>> vectors = WordVectors(["dog", "cat"], [[1.0, 2.0], [3.0, 4.0]])
    >>> matrix, coverage = vectors.matrix_for(WordTokenizer(["cat", "owl"]))
    >>> matrix[4].tolist(), coverage.missing  # after the four special tokens
    ([3.0, 4.0], ['owl'])
    """

    matrix: np.ndarray
    coverage: Coverage


def make_embedding_matrix(vectors, tokenizer, *, seed=0, deviation=None):
    """Does the work of `WordVectors.matrix_for`.

    Row `i` belongs to `tokenizer.vocabulary[i]`. Row 0, padding, is all zeros. The
    other special tokens are no words and are not looked up, so that a file with a word
    `<unk>` cannot pass for the unknown token; they, and words without a vector, get
    random ones, normal with the mean and the spread of the vectors in each dimension.

    Args:
        vectors: A `WordVectors`.
        tokenizer: A `Tokenizer`.
        seed: Integer.
        deviation: Optional float, what to scale the standard deviation to.

    Returns:
        An `EmbeddingMatrix`.

    Raises:
        InputError: If the vectors are sparse.
    """
    if is_sparse(vectors.matrix):
        raise InputError(
            "Embeddings are dense, and these vectors are sparse, with "
            f"{vectors.dimensions:,} dimensions. Make dense ones, e.g. by `lsa`."
        )
    tokens = tokenizer.vocabulary
    generator = np.random.default_rng(seed)
    matrix = generator.normal(
        vectors.matrix.mean(axis=0, dtype="float64"),
        vectors.matrix.std(axis=0, dtype="float64"),
        size=(len(tokens), vectors.dimensions),
    ).astype("float32")
    kinds = np.full(len(tokens), FILLED)
    for token_id in range(SPECIAL_COUNT, len(tokens)):
        kind, vector = _look_up(vectors, spellings(tokens[token_id], tokenizer))
        if vector is not None:
            matrix[token_id], kinds[token_id] = vector, kind
    if deviation is not None:
        matrix *= deviation / max(vectors.matrix.std(dtype="float64"), 1e-12)
    matrix[PAD_ID] = 0
    coverage = Coverage(tokens[SPECIAL_COUNT:], kinds[SPECIAL_COUNT:])
    return EmbeddingMatrix(matrix, coverage)


def _look_up(vectors, names):
    for kind, name in zip((FOUND, BARE), names, strict=False):
        if name in vectors:
            return kind, vectors.vector(name)
    for name in names:
        row = vectors.find(name)
        if row is not None:
            return FOLDED, vectors.matrix[row]
    # Without marks, which the parts of words know nothing of.
    if vectors.compose and (vector := vectors.compose(names[-1])) is not None:
        return COMPOSED, vector
    return FILLED, None
