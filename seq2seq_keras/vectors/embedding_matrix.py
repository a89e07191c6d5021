"""From vectors to the embeddings of a model."""

import dataclasses
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from seq2seq_keras.special_tokens import PAD_ID, SPECIAL_COUNT
from seq2seq_keras.vectors.matrices import check_dense


def fold(word: str) -> str:
    r"""Takes away what differs between spellings of one word: case, Unicode form.

    Args:
        word: String.

    Returns:
        A string that is equal for all of them.

    Example:

    >>> fold("Élan") == fold("E\u0301LAN")
    True
    """
    return unicodedata.normalize("NFC", word.casefold())


def fold_index(words: Iterable[str]) -> dict[str, int]:
    """The row of the first, most frequent word that folds to each folded word."""
    index: dict[str, int] = {}
    for row, word in enumerate(words):
        index.setdefault(fold(word), row)
    return index


def spellings(token: str, tokenizer: Any) -> list[str]:
    """A token as it is and, if that is another string, without its marks."""
    bare = tokenizer.bare_word(token)
    return [token] if bare in ("", token) else [token, bare]


# What was done for a token, best first.
FOUND, BARE, FOLDED, COMPOSED, FILLED = range(5)
_KINDS = ("found", "without marks", "folded", "composed", "filled")
_FIRST_BAND = 100


@dataclasses.dataclass(frozen=True)
class Coverage:
    """Where the vector of each token of a vocabulary came from.

    - found: the token is one of the words;
    - without marks: it is, once the tokenizer's marks are taken away (`￭,` is `,`);
    - folded: a word differs from it in upper and lower case or Unicode form alone;
    - composed: the vector was made of the parts of the word (FastText);
    - filled: the vector is random.

    Printed, it is a table by frequency: vocabularies stand most frequent first.

    Args:
        tokens: List of the tokens, without the special ones.
        kinds: Integer array of the same length, from 0 for found to 4 for filled.

    Example:

    >>> coverage = Coverage(["the", "Dog", "zyzzyva"], np.array([0, 2, 4]))
    >>> coverage.count("folded"), coverage.missing
    (1, ['zyzzyva'])
    """

    tokens: list[str]
    kinds: np.ndarray

    def count(self, kind: str) -> int:
        """How many tokens are "found", "without marks", "folded" and so on."""
        return int((self.kinds == _KINDS.index(kind)).sum())

    @property
    def share(self) -> float:
        """The share of tokens that are not filled with random numbers."""
        return float((self.kinds != FILLED).mean())

    @property
    def missing(self) -> list[str]:
        """The tokens that are, most frequent first."""
        return [
            token
            for token, kind in zip(self.tokens, self.kinds, strict=True)
            if kind == FILLED
        ]

    def bands(self) -> list[tuple[int, int, np.ndarray]]:
        """Counts by frequency.

        Returns:
            A list of tuples `(first rank, last rank, counts)`, counted from 1, where
            counts is an integer array: found, without marks, folded, composed, filled.
            The last row is that of all tokens.
        """
        rows, first, last = [], 0, _FIRST_BAND
        while first < len(self.tokens):
            last = min(last, len(self.tokens))
            rows.append(self._band(first, last))
            first, last = last, last * 10
        return [*rows, self._band(0, len(self.tokens))]

    def _band(self, first: int, last: int) -> tuple[int, int, np.ndarray]:
        counts = np.bincount(self.kinds[first:last], minlength=len(_KINDS))
        return first + 1, last, counts

    def __str__(self) -> str:
        lines = [f"{'frequency rank':<18}" + "".join(f"{kind:>15}" for kind in _KINDS)]
        bands = self.bands()
        for number, (first, last, counts) in enumerate(bands, start=1):
            name = "all" if number == len(bands) else f"{first:,} to {last:,}"
            shares = counts / counts.sum()
            cells = (
                f"{count:>8,} {share:>6.1%}"
                for count, share in zip(counts, shares, strict=True)
            )
            lines.append(f"{name:<18}" + "".join(cells))
        return "\n".join(lines)


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


def make_embedding_matrix(
    vectors: Any, tokenizer: Any, *, seed: int = 0, deviation: float | None = None
) -> EmbeddingMatrix:
    """Does the work of `WordVectors.matrix_for`.

    Row `i` belongs to `tokenizer.vocabulary[i]`. Row 0, padding, is all zeros. The
    other special tokens are no words and are not looked up, so that a file with a word
    `<unk>` cannot pass for the unknown token; they, and words without a vector, get
    random ones, normal with the mean and the spread of the vectors in each dimension.
    """
    check_dense(vectors.matrix, "Embeddings start from")
    tokens = tokenizer.vocabulary
    generator = np.random.default_rng(seed)
    matrix = generator.normal(
        vectors.matrix.mean(axis=0, dtype="float64"),
        vectors.matrix.std(axis=0, dtype="float64"),
        size=(len(tokens), vectors.dimensions),
    ).astype("float32")
    kinds = np.full(len(tokens), FILLED)
    for token_id in range(SPECIAL_COUNT, len(tokens)):
        token = tokens[token_id]
        names, bare = spellings(token, tokenizer), tokenizer.bare_word(token)
        kind, vector = _look_up(vectors, names, bare)
        if vector is not None:
            matrix[token_id], kinds[token_id] = vector, kind
    if deviation is not None:
        matrix *= deviation / max(vectors.matrix.std(dtype="float64"), 1e-12)
    matrix[PAD_ID] = 0
    coverage = Coverage(tokens[SPECIAL_COUNT:], kinds[SPECIAL_COUNT:])
    return EmbeddingMatrix(matrix, coverage)


def _look_up(vectors: Any, names: Any, bare: str) -> Any:
    for kind, name in zip((FOUND, BARE), names, strict=False):
        if name in vectors:
            return kind, vectors.vector(name)
    for name in names:
        row = vectors.find(name)
        if row is not None:
            return FOLDED, vectors.matrix[row]
    # Without marks, which the parts of words know nothing of.
    if bare and vectors.compose and (vector := vectors.compose(bare)) is not None:
        return COMPOSED, vector
    return FILLED, None
