"""Translating a test set and scoring what came out."""

import dataclasses
import math
import time

from seq2seq_keras.data import Pairs, read_pairs
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation.scores import Scores, score_translations
from seq2seq_keras.evaluation.tables import evaluation_lines
from seq2seq_keras.evaluation.target_scores import perplexity, score_targets


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What `evaluate_translator` measured.

    Attributes:
        protocol: What was translated and how.
        search: The `SearchOptions` of it.
        scores: `Scores` of the translations.
        perplexity: Teacher-forced, per target token with `<eos>`, over the pairs with
            neither side empty; NaN without any.
        seconds: Time to translate.
        translations: The translations, in the order of the pairs.
    """

    protocol: str
    search: SearchOptions
    scores: Scores
    perplexity: float
    seconds: float
    translations: list[str]

    def as_dict(self):
        """The numbers by name, flat and ready for JSON; what is no number is None."""
        perplexity = self.perplexity if math.isfinite(self.perplexity) else None
        return {
            "protocol": self.protocol,
            **self.scores.as_dict(),
            "perplexity_teacher_forced": perplexity,
            "seconds": self.seconds,
        }

    def __str__(self):
        return "\n".join(evaluation_lines(self))


def evaluate_translator(
    translator, pairs, *, batch_size=64, protocol=None, bleu_tokenizer="13a", **search
):
    """Translates the sources of some pairs and compares with their targets.

    Args:
        translator: A `Translator`.
        pairs: `Pairs`, or an iterable of pairs; each target is the reference of its
            source.
        batch_size: Integer.
        protocol: Text to keep with the numbers: which data, which split, which seed.
            Defaults to how was searched.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`: "none"
            for text that is split already.
        **search: Any of `SearchOptions`, in place of the translator's own.

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
    if not isinstance(pairs, Pairs):
        pairs = read_pairs(list(pairs))
    options = translator.search.replace(**search)
    start = time.perf_counter()
    translations = translator.translate(pairs.source, batch_size=batch_size, **search)
    seconds = time.perf_counter() - start
    whole = [(source, target) for source, target in pairs if _says(source, target)]
    targets = score_targets(translator, whole, batch_size=batch_size) if whole else []
    return Evaluation(
        protocol=protocol or options.describe(),
        search=options,
        scores=score_translations(
            translations,
            pairs.target,
            translator.target_tokenizer,
            bleu_tokenizer=bleu_tokenizer,
        ),
        perplexity=perplexity(targets),
        seconds=seconds,
        translations=translations,
    )


def _says(source, target):
    return bool(source.strip() and target.strip())
