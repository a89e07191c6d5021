"""A word vector for each word, whatever made them."""

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.vectors.embedding_matrix import (
    EmbeddingMatrix,
    fold,
    fold_index,
    make_embedding_matrix,
)
from seq2seq_keras.vectors.matrices import (
    VectorsDescription,
    as_array,
    check_matrix,
    check_words,
    describe_matrix,
    is_sparse,
)
from seq2seq_keras.vectors.neighbours import (
    Neighbour,
    as_neighbours,
    cosine_similarity,
    nearest_rows,
    row_norms,
    unit_rows,
)
from seq2seq_keras.vectors.numbers import NUMBERS
from seq2seq_keras.vectors.reading import read_vectors
from seq2seq_keras.vectors.writing import write_vectors


class WordVectors:
    """Words and a matrix with a row for each of them, whatever made it.

    The functions of `seq2seq_keras.vectors` make them from text: `one_hot`,
    `document_term_matrix`, `tf_idf`, `lsa`, `word2vec`, `fasttext`, `glove`; or from a
    trained model: `from_model`. `WordVectors.load` reads those that others trained.
    Words are compared by the cosine of their vectors, see `cosine_similarity`.

    Args:
        words: List of different strings, most frequent first.
        matrix: Array of shape `(len(words), dimensions)`, or a SciPy sparse one.
        compose: Optional function from a word that is not among them to its vector,
            or to `None`; FastText makes one of the parts of a word.

    Raises:
        InputError: If words and rows do not match, a word stands twice, or a number is
            not finite.

    Example:

    >>> vectors = WordVectors(["king", "queen", "car"], [[2, 1], [1, 1], [-1, 1]])
    >>> vectors.most_similar("king", 1)[0].word
    'queen'
    >>> vectors.doesnt_match(["king", "queen", "car"])
    'car'
    """

    def __init__(self, words: Any, matrix: Any, *, compose: Any = None) -> None:
        self.words = check_words(words)
        self.matrix = check_matrix(matrix, len(self.words))
        self.compose = compose
        self.index = {word: row for row, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> Any:
        return self.vector(word)

    def __repr__(self) -> str:
        return f"<WordVectors: {len(self):,} words, {self.dimensions:,} dimensions>"

    @property
    def dimensions(self) -> int:
        """The numbers of a vector."""
        return self.matrix.shape[1]

    def vector(self, word: str) -> np.ndarray:
        """The vector of a word: its own, or else composed of its parts.

        Args:
            word: String.

        Returns:
            float32 array of shape `(dimensions,)`.

        Raises:
            InputError: If there is none.
        """
        row = self.index.get(word)
        if row is not None:
            return self.rows([row])[0]
        composed = self.compose(word) if self.compose else None
        if composed is None:
            near = self.find(word)
            hint = f" Did you mean {self.words[near]!r}?" if near is not None else ""
            raise InputError(
                f"There is no vector for {word!r} among the {len(self):,} words.{hint}"
            )
        return composed

    def rows(self, rows: list[int]) -> np.ndarray:
        """Some rows of the matrix as a dense array, given the list of their numbers."""
        found = self.matrix[rows]
        return found.toarray() if is_sparse(found) else found

    def find(self, word: str) -> int | None:
        """Finds the row of a word, in other case or Unicode form if need be.

        Args:
            word: String.

        Returns:
            The number of its row, else that of the first (most frequent) word that
            differs in case or Unicode form alone, else `None`.
        """
        row = self.index.get(word)
        return self._folded.get(fold(word)) if row is None else row

    def similarity(self, first: str, second: str) -> float:
        """The cosine similarity of two words, a float in [-1, 1]."""
        return float(cosine_similarity(self.vector(first), self.vector(second)))

    @checks_numbers(NUMBERS)
    def most_similar(self, words: Any, count: int = 10) -> Any:
        """Finds the words nearest to a word, or to each of many.

        The search is exact. Many words at once take far less time than one by one.

        Args:
            words: A string, or a list of strings.
            count: Integer. How many to find.

        Returns:
            A list of `Neighbour`s, nearest first, without the word; for a list of words
            a list of such lists.
        """
        if isinstance(words, str):
            return self.most_similar([words], count)[0]
        queries = [self.vector(word) for word in words]
        return self.nearest(queries, count, [[word] for word in words])

    @checks_numbers(NUMBERS)
    def analogy(
        self, first: str, second: str, third: str, count: int = 10
    ) -> list[Neighbour]:
        """Finds the fourth word: `first` is to `second` as `third` is to ... .

        Args:
            first: String, e.g. "man".
            second: String, e.g. "king".
            third: String, e.g. "woman".
            count: Integer. How many to find.

        Returns:
            A list of `Neighbour(word, similarity)` to the vector `second - first +
            third`, each of them scaled to length 1 before; the three words are left
            out.

        Reference:
            - [Mikolov et al., 2013](https://aclanthology.org/N13-1090/), equation 1.
        """
        words = (first, second, third)
        units = unit_rows([self.vector(word) for word in words])
        query = units[1] - units[0] + units[2]
        return self.nearest([query], count, [words])[0]

    def doesnt_match(self, words: Sequence[str]) -> str:
        """Finds the word that is least like the others.

        Args:
            words: List of strings.

        Returns:
            The one with the smallest cosine similarity to the mean of all their
            vectors, each scaled to length 1 before.

        Raises:
            InputError: If the list is empty.
        """
        if isinstance(words, str) or not words:
            raise InputError(f"Give a list of words. Received: {words!r}")
        units = unit_rows([self.vector(word) for word in words])
        return words[int(np.argmin(cosine_similarity(units, units.mean(axis=0))))]

    @checks_numbers(NUMBERS)
    def nearest(
        self, queries: Any, count: int = 10, excluded: Any = None
    ) -> list[list[Neighbour]]:
        """Finds the words nearest to some vectors.

        Args:
            queries: Array of shape `(queries, dimensions)`.
            count: Integer. How many to find.
            excluded: Optional. For each query the words that are no answer.

        Returns:
            For each query a list of `Neighbour(word, similarity)`, nearest first.

        Raises:
            InputError: If queries are no such array, or `excluded` has not as many
                lists as there are queries.
        """
        if not len(queries):
            return []
        queries = as_array(queries)
        excluded = excluded or [[]] * len(queries)
        if queries.shape[1:] != (self.dimensions,) or len(excluded) != len(queries):
            raise InputError(
                f"Queries are an array of shape (queries, {self.dimensions}), and "
                "`excluded` has a list for each. Received: an array of shape "
                f"{queries.shape} and {len(excluded)} lists"
            )
        unwanted = [
            [self.index[word] for word in words if word in self.index]
            for words in excluded
        ]
        units = unit_rows(queries).astype("float32")
        found = nearest_rows(*self._scaled, units, count, unwanted)
        return as_neighbours(self.words, *found)

    def describe(self) -> VectorsDescription:
        """Tells what the vectors cost: a `VectorsDescription`, which prints well."""
        return describe_matrix(self.matrix)

    @checks_numbers(NUMBERS)
    def matrix_for(
        self, tokenizer: Any, *, seed: int = 0, deviation: float | None = None
    ) -> EmbeddingMatrix:
        """Makes the matrix that an embedding of a tokenizer's vocabulary starts from.

        Args:
            tokenizer: A `Tokenizer`.
            seed: Integer. Seed of the vectors of words that are not found.
            deviation: Optional float, the standard deviation to scale all numbers to.
                Embeddings of this package start with 1, and recurrent layers are slow
                to learn from much smaller ones. Defaults to the vectors as they are.

        Returns:
            An `EmbeddingMatrix(matrix, coverage)`: the array for `build_model(...,
            source_embeddings=matrix)`, and a `Coverage`, which prints well.

        Raises:
            InputError: If the vectors are sparse.
        """
        return make_embedding_matrix(self, tokenizer, seed=seed, deviation=deviation)

    def save(self, path: str | os.PathLike, *, format: str | None = None) -> None:  # noqa: A002
        """Writes a file that others read too, by the rules of `write_vectors`.

        Args:
            path: The file; with the suffix `.gz` it is compressed.
            format: "word2vec" (text with a line of sizes), "glove" (text without it)
                or "binary" (word2vec's). Defaults to "binary" for a suffix `.bin`,
                else to "word2vec".
        """
        write_vectors(self.words, self.matrix, path, format=format)

    @classmethod
    def load(cls, path: str | os.PathLike, **options: Any) -> "WordVectors":
        """Reads vectors from a file of word2vec, GloVe or fastText.

        Args:
            path: The file, which may be compressed; `FILE:MEMBER` is one of several in
                a zip archive.
            **options: See `read_vectors`; `vocabulary` and `limit` make a large file
                fit the memory.

        Returns:
            A `WordVectors`.
        """
        return cls(*read_vectors(path, **options))

    @functools.cached_property
    def _scaled(self) -> tuple[Any, np.ndarray]:
        """The matrix and the lengths of its rows, which float32 can hold."""
        matrix = self.matrix
        largest = max(matrix.max(), -matrix.min())
        if largest > np.finfo("float32").max / np.sqrt(self.dimensions):
            # Directions stay.
            matrix = matrix * np.float32(1 / self.dimensions)
        return matrix, row_norms(matrix)

    @functools.cached_property
    def _folded(self) -> dict[str, int]:
        return fold_index(self.words)
