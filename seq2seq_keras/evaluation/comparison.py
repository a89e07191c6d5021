"""Comparisons: systems with each other, short sentences with long ones."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.evaluation.metrics import (
    METRICS,
    CorpusReferences,
    SentenceCounts,
    count_metric,
    references_of,
)
from seq2seq_keras.evaluation.resampling import bootstrap_interval, paired_p_value
from seq2seq_keras.evaluation.scores import count_metrics
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import split_features

if TYPE_CHECKING:
    from seq2seq_keras.text import Tokenizer


def compare_translations(
    systems: Mapping[str, Sequence[str]],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    bleu_tokenizer: str = "13a",
) -> pd.DataFrame:
    """Compares systems that have translated the same sentences, by every metric.

    Each system after the first is compared with the first. The interval of the
    difference comes from paired bootstrap resampling, the p-value from approximate
    randomization, which asks how often two systems that are equally good would differ
    as much. Both have a fixed seed.

    Args:
        systems: Dictionary of the names of systems, two or more, and their
            translations: lists of strings.
        references: List with a string for each translation of a system, or with a list
            of them, or `None`; or `Pairs` or an `EvaluationSet`, as of `score_metric`.
        tokenizer: The tokenizer whose tokens the symbol error rate counts; without one
            that metric is left out.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`.

    Returns:
        A DataFrame with a row for each metric that is defined and each system:
        `metric`, its `signature`, `system`, `score`, its 95 % interval `low` and
        `high`, and, for all but the first system, the `difference`
        to the first, its interval `difference_low` and `difference_high`, and
        `p_value`.

    Raises:
        InputError: If there are not two systems, or not one translation of each for
            each of two or more references.

    Example:

    >>> references = ["un chat noir", "un chien", "deux chats"] * 4
    >>> systems = {"old": ["un chat"] * 12, "new": references}
    >>> table = compare_translations(systems, references).set_index("metric")
    >>> table.loc["wer", ["system", "score", "difference"]].values.tolist()
    [['old', 0.5714285714285714, nan], ['new', 0.0, -0.5714285714285714]]

    Reference:
        - [Koehn, 2004](https://aclanthology.org/W04-3250/), section 4.
        - [Riezler & Maxwell, 2005](https://aclanthology.org/W05-0908/), section 3.
    """
    if len(systems) < 2:
        raise InputError(f"A comparison needs two systems. Received: {list(systems)}")
    references = references_of(references)
    for name, translations in systems.items():
        check_texts(**{name: translations})
        if len(translations) != len(references) or len(references) < 2:
            raise InputError(
                f"{name} has {len(translations)} translations and there are "
                f"{len(references)} references. Each system needs one translation for "
                "each of two or more references."
            )
    counts = {
        name: count_metrics(
            translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
        )
        for name, translations in systems.items()
    }
    first = next(iter(counts.values()))
    if len(first["wer"].scored) < 2:
        raise InputError(
            f"Of {len(references)} sentences only one has a reference. A comparison "
            "needs two."
        )
    return pd.DataFrame(
        [
            {
                "metric": metric,
                "signature": each[metric].signature,
                "system": name,
                **_compared(each[metric], first[metric]),
            }
            for metric in METRICS
            if metric in first and first[metric].score is not None
            for name, each in counts.items()
        ]
    )


def _compared(counts: SentenceCounts, first: SentenceCounts) -> dict[str, float | None]:
    score, interval = counts.score, bootstrap_interval(counts)
    assert score is not None and interval
    row: dict[str, float | None] = {"score": score}
    row |= {"low": interval[0], "high": interval[1]}
    if counts is first:
        return row
    interval = bootstrap_interval(counts, first)
    assert first.score is not None and interval
    return {
        **row,
        "difference": score - first.score,
        "difference_low": interval[0],
        "difference_high": interval[1],
        "p_value": paired_p_value(counts, first),
    }


@checks_numbers(buckets=(1, 10**6))
def score_by_length(
    sources: Sequence[str],
    translations: Sequence[str],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    metric: str = "bleu",
    buckets: int | Sequence[int] = 6,
    bleu_tokenizer: str = "13a",
) -> pd.DataFrame:
    """Scores short and long sentences apart.

    A model that reads the whole source into one vector falls off as sources get
    longer; one with attention does not.

    Args:
        sources: List of strings. Their length is counted in words, which are what white
            space separates; in characters where most sources are one word, as in
            spelling or in languages without spaces. Where most have a tab, features
            stand before it, which do not count.
        translations: List of strings, one for each source.
        references: List with a string for each source, or with a list of them, or
            `None`, which leaves the sentence out; or `Pairs` or an `EvaluationSet`, as
            of `score_metric`.
        tokenizer: The tokenizer of the target, for `metric="symbol_error_rate"`.
        metric: One of the metrics of `score_metric`.
        buckets: Into how many parts, of about as many sentences, the corpus is cut
            (fewer where many sentences are equally long); or the greatest length of
            each bucket but the last, e.g. `[10, 20, 30]`.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`.

    Returns:
        A DataFrame with a row for each bucket that has sentences: `metric` (as people
        call it), `unit` ("words" or "characters"), `lengths` (e.g. "7-9"), how many
        `sentences`, `mean_length`, the metric's `signature`, `score` and its 95 %
        interval `low` and `high`; NaN where the metric is not defined for the bucket,
        or one sentence has no interval.

    Raises:
        InputError: If the lists differ in length, or nothing can be scored.

    Example:

    >>> sources = ["one", "one two", "one two three", "one two three four"]
    >>> table = score_by_length(
    ...     sources, sources, sources, metric="exact_match", buckets=[2]
    ... )
    >>> table[["lengths", "sentences", "mean_length", "score"]].values.tolist()
    [['1-2', 2, 1.5, 1.0], ['3-4', 2, 3.5, 1.0]]

    Reference:
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), figure 2.
    """
    check_texts(sources=sources)
    references = references_of(references)
    if len(sources) != len(references):
        raise InputError(
            "Every source needs one reference. Received: "
            f"{len(sources)} sources and {len(references)} references"
        )
    counts = count_metric(
        metric, translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
    )
    is_scored = ~np.isnan(counts.rows[:, 0])
    counts = counts.part(is_scored)
    unit, lengths = _lengths(list(itertools.compress(sources, is_scored)))
    numbers = np.digitize(lengths, _edges(buckets, lengths), right=True)
    rows = []
    for number in np.unique(numbers):
        chosen = numbers == number
        low, high = lengths[chosen].min(), lengths[chosen].max()
        row = {
            "metric": METRICS[metric].label,
            "unit": unit,
            "lengths": f"{low}" if low == high else f"{low}-{high}",
            "sentences": int(chosen.sum()),
            "mean_length": float(lengths[chosen].mean()),
            "signature": counts.signature,
        }
        rows.append(row | _score(counts.part(chosen)))
    return pd.DataFrame(rows)


def _lengths(sources: Sequence[str]) -> tuple[str, np.ndarray]:
    if np.mean(["\t" in source for source in sources]) > 0.5:
        # Features stand before the text, and are none of its words.
        sources = [split_features(source)[1] for source in sources]
    words = np.array([len(source.split()) for source in sources])
    if np.median(words) > 1:
        return "words", words
    return "characters", np.array([len("".join(source.split())) for source in sources])


def _edges(
    buckets: int | Sequence[int], lengths: np.ndarray
) -> Sequence[int] | np.ndarray:
    """The greatest length of each bucket but the last."""
    if not isinstance(buckets, int):
        edges = list(buckets)
        if sorted(set(edges)) != edges:
            raise InputError(
                f"The lengths of `buckets` must rise. Received: buckets={edges}"
            )
        return edges
    shares = np.arange(1, buckets) / buckets
    return np.unique(np.quantile(lengths, shares, method="inverted_cdf"))


def _score(counts: SentenceCounts) -> dict[str, float]:
    score = counts.score
    interval = None if score is None else bootstrap_interval(counts)
    low, high = interval or (np.nan, np.nan)
    return {"score": np.nan if score is None else score, "low": low, "high": high}
