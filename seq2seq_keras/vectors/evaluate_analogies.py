"""Word vectors and analogies."""

from typing import NamedTuple

from scipy import stats

from seq2seq_keras.vectors.evaluation_sets import read_analogy_set
from seq2seq_keras.vectors.similarity import unit_rows

_CONFIDENCE = 0.95
_BATCH = 1024


class AnalogyEvaluation(NamedTuple):
    """How many analogies were completed.

    Attributes:
        accuracy: Float in [0, 1], of those covered; NaN if none is.
        low: Lower end of its 95 % confidence interval.
        high: Upper end of it.
        covered: Integer. The analogies of which all four words have a vector.
        analogies: Integer. All analogies.
        sections: Dictionary from names of sections to tuples `(correct, covered,
            analogies)`.

    Example:

    >>> print(AnalogyEvaluation(0.25, 0.07, 0.59, covered=8, analogies=16, sections={}))
    accuracy 0.250 [0.070, 0.590], 8 of 16 analogies covered (50%)
    """

    accuracy: float
    low: float
    high: float
    covered: int
    analogies: int
    sections: dict

    @property
    def coverage(self):
        """The share of analogies that the accuracy is about."""
        return self.covered / self.analogies

    def __str__(self):
        return (
            f"accuracy {self.accuracy:.3f} [{self.low:.3f}, {self.high:.3f}], "
            f"{self.covered:,} of {self.analogies:,} analogies covered "
            f"({self.coverage:.0%})"
        )


def evaluate_analogies(vectors, name="google"):
    r"""Completes analogies and counts the exact hits.

    An analogy with a word that has no vector of its own is left out, and counted.
    Where case differs the words are taken for the same.

    Args:
        vectors: A `WordVectors`.
        name: "google" (a file of gensim), or a path, see `read_analogy_set`.

    Returns:
        An `AnalogyEvaluation`; its interval is Wilson's.

    Raises:
        InputError: If the file cannot be read.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "analogies.txt")
    >>> _ = path.write_text(": family\nman king woman queen\nman king woman duke\n")
    >>> from seq2seq_keras.vectors import WordVectors
    >>> words = ["man", "woman", "king", "queen", "fish"]
    >>> rows = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [-1, -1, -1]]
    >>> evaluate_analogies(WordVectors(words, rows), path).sections
    {'family': (1, 1, 2)}

    Reference:
        - [Mikolov et al., 2013](https://arxiv.org/abs/1301.3781), section 4.1.
    """
    sections = {}
    for section, analogies in read_analogy_set(name).items():
        rows = [[vectors.find(word) for word in words] for words in analogies]
        rows = [row for row in rows if None not in row]
        sections[section] = (_count_hits(vectors, rows), len(rows), len(analogies))
    correct, covered, total = map(sum, zip(*sections.values(), strict=True))
    accuracy = low = high = float("nan")
    if covered:
        accuracy = correct / covered
        interval = stats.binomtest(correct, covered).proportion_ci(
            _CONFIDENCE, method="wilson"
        )
        low, high = float(interval.low), float(interval.high)
    return AnalogyEvaluation(accuracy, low, high, covered, total, sections)


def _count_hits(vectors, rows):
    hits = 0
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        columns = list(zip(*batch, strict=True))
        first, second, third = (
            unit_rows(vectors.rows(list(column))) for column in columns[:3]
        )
        asked = [[vectors.words[row] for row in line[:3]] for line in batch]
        found = vectors.nearest(second - first + third, 1, asked)
        hits += sum(
            bool(best) and best[0].word == vectors.words[expected]
            for best, expected in zip(found, columns[3], strict=True)
        )
    return hits
