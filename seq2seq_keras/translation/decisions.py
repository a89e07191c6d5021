"""What is made of all that a search has found, before one of it is the translation."""

from collections.abc import Callable, Iterable
from typing import Any

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.translation.minimum_risk import least_risk
from seq2seq_keras.translation.request import SearchRequest
from seq2seq_keras.translation.rescoring import RescoringOptions, rescore
from seq2seq_keras.translation.result import Translation

_Read = Callable[..., Iterable[Translation]]


def proposals_of(options: SearchOptions) -> SearchOptions:
    """What is searched for before a decision: everything that the search can find.

    Where probabilities add up also what is one text in other tokens.
    """
    usual = SearchOptions()
    is_risk = options.decision == "mbr"
    return options.replace(
        decision=usual.decision,
        utility=usual.utility,
        posterior_scale=usual.posterior_scale,
        candidates=usual.candidates,
        n_best=options.width,
        distinct_texts=options.distinct_texts and not is_risk,
    )


def decide(
    request: SearchRequest, read: _Read, texts: list[str], *outputs: dict[str, Any]
) -> list[Translation]:
    """Decides for the best translations of some texts.

    Args:
        request: The `SearchRequest`.
        read: Function that makes `Translation`s of texts and the outputs of a search.
        texts: List of strings.
        outputs: What a search has found, with the options of `proposals_of`; where
            several models propose, what each has.

    Returns:
        A list of `Translation`s, each with the `n_best`.
    """
    options = request.options
    proposed = [list(read(texts, each)) for each in outputs]
    is_judged = request.rescore is not None
    if is_judged:
        weights = RescoringOptions(request.rescore_weight, request.rescore_length)
        proposed = [rescore(each, request.rescore, weights) for each in proposed]
    if options.decision == "mbr":
        return [
            least_risk(own, options, is_judged=is_judged)
            for own in zip(*proposed, strict=True)
        ]
    return [_first(each, options.n_best) for each in proposed[0]]


def _first(translation: Translation, n_best: int) -> Translation:
    ranks = {rank: rank for rank in range(n_best)}
    return translation.ranked(translation.hypotheses[:n_best], ranks)
