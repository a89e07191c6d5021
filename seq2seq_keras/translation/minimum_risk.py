"""Choosing the translation that is the most like all others: minimum Bayes risk."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.translation.likeness import likeness
from seq2seq_keras.translation.result import BeamNode, Hypothesis, Translation


def proposals_of(options: SearchOptions) -> SearchOptions:
    """What is searched for before the decision: everything the search can find.

    Also what is one text in other tokens, whose probabilities add up.
    """
    usual = SearchOptions()
    return options.replace(
        decision=usual.decision,
        utility=usual.utility,
        candidates=usual.candidates,
        n_best=options.width,
        distinct_texts=False,
    )


def least_risk(proposals: Sequence[Translation], options: SearchOptions) -> Translation:
    """Decides for the translations with the highest expected utility.

    The expectation is over the texts that were found: what was drawn counts alike, what
    a beam found by its probability, as shares of one. Several models have equal parts.

    Args:
        proposals: A `Translation` of the same text from each model, with all that its
            search found.
        options: `SearchOptions`: `utility`, `n_best` and whether they were drawn.

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
        [Kumar and Byrne, 2004](https://aclanthology.org/N04-1022), equation 2.
    """
    found = [each for each in proposals if np.isfinite(each.score)]
    if not found:
        return proposals[0]  # every first token was forbidden
    first: dict[str, Hypothesis] = {}
    ranks: dict[str, int] = {}
    weights: dict[str, float] = {}
    for own in found:
        shares = _shares(own.hypotheses, options.sample) / len(found)
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
    expected = alike @ np.array([weights[text] for text in texts])
    order = np.argsort(-expected, kind="stable")[: options.n_best]
    best = [
        dataclasses.replace(first[texts[n]], score=float(expected[n])) for n in order
    ]
    # Several models have grown a tree each.
    beam = proposals[0].beam if len(proposals) == 1 else None
    if beam is not None:
        beam = _ranked(beam, {ranks[texts[n]]: rank for rank, n in enumerate(order)})
    return dataclasses.replace(proposals[0], hypotheses=tuple(best), beam=beam)


def _shares(hypotheses: Sequence[Hypothesis], is_drawn: bool) -> np.ndarray:
    """The probability of each, of these alone."""
    if is_drawn:
        return np.full(len(hypotheses), 1 / len(hypotheses))
    tiny = np.finfo("float32").tiny
    sums = np.array(
        [
            np.log(np.maximum(hypothesis.token_probabilities, tiny)).sum()
            for hypothesis in hypotheses
        ],
        "float64",
    )
    shares = np.exp(sums - sums.max())
    return shares / shares.sum()


def _words(hypothesis: Hypothesis) -> tuple[str, ...]:
    return hypothesis.tokens[:-1] if hypothesis.ended else hypothesis.tokens


def _ranked(beam: Sequence[BeamNode], ranks: dict[int, int]) -> tuple[BeamNode, ...]:
    """The tree of a search with the ranks of what was decided for."""
    nodes = []
    for node in beam:
        rank = None if node.rank is None else ranks.get(node.rank)
        nodes.append(dataclasses.replace(node, rank=rank))
    return tuple(nodes)
