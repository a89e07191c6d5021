"""What the property tests of word vectors draw from."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def matrices(rows, columns, numbers=NUMBERS):
    """float32 arrays of so many rows and columns."""
    return arrays.arrays("float32", st.tuples(rows, columns), elements=numbers)


@st.composite
def words_and_matrices(draw, words=None):
    """A list of different words and a matrix with a row for each."""
    words = st.text(min_size=1, max_size=8) if words is None else words
    found = draw(st.lists(words, min_size=1, max_size=6, unique=True))
    columns = draw(st.integers(1, 4))
    return found, draw(matrices(st.just(len(found)), st.just(columns)))


def random_vectors(count, dimensions, seed=0):
    """Words w0, w1 and so on with normal vectors."""
    from seq2seq_keras.vectors import WordVectors

    matrix = np.random.default_rng(seed).normal(size=(count, dimensions))
    return WordVectors([f"w{number}" for number in range(count)], matrix)
