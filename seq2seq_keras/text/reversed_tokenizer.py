"""Texts read from their end."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SPECIAL_COUNT
from seq2seq_keras.text.tokenizer import Tokenizer
from seq2seq_keras.text.vocabulary import Fitting
from seq2seq_keras.text.word_tokenizer import WordTokenizer


class ReversedTokenizer(Tokenizer):
    """The tokens of another tokenizer, the last one first.

    As that of the target it makes a model that writes from right to left: it knows the
    end of a text when it comes to the beginning. Such a model has other weaknesses than
    one that writes from left to right, whose translations it can judge; see `rescore`
    of `SearchRequest`. The tokens of its own translations, and their attention, come as
    they were written, those of the end first.

    Args:
        tokenizer: The `Tokenizer` of the texts, whose ids the tokens keep.

    Raises:
        InputError: If the tokenizer reads from the end already, or features.

    Example:

    >>> from seq2seq_keras.text import SpaceTokenizer
    >>> tokenizer = ReversedTokenizer(SpaceTokenizer.fit(["a b c"]))
    >>> tokenizer.split("a b c"), tokenizer.tokenize("a b c")
    (['c', 'b', 'a'], [6, 5, 4])
    >>> tokenizer.detokenize([6, 5, 4])
    'a b c'

    Reference:
        [Liu et al., 2016](https://aclanthology.org/N16-1046).
    """

    is_reversed = True

    def __init__(self, tokenizer: Tokenizer) -> None:
        is_plain = isinstance(tokenizer, Tokenizer) and not tokenizer.is_reversed
        if not is_plain or tokenizer.text_tokenizer is not tokenizer:
            raise InputError(
                "`tokenizer` must be a `Tokenizer` that reads from left to right and "
                f"no features. Received: a {type(tokenizer).__name__}"
            )
        self.tokenizer = tokenizer
        super().__init__(
            tokenizer.vocabulary[SPECIAL_COUNT:],
            lowercase=tokenizer.lowercase,
            unicode_form=tokenizer.unicode_form,
            special_tokens=tokenizer.special_tokens,
        )

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        *,
        tokenizer: type[Tokenizer] = WordTokenizer,
        **options: Any,
    ) -> Self:
        """Makes a tokenizer with the vocabulary of some texts.

        Args:
            texts: Iterable of strings; it is read once.
            tokenizer: The class of the tokenizer of the texts themselves.
            **options: Those of `tokenizer.fit`.

        Returns:
            A tokenizer of this class.

        Raises:
            InputError: If a text is no string, or an option does not fit.
        """
        return cls.fitting(tokenizer=tokenizer, **options).add_all(texts).finish()

    @classmethod
    def fitting(
        cls, *, tokenizer: type[Tokenizer] = WordTokenizer, **options: Any
    ) -> Fitting:
        return ReversedFitting(tokenizer.fitting(**options), cls)

    @property
    def text_tokenizer(self) -> Tokenizer:
        return self.tokenizer

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return _reversed(self.tokenizer.split_normalized(texts))

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return self.tokenizer.join_graph(_reversed(tokens))

    def sample_to_ragged(
        self, texts: Iterable[str], *, seed: int, alpha: float = 0.1, first: int = 1
    ) -> tf.RaggedTensor:
        """Splits texts at random, see `SubwordTokenizer`."""
        subwords: Any = self.tokenizer
        tokens = subwords.sample_to_ragged(texts, seed=seed, alpha=alpha, first=first)
        return _reversed(tokens)

    def copied_tokens(self, tokens: Any) -> Any:
        return self.tokenizer.copied_tokens(tokens)

    def bare_word(self, token: str) -> str:
        return self.tokenizer.bare_word(token)

    def spelling(self, token: str) -> str:
        return self.tokenizer.spelling(token)

    def get_config(self) -> dict[str, Any]:
        return {
            "class_name": type(self).__name__,
            "tokenizer": self.tokenizer.get_config(),
        }

    def __reduce__(self) -> tuple:
        return type(self), (self.tokenizer,)

    def _clean_graph(self, texts: tf.Tensor) -> tf.Tensor:
        return texts  # which the other one cleans


class ReversedFitting(Fitting):
    """A `ReversedTokenizer` in the making.

    Args:
        fitting: The `Fitting` of the tokenizer of the texts themselves.
        cls: `ReversedTokenizer` or a subclass.
    """

    def __init__(
        self, fitting: Fitting, cls: type[ReversedTokenizer] = ReversedTokenizer
    ) -> None:
        self._fitting, self._class = fitting, cls

    def add(self, texts: Sequence[str]) -> None:
        self._fitting.add(texts)

    def join(self, other: Fitting) -> None:
        self._fitting.join(other)

    def finish(self) -> Any:
        return self._class(self._fitting.finish())


def _reversed(tokens: tf.RaggedTensor) -> tf.RaggedTensor:
    """Each row with its last token first."""
    starts, limits = tokens.row_starts(), tokens.row_limits()
    rows = tokens.value_rowids()
    places = tf.range(tf.shape(tokens.flat_values, rows.dtype)[0])
    mirrored = tf.gather(starts, rows) + tf.gather(limits, rows) - 1 - places
    return tokens.with_flat_values(tf.gather(tokens.flat_values, mirrored))
