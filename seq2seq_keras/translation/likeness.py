"""How alike texts are, each of some with each of others, by the measures of the field.

A metric compares a translation with its reference. To choose among the translations of
a text each is compared with every other: thousands of pairs, so that what sacreBLEU
counts in one pair is counted here in all of them at once, with the same results.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import check_choice, import_optional

_Rows = Sequence[Sequence[str]]  # tokens of each text

_CHRF_ORDER, _CHRF_BETA = 6, 2
_BLEU_ORDER = 4


def likeness(
    name: str,
    texts: Sequence[str],
    references: Sequence[str],
    split: Callable[[str], Sequence[str]],
) -> np.ndarray:
    """Compares each of some texts with each of some references.

    Args:
        name: `"chrf"` or `"bleu"`, as sacreBLEU has them for one sentence, but from 0
            to 1; `"symbol_error_rate"`, 1 less the edits per token of the reference,
            which is negative for a text that is much longer; or `"exact_match"`.
        texts: List of strings.
        references: List of strings.
        split: Function from a text to the tokens that `"symbol_error_rate"` counts.

    Returns:
        float64 array, shape `(texts, references)`: the larger, the more alike.

    Raises:
        InputError: If there is no such measure, or its package is not installed.

    Example:

    >>> likeness("exact_match", ["oui", "si"], ["si", "oui", "oui"], split=str.split)
    array([[0., 1., 1.],
           [1., 0., 0.]])
    """
    check_choice("utility", name, _MEASURES)
    if name == "symbol_error_rate":
        return _without_errors(*([split(x) for x in y] for y in (texts, references)))
    return _MEASURES[name](texts, references)


def _without_errors(texts: _Rows, references: _Rows) -> np.ndarray:
    process = import_optional("rapidfuzz.process", "symbol_error_rate")
    distance = import_optional("rapidfuzz.distance", "symbol_error_rate")
    edits = process.cdist(
        texts, references, scorer=distance.Levenshtein.distance, dtype=np.int32
    )
    lengths = np.array([len(tokens) for tokens in references], "float64")
    # Of an empty reference, as the metric has it: wrong is whatever is written.
    return 1 - np.where(lengths > 0, edits / np.maximum(lengths, 1), edits > 0)


def _chrf(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """The chrF2 of sacreBLEU: the F score of the mean precision and the mean recall."""
    texts, references = _each(lambda text: "".join(text.split()), texts, references)
    shape = len(texts), len(references)
    precision, recall, orders = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for matches, written, expected in _matches(texts, references, _CHRF_ORDER):
        # Orders that either text is too short for are none of its orders.
        counts = (written > 0) & (expected > 0)
        precision += np.where(counts, matches / np.maximum(written, 1), 0.0)
        recall += np.where(counts, matches / np.maximum(expected, 1), 0.0)
        orders += counts
    precision, recall = (x / np.maximum(orders, 1) for x in (precision, recall))
    factor = _CHRF_BETA**2
    total = factor * precision + recall
    product = (1 + factor) * precision * recall
    return np.divide(product, total, out=np.zeros(shape), where=total > 0)


def _bleu(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """The BLEU of sacreBLEU for a sentence: smoothed, of the orders that it has."""
    metrics = import_optional("sacrebleu.metrics", "bleu")
    tokenize = metrics.BLEU()._preprocess_segment
    written, expected = _each(lambda text: tokenize(text).split(), texts, references)
    shape = len(texts), len(references)
    logs, orders, smoothing = np.zeros(shape), np.zeros(shape), np.ones(shape)
    has_match = np.zeros(shape, bool)
    for matches, total, _ in _matches(written, expected, _BLEU_ORDER):
        total, is_there = np.maximum(total, 1), total > 0
        smoothing *= np.where(is_there & (matches == 0), 2.0, 1.0)
        shares = np.where(matches > 0, matches, 1 / smoothing) / total
        logs += np.where(is_there, np.log(shares), 0.0)
        orders += is_there
        has_match |= matches > 0
    lengths = np.array([len(tokens) for tokens in written], "float64")[:, None]
    short = np.array([len(tokens) for tokens in expected]) / np.maximum(lengths, 1)
    brevity = np.exp(np.minimum(0.0, 1 - short))
    return np.where(has_match, brevity * np.exp(logs / np.maximum(orders, 1)), 0.0)


def _each(
    change: Callable[[str], Any], texts: Sequence[str], references: Sequence[str]
) -> tuple[list, list]:
    """Both sides changed; once where they are the same."""
    changed = [change(text) for text in texts]
    if texts is references:
        return changed, changed
    return changed, [change(text) for text in references]


def _matches(
    texts: Sequence[Sequence[str]], references: Sequence[Sequence[str]], orders: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each order the n-grams that texts share, and how many each of them has.

    The shares of a text are no more than its reference has of an n-gram. So that a text
    has one at least, two at least, ... are columns of their own, and what two texts
    share is the product of their rows.
    """
    rows = [*texts] if texts is references else [*texts, *references]
    lengths = np.array([len(row) for row in rows], "int64")
    numbers: dict[str, int] = {}
    flat = np.array(
        [numbers.setdefault(x, len(numbers)) for row in rows for x in row], "int64"
    )
    row_of = np.repeat(np.arange(len(rows)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(flat))
    starts, ngrams = np.arange(len(flat)), flat
    for order in range(1, orders + 1):
        if order > 1:
            # An n-gram is the one before it and a token.
            is_long = left[starts] >= order
            starts = starts[is_long]
            pairs = ngrams[is_long] * len(numbers) + flat[starts + order - 1]
            _, ngrams = np.unique(pairs, return_inverse=True)
        counts = _count(row_of[starts], ngrams, len(rows))
        totals = counts.sum(axis=1)
        shared = np.zeros((len(texts), len(references)))
        for least in range(1, int(counts.max(initial=0)) + 1):
            has = (counts >= least).astype("float32")
            shared += has[: len(texts)] @ has[-len(references) :].T
        yield shared, totals[: len(texts), None], totals[None, -len(references) :]


def _count(rows: np.ndarray, ngrams: np.ndarray, count: int) -> np.ndarray:
    """How often each n-gram stands in each row, `(count, different n-grams)`."""
    size = int(ngrams.max(initial=0)) + 1
    cells = np.bincount(rows * size + ngrams, minlength=count * size)
    return cells.reshape(count, size).astype("float64")


def _match(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    rows, columns = (np.array(side, object) for side in (texts, references))
    return (rows[:, None] == columns).astype("float64")


_MEASURES: dict[str, Callable[..., np.ndarray]] = {
    "chrf": _chrf,
    "bleu": _bleu,
    "symbol_error_rate": _without_errors,
    "exact_match": _match,
}
