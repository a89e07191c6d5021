"""Scores of vectors on sets of similar words and of analogies."""

import itertools
import math
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.untrusted import read_regular
from seq2seq_keras.vectors.embedding_matrix import fold
from seq2seq_keras.vectors.neighbours import unit_rows
from seq2seq_keras.vectors.numbers import NUMBERS
from seq2seq_keras.vectors.word_vectors import WordVectors

# The names of the files that gensim brings along.
SIMILARITY_SETS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}
ANALOGY_SETS = {"google": "questions-words.txt"}
_RESAMPLES = 2000
# The sets that are known have less than one.
_MOST_BYTES = 2**26
_CONFIDENCE = 0.95
_BATCH = 1024


def read_similarity_set(name: str) -> list[tuple[str, str, float]]:
    """Reads pairs of words and how alike people find them.

    Args:
        name: One of `SIMILARITY_SETS`, or the path of a file with lines of two words
            and a number, parted by tabs; lines that begin with `#` are comments.

    Returns:
        A list of tuples `(first word, second word, score)`.

    Raises:
        InputError: If the file is missing or a line is broken.

    Example:

    >>> len(read_similarity_set("wordsim353")) > 300  # with the extra `vectors`
    True
    """
    path = _find(name, SIMILARITY_SETS)
    pairs = []
    for number, line in _lines(path):
        fields = line.split("\t")
        score = _judgement(fields[2]) if len(fields) == 3 else None
        if score is None:
            raise InputError(
                f"{path}, line {number}: expected two words and a finite number, "
                f"parted by tabs. Received: {line[:60]!r}"
            )
        pairs.append((fields[0].strip(), fields[1].strip(), score))
    if not pairs:
        raise InputError(f"{path}: it holds no pair of words.")
    return pairs


def _judgement(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None  # nan has no rank


def read_analogy_set(name: str) -> dict[str, list[tuple[str, ...]]]:
    """Reads analogies by section.

    Args:
        name: One of `ANALOGY_SETS`, or the path of a file with lines of four words,
            after lines with a colon and the name of a section.

    Returns:
        A dictionary from names of sections to lists of tuples of four words.

    Raises:
        InputError: If the file is missing or a line is broken.

    Example:

    >>> next(iter(read_analogy_set("google")))  # with the extra `vectors`
    'capital-common-countries'
    """
    path = _find(name, ANALOGY_SETS)
    sections: dict[str, list] = {}
    section = "all"
    for number, line in _lines(path):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4:
            raise InputError(
                f"{path}, line {number}: expected four words. Received: {line[:60]!r}"
            )
        sections.setdefault(section, []).append(tuple(words))
    if not sections:
        raise InputError(f"{path}: it holds no analogy.")
    return sections


def _find(name: str, known: dict[str, str]) -> pathlib.Path:
    if name in known:
        utils = import_optional("gensim.test.utils", f"Evaluations on {name}")
        return pathlib.Path(utils.datapath(known[name]))
    path = pathlib.Path(name)
    if not path.is_file():
        raise InputError(
            f"{path}: there is no such file. The sets known by name are "
            f"{', '.join(known)}."
        )
    return path


def _lines(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    """Yields the lines that are neither empty nor comments, and their numbers."""
    try:
        text = read_regular(path, limit=_MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the file is not valid UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() and not line.startswith("#"):
            yield number, line


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
    def coverage(self) -> float:
        """The share of pairs that the correlation is about."""
        return self.covered / self.pairs

    def __str__(self) -> str:
        return (
            f"Spearman {self.spearman:.3f} [{self.low:.3f}, {self.high:.3f}], "
            f"{self.covered} of {self.pairs} pairs covered ({self.coverage:.0%})"
        )


@checks_numbers(NUMBERS)
def evaluate_similarity(
    vectors: WordVectors, name: str = "wordsim353", *, seed: int = 0
) -> SimilarityEvaluation:
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


def _correlate(
    judged: np.ndarray, cosines: np.ndarray, seed: int
) -> tuple[float, float, float]:
    """Spearman's correlation and its confidence interval."""
    # Rounding must not rank what is equal.
    cosines = np.round(cosines, 6)
    if np.ptp(cosines) == 0 or np.ptp(judged) == 0:
        return (float("nan"),) * 3

    def spearman(judged: Any, cosines: Any, axis: int = -1) -> Any:
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
    whole = float(spearman(judged, cosines))
    return whole, float(interval.low), float(interval.high)


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
    def coverage(self) -> float:
        """The share of analogies that the accuracy is about."""
        return self.covered / self.analogies

    def __str__(self) -> str:
        return (
            f"accuracy {self.accuracy:.3f} [{self.low:.3f}, {self.high:.3f}], "
            f"{self.covered:,} of {self.analogies:,} analogies covered "
            f"({self.coverage:.0%})"
        )


def evaluate_analogies(vectors: WordVectors, name: str = "google") -> AnalogyEvaluation:
    r"""Completes analogies and counts the exact hits.

    An analogy with a word that has no vector of its own is left out, and counted.
    Where case differs the words are taken for the same: in any case the first three are
    no answer, and the fourth is one.

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
    sets = read_analogy_set(name)
    spelled = _spellings(vectors, itertools.chain.from_iterable(sets.values()))
    for section, analogies in sets.items():
        rows = [[vectors.find(word) for word in words] for words in analogies]
        rows = [row for row in rows if None not in row]
        hits = _count_hits(vectors, rows, spelled)
        sections[section] = (hits, len(rows), len(analogies))
    correct, covered, total = map(sum, zip(*sections.values(), strict=True))
    accuracy = low = high = float("nan")
    if covered:
        accuracy = correct / covered
        interval = stats.binomtest(correct, covered).proportion_ci(
            _CONFIDENCE, method="wilson"
        )
        low, high = float(interval.low), float(interval.high)
    return AnalogyEvaluation(accuracy, low, high, covered, total, sections)


def _spellings(
    vectors: WordVectors, analogies: Iterable[Sequence[str]]
) -> dict[str, list[str]]:
    """By each word of some analogies, folded, the words that are the same."""
    spelled: dict[str, list[str]] = {
        fold(word): [] for words in analogies for word in words
    }
    for word in vectors.words:
        if (key := fold(word)) in spelled:
            spelled[key].append(word)
    return spelled


def _count_hits(vectors: WordVectors, rows: list, spelled: dict[str, list[str]]) -> int:
    hits = 0
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        columns = list(zip(*batch, strict=True))
        first, second, third = (
            unit_rows(vectors.rows(list(column))) for column in columns[:3]
        )
        folded = [[fold(vectors.words[row]) for row in line] for line in batch]
        asked = [[same for key in line[:3] for same in spelled[key]] for line in folded]
        found = vectors.nearest(second - first + third, 1, asked)
        hits += sum(
            bool(best) and fold(best[0].word) == expected
            for best, (*_, expected) in zip(found, folded, strict=True)
        )
    return hits
