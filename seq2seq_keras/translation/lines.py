"""Translations as lines of text, for the command line."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.translation.result import Hypothesis, Translation


def choose_form(options: Any, n_best: int) -> Callable[[int, Translation], list[str]]:
    """How the `translate` command writes each translation.

    Args:
        options: An object with `json`, `scores` and `alignments`.
        n_best: Integer. How many translations of each text there are at most.

    Returns:
        A function of the number of a text, from 0, and its `Translation` that
        returns a list of lines.
    """
    if options.json:
        return _as_json

    def as_text(number: int, translation: Translation) -> list[str]:
        if n_best > 1:
            return [
                " ||| ".join([str(number), *fields])
                for fields in map(fields_of(translation), translation.hypotheses)
            ]
        return ["\t".join(fields_of(translation)(translation.hypotheses[0]))]

    def fields_of(translation: Translation) -> Callable[[Hypothesis], list[str]]:
        def fields(hypothesis: Hypothesis) -> list[str]:
            # As Moses writes n-best lists, the score comes after the text.
            score = [f"{hypothesis.score:.4f}"] if options.scores else []
            aligned = [alignment(hypothesis)] if options.alignments else []
            return [hypothesis.text, *score, *aligned]

        return fields

    return as_text


def alignment(hypothesis: Hypothesis) -> str:
    """The source token each target token attended to most, in Pharaoh format.

    Args:
        hypothesis: A `Hypothesis` of a model with attention.

    Returns:
        Pairs of source and target position, counted from 0: "0-0 2-1 1-2". `<eos>`
        is left out on both sides.

    Raises:
        InputError: If the model has no attention.
    """
    if hypothesis.attention is None:
        raise InputError(
            "There are no alignments without attention: train a model with "
            '`attention="luong"` or `"bahdanau"`.'
        )
    # The last column is the end of the source, the last row that of the target.
    words = hypothesis.attention[: -1 if hypothesis.ended else None, :-1]
    positions = words.argmax(axis=1) if words.size else ()
    return " ".join(f"{source}-{target}" for target, source in enumerate(positions))


def _as_json(number: int, translation: Translation) -> list[str]:
    def plain(hypothesis: Hypothesis) -> dict[str, Any]:
        attention = hypothesis.attention
        return {
            "translation": hypothesis.text,
            "score": hypothesis.score if np.isfinite(hypothesis.score) else None,
            "tokens": list(hypothesis.tokens),
            "token_probabilities": _rounded(hypothesis.token_probabilities),
            "attention": None if attention is None else _rounded(attention),
        }

    best, *_ = hypotheses = [plain(h) for h in translation.hypotheses]
    record = {
        "source": translation.source,
        "source_tokens": list(translation.source_tokens),
        **best,
    }
    if len(hypotheses) > 1:
        record["n_best"] = hypotheses
    return [json.dumps(record, ensure_ascii=False)]


def _rounded(array: np.ndarray) -> list:
    return np.asarray(array, "float64").round(6).tolist()
