"""Scores of translations against references."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seq2seq_keras.evaluation.metrics import (
    METRICS,
    CorpusReferences,
    SentenceCounts,
    count_metric,
    references_of,
)
from seq2seq_keras.evaluation.resampling import INTERVALS, bootstrap_interval
from seq2seq_keras.evaluation.tables import score_lines

if TYPE_CHECKING:
    from seq2seq_keras.text import Tokenizer


@dataclasses.dataclass(frozen=True)
class Scores:
    """What `score_translations` measured; what is not defined is None.

    Attributes:
        bleu: BLEU of the corpus, 0 to 100; None if no reference has four tokens.
        chrf: chrF2 of the corpus, 0 to 100.
        ter: Translation edit rate, edits and shifts per 100 words of the references.
        wer: Edits (words exchanged, left out, added) needed to turn all translations
            into their references, of several into the nearest, per word of these. Words
            are what white space separates.
        symbol_error_rate: The same with the tokens of the tokenizer; None without.
        exact_match: Share of translations equal to their reference, or to one of
            several, white space and Unicode form (NFC) aside.
        sentences: How many that have a reference.
        signatures: Dictionary: how each score was computed, and by how many references
            (`nrefs`; `nrefs:var` where sentences differ in that). Those of BLEU, chrF
            and TER are sacreBLEU's.
        intervals: Dictionary of pairs of floats: 95 % confidence intervals, as
            `INTERVALS` says; empty where none were asked for.
    """

    bleu: float | None
    chrf: float
    ter: float
    wer: float
    symbol_error_rate: float | None
    exact_match: float
    sentences: int
    signatures: dict[str, str] = dataclasses.field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, float | str | None]:
        """All of it by name, flat: `bleu`, `bleu_low`, `bleu_high`, ..."""
        values: dict[str, float | str | None] = {}
        for name in METRICS:
            values[name] = getattr(self, name)
            if name in self.intervals:
                values[f"{name}_low"], values[f"{name}_high"] = self.intervals[name]
            if name in self.signatures:
                values[f"{name}_signature"] = self.signatures[name]
        if self.intervals:
            values["intervals"] = INTERVALS
        return {**values, "sentences": self.sentences}

    def __str__(self) -> str:
        return "\n".join(score_lines(self))


def score_translations(
    translations: Sequence[str],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    bleu_tokenizer: str = "13a",
    intervals: bool = True,
) -> Scores:
    """Scores a corpus of translations by every metric.

    Args:
        translations: List of strings.
        references: List with a string for each translation, or with a list of them,
            or `None`; or `Pairs` or an `EvaluationSet`, as of `score_metric`.
        tokenizer: The tokenizer whose tokens `symbol_error_rate` counts; without one
            that score is left out.
        bleu_tokenizer: What BLEU splits text with: "13a" (punctuation and white
            space), "none" for text that is split already, "char", "intl", "zh",
            "ja-mecab" or "ko-mecab".
        intervals: Whether to add 95 % confidence intervals, by the bootstrap.

    Returns:
        `Scores`.

    Raises:
        InputError: If the lists are empty or differ in length, or every reference is
            empty.

    Example:

    >>> from seq2seq_keras.text import CharacterTokenizer
    >>> scores = score_translations(["ab"], ["ac"], CharacterTokenizer.fit(["abc"]))
    >>> scores.exact_match, scores.symbol_error_rate
    (0.0, 0.5)

    Reference:
        - [Post, 2018](https://arxiv.org/abs/1804.08771): BLEU as sacreBLEU reports it.
        - [Popović, 2015](https://aclanthology.org/W15-3049/): chrF.
        - [Snover et al., 2006](https://aclanthology.org/2006.amta-papers.25/): TER.
    """
    counts = count_metrics(
        translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
    )
    scores: dict[str, Any] = dict.fromkeys(METRICS)
    scores |= {name: each.score for name, each in counts.items()}
    return Scores(
        **scores,
        sentences=len(next(iter(counts.values())).scored),
        signatures={name: each.signature for name, each in counts.items()},
        intervals={
            name: interval
            for name, each in counts.items()
            if intervals
            and scores[name] is not None
            and (interval := bootstrap_interval(each))
        },
    )


def count_metrics(
    translations: Sequence[str],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    bleu_tokenizer: str,
) -> dict[str, SentenceCounts]:
    """The counts of each metric by name: all, or all but one without a tokenizer."""
    references = references_of(references)
    return {
        name: count_metric(
            name, translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
        )
        for name in METRICS
        if tokenizer is not None or name != "symbol_error_rate"
    }
