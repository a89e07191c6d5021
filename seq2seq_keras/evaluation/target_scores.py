"""How probable a model finds given targets."""

import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np

from seq2seq_keras.data import DataOptions, Pairs, read_pairs
from seq2seq_keras.errors import check_texts
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.translation import Translator


@dataclasses.dataclass(frozen=True)
class TargetScore:
    """What `score_targets` found for one pair.

    Attributes:
        tokens: Tuple of strings: the tokens of the target, `<eos>` last.
        log_probabilities: float32 array, one for each token.
    """

    tokens: tuple[str, ...]
    log_probabilities: np.ndarray

    @property
    def log_probability(self) -> float:
        """Of the whole target: the sum over its tokens."""
        return float(self.log_probabilities.sum())


@checks_numbers(ranges_of(DataOptions))
def score_targets(
    translator: Translator,
    pairs: Iterable[tuple[str, str]],
    *,
    free_running: bool = False,
    batch_size: int = 64,
) -> list[TargetScore]:
    """Scores given targets: how probable is each token to the model?

    Args:
        translator: A `Translator`.
        pairs: `Pairs`, or an iterable of pairs of source and target.
        free_running: Whether each token is predicted from what the model itself would
            have written so far, and not from the true tokens before it.
        batch_size: Integer. Pairs at a time.

    Returns:
        A list of `TargetScore`, in the order of the pairs.

    Raises:
        InputError: If something is not a string.

    Example:

    >>> from seq2seq_keras.models import build_model
    >>> from seq2seq_keras.text import WordTokenizer
    >>> from seq2seq_keras.translation import Translator
    >>> tokenizer = WordTokenizer.fit(["a b"])
    >>> translator = Translator(build_model(6, 6, units=8), tokenizer, tokenizer)
    >>> score_targets(translator, [("a", "b b")])[0].tokens
    ('b', 'b', '<eos>')
    """
    check_not_forked()
    check_texts(pairs=pairs)
    if not isinstance(pairs, Pairs):
        pairs = list(pairs)
        pairs = read_pairs(pairs) if pairs else Pairs([], [])
    found = translator.token_log_probabilities(
        pairs.source, pairs.target, free_running=free_running, batch_size=batch_size
    )
    return [TargetScore(*each) for each in found]


def perplexity(scores: Sequence[TargetScore]) -> float:
    """The exponential of the mean negative log-probability per token.

    Args:
        scores: List of `TargetScore`. Of those that were made with
            `free_running=True` it is another number: name it so.

    Returns:
        A float; NaN without any score, or where a log-probability is NaN.

    Example:

    >>> perplexity([TargetScore(("a", "<eos>"), np.log([0.5, 0.125]))])
    4.0
    """
    if not scores:
        return math.nan
    mean = float(np.concatenate([score.log_probabilities for score in scores]).mean())
    return math.inf if mean <= -700 else math.exp(-mean)
