"""Tests of `count_edits` and `error_rate`."""

import numpy as np

from seq2seq_keras.evaluation import count_edits, error_rate


def slow_edits(written, expected):
    """Levenshtein's table, cell by cell."""
    table = np.zeros((len(written) + 1, len(expected) + 1), int)
    table[:, 0], table[0] = range(len(written) + 1), range(len(expected) + 1)
    for row, token in enumerate(written, 1):
        for column, other in enumerate(expected, 1):
            table[row, column] = min(
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (token != other),
            )
    return int(table[-1, -1])


def test_edits_are_those_of_the_table():
    generator = np.random.default_rng(0)
    # Tokens with spaces, an empty one and digits: none may be taken for another.
    tokens = [" ", "a b", "a", "b", "0", "1", ""]

    def sequences():
        lengths = generator.integers(0, 7, size=60)
        return [[str(t) for t in generator.choice(tokens, size=n)] for n in lengths]

    written, expected = sequences(), sequences()
    rows = zip(written, expected, strict=True)
    assert count_edits(written, expected).tolist() == [
        [slow_edits(a, b), len(b)] for a, b in rows
    ]


def test_nothing_but_empty_references():
    assert count_edits([["a"], []], [[], []]).tolist() == [[1, 0], [0, 0]]
    assert error_rate(np.array([1.0, 0.0])) == 1
    assert error_rate(np.array([0.0, 0.0])) == 0
