"""How far a score could be off: other samples of sentences, drawn from the same."""

from typing import Any

import numpy as np

from seq2seq_keras.evaluation.metrics import SentenceCounts

RESAMPLES = 1000
CONFIDENCE = 0.95
SEED = 12345  # that of sacreBLEU
INTERVALS = (
    f"{CONFIDENCE:.0%} of {RESAMPLES:,} bootstrap resamples of the sentences, "
    f"seed {SEED}"
)
_SWAPS = 9999
_AT_A_TIME = 100  # so that the memory is for that many samples of a corpus


def bootstrap_interval(
    counts: SentenceCounts, other: SentenceCounts | None = None
) -> tuple[float, float] | None:
    """The 95 % interval of a score, or of the difference of two systems' scores.

    The sentences are drawn anew 1,000 times, with replacement and a fixed seed, and
    the middle 95 % of the scores of these samples are the interval. Two systems are
    scored on the same samples, since what makes a sentence hard does so for both.

    Args:
        counts: `SentenceCounts` of a system.
        other: Optional `SentenceCounts` of another one on the same sentences, whose
            score is taken from that of the first.

    Returns:
        Two floats, or None for fewer than two sentences, which have no other samples.

    Example:

    >>> from seq2seq_keras.evaluation.metrics import count_metric
    >>> texts = ["oui", "non", "peut-être"]
    >>> counts = count_metric("exact_match", texts, texts, bleu_tokenizer="13a")
    >>> bootstrap_interval(counts)
    (1.0, 1.0)

    Reference:
        - [Koehn, 2004](https://aclanthology.org/W04-3250/), section 3 and, for two
          systems, section 4.
    """
    from scipy.stats import bootstrap  # takes a moment that few commands need

    rows, others = counts.scored, None if other is None else other.scored
    sentences = len(rows)
    if sentences < 2:
        return None

    def score(chosen: np.ndarray, axis: Any) -> np.ndarray:
        """Scores samples, (samples, sentences) of indices."""
        times = np.stack([np.bincount(row, minlength=sentences) for row in chosen])
        scores = _scores(counts, times @ rows)
        return scores if others is None else scores - _scores(counts, times @ others)

    interval = bootstrap(
        (np.arange(sentences),),
        score,
        n_resamples=RESAMPLES,
        batch=_AT_A_TIME,
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=SEED,
    ).confidence_interval
    return float(interval.low), float(interval.high)


def paired_p_value(counts: SentenceCounts, other: SentenceCounts) -> float:
    """How often two equal systems would differ as much as these two by chance.

    Each sentence's two translations change sides or not, 9,999 times with a fixed
    seed; if that hardly ever leads to such a difference, the systems are not alike.

    Args:
        counts: `SentenceCounts` of a system.
        other: `SentenceCounts` of another one on the same sentences.

    Returns:
        A float: the two-sided p-value; 1 for two equal systems.

    Reference:
        - [Riezler & Maxwell, 2005](https://aclanthology.org/W05-0908/), section 3:
          approximate randomization.
    """
    from scipy.stats import permutation_test

    rows, others = counts.scored, other.scored

    def difference(mine: np.ndarray, its: np.ndarray, axis: Any) -> np.ndarray:
        """Of systems put together: 1 marks a sentence of the first one."""
        swapped = [
            _scores(counts, of_first @ rows + of_other @ others)
            for of_first, of_other in ((mine, its), (its, mine))
        ]
        return swapped[0] - swapped[1]

    sentences = len(rows)
    return float(
        permutation_test(
            (np.ones(sentences), np.zeros(sentences)),
            difference,
            permutation_type="samples",
            vectorized=True,
            n_resamples=_SWAPS,
            batch=_AT_A_TIME,
            rng=SEED,
        ).pvalue
    )


def _scores(counts: SentenceCounts, sums: np.ndarray) -> np.ndarray:
    return np.apply_along_axis(counts.formula, -1, sums)
