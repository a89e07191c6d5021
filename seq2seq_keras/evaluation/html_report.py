"""A page that shows translations, their words' probabilities and attention."""

import base64
import hashlib
import html
import importlib.resources
import json
import math
import numbers
import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics import CHRF

from seq2seq_keras.data import tidy_text
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.metrics import (
    METRICS,
    CorpusReferences,
    References,
    reference_texts,
    references_of,
    references_signature,
)
from seq2seq_keras.evaluation.scores import Scores
from seq2seq_keras.files import write_text
from seq2seq_keras.plots import token_label


def write_html_report(
    translations: Iterable[Any],
    references: CorpusReferences | None,
    path: str | Path,
    *,
    title: str = "Translations",
    scores: Scores | Mapping[str, Any] | None = None,
) -> None:
    """Writes one HTML file in which to look at translations, the worst ones first.

    It shows source, references and the n-best list; shades each token by how unsure
    the model was of it; and shows the weights on the source when a token is pointed
    at. The file needs no network and nothing beside it.

    Args:
        translations: List of `Translation`.
        references: List with a string for each translation, or with a list of them,
            `None` or blank where there is none; `Pairs` or an `EvaluationSet`; or
            `None` if there are none at all.
        path: Where to.
        title: String. Names what was translated, by what, and how.
        scores: Optional `Scores` of the corpus, or a dictionary such as
            `Evaluation.as_dict()`, for the head of the page: numbers, signatures and
            protocol.

    Raises:
        InputError: If there is no translation, or not one reference for each.

    Example:

    >>> import pathlib, tempfile
    >>> from seq2seq_keras.translation import Hypothesis, Translation
    >>> best = Hypothesis("oui", ("oui",), -0.1, np.array([0.9]))
    >>> path = pathlib.Path(tempfile.mkdtemp(), "report.html")
    >>> write_html_report([Translation("yes", ("yes",), (best,))], ["oui"], path)
    >>> path.read_text(encoding="utf-8").startswith("<!doctype html>")
    True

    Reference:
        - [Popović, 2015](https://aclanthology.org/W15-3049/): chrF, by which the
          sentences are sorted.
    """
    translations = list(translations)
    references = (
        [None] * len(translations) if references is None else references_of(references)
    )
    if not translations or len(translations) != len(references):
        raise InputError(
            "A report needs at least one translation, and a reference (or `None`) for "
            f"each. Received: {len(translations)} translations, {len(references)} "
            "references"
        )
    chrf = CHRF()
    sentences = [
        _sentence(translation, given, number, chrf)
        for number, (translation, given) in enumerate(
            zip(translations, references, strict=True), start=1
        )
    ]
    data = json.dumps(sentences, ensure_ascii=False, separators=(",", ":"))
    style, script = _template("css"), _template("js")
    page = string.Template(_template("html")).substitute(
        policy=(
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"style-src {_hash(style)}; script-src {_hash(script)}"
        ),
        title=html.escape(title),
        style=style,
        script=script,
        scores=_head(scores),
        protocol=html.escape(_protocol(sentences, chrf)),
        # No tag can begin, so none can end the data.
        data=data.replace("<", "\\u003c"),
    )
    write_text(path, page)


def _template(suffix: str) -> str:
    package = importlib.resources.files(__package__)
    return (package / f"html_report.{suffix}").read_text(encoding="utf-8")


def _hash(code: str) -> str:
    """Lets the browser run or apply this code and no other."""
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _protocol(sentences: list[dict[str, Any]], chrf: CHRF) -> str:
    """How the sentences were scored, if any was."""
    scored = [each["references"] for each in sentences if each["references"]]
    if not scored:
        return ""
    # sacreBLEU knows how many references the last sentence had.
    _, _, others = str(chrf.get_signature()).partition("|")
    return f"chrF of a sentence: {references_signature(scored)}|{others}"


def _sentence(
    translation: Any, given: References, number: int, chrf: CHRF
) -> dict[str, Any]:
    """What the page's script needs to know of a sentence."""
    score = None
    references = [text for text in reference_texts(given, number) if text.strip()]
    if references:
        expected = list(map(tidy_text, references))
        found = chrf.sentence_score(tidy_text(translation.text), expected)
        score = round(found.score, 2)
    return {
        "source": translation.source,
        "tokens": [token_label(token) for token in translation.source_tokens],
        "references": references,
        "chrf": score,
        "hypotheses": [_hypothesis(each) for each in translation.hypotheses],
    }


def _hypothesis(hypothesis: Any) -> dict[str, Any]:
    # Whole numbers, few digits: a thousand sentences are to stay a small file.
    fields = {
        "text": hypothesis.text,
        "tokens": [token_label(token) for token in hypothesis.tokens],
        # Infinity is no JSON.
        "score": round(float(hypothesis.score), 4)
        if math.isfinite(hypothesis.score)
        else None,
        "probabilities": _rounded(hypothesis.token_probabilities, 1000),
    }
    if hypothesis.attention is not None:
        fields["attention"] = [
            ",".join(str(weight or "") for weight in row)
            for row in _rounded(hypothesis.attention, 100)
        ]
    return fields


def _rounded(shares: Any, parts: int) -> list:
    scaled = np.rint(np.asarray(shares, dtype="float64") * parts)
    # NaN is no JSON, and no whole number either.
    is_finite = np.isfinite(scaled)
    whole = np.where(is_finite, scaled, 0).astype(int).astype(object)
    whole[~is_finite] = None
    return whole.tolist()


def _head(scores: Scores | Mapping[str, Any] | None) -> str:
    """The scores of the corpus as HTML."""
    if scores is None:
        return ""
    values = scores.as_dict() if isinstance(scores, Scores) else dict(scores)
    intervals = {}
    for name in METRICS:
        ends = [values.pop(f"{name}_{end}", None) for end in ("low", "high")]
        if None not in ends:
            intervals[name] = f" <small>{'–'.join(map(_number, ends))}</small>"
    shown, notes = [], []
    for key, value in values.items():
        name = html.escape(_label(key.removesuffix("_signature")))
        if isinstance(value, numbers.Real):
            number = _number(value) + intervals.get(key, "")
            shown.append(f"<div><dt>{name}</dt><dd>{number}</dd></div>")
        elif value is not None:
            notes.append(f'<p class="notes">{name}: {html.escape(str(value))}</p>')
    return "\n".join(['<dl class="scores">', *shown, "</dl>", *notes])


def _label(name: str) -> str:
    return METRICS[name].label if name in METRICS else name.replace("_", " ")


def _number(value: Any) -> str:
    if isinstance(value, numbers.Integral):
        return f"{value:,}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
