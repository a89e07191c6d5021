"""One token for each character."""

import tensorflow as tf

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

    def split_graph(self, texts):
        return tf.strings.unicode_split(texts, "UTF-8")

    def join_graph(self, tokens):
        return tf.strings.reduce_join(tokens, axis=-1)
