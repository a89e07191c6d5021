"""Tests of seq2seq_keras.vectors: glove."""

import importlib

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import count_cooccurrences, glove

MODULE = importlib.import_module("seq2seq_keras.vectors.glove_vectors")

TEXTS = ["the cat eats fish", "the dog eats meat", "a car drives fast"] * 4


def slow_epoch(words, contexts, pairs, rate):
    """One batch of AdaGrad by a loop: all gradients at the same place."""
    words, contexts = words.copy(), contexts.copy()
    sums = [np.zeros_like(words), np.zeros_like(contexts)]
    squares = [np.ones_like(words), np.ones_like(contexts)]
    loss = 0.0
    for first, second, logarithm, weight in zip(*pairs, strict=True):
        word, context = words[first], contexts[second]
        error = word[:-1] @ context[:-1] + word[-1] + context[-1] - logarithm
        loss += weight * error**2
        of_word = weight * error * np.append(context[:-1], 1)
        of_context = weight * error * np.append(word[:-1], 1)
        sums[0][first] += of_word
        squares[0][first] += of_word**2
        sums[1][second] += of_context
        squares[1][second] += of_context**2
    words -= rate * sums[0] / np.sqrt(squares[0])
    contexts -= rate * sums[1] / np.sqrt(squares[1])
    return words, contexts, loss / len(pairs[0])


def test_a_batch_is_a_step_of_adagrad_by_hand():
    sentences = [text.split() for text in TEXTS]
    words = sorted({word for sentence in sentences for word in sentence})
    index = {word: row for row, word in enumerate(words)}
    first, second, counts = count_cooccurrences(sentences, index, 3)
    pairs = (first, second, np.log(counts), np.minimum(1, counts / 5) ** 0.75)
    pairs = tuple(part.astype(kind) for part, kind in zip(pairs, "iiff", strict=True))
    trainer = MODULE._Trainer(len(index), 4, learning_rate=0.1, seed=0)
    before = [table.numpy().astype("float64") for table in trainer.tables]
    loss = float(trainer.train_epoch(*pairs))
    words, contexts, expected = slow_epoch(*before, pairs, 0.1)
    assert loss == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(trainer.tables[0], words, atol=1e-5)
    np.testing.assert_allclose(trainer.tables[1], contexts, atol=1e-5)
    expected = words[:, :-1] + contexts[:, :-1]
    np.testing.assert_allclose(trainer.vectors(), expected, atol=1e-5)


def test_the_loss_falls_and_neighbours_of_one_kind_are_alike(capsys):
    vectors = glove(
        TEXTS * 5, dimensions=8, min_frequency=1, window=3, epochs=60, verbose=1
    )
    lines = capsys.readouterr().out.splitlines()
    losses = [float(line.rpartition(" ")[2]) for line in lines]
    assert len(losses) == 60
    assert losses[-1] < 0.05 * losses[0]
    assert vectors.similarity("cat", "dog") > vectors.similarity("cat", "car")


def test_the_same_seed_makes_the_same_vectors():
    options = {"dimensions": 5, "epochs": 2}
    first, again, other = (glove(TEXTS, seed=n, **options) for n in (0, 0, 1))
    np.testing.assert_array_equal(first.matrix, again.matrix)
    assert (first.matrix != other.matrix).any()


def test_texts_of_single_words_are_an_error():
    with pytest.raises(InputError, match="No two words with a vector"):
        glove(["a", "a", "b", "b"])
