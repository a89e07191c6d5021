"""Words as the `Tokenizer` of Keras 2 made them."""

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.text.normalization import clean_in_graph
from seq2seq_keras.text.space_tokenizer import SpaceTokenizer
from seq2seq_keras.text.tokenizer_config import checked_flag

KERAS_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


class KerasTokenizer(SpaceTokenizer):
    """Splits text as `keras.preprocessing.text.Tokenizer` did, which Keras 3 lacks.

    Some characters part words like spaces and are lost. No other white space does: a
    no-break space is a part of its word. Words that the vocabulary lacks are left out
    unless there is a token for them. It is what models imported from Keras 2 read; new
    ones are better off with `WordTokenizer`.

    Args:
        vocabulary: See `Tokenizer`.
        filters: String of the characters that are taken for spaces.
        skip_unknown: Whether unknown words are left out, as Keras did without an
            `oov_token`.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = KerasTokenizer(["hello", "world"], lowercase=True)
    >>> tokenizer.split("Hello, big world!")
    ['hello', 'big', 'world']
    >>> skipping = KerasTokenizer(["hello", "world"], skip_unknown=True)
    >>> skipping.split("hello, big world!")
    ['hello', 'world']
    """

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        filters: str = KERAS_FILTERS,
        skip_unknown: bool = False,
        **options: Any,
    ) -> None:
        if not isinstance(filters, str):
            raise InputError(
                "`filters` must be text, which is empty where no character is taken "
                f"for a space. Received: filters={shown(filters)}"
            )
        self.filters = filters
        self.skip_unknown = checked_flag("skip_unknown", skip_unknown)
        super().__init__(vocabulary, **options)

    def get_config(self) -> dict[str, Any]:
        own = {"filters": self.filters, "skip_unknown": self.skip_unknown}
        return {**super().get_config(), **own}

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        if self.filters:
            filtered = "".join(rf"\x{{{ord(letter):x}}}" for letter in self.filters)
            texts = tf.strings.regex_replace(texts, f"[{filtered}]", " ")
        tokens = tf.strings.split(texts, " ")
        return tf.ragged.boolean_mask(tokens, tokens != "")  # between two spaces

    def _clean_graph(self, texts: tf.Tensor) -> tf.Tensor:
        return clean_in_graph(texts, self.lowercase, keep_white_space=True)
