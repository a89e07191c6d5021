"""One token for each character, or for each Korean letter."""

import functools
from collections.abc import Iterable
from typing import Any, Self

import tensorflow as tf

from seq2seq_keras.text.normalization import (
    clean_in_graph,
    compose_hangul,
    decompose_hangul,
)
from seq2seq_keras.text.rows import join_rows
from seq2seq_keras.text.tokenizer import Tokenizer, fit_vocabulary
from seq2seq_keras.text.tokenizer_config import checked_flag
from seq2seq_keras.text.vocabulary import Fitting


class _LetterTokenizer(Tokenizer):
    """What the tokenizers share whose tokens are shorter than words."""

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        keep_white_space: bool = False,
        **options: Any,
    ) -> None:
        self.keep_white_space = checked_flag("keep_white_space", keep_white_space)
        super().__init__(vocabulary, **options)

    @classmethod
    def fit(
        cls, texts: Iterable[str], *, keep_white_space: bool = False, **options: Any
    ) -> Self:
        fitting = cls.fitting(keep_white_space=keep_white_space, **options)
        return fitting.add_all(texts).finish()

    @classmethod
    def fitting(cls, *, keep_white_space: bool = False, **options: Any) -> Fitting:
        # The same class, but for what its constructor is told.
        make = functools.partial(cls, keep_white_space=keep_white_space)
        return fit_vocabulary(make, **options)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        # As it was before there was the option, where it is not used.
        return config | ({"keep_white_space": True} if self.keep_white_space else {})

    def spelling(self, token: str) -> str:
        return token  # no words, so what is to be avoided is so anywhere

    def _clean_graph(self, texts: tf.Tensor) -> tf.Tensor:
        return clean_in_graph(texts, self.lowercase, self.keep_white_space)


class CharacterTokenizer(_LetterTokenizer):
    """Splits text into its characters; a space is a token like any other.

    No word is ever unknown, at the price of long sequences. It suits spelling,
    pronunciation, dates, and scripts without spaces between words. A combining mark
    is a token of its own unless the Unicode form composes it ("NFC" does where a
    composed character exists).

    Args:
        vocabulary: See `Tokenizer`; usually `CharacterTokenizer.fit(texts)` makes it.
        keep_white_space: Whether runs of white space, tabs and line ends are
            characters like any other, as in code; else each run is one space.
        skip_unknown: Whether characters that the vocabulary lacks are left out, as
            the `Tokenizer` of Keras 2 did without an `oov_token`.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = CharacterTokenizer.fit(["abba"])
    >>> tokenizer.split("ab a")
    ['a', 'b', ' ', 'a']
    >>> tokenizer.detokenize(tokenizer.tokenize("ab"))
    'ab'
    """

    def __init__(
        self, vocabulary: Iterable[str], *, skip_unknown: bool = False, **options: Any
    ) -> None:
        self.skip_unknown = checked_flag("skip_unknown", skip_unknown)
        super().__init__(vocabulary, **options)

    def get_config(self) -> dict[str, Any]:
        own = {"skip_unknown": True} if self.skip_unknown else {}
        return {**super().get_config(), **own}

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return tf.strings.unicode_split(texts, "UTF-8")

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return join_rows(tokens)


class JamoTokenizer(_LetterTokenizer):
    r"""Splits Hangul syllables into jamo and everything else into characters.

    The 11,172 syllables become 67 letters, so that endings and particles that share
    letters share tokens. A consonant at the end of a syllable is another token than
    the same consonant at its start, which is what makes the way back unambiguous.

    Args:
        vocabulary: See `Tokenizer`; usually `JamoTokenizer.fit(texts)` makes it.
        keep_white_space: Whether runs of white space, tabs and line ends are
            characters like any other, as in code; else each run is one space.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = JamoTokenizer.fit(["각"])
    >>> tokenizer.split("각") == ["\u1100", "\u1161", "\u11a8"]
    True
    >>> tokenizer.detokenize(tokenizer.tokenize("각"))
    '각'
    """

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return tf.strings.unicode_split(decompose_hangul(texts), "UTF-8")

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return compose_hangul(join_rows(tokens))
