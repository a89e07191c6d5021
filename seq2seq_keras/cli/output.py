"""How results are written: as lines of text or as JSON."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.terminal import write_result

if TYPE_CHECKING:
    import numpy as np

    from seq2seq_keras.translation import Hypothesis, Translation


def translation_lines(
    translation: "Translation",
    number: int = 0,
    *,
    n_best: int = 1,
    scores: bool = False,
    alignments: bool = False,
) -> list[str]:
    """A translation as lines of text, or all of its n best as Moses writes them.

    Args:
        translation: A `Translation`.
        number: Integer. The number of its source text, counted from 0, which stands
            before each of the n best.
        n_best: Integer. How many translations of each text there are at most.
            Defaults to `1`, which is written without number.
        scores: Boolean. Whether the score comes after the text.
        alignments: Boolean. Whether the alignment comes last.

    Returns:
        A list of strings.

    Raises:
        InputError: If alignments are asked for of a model without attention.
    """

    def fields(hypothesis: "Hypothesis") -> list[str]:
        score = [f"{hypothesis.score:.4f}"] if scores else []
        aligned = [pharaoh_alignment(hypothesis)] if alignments else []
        return [hypothesis.text, *score, *aligned]

    if n_best == 1:
        return ["\t".join(fields(translation.hypotheses[0]))]
    return [" ||| ".join([str(number), *fields(h)]) for h in translation.hypotheses]


def translation_json(translation: "Translation") -> str:
    """A translation as one line of JSON, with all that the search found.

    Args:
        translation: A `Translation`.

    Returns:
        A string.
    """
    best, *_ = hypotheses = [_record(each) for each in translation.hypotheses]
    record = {
        "source": translation.source,
        "source_tokens": list(translation.source_tokens),
        **best,
    }
    if len(hypotheses) > 1:
        record["n_best"] = hypotheses
    return json.dumps(record, ensure_ascii=False)


def print_json(record: Mapping[str, Any]) -> None:
    """Prints a record on several lines of JSON, which has no NaN."""
    write_result(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))


def pharaoh_alignment(hypothesis: "Hypothesis") -> str:
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


def _record(hypothesis: "Hypothesis") -> dict[str, Any]:
    attention = hypothesis.attention
    return {
        "translation": hypothesis.text,
        "score": hypothesis.score if math.isfinite(hypothesis.score) else None,
        "tokens": list(hypothesis.tokens),
        "token_probabilities": _rounded(hypothesis.token_probabilities),
        "attention": None if attention is None else _rounded(attention),
    }


def _rounded(array: "np.ndarray") -> list:
    return array.astype("float64").round(6).tolist()
