"""Is one system better than another, or was it luck?"""

import pathlib

import pandas as pd

from seq2seq_keras.data import read_lines
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.metrics import METRICS
from seq2seq_keras.evaluation.resampling import bootstrap_interval, paired_p_value
from seq2seq_keras.evaluation.scores import count_metrics
from seq2seq_keras.translation import Translator


def compare_translations(systems, references, tokenizer=None, *, bleu_tokenizer="13a"):
    """Compares systems that have translated the same sentences, by every metric.

    Each system after the first is compared with the first. The interval of the
    difference comes from paired bootstrap resampling, the p-value from approximate
    randomization, which asks how often two systems that are equally good would differ
    as much. Both have a fixed seed.

    Args:
        systems: Dictionary of the names of systems, two or more, and their
            translations: lists of strings.
        references: List of strings, one for each translation of a system.
        tokenizer: The tokenizer whose tokens the symbol error rate counts; without one
            that metric is left out.
        bleu_tokenizer: What BLEU splits text with, as of `score_translations`.

    Returns:
        A DataFrame with a row for each metric that is defined and each system:
        `metric`, its `signature` of sacreBLEU or "", `system`, `score`, its 95 %
        interval `low` and `high`, and, for all but the first system, the `difference`
        to the first, its interval `difference_low` and `difference_high`, and
        `p_value`.

    Raises:
        InputError: If there are not two systems, or not one translation of each for
            each of two or more references.

    Example:

    >>> references = ["un chat noir", "un chien", "deux chats"] * 4
    >>> systems = {"old": ["un chat"] * 12, "new": references}
    >>> table = compare_translations(systems, references).set_index("metric")
    >>> table.loc["wer", ["system", "score", "difference"]].values.tolist()
    [['old', 0.5714285714285714, nan], ['new', 0.0, -0.5714285714285714]]

    Reference:
        - [Koehn, 2004](https://aclanthology.org/W04-3250/), section 4.
        - [Riezler & Maxwell, 2005](https://aclanthology.org/W05-0908/), section 3.
    """
    if len(systems) < 2:
        raise InputError(f"A comparison needs two systems. Received: {list(systems)}")
    for name, translations in systems.items():
        if len(translations) != len(references) or len(references) < 2:
            raise InputError(
                f"{name} has {len(translations)} translations and there are "
                f"{len(references)} references. Each system needs one translation for "
                "each of two or more references."
            )
    counts = {
        name: count_metrics(
            translations, references, tokenizer, bleu_tokenizer=bleu_tokenizer
        )
        for name, translations in systems.items()
    }
    first = next(iter(counts.values()))
    return pd.DataFrame(
        [
            {
                "metric": metric,
                "signature": each[metric].signature,
                "system": name,
                **_compared(each[metric], first[metric]),
            }
            for metric in METRICS
            if metric in first and first[metric].score is not None
            for name, each in counts.items()
        ]
    )


def read_system(path, sources, *, batch_size=64, **search):
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


def _compared(counts, first):
    low, high = bootstrap_interval(counts)
    row = {"score": counts.score, "low": low, "high": high}
    if counts is first:
        return row
    low, high = bootstrap_interval(counts, first)
    return {
        **row,
        "difference": counts.score - first.score,
        "difference_low": low,
        "difference_high": high,
        "p_value": paired_p_value(counts, first),
    }
