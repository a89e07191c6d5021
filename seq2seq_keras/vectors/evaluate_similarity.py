"""Word vectors against what people find alike."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from seq2seq_keras.vectors.evaluation_sets import read_similarity_set
from seq2seq_keras.vectors.similarity import unit_rows

_RESAMPLES = 2000
_CONFIDENCE = 0.95


class SimilarityEvaluation(NamedTuple):
    """How the similarities of vectors agree with people's judgements.

    Attributes:
        spearman: Float in [-1, 1], the rank correlation; NaN where all similarities
            are equal or fewer than three pairs are covered.
        low: Lower end of its 95 % confidence interval.
        high: Upper end of it.
        covered: Integer. The pairs of which both words have a vector.
        pairs: Integer. All pairs.

    Example:

    >>> print(SimilarityEvaluation(0.316, 0.16, 0.458, covered=155, pairs=353))
    Spearman 0.316 [0.160, 0.458], 155 of 353 pairs covered (44%)
    """

    spearman: float
    low: float
    high: float
    covered: int
    pairs: int

    @property
    def coverage(self):
        """The share of pairs that the correlation is about."""
        return self.covered / self.pairs

    def __str__(self):
        return (
            f"Spearman {self.spearman:.3f} [{self.low:.3f}, {self.high:.3f}], "
            f"{self.covered} of {self.pairs} pairs covered ({self.coverage:.0%})"
        )


def evaluate_similarity(vectors, name="wordsim353", *, seed=0):
    r"""Compares cosine similarities with people's judgements, by rank.

    Pairs with a word that has no vector of its own are left out, and counted: a
    correlation over fewer pairs is not one over all of them. Where case differs the
    words are taken for the same.

    Args:
        vectors: A `WordVectors`.
        name: "wordsim353", "simlex999" (both are files of gensim), or a path, see
            `read_similarity_set`.
        seed: Integer. Seed of the bootstrap that the confidence interval is from:
            2,000 resamples of the pairs, percentiles.

    Returns:
        A `SimilarityEvaluation`.

    Raises:
        InputError: If the file cannot be read.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "pairs.tsv")
    >>> _ = path.write_text("a\tb\t9\na\tc\t5\nb\tc\t1\na\tx\t3\n")
    >>> from seq2seq_keras.vectors import WordVectors
    >>> vectors = WordVectors(["a", "b", "c"], [[1, 0], [1, 0.2], [1, 1]])
    >>> result = evaluate_similarity(vectors, path)
    >>> result.covered, result.pairs
    (3, 4)

    Reference:
        - [Finkelstein et al., 2002](https://doi.org/10.1145/503104.503110):
          WordSim-353.
        - [Hill et al., 2015](https://arxiv.org/abs/1408.3456): SimLex-999.
        - [Efron & Tibshirani, 1993](https://doi.org/10.1201/9780429246593): bootstrap.
    """
    pairs = read_similarity_set(name)
    rows = [(vectors.find(a), vectors.find(b), score) for a, b, score in pairs]
    rows = [row for row in rows if None not in row]
    values = (float("nan"),) * 3
    if len(rows) > 2:
        first, second, judged = zip(*rows, strict=True)
        units = [unit_rows(vectors.rows(list(side))) for side in (first, second)]
        cosines = (units[0] * units[1]).sum(axis=1)
        values = _correlate(np.array(judged), cosines, seed)
    return SimilarityEvaluation(*values, covered=len(rows), pairs=len(pairs))


def _correlate(judged, cosines, seed):
    """Spearman's correlation and its confidence interval."""
    # Rounding must not rank what is equal.
    cosines = np.round(cosines, 6)
    if np.ptp(cosines) == 0 or np.ptp(judged) == 0:
        return (float("nan"),) * 3

    def spearman(judged, cosines, axis=-1):
        ranks = [stats.rankdata(part, axis=axis) for part in (judged, cosines)]
        first, second = (part - part.mean(axis, keepdims=True) for part in ranks)
        scale = np.sqrt((first**2).sum(axis) * (second**2).sum(axis))
        # A resample of one value ranks nothing.
        return (first * second).sum(axis) / np.maximum(scale, 1e-12)

    interval = stats.bootstrap(
        (judged, cosines),
        spearman,
        paired=True,
        vectorized=True,
        n_resamples=_RESAMPLES,
        batch=100,
        confidence_level=_CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return tuple(map(float, (spearman(judged, cosines), interval.low, interval.high)))
