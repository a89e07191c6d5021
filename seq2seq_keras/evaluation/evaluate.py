"""Translating a test set and scoring what came out."""

import dataclasses
import math
import pathlib
import time
from collections.abc import Iterable, Sequence
from typing import Any

from seq2seq_keras.data import (
    DataOptions,
    EvaluationSet,
    Pairs,
    read_lines,
    read_pairs,
)
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.evaluation.scores import Scores, score_translations
from seq2seq_keras.evaluation.tables import evaluation_lines
from seq2seq_keras.evaluation.target_scores import perplexity, score_targets
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.translation import SearchRequest, Translator


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What `evaluate_translator` measured.

    Attributes:
        protocol: What was translated and how.
        request: The `SearchRequest` of it.
        scores: `Scores` of the translations.
        perplexity: Teacher-forced, per target token with `<eos>`, over the pairs with
            neither side empty, each reference being a pair with its source; NaN without
            any.
        seconds: Time to translate.
        translations: The translations, in the order of the pairs.
    """

    protocol: str
    request: SearchRequest
    scores: Scores
    perplexity: float
    seconds: float
    translations: list[str]

    @property
    def search(self) -> SearchOptions:
        """How translations were searched for."""
        return self.request.options

    def as_dict(self) -> dict[str, float | str | None]:
        """The numbers by name, flat and ready for JSON; what is no number is None."""
        perplexity = self.perplexity if math.isfinite(self.perplexity) else None
        return {
            "protocol": self.protocol,
            **self.scores.as_dict(),
            "perplexity_teacher_forced": perplexity,
            "seconds": self.seconds,
        }

    def __str__(self) -> str:
        return "\n".join(evaluation_lines(self))


@checks_numbers(ranges_of(DataOptions))
def evaluate_translator(
    translator: Translator,
    pairs: Iterable[tuple[str, str]] | EvaluationSet,
    *,
    batch_size: int = 64,
    protocol: str | None = None,
    bleu_tokenizer: str = "13a",
    **search: Any,
) -> Evaluation:
    """Translates the sources of some pairs and compares with their targets.

    Args:
        translator: A `Translator`.
        pairs: `Pairs`, or an iterable of pairs; each target is the reference of its
            source. Or an `EvaluationSet`, where sources have several.
        batch_size: Integer.
        protocol: Text to keep with the numbers: which data, which split, which seed.
            Defaults to how was searched.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`: "none"
            for text that is split already.
        **search: Any of `SearchOptions`, in place of the translator's own, and of
            `SearchRequest`, such as `rescore`.

    Returns:
        An `Evaluation`.

    Raises:
        InputError: If there is no pair, every target is empty, or an option does not
            fit.

    Example:

    ```python
    _, _, test = s2s.load_corpus("phrasebook/english-french")
    translator = s2s.Translator.load("saved_models/english-french")
    print(s2s.evaluate_translator(translator, test, beam_width=5))
    ```
    """
    check_texts(pairs=pairs)
    test: Pairs | EvaluationSet
    if isinstance(pairs, Pairs | EvaluationSet):
        test = pairs
    else:
        test = read_pairs(list(pairs))
    both = test.pairs() if isinstance(test, EvaluationSet) else test
    request = SearchRequest.of(translator.search, search)
    start = time.perf_counter()
    translations = translator.translate(test.source, batch_size=batch_size, **search)
    seconds = time.perf_counter() - start
    # Where a side is empty there is nothing to predict, or to predict it from.
    whole = [
        (source, target) for source, target in both if source.strip() and target.strip()
    ]
    targets = score_targets(translator, whole, batch_size=batch_size) if whole else []
    return Evaluation(
        protocol=protocol or request.describe(),
        request=request,
        scores=score_translations(
            translations,
            test,
            translator.target_tokenizer,
            bleu_tokenizer=bleu_tokenizer,
        ),
        perplexity=perplexity(targets),
        seconds=seconds,
        translations=translations,
    )


@checks_numbers(ranges_of(DataOptions))
def read_system(
    path: str | pathlib.Path,
    sources: Sequence[str],
    *,
    batch_size: int = 64,
    **search: Any,
) -> tuple[list[str], Tokenizer | None]:
    """What a system says, be it a translator or a file it has written.

    Args:
        path: The folder of a saved translator, or a text file with a translation a
            line.
        sources: List of strings.
        batch_size: Integer. As of `Translator.translate`.
        **search: Any of `SearchOptions`, for a translator.

    Returns:
        The list of translations, and the translator's tokenizer of the target, None
        for a file.

    Raises:
        InputError: If there is no such file, or its lines are not as many as the
            sources.
    """
    if pathlib.Path(path).is_dir():
        translator = Translator.load(path)
        translations = translator.translate(sources, batch_size=batch_size, **search)
        return translations, translator.target_tokenizer
    lines = list(read_lines(path))
    if len(lines) != len(sources):
        raise InputError(
            f"{path} has {len(lines):,} lines and the test set has {len(sources):,} "
            "sentences. Line n must be the translation of sentence n."
        )
    return lines, None
