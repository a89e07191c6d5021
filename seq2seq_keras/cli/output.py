"""How results are written: as lines of text or as JSON."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seq2seq_keras import evaluation
from seq2seq_keras import translation as translation_room
from seq2seq_keras.terminal import write_result

if TYPE_CHECKING:
    import pandas as pd

    from seq2seq_keras.translation import Hypothesis, Translation


_LINE_END = re.compile(r"\r\n?|\n")


def in_a_line(text: str) -> str:
    r"""A text in which each line end is a space, so that it takes one line.

    A model that has learnt code writes line ends, and line n belongs to text n.

    Args:
        text: String.

    Returns:
        A string.

    Example:

    >>> in_a_line("if a:\n    b")
    'if a:     b'
    """
    return _LINE_END.sub(" ", text)


def translation_lines(
    translation: "Translation",
    number: int = 0,
    *,
    n_best: int = 1,
    scores: bool = False,
    alignments: bool = False,
) -> list[str]:
    """A translation as lines of text, or all of its n best as Moses writes them.

    A line end within a translation is a space; JSON keeps it.

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
        aligned = [translation_room.pharaoh_alignment(hypothesis)] if alignments else []
        return [in_a_line(hypothesis.text), *score, *aligned]

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


def seeds_table(table: "pd.DataFrame") -> str:
    """The scores of several trainings, with their mean and deviation.

    Args:
        table: What `train_seeds` returns.

    Returns:
        A string of several lines.
    """
    titles = {
        "epoch": "epoch",
        **{name: metric.label for name, metric in evaluation.METRICS.items()},
        "perplexity_teacher_forced": "perplexity",
        "training_minutes": "minutes",
    }
    rows = table[[name for name in titles if name in table]]
    rows = rows.rename(columns=titles, index=str).astype("float64")
    if len(table) > 1:
        mean, deviation = rows.mean(), rows.std()
        rows.loc["mean"], rows.loc["deviation"] = mean, deviation
    return rows.to_string(float_format="{:.4g}".format)


def print_json(record: Mapping[str, Any]) -> None:
    """Prints a record on several lines of JSON, which has no NaN."""
    write_result(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))


def _record(hypothesis: "Hypothesis") -> dict[str, Any]:
    numbers, attention = translation_room.json_numbers, hypothesis.attention
    return {
        "translation": hypothesis.text,
        "score": numbers(hypothesis.score),
        "tokens": list(hypothesis.tokens),
        "token_probabilities": numbers(hypothesis.token_probabilities, digits=6),
        "attention": None if attention is None else numbers(attention, digits=6),
    }
