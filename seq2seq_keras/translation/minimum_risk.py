"""Choosing the translation that is the most like all others: minimum Bayes risk."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.translation.likeness import likeness
from seq2seq_keras.translation.rescoring import sum_of
from seq2seq_keras.translation.result import Hypothesis, Translation


def least_risk(
    proposals: Sequence[Translation], options: SearchOptions, is_judged: bool = False
) -> Translation:
    """Decides for the translations with the highest expected utility.

    The expectation is over the texts that were found: what was drawn counts alike, what
    a beam found by its probability, as shares of one. Several models have equal parts.

    Args:
        proposals: A `Translation` of the same text from each model, with all that its
            search found.
        options: `SearchOptions`: `utility`, `posterior_scale`, `n_best` and whether
            they were drawn.
        is_judged: Whether scores, those of two models, stand for the logarithms of
            the probabilities that a beam's hypotheses have.

    Returns:
        A `Translation` of the `n_best` different texts, best first, whose scores are
        their expected utilities.

    Example:

    >>> def said(*texts):
    ...     some = [Hypothesis(t, (t,), -1.0, np.array([1.0])) for t in texts]
    ...     return Translation("yes", ("yes",), tuple(some))
    >>> options = SearchOptions(sample=True, decision="mbr", utility="exact_match")
    >>> best = least_risk([said("si", "oui", "oui", "non")], options)
    >>> best.text, best.score
    ('oui', 0.5)

    Reference:
        - [Kumar and Byrne, 2004](https://aclanthology.org/N04-1022), equation 2.
        - [Tromble et al., 2008](https://aclanthology.org/D08-1065), section 5: the
          power of probabilities.
    """
    found = [each for each in proposals if np.isfinite(each.score)]
    if not found:
        return proposals[0]  # every first token was forbidden
    first: dict[str, Hypothesis] = {}
    ranks: dict[str, int] = {}
    weights: dict[str, float] = {}
    for own in found:
        shares = np.full(len(own.hypotheses), 1 / len(own.hypotheses))
        if not options.sample:
            shares = _shares(own.hypotheses, options.posterior_scale, is_judged)
        shares /= len(found)
        for rank, (hypothesis, share) in enumerate(
            zip(own.hypotheses, shares, strict=True)
        ):
            text = hypothesis.text
            first.setdefault(text, hypothesis)
            ranks.setdefault(text, rank)
            weights[text] = weights.get(text, 0.0) + share
    # Of equal utilities the likelier text comes first.
    texts = sorted(first, key=lambda text: -weights[text])
    alike = likeness(
        options.utility, texts, texts, split=lambda text: _words(first[text])
    )
    # sacreBLEU calls a text without a character unlike itself.
    np.fill_diagonal(alike, 1.0)
    expected = alike @ np.array([weights[text] for text in texts])
    order = np.argsort(-expected, kind="stable")[: options.n_best]
    best = [
        dataclasses.replace(first[texts[n]], score=float(expected[n])) for n in order
    ]
    if len(proposals) > 1:  # which have grown a tree each
        return dataclasses.replace(proposals[0], hypotheses=tuple(best), beam=None)
    places = {ranks[texts[n]]: rank for rank, n in enumerate(order)}
    return proposals[0].ranked(best, places)


def _shares(
    hypotheses: Sequence[Hypothesis], scale: float, is_judged: bool
) -> np.ndarray:
    """The probability of each, to a power, of these alone."""
    sums = np.array([h.score if is_judged else sum_of(h) for h in hypotheses])
    shares = np.exp(scale * (sums - sums.max()))
    return shares / shares.sum()


def _words(hypothesis: Hypothesis) -> tuple[str, ...]:
    return hypothesis.tokens[:-1] if hypothesis.ended else hypothesis.tokens
