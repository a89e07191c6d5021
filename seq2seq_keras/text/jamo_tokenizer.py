"""One token for each Korean letter."""

import tensorflow as tf

from seq2seq_keras.text.normalization import compose_hangul, decompose_hangul
from seq2seq_keras.text.tokenizer import Tokenizer


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

    def split_graph(self, texts):
        return tf.strings.unicode_split(decompose_hangul(texts), "UTF-8")

    def join_graph(self, tokens):
        return compose_hangul(tf.strings.reduce_join(tokens, axis=-1))
