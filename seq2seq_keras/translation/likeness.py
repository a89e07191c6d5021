"""How alike texts are, each of some with each of others, by the measures of the field.

A metric compares a translation with its reference. To choose among the translations of
a text each is compared with every other: thousands of pairs, so that what sacreBLEU
counts in one pair is counted here in all of them at once, with the same results.
"""

import collections
from collections.abc import Callable, Hashable, Iterable, Sequence

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
    texts, references = (["".join(x.split()) for x in y] for y in (texts, references))
    shape = len(texts), len(references)
    precision, recall, orders = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for order in range(1, _CHRF_ORDER + 1):
        matches, written, expected = _matches(texts, references, order)
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
    written, expected = ([tokenize(x).split() for x in y] for y in (texts, references))
    shape = len(texts), len(references)
    logs, orders, smoothing = np.zeros(shape), np.zeros(shape), np.ones(shape)
    has_match = np.zeros(shape, bool)
    for order in range(1, _BLEU_ORDER + 1):
        matches, total, _ = _matches(written, expected, order)
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


def _matches(
    texts: Sequence[Sequence[Hashable]],
    references: Sequence[Sequence[Hashable]],
    order: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The n-grams of one order that texts share, and how many each of them has.

    The shares of a text are no more than its reference has of an n-gram. So the first,
    the second, ... occurrence of an n-gram is a column of its own, with a one for each
    text that has it, and what two texts share is the product of their rows.
    """
    columns: dict[Hashable, int] = {}
    places = [
        [columns.setdefault(x, len(columns)) for x in _occurrences(text, order)]
        for text in (*texts, *references)
    ]
    rows = np.zeros((len(places), max(len(columns), 1)), "float32")
    for row, own in zip(rows, places, strict=True):
        row[own] = 1
    written, expected = rows[: len(texts)], rows[len(texts) :]
    counts = rows.sum(axis=1, dtype="float64")
    shared = (written @ expected.T).astype("float64")
    return shared, counts[: len(texts), None], counts[None, len(texts) :]


def _occurrences(tokens: Sequence[Hashable], order: int) -> Iterable[Hashable]:
    """Each n-gram with how often it stood before."""
    before: collections.Counter = collections.Counter()
    for start in range(len(tokens) - order + 1):
        ngram = tuple(tokens[start : start + order])
        yield ngram, before[ngram]
        before[ngram] += 1


def _match(texts: Sequence[str], references: Sequence[str]) -> np.ndarray:
    rows, columns = (np.array(side, object) for side in (texts, references))
    return (rows[:, None] == columns).astype("float64")


_MEASURES: dict[str, Callable[..., np.ndarray]] = {
    "chrf": _chrf,
    "bleu": _bleu,
    "symbol_error_rate": _without_errors,
    "exact_match": _match,
}
