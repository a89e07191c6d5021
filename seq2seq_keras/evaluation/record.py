"""All that someone needs to check an evaluation, or to repeat it."""

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq_keras import __version__
from seq2seq_keras.evaluation.resampling import INTERVALS

if TYPE_CHECKING:
    import pandas as pd

    from seq2seq_keras.data import EvaluationSet, Pairs
    from seq2seq_keras.evaluation.evaluate import Evaluation
    from seq2seq_keras.translation import Translator

_PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "sacrebleu", "jiwer")


def evaluation_record(
    evaluation: "Evaluation",
    translator: "Translator",
    pairs: "Pairs | EvaluationSet",
    by_length: "pd.DataFrame",
) -> dict[str, Any]:
    """Gathers an evaluation with its data, model, options and versions.

    Args:
        evaluation: The `Evaluation`.
        translator: The `Translator` that was evaluated.
        pairs: The `Pairs` or the `EvaluationSet` it was evaluated on.
        by_length: The table of `score_by_length`.

    Returns:
        A dictionary, ready for JSON: what `Evaluation.as_dict` returns, and `search`,
        `data_sha256`, `model_sha256`, `rescore_sha256` (of the translator that judged,
        or `None`), `models` (of an ensemble more than one), `versions` and `by_length`,
        a list of rows.
    """
    asked = evaluation.request._asdict()
    options, judge = asked.pop("options"), asked.pop("rescore")
    return {
        **evaluation.as_dict(),
        "search": {**dataclasses.asdict(options), **asked},
        "data_sha256": data_sha256(pairs),
        "model_sha256": model_sha256(translator),
        "rescore_sha256": None if judge is None else model_sha256(judge),
        "models": len(translator.models),
        "versions": versions(),
        "by_length": _rows(by_length),
    }


def comparison_record(
    table: "pd.DataFrame", pairs: "Pairs | EvaluationSet", protocol: str
) -> dict[str, Any]:
    """Gathers a comparison with its data and versions.

    Args:
        table: What `compare_translations` returns.
        pairs: The `Pairs` or the `EvaluationSet` that were translated.
        protocol: Text: which data.

    Returns:
        A dictionary, ready for JSON: `protocol`, `sentences`, `intervals`,
        `data_sha256`, `versions` and `comparison`, a list of rows.
    """
    return {
        "protocol": protocol,
        "sentences": len(pairs),
        "intervals": INTERVALS,
        "data_sha256": data_sha256(pairs),
        "versions": versions(),
        "comparison": _rows(table),
    }


def data_sha256(pairs: Iterable[tuple[str, str | tuple[str, ...]]]) -> str:
    """The SHA-256 of sentence pairs, whatever file or table they were read from.

    Args:
        pairs: `Pairs`, an `EvaluationSet`, or an iterable of pairs of strings.

    Returns:
        64 hexadecimal digits, of a line of JSON for each pair, in which several
        references are a list.

    Example:

    >>> data_sha256([("a", "b")]) == data_sha256([("b", "a")])
    False
    """
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(_json([*pair]) + b"\n")
    return digest.hexdigest()


def model_sha256(translator: "Translator") -> str:
    """The SHA-256 of what a translator knows: options, weights and tokenizers.

    It is the same wherever the translator lies and however often it was saved, and
    does not count how translations are searched for.

    Args:
        translator: A `Translator`.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for tokenizer in (translator.source_tokenizer, translator.target_tokenizer):
        digest.update(_json(tokenizer.get_config()))
    for model in translator.models:
        digest.update(_json(model.get_config()))
        for array in model.get_weights():
            digest.update(_json([str(array.dtype), array.shape]))
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """The versions of all that could change a score; none of it is imported."""
    return {
        "seq2seq_keras": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def _rows(table: "pd.DataFrame") -> list[dict]:
    # Missing values are NaN, which is no JSON.
    return table.astype("object").where(table.notna(), None).to_dict("records")


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8")
