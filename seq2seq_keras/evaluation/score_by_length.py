"""How scores change with the length of the source."""

import numpy as np
import pandas as pd

from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.metrics import METRICS, count_metric
from seq2seq_keras.evaluation.resampling import bootstrap_interval


def score_by_length(
    sources,
    translations,
    references,
    tokenizer=None,
    *,
    metric="bleu",
    buckets=6,
    bleu_tokenizer="13a",
):
    """Scores short and long sentences apart.

    A model that reads the whole source into one vector falls off as sources get
    longer; one with attention does not.

    Args:
        sources: List of strings. Their length is counted in words, which are what
            white space separates; in characters where most sources are one word, as
            in spelling or in languages without spaces.
        translations: List of strings, one for each source.
        references: List of strings, one for each source.
        tokenizer: The tokenizer of the target, for `metric="symbol_error_rate"`.
        metric: One of the metrics of `score_metric`.
        buckets: Into how many parts, of about as many sentences, the corpus is cut
            (fewer where many sentences are equally long); or the greatest length of
            each bucket but the last, e.g. `[10, 20, 30]`.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`.

    Returns:
        A DataFrame with a row for each bucket that has sentences: `metric` (as people
        call it), `unit` ("words" or "characters"), `lengths` (e.g. "7-9"), how many
        `sentences`, `mean_length`, `score` and its 95 % interval `low` and `high`;
        NaN where the metric is not defined for the bucket, or one sentence has no
        interval.

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
    if len(sources) != len(references):
        raise InputError(
            "Every source needs one reference. Received: "
            f"{len(sources)} sources and {len(references)} references"
        )
    counts = count_metric(
        metric, translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
    )
    unit, lengths = _lengths(sources)
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
        }
        rows.append(row | _score(counts.part(chosen)))
    return pd.DataFrame(rows)


def _lengths(sources):
    words = np.array([len(source.split()) for source in sources])
    if np.median(words) > 1:
        return "words", words
    return "characters", np.array([len("".join(source.split())) for source in sources])


def _edges(buckets, lengths):
    """The greatest length of each bucket but the last."""
    if not isinstance(buckets, int):
        edges = list(buckets)
        if sorted(set(edges)) != edges:
            raise InputError(
                f"The lengths of `buckets` must rise. Received: buckets={edges}"
            )
        return edges
    if buckets < 1:
        raise InputError(f"`buckets` must be positive. Received: buckets={buckets}")
    shares = np.arange(1, buckets) / buckets
    return np.unique(np.quantile(lengths, shares, method="inverted_cdf"))


def _score(counts):
    score = counts.score
    interval = None if score is None else bootstrap_interval(counts)
    low, high = interval or (np.nan, np.nan)
    return {"score": np.nan if score is None else score, "low": low, "high": high}
