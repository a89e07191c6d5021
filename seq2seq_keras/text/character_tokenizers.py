"""One token for each character, or for each Korean letter."""

import tensorflow as tf

from seq2seq_keras.text.normalization import compose_hangul, decompose_hangul
from seq2seq_keras.text.tokenizer import Tokenizer


class CharacterTokenizer(Tokenizer):
    """Splits text into its characters; a space is a token like any other.

    No word is ever unknown, at the price of long sequences. It suits spelling,
    pronunciation, dates, and scripts without spaces between words. A combining mark
    is a token of its own unless the Unicode form composes it ("NFC" does where a
    composed character exists).

    Args:
        vocabulary: See `Tokenizer`; usually `CharacterTokenizer.fit(texts)` makes it.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = CharacterTokenizer.fit(["abba"])
    >>> tokenizer.split("ab a")
    ['a', 'b', ' ', 'a']
    >>> tokenizer.detokenize(tokenizer.tokenize("ab"))
    'ab'
    """

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return tf.strings.unicode_split(texts, "UTF-8")

    def spelling(self, token: str) -> str:
        return token  # no words, so what is to be avoided is so anywhere

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return tf.strings.reduce_join(tokens, axis=-1)


class JamoTokenizer(Tokenizer):
    r"""Splits Hangul syllables into jamo and everything else into characters.

    The 11,172 syllables become 67 letters, so that endings and particles that share
    letters share tokens. A consonant at the end of a syllable is another token than
    the same consonant at its start, which is what makes the way back unambiguous.

    Args:
        vocabulary: See `Tokenizer`; usually `JamoTokenizer.fit(texts)` makes it.
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

    def spelling(self, token: str) -> str:
        return token  # no words, so what is to be avoided is so anywhere

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return compose_hangul(tf.strings.reduce_join(tokens, axis=-1))
