"""Which tokens of some texts make the vocabulary."""

import collections
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from seq2seq_keras.errors import InputError, check_texts, check_unicode
from seq2seq_keras.special_tokens import SPECIAL_COUNT, SpecialTokens

_CHUNK = 4096


class Fitting:
    """A tokenizer in the making, from texts that come some at a time.

    So the tokenizers of both sides are fitted while pairs are gone through once.

    Args:
        split: `split_to_ragged` of a tokenizer.
        kept: What is kept of the tokens: their counts, or all of them.
        make: Function from `kept` to the tokenizer.
    """

    def __init__(
        self,
        split: Callable[..., Any],
        kept: collections.Counter[str] | list[str],
        make: Callable[[Any], Any],
    ) -> None:
        self._split, self._make = split, make
        self._kept = kept
        self._texts = 0

    def add(self, texts: Sequence[str]) -> None:
        """Adds some texts."""
        tokens = self._split(texts, first=self._texts + 1).flat_values.numpy().tolist()
        self._keep(token.decode("utf-8") for token in tokens)
        self._texts += len(texts)

    def add_all(self, texts: Iterable[str]) -> Self:
        """Adds texts, however many there are, reading them once, and returns itself."""
        check_texts(texts=texts)
        texts = iter(texts)
        while chunk := list(itertools.islice(texts, _CHUNK)):
            self.add(chunk)
        return self

    def join(self, other: "Fitting") -> None:
        """Adds all that another one has, after one's own."""
        self._keep(other._kept)

    @property
    def counts(self) -> collections.Counter[str] | None:
        """How often each token was seen; `None` where texts are kept as a whole."""
        return None if isinstance(self._kept, list) else self._kept

    def finish(self) -> Any:
        """Makes the tokenizer."""
        return self._make(self._kept)

    def _keep(self, tokens: Iterable[str]) -> None:
        if isinstance(self._kept, list):
            self._kept.extend(tokens)
        else:
            self._kept.update(tokens)


def choose_tokens(
    chunks: Iterable[Iterable[str]],
    special_tokens: SpecialTokens,
    min_frequency: int = 1,
    max_size: int | None = None,
) -> list[str]:
    """Chooses the most frequent tokens.

    Args:
        chunks: Iterable of lists of tokens, or of their counts; it is read once.
        special_tokens: A `SpecialTokens`; its forms are never chosen.
        min_frequency: Tokens seen fewer times are left out.
        max_size: Optional largest number of tokens, with the special ones that are
            not in the result.

    Returns:
        A list of tokens, most frequent first; of equally frequent ones those come
        first that do so in the order of their characters.

    Raises:
        InputError: If the list would be empty.

    Example:

    >>> from seq2seq_keras.special_tokens import DEFAULT_SPECIAL_TOKENS
    >>> chunks = [["b", "a", "c"], ["a", "b"]]
    >>> choose_tokens(chunks, DEFAULT_SPECIAL_TOKENS, min_frequency=2)
    ['a', 'b']
    """
    check_max_size(max_size)
    counts: collections.Counter[str] = collections.Counter()
    for tokens in chunks:
        counts.update(tokens)
    for form in special_tokens.forms:
        counts.pop(form, None)
    kept = [token for token, count in counts.items() if count >= min_frequency]
    if not kept:
        raise InputError(
            "The vocabulary would hold nothing but special tokens: the texts hold "
            f"{len(counts)} other tokens, none of them "
            f"min_frequency={min_frequency} times. Give more text or a smaller "
            "`min_frequency`."
        )
    kept.sort(key=lambda token: (-counts[token], token))
    return kept if max_size is None else kept[: max_size - SPECIAL_COUNT]


def check_max_size(max_size: int | None) -> None:
    """Raises an `InputError` if a vocabulary of that size would hold no token."""
    if max_size is not None and max_size <= SPECIAL_COUNT:
        raise InputError(
            f"`max_size` counts the {SPECIAL_COUNT} special tokens and must be "
            f"larger. Received: max_size={max_size}"
        )


def check_vocabulary(tokens: Sequence[str], special_tokens: SpecialTokens) -> None:
    """Raises an `InputError` if these tokens cannot follow the special ones."""
    if not tokens:
        raise InputError("A vocabulary needs at least one token that is not special.")
    if not all(isinstance(token, str) for token in tokens):
        raise InputError("A vocabulary is a list of strings.")
    for number, token in enumerate(tokens, start=1):
        check_unicode(token, f"Token {number} of the vocabulary")
    repeated = [token for token, n in collections.Counter(tokens).items() if n > 1]
    repeated += sorted(set(tokens) & set(special_tokens.forms))
    if repeated:
        raise InputError(
            "Every token of a vocabulary stands in it once, and the special tokens "
            f"{special_tokens.forms} come first without being listed. Found again: "
            f"{repeated[:5]}"
        )
