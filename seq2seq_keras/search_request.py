"""What one call of a translator asks for."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.decoding.trie import make_trie
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import UNKNOWN_ID
from seq2seq_keras.text.normalization import normalize_in_python


class SearchRequest(NamedTuple):
    """How to search, and what is asked of the translations of these very texts.

    Attributes:
        options: `SearchOptions`.
        prefix: Optional string that every translation begins with, or a list with one
            for each text.
        avoid: List of words or phrases that no translation contains. Words that are
            copied from the source are not held back.
        allowed: List of strings: the only translations there may be. Empty for no
            such rule.
        seed: Integer. With `sample=True` the same seed draws the same translations,
            whatever the batches.
    """

    options: SearchOptions
    prefix: str | list[str] | None = None
    avoid: list[str] | tuple[str, ...] = ()
    allowed: list[str] | tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def of(cls, defaults, given):
        """The request that keyword arguments make.

        Args:
            defaults: `SearchOptions`.
            given: Dictionary of fields of this class and of `SearchOptions`, in place
                of those.

        Returns:
            A `SearchRequest`.

        Raises:
            InputError: If there is no such field, or a value is out of its range.
        """
        own = {name: given[name] for name in cls._fields[1:] if name in given}
        search = {name: value for name, value in given.items() if name not in own}
        return cls(defaults.replace(**search), **own)

    def inputs(self, target_tokenizer, count, first=1):
        """What the graph takes beside the texts.

        Args:
            target_tokenizer: The tokenizer of the target.
            count: Integer. How many texts there are.
            first: Integer. The number of the first.

        Returns:
            A pair of dictionaries: arrays with a row for each text, and tensors for
            all of them.

        Raises:
            InputError: If a text cannot be written with the target vocabulary.
        """
        each = {"number": np.arange(first, first + count, dtype="int32")}
        shared = {"seed": tf.constant(self.seed, tf.int32)}
        if self.prefix:
            prefixes = self._prefixes(target_tokenizer, count)
            each["prefix"] = np.array([text.encode() for text in prefixes], object)
        if self.avoid:
            shared["avoid"] = tf.constant(_normalized(self.avoid, target_tokenizer))
        if self.allowed:
            allowed = _normalized(self.allowed, target_tokenizer)
            _check_known("allowed", allowed, target_tokenizer)
            shared["allowed"] = make_trie(target_tokenizer.tokenize(allowed))
        return each, shared

    def _prefixes(self, target_tokenizer, count):
        one = isinstance(self.prefix, str)
        prefixes = [self.prefix] * count if one else list(self.prefix or ())
        if len(prefixes) != count:
            raise InputError(
                "`prefix` is one string, or a list with one for each text. "
                f"Received: {len(prefixes)} prefixes for {count} texts"
            )
        prefixes = _normalized(prefixes, target_tokenizer)
        _check_known("prefix", sorted(set(prefixes)), target_tokenizer)
        return prefixes


def _normalized(texts, tokenizer):
    texts = [texts] if isinstance(texts, str) else list(texts)
    return normalize_in_python(texts, tokenizer.unicode_form)


def _check_known(name, texts, tokenizer):
    for text, token_ids in zip(texts, tokenizer.tokenize(texts), strict=True):
        if UNKNOWN_ID in token_ids:
            unknown = tokenizer.split(text)[token_ids.index(UNKNOWN_ID)]
            raise InputError(
                f"`{name}` has {unknown!r} in {text!r}, which the target vocabulary "
                "lacks, so it cannot be written."
            )
