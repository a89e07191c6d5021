"""GloVe: vectors whose products are the logarithms of co-occurrence counts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import show
from seq2seq_keras.vectors.counts import count_cooccurrences
from seq2seq_keras.vectors.numbers import NUMBERS, check_size
from seq2seq_keras.vectors.texts import Sentences, count_words
from seq2seq_keras.vectors.word_vectors import WordVectors

_BATCH = 8192
_POWER = 0.75  # alpha of the paper


@checks_numbers(NUMBERS)
def glove(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    dimensions: int = 100,
    window: int = 10,
    min_frequency: int = 2,
    max_words: int | None = None,
    largest_count: float = 10.0,
    epochs: int = 25,
    learning_rate: float = 0.1,
    seed: int = 0,
    verbose: Any = 0,
) -> WordVectors:
    """Learns vectors from how often words stand near each other.

    Every pair of words that co-occur `X` times adds to the loss
    `min(1, X / largest_count) ** 0.75 * (w · c + b_w + b_c - ln X) ** 2`, where `w` is
    the vector of the one word and `c` the context vector of the other. AdaGrad
    minimizes it over batches of pairs; the vector of a word is `w + c`.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        dimensions: Integer. Size of the vectors.
        window: Integer. The farthest neighbour, in words.
        min_frequency: Words seen fewer times get no vector.
        max_words: Optional. The most words; the most frequent ones stay.
        largest_count: Float. Pairs seen more often have no more weight; the paper takes
            100 for texts of a billion words, its authors' example 10.
        epochs: Integer. Passes over all pairs.
        learning_rate: Float. AdaGrad's step size.
        seed: Integer. The same seed makes the same vectors.
        verbose: 1 prints the loss after each epoch.

    Returns:
        A `WordVectors`.

    Raises:
        InputError: If no word is left, or no two of them share a sentence.

    Example:

    >>> texts = ["the cat eats fish", "the dog eats meat"] * 5
    >>> glove(texts, dimensions=8, epochs=2)
    <WordVectors: 6 words, 8 dimensions>

    Reference:
        - [Pennington et al., 2014](https://aclanthology.org/D14-1162/), equations 8
          and 9.
        - [Duchi et al., 2011](https://jmlr.org/papers/v12/duchi11a.html): AdaGrad.
    """
    sentences = Sentences(texts, tokenizer)
    counts = count_words(sentences, min_frequency=min_frequency, max_words=max_words)
    index = {word: row for row, word in enumerate(counts)}
    first, second, pair_counts = count_cooccurrences(sentences, index, window)
    if not len(first):
        raise InputError(
            "No two words with a vector stand in one text: there is nothing to learn. "
            "Give longer texts or a smaller `min_frequency`."
        )
    check_size(len(counts), dimensions, 32)  # words and contexts, with their squares
    trainer = _Trainer(len(counts), dimensions, learning_rate, seed)
    logarithms = np.log(pair_counts)
    weights = np.minimum(1, pair_counts / largest_count) ** _POWER
    generator = np.random.default_rng(seed)
    for epoch in range(1, epochs + 1):
        order = generator.permutation(len(first))
        pairs = (first, second, logarithms, weights)
        loss = trainer.train_epoch(*(tf.constant(part[order]) for part in pairs))
        if verbose:
            show(f"GloVe, epoch {epoch} of {epochs}: loss {float(loss):.5f}")
    return WordVectors(counts, trainer.vectors())


class _Trainer:
    """Word and context vectors, each with its bias as the last column."""

    def __init__(
        self, size: int, dimensions: int, learning_rate: float, seed: int
    ) -> None:
        self.learning_rate = learning_rate
        generator = np.random.default_rng(seed)
        shape = (2, size, dimensions + 1)
        initial = generator.uniform(-0.5, 0.5, shape) / (dimensions + 1)
        self.tables = [tf.Variable(part.astype("float32")) for part in initial]
        self.squares = [tf.Variable(tf.ones_like(table)) for table in self.tables]

    @tf.function(reduce_retracing=True)
    def train_epoch(
        self, first: Any, second: Any, logarithms: Any, weights: Any
    ) -> Any:
        """Goes once through all pairs; returns the mean loss."""
        size = tf.size(first)
        total = tf.constant(0.0)
        for start in tf.range(0, size, _BATCH):
            batch = slice(start, tf.minimum(start + _BATCH, size))
            total += self._train_batch(
                first[batch], second[batch], logarithms[batch], weights[batch]
            )
        return total / tf.cast(size, "float32")

    def _train_batch(
        self, first: Any, second: Any, logarithms: Any, weights: Any
    ) -> Any:
        words = tf.gather(self.tables[0], first)  # (batch, dimensions + 1)
        contexts = tf.gather(self.tables[1], second)
        biases = words[:, -1] + contexts[:, -1]
        products = tf.reduce_sum(words[:, :-1] * contexts[:, :-1], axis=1)
        errors = products + biases - logarithms  # (batch,)
        slopes = (weights * errors)[:, None]
        one = tf.ones_like(slopes)
        word_gradients = slopes * tf.concat([contexts[:, :-1], one], axis=1)
        context_gradients = slopes * tf.concat([words[:, :-1], one], axis=1)
        self._update(0, first, word_gradients)
        self._update(1, second, context_gradients)
        return tf.reduce_sum(weights * errors**2)

    def _update(self, number: Any, rows: Any, gradients: Any) -> None:
        """AdaGrad on the rows of a batch, each pair a step of its own."""
        table, squares = self.tables[number], self.squares[number]
        rows, positions = tf.unique(rows)
        count = tf.size(rows)
        steps = tf.math.unsorted_segment_sum(gradients, positions, count)
        added = tf.math.unsorted_segment_sum(gradients**2, positions, count)
        scale = tf.gather(squares, rows) + added
        squares.scatter_update(tf.IndexedSlices(scale, rows))
        steps *= self.learning_rate / tf.sqrt(scale)
        table.scatter_sub(tf.IndexedSlices(steps, rows))

    def vectors(self) -> Any:
        """Word and context vectors, added up and without biases."""
        return sum(table.numpy()[:, :-1] for table in self.tables)
