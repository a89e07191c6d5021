"""Judging the translations of one model by another."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from seq2seq_keras.options import check_options, documented, option
from seq2seq_keras.translation.result import Hypothesis, Translation


class Scorer(Protocol):
    """What can judge: a `Translator`, whichever way it reads the targets."""

    def token_log_probabilities(
        self, sources: Sequence[str], targets: Sequence[str]
    ) -> list[tuple[tuple[str, ...], np.ndarray]]:
        """The tokens of each target and their log-probabilities."""


@documented
@dataclasses.dataclass(frozen=True)
class RescoringOptions:
    """What the judgement of another model counts.

    A translation has the score `(1 - rescore_weight) * p + rescore_weight * q +
    rescore_length * n`, where `p` and `q` are the logarithms of its probability for the
    model that translates and for the other, and `n` its tokens, `<eos>` included.
    The other model reads the text with its own tokenizer: an `<unk>` that stands in it
    is to that model a word like others.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Reference:
        {papers}
    """

    rescore_weight: float = option(
        0.5,
        "The part of the model that judges, `rescore`; the rest is that of the model "
        "that translates.",
        minimum=0,
        maximum=1,
        paper="[Och and Ney, 2002](https://aclanthology.org/P02-1038)",
    )
    rescore_length: float = option(
        0.0,
        "What each token of a translation adds to its score where there is a "
        "`rescore`; the larger, the longer the translations.",
        minimum=-100,
        maximum=100,
    )

    def __post_init__(self) -> None:
        check_options(self)


def sum_of(hypothesis: Hypothesis) -> float:
    """The logarithm of the probability of a hypothesis."""
    tiny = np.finfo("float32").tiny
    probabilities = np.maximum(hypothesis.token_probabilities, tiny)
    return float(np.log(probabilities.astype("float64")).sum())


def judge(translations: Sequence[Translation], scorer: Scorer) -> list[np.ndarray]:
    """What each hypothesis is to both models, and how long it is.

    Args:
        translations: List of `Translation`s.
        scorer: The model that judges.

    Returns:
        For each translation a float64 array, shape `(hypotheses, 3)`: the logarithms of
        the probability for the model that translated and for the other, and the tokens.
    """
    pairs = [(each.source, h.text) for each in translations for h in each.hypotheses]
    # Of equal texts in many, each is read once.
    different = [*dict.fromkeys(pairs)]
    sources, targets = zip(*different, strict=True) if different else ((), ())
    found = scorer.token_log_probabilities(sources, targets)
    judged = {pair: x for pair, (_, x) in zip(different, found, strict=True)}

    def sum_of_judge(source: str, hypothesis: Hypothesis) -> float:
        values = judged[source, hypothesis.text]
        # Where the length ran out neither model is asked for an end.
        values = values if hypothesis.ended else values[:-1]
        return float(values.sum(dtype="float64"))

    return [
        np.array(
            [
                (sum_of(h), sum_of_judge(each.source, h), len(h.tokens))
                for h in each.hypotheses
            ]
        )
        for each in translations
    ]


def rescore(
    translations: Sequence[Translation], scorer: Scorer, options: RescoringOptions
) -> list[Translation]:
    """Gives hypotheses the scores of two models, and brings them in their order.

    Args:
        translations: List of `Translation`s, each with all that its search found.
        scorer: The model that judges.
        options: `RescoringOptions`.

    Returns:
        A list of `Translation`s with as many hypotheses.
    """
    tables = judge(translations, scorer)
    return [
        _ordered(translation, combined(table, options))
        for translation, table in zip(translations, tables, strict=True)
    ]


def combined(table: np.ndarray, options: RescoringOptions) -> np.ndarray:
    """The scores of hypotheses, of what `judge` has made of them."""
    weight = options.rescore_weight
    return table @ np.array([1 - weight, weight, options.rescore_length])


def _ordered(translation: Translation, scores: np.ndarray) -> Translation:
    # What a search could not find, or did not look for, stays as it is.
    if not translation.tokens:
        return translation
    order = np.argsort(-scores, kind="stable")
    best: list[Any] = [
        dataclasses.replace(translation.hypotheses[n], score=float(scores[n]))
        for n in order
    ]
    ranks = {int(n): rank for rank, n in enumerate(order)}
    return translation.ranked(best, ranks)
