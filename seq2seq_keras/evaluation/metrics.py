"""The metrics of decoded text, by name.

Each counts something in every sentence, and is a function of the sum of the counts.
So the score of any part of a corpus, or of a sample from it, needs no second look at
the text.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import jiwer
import numpy as np
from sacrebleu.metrics import BLEU, CHRF, TER

from seq2seq_keras.data import EvaluationSet, Pairs, tidy_text
from seq2seq_keras.errors import InputError, check_choice, check_texts, check_unicode

if TYPE_CHECKING:
    from seq2seq_keras.text import Tokenizer

References = str | Iterable[str | None] | None  # of one translation
CorpusReferences = Iterable[References] | Pairs | EvaluationSet

# Those of sacreBLEU's tokenizers that download nothing.
BLEU_TOKENIZERS = ("13a", "none", "char", "intl", "zh", "ja-mecab", "ko-mecab")


@dataclasses.dataclass(frozen=True)
class SentenceCounts:
    """What a metric counted in each sentence of a corpus.

    Attributes:
        rows: float64 array, (sentences, counts). A row of NaN is a sentence without a
            reference.
        longest: Array, (sentences,): the length of the longest reference of each, in
            whatever `shortest` counts. Which reference a row is of depends on the
            translation, but not whether there is a score.
        formula: Function that makes a score of the sum of the rows.
        signature: How was counted, and by how many references: sacreBLEU's, or e.g.
            `nrefs:1`.
        shortest: Length of the reference that some sentence must have.
    """

    rows: np.ndarray
    longest: np.ndarray
    formula: Callable[[np.ndarray], float]
    signature: str
    shortest: int = 1

    @property
    def score(self) -> float | None:
        """Of these sentences; None where the metric is not defined."""
        rows = self.scored
        if not len(rows) or self.longest.max() < self.shortest:
            return None
        return float(self.formula(rows.sum(axis=0)))

    @property
    def scored(self) -> np.ndarray:
        """The rows of sentences with a reference."""
        return self.rows[~np.isnan(self.rows[:, 0])]

    def part(self, chosen: Any) -> "SentenceCounts":
        """The counts of some sentences: an index array, a mask or a slice."""
        return dataclasses.replace(
            self, rows=self.rows[chosen], longest=self.longest[chosen]
        )


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric of decoded text.

    Attributes:
        label: What people call it.
        higher_is_better: Whether a better translation has the higher score.
        digits: Decimals worth printing.
        count: Function of tidy translations, the references of each, a tokenizer and
            the tokenizer of BLEU that returns `SentenceCounts`.
    """

    label: str
    higher_is_better: bool
    digits: int
    count: Callable[[list[str], list[list[str]], Any, str], SentenceCounts]


def score_metric(
    name: str,
    translations: Iterable[str],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    bleu_tokenizer: str = "13a",
) -> float:
    """Scores a corpus of translations by one metric.

    Args:
        name: `"bleu"`, `"chrf"`, `"ter"` (each 0 to 100, as sacreBLEU has them),
            `"wer"`, `"symbol_error_rate"` (edits per word or token of the
            references) or `"exact_match"` (share of the sentences).
        translations: List of strings.
        references: List with a string for each translation; with a list of them where
            there are several; with `None` where there is none, which counts nothing.
            Or `Pairs` or an `EvaluationSet`, whose targets or references are meant.
            Of several, BLEU, chrF and TER are sacreBLEU's, exact match counts any, and
            the edits and the length that `"wer"` and `"symbol_error_rate"` add up are
            those of the nearest: the one with the fewest edits per token of its own.
        tokenizer: The tokenizer whose tokens `"symbol_error_rate"` counts; the others
            need none.
        bleu_tokenizer: What `"bleu"` splits text with, one of `BLEU_TOKENIZERS`:
            `"none"` for text that is split already.

    Returns:
        A float, never NaN.

    Raises:
        InputError: If the score cannot be computed: there is no sentence, every
            reference is empty or, for BLEU, none has the four tokens it counts.

    Example:

    >>> score_metric("wer", ["je suis un étudiant"], ["je suis étudiant", ])
    0.3333333333333333
    >>> METRICS["wer"].higher_is_better
    False
    >>> score_metric("wer", ["un chat"], [["le chat", "un chat noir", "un chien là"]])
    0.3333333333333333
    """
    counts = count_metric(
        name, translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
    )
    if counts.score is None:
        raise InputError(
            f"{METRICS[name].label} is not defined for these references: none has "
            f"{counts.shortest} tokens. Choose another metric, e.g. 'chrf' or "
            "'exact_match'."
        )
    return counts.score


def count_metric(
    name: str,
    translations: Iterable[str],
    references: CorpusReferences,
    tokenizer: "Tokenizer | None" = None,
    *,
    bleu_tokenizer: str,
) -> SentenceCounts:
    """Counts what a metric needs in each sentence.

    Args:
        name: As of `score_metric`.
        translations: As of `score_metric`.
        references: As of `score_metric`.
        tokenizer: As of `score_metric`.
        bleu_tokenizer: As of `score_metric`.

    Returns:
        `SentenceCounts`.

    Raises:
        InputError: As `score_metric`, but for BLEU that is not defined.
    """
    check_choice("metric", name, METRICS)
    check_texts(translations=translations)
    translations, references = list(translations), references_of(references)
    if not translations or len(translations) != len(references):
        raise InputError(
            "Scoring needs one reference for each translation, and at least one. "
            f"Received: {len(translations)} translations, {len(references)} references"
        )
    each = [
        [_tidy(text, f"Reference {number}") for text in reference_texts(given, number)]
        for number, given in enumerate(references, start=1)
    ]
    if not any(map(any, each)):
        raise InputError("Every reference is empty, so there is nothing to score by.")
    scored = [row for row, own in enumerate(each) if own]
    counts = METRICS[name].count(
        [_tidy(translations[row], f"Translation {row + 1}") for row in scored],
        [each[row] for row in scored],
        tokenizer,
        bleu_tokenizer,
    )
    rows = np.full((len(each), counts.rows.shape[1]), np.nan)
    longest = np.zeros(len(each))
    rows[scored], longest[scored] = counts.rows, counts.longest
    return dataclasses.replace(counts, rows=rows, longest=longest)


def references_of(given: CorpusReferences) -> list[References]:
    """The references of each sentence, also of sources and targets side by side."""
    check_texts(references=given)
    if isinstance(given, Pairs):
        return list(given.target)
    if isinstance(given, EvaluationSet):
        return list(given.references)
    return list(given)


def reference_texts(given: References, number: int) -> list[str]:
    """The references of the sentence with a number: none, one or several."""
    own: list[Any] = [given]
    if isinstance(given, Iterable) and not isinstance(given, str):
        own = list(given)
    for text in own:
        if not (text is None or isinstance(text, str)):
            raise InputError(
                f"Reference {number} is {text!r} ({type(text).__name__}): expected a "
                "string, a list of strings, or None."
            )
    return [text for text in own if text is not None]


def _tidy(text: Any, where: str) -> str:
    """White space and the Unicode form are no part of a translation."""
    if not isinstance(text, str):
        raise InputError(
            f"{where} is {text!r} ({type(text).__name__}): expected a string."
        )
    check_unicode(text, where)
    return tidy_text(text)


def _count_bleu(
    translations: list[str], references: list[list[str]], _: Any, bleu_tokenizer: str
) -> SentenceCounts:
    check_choice("bleu_tokenizer", bleu_tokenizer, BLEU_TOKENIZERS)
    try:
        # `force`: text that was split on purpose needs no warning of it.
        bleu = BLEU(tokenize=bleu_tokenizer, force=bleu_tokenizer == "none")
    except (ImportError, RuntimeError) as error:
        raise InputError(
            f"bleu_tokenizer={bleu_tokenizer!r} needs a package that is not installed: "
            f"`pip install 'sacrebleu[{bleu_tokenizer[:2]}]'`."
        ) from error
    counts = _count_by_sacrebleu(bleu, translations, references)
    tokens = [
        max(len(bleu._preprocess_segment(text).split()) for text in own)
        for own in references
    ]
    # Without a sequence of four tokens even a perfect translation has BLEU 0.
    return dataclasses.replace(
        counts, longest=np.array(tokens), shortest=bleu.max_ngram_order
    )


def _count_by_sacrebleu(
    metric: Any, translations: list[str], references: list[list[str]], *_: Any
) -> SentenceCounts:
    # What sacreBLEU's own significance tests call; it has no public name for it.
    streams = [list(stream) for stream in itertools.zip_longest(*references)]
    rows = metric._extract_corpus_statistics(translations, streams)
    return SentenceCounts(
        rows=np.asarray(rows, "float64"),
        longest=np.array([max(map(len, own)) for own in references]),
        formula=lambda counts: _score_of(metric, counts),
        signature=str(metric.get_signature()),
    )


def _score_of(metric: Any, counts: np.ndarray) -> float:
    score = metric._compute_score_from_stats(counts.tolist()).score
    # Rounding takes the BLEU of perfect translations a little above 100.
    return min(score, 100.0) if isinstance(metric, BLEU) else score


def _count_wer(
    translations: list[str], references: list[list[str]], *_: Any
) -> SentenceCounts:
    return _count_nearest(
        translations, references, lambda texts: [text.split() for text in texts]
    )


def _count_nearest(
    translations: list[str],
    references: list[list[str]],
    split: Callable[[list[str]], list[list[str]]],
) -> SentenceCounts:
    """Edits to the nearest reference and its length.

    The nearest has the fewest edits per token of its own; one without tokens is the
    nearest to a translation without any, and else the farthest.
    """
    counts = [len(own) for own in references]
    sentences = np.repeat(np.arange(len(counts)), counts)
    written = split(translations)
    expected = split(list(itertools.chain(*references)))
    edits, lengths = count_edits([written[row] for row in sentences], expected).T
    rates = np.where(edits > 0, np.inf, 0.0)
    np.divide(edits, lengths, out=rates, where=lengths > 0)
    starts = np.cumsum([0, *counts[:-1]])
    # By sentence, then by rate; of equal rates the shorter reference.
    nearest = np.lexsort((edits, rates, sentences))[starts]
    return SentenceCounts(
        rows=np.stack([edits[nearest], lengths[nearest]], axis=1),
        longest=np.maximum.reduceat(lengths, starts),
        formula=error_rate,
        signature=references_signature(references),
    )


def _count_symbol_errors(
    translations: list[str],
    references: list[list[str]],
    tokenizer: "Tokenizer | None",
    *_: Any,
) -> SentenceCounts:
    if tokenizer is None:
        raise InputError(
            "`symbol_error_rate` counts tokens: pass the tokenizer of the target."
        )
    return _count_nearest(translations, references, tokenizer.split)


def _count_matches(
    translations: list[str], references: list[list[str]], *_: Any
) -> SentenceCounts:
    sides = zip(translations, references, strict=True)
    equal = np.array([text in own for text, own in sides])
    ones = np.ones(len(equal))
    return SentenceCounts(
        rows=np.stack([equal, ones], axis=1),
        longest=ones,
        formula=lambda counts: counts[0] / counts[1],
        signature=references_signature(references),
    )


def references_signature(references: Sequence[list[str]]) -> str:
    """How many references there were, as sacreBLEU says it."""
    counts = {len(own) for own in references}
    return f"nrefs:{counts.pop() if len(counts) == 1 else 'var'}"


def count_edits(
    translations: Sequence[Sequence[str]], references: Sequence[Sequence[str]]
) -> np.ndarray:
    """Counts the edits that turn each translation into its reference.

    Args:
        translations: List of lists of tokens, one list at least.
        references: List of lists of tokens, as many.

    Returns:
        float64 array, (sentences, 2): the fewest tokens to exchange, leave out or add,
        and the tokens of the reference.

    Example:

    >>> count_edits([["je", "suis"], ["a"]], [["je", "suis", "là"], []])
    array([[1., 3.],
           [1., 0.]])
    """
    # Tokens become numbers, since jiwer splits at spaces and one can hold a space.
    numbers: dict[str, int] = {}
    written, expected = (
        [
            " ".join(str(numbers.setdefault(token, len(numbers))) for token in tokens)
            for tokens in side
        ]
        for side in (translations, references)
    )
    alignments = jiwer.process_words(expected, written).alignments
    edits = [sum(map(_edits, chunks)) for chunks in alignments]
    return np.array([edits, list(map(len, references))], "float64").T


def error_rate(counts: np.ndarray) -> float:
    """Edits per token of the references, from the sum of what `count_edits` returns.

    Args:
        counts: Array of two numbers.

    Returns:
        A float. Of nothing but empty references, as a random sample can be, it is
        what sacreBLEU's TER says: 1 if there are edits, else 0.

    Example:

    >>> error_rate(np.array([2.0, 3.0])), error_rate(np.array([2.0, 0.0]))
    (0.6666666666666666, 1.0)
    """
    edits, tokens = counts
    return float(edits / tokens) if tokens else float(edits > 0)


def _edits(chunk: Any) -> int:
    if chunk.type == "equal":
        return 0
    return max(
        chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
    )


METRICS = {
    "bleu": Metric("BLEU", True, 2, _count_bleu),
    "chrf": Metric("chrF", True, 2, lambda *given: _count_by_sacrebleu(CHRF(), *given)),
    "ter": Metric("TER", False, 2, lambda *given: _count_by_sacrebleu(TER(), *given)),
    "wer": Metric("WER", False, 4, _count_wer),
    "symbol_error_rate": Metric("symbol error rate", False, 4, _count_symbol_errors),
    "exact_match": Metric("exact match", True, 4, _count_matches),
}
