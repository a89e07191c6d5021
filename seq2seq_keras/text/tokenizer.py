"""What every tokenizer does."""

import abc
import collections
import dataclasses
import itertools
import json
import pathlib

import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.files import write_text
from seq2seq_keras.special_tokens import (
    DEFAULT_SPECIAL_TOKENS,
    END_ID,
    PAD_ID,
    SPECIAL_COUNT,
    START_ID,
    UNKNOWN_ID,
    SpecialTokens,
)
from seq2seq_keras.text.normalization import (
    UNICODE_FORMS,
    compose_hangul,
    decompose_hangul,
    normalize_in_python,
)

_FIT_CHUNK = 4096


class Tokenizer(abc.ABC):
    """Turns text into token ids and token ids into text.

    A subclass says how a text falls into tokens (`split_graph`) and how tokens
    become a text (`join_graph`), both in TensorFlow string operations. That one
    implementation serves Python lists, `tf.data` and the inside of a SavedModel.

    Text is normalized at the door: the Unicode form, lower case if asked for, and
    runs of any white space (no-break spaces and line separators too) become one
    space. Given Python strings, the Unicode form holds for every script. Given
    tensors, it holds for Hangul, and callers bring other scripts in that form.

    Args:
        vocabulary: List of tokens without the special ones, most frequent first.
            The first one gets id 4.
        lowercase: Whether text is lower-cased.
        unicode_form: "NFC", "NFD", "NFKC", "NFKD" or "none".
        special_tokens: A `SpecialTokens`.

    Raises:
        InputError: If the vocabulary is empty, repeats a token or holds a special
            one, or the Unicode form is unknown.
    """

    def __init__(
        self,
        vocabulary,
        *,
        lowercase=False,
        unicode_form="NFC",
        special_tokens=DEFAULT_SPECIAL_TOKENS,
    ):
        check_choice("unicode_form", unicode_form, UNICODE_FORMS)
        tokens = list(vocabulary)
        _check_vocabulary(tokens, special_tokens)
        self.lowercase = lowercase
        self.unicode_form = unicode_form
        self.special_tokens = special_tokens
        self.vocabulary = [*special_tokens.forms, *tokens]
        # Special forms are not in the table: as text they are unknown words.
        self.table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                tf.constant(tokens),
                tf.range(SPECIAL_COUNT, len(self.vocabulary), dtype=tf.int32),
            ),
            default_value=UNKNOWN_ID,
        )

    @classmethod
    def fit(
        cls,
        texts,
        *,
        min_frequency=1,
        max_size=None,
        lowercase=False,
        unicode_form="NFC",
        special_tokens=DEFAULT_SPECIAL_TOKENS,
    ):
        """Makes a tokenizer with the vocabulary of some texts.

        Args:
            texts: Iterable of strings; it is read once, in pieces.
            min_frequency: Tokens seen fewer times are left out.
            max_size: Optional largest `vocabulary_size`, special tokens included.
                The most frequent tokens stay; of equally frequent ones those that
                come first in the order of their characters.
            lowercase: Whether text is lower-cased.
            unicode_form: "NFC", "NFD", "NFKC", "NFKD" or "none".
            special_tokens: A `SpecialTokens`.

        Returns:
            A tokenizer of this class.

        Raises:
            InputError: If nothing but the special tokens would be left.
        """
        if max_size is not None and max_size <= SPECIAL_COUNT:
            raise InputError(
                f"`max_size` counts the {SPECIAL_COUNT} special tokens and must be "
                f"larger. Received: max_size={max_size}"
            )
        # Splitting needs the options but no vocabulary, so a stand-in does it.
        splitter = cls(
            ["-"],
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )
        counts: collections.Counter[bytes] = collections.Counter()
        text_count = 0
        texts = iter(texts)
        while chunk := list(itertools.islice(texts, _FIT_CHUNK)):
            text_count += len(chunk)
            counts.update(splitter._split_strings(chunk).flat_values.numpy().tolist())
        kept = [
            (token.decode("utf-8"), count)
            for token, count in counts.items()
            if count >= min_frequency
        ]
        kept = [item for item in kept if item[0] not in special_tokens.forms]
        kept.sort(key=lambda item: (-item[1], item[0]))
        if max_size is not None:
            kept = kept[: max_size - SPECIAL_COUNT]
        if not kept:
            raise InputError(
                f"The vocabulary would hold nothing but special tokens: {text_count} "
                f"texts with {len(counts)} different tokens, none of which occurs "
                f"min_frequency={min_frequency} times. Give more text or a smaller "
                "`min_frequency`."
            )
        return cls(
            [token for token, _ in kept],
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )

    @property
    def vocabulary_size(self):
        """The number of ids, the four special ones included."""
        return len(self.vocabulary)

    @abc.abstractmethod
    def split_graph(self, texts):
        """Splits normalized texts `(batch,)` into a ragged tensor of tokens."""

    @abc.abstractmethod
    def join_graph(self, tokens):
        """Joins a ragged string tensor `(batch, length)` to texts `(batch,)`."""

    def split(self, texts):
        """Shows the tokens of a text as strings.

        Args:
            texts: A string or a list of strings.

        Returns:
            A list of tokens, or for a list of strings a list of such lists.
        """
        if isinstance(texts, str):
            return self.split([texts])[0]
        rows = self._split_strings(texts).to_list()
        return [[token.decode("utf-8") for token in row] for row in rows]

    def tokenize(self, texts):
        """Turns text into token ids, without start and end.

        Args:
            texts: A string, a list of strings, or a string tensor `(batch,)`.

        Returns:
            A list of ids; for a list of strings a list of such lists; for a tensor a
            `tf.RaggedTensor` of int32, shape `(batch, length)`.
        """
        if tf.is_tensor(texts):
            return self.table.lookup(self.split_graph(self._normalize_graph(texts)))
        if isinstance(texts, str):
            return self.tokenize([texts])[0]
        return self.tokenize_to_ragged(texts).to_list()

    def tokenize_to_ragged(self, texts):
        """Turns a list of strings into the ids a dataset is made of.

        Args:
            texts: A list of strings.

        Returns:
            A `tf.RaggedTensor` of int32, shape `(len(texts), length)`.
        """
        return self.table.lookup(self._split_strings(texts))

    def detokenize(self, token_ids):
        """Turns token ids into text; padding, start and end vanish.

        Args:
            token_ids: A list of ids, a list of such lists, an integer array, or an
                integer tensor (dense or ragged) of shape `(batch, length)`.

        Returns:
            A string for a list of ids, a list of strings for lists or an array, a
            string tensor `(batch,)` for a tensor.
        """
        if tf.is_tensor(token_ids):
            return self._detokenize_graph(token_ids)
        if isinstance(token_ids, np.ndarray):
            token_ids = token_ids.tolist()
        if not token_ids or isinstance(token_ids[0], int | np.integer):
            return self.detokenize([list(token_ids)])[0]
        rows = tf.ragged.constant(token_ids, dtype=tf.int32, ragged_rank=1)
        return [text.decode("utf-8") for text in self._detokenize_graph(rows).numpy()]

    def get_config(self):
        """Everything that defines the tokenizer, ready for JSON."""
        return {
            "class_name": type(self).__name__,
            "lowercase": self.lowercase,
            "unicode_form": self.unicode_form,
            "special_tokens": dataclasses.asdict(self.special_tokens),
            "vocabulary": self.vocabulary[SPECIAL_COUNT:],
        }

    def save(self, path):
        """Writes the tokenizer to a JSON file, whole or not at all."""
        text = json.dumps(self.get_config(), ensure_ascii=False, indent=0)
        write_text(path, text + "\n")

    @staticmethod
    def load(path):
        """Reads what `save` wrote, of whichever class it is.

        Args:
            path: The JSON file.

        Returns:
            A tokenizer of the class that was saved. A class of your own must have
            been imported.

        Raises:
            InputError: If the file is missing or does not describe a tokenizer.
        """
        path = pathlib.Path(path)
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            classes = {cls.__name__: cls for cls in _subclasses(Tokenizer)}
            cls = classes[config.pop("class_name")]
            special_tokens = SpecialTokens(**config.pop("special_tokens"))
            return cls(**config, special_tokens=special_tokens)
        except FileNotFoundError as error:
            raise InputError(f"There is no tokenizer file {path}.") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(
                f"{path} is damaged or is not a saved tokenizer "
                f"({type(error).__name__}: {error}). Save it again with "
                "`tokenizer.save(path)`."
            ) from error

    def _split_strings(self, texts):
        texts = normalize_in_python(texts, self.unicode_form)
        return self.split_graph(self._normalize_graph(_to_tensor(texts)))

    def _normalize_graph(self, texts):
        if self.unicode_form in ("NFC", "NFKC"):
            texts = compose_hangul(texts)
        elif self.unicode_form in ("NFD", "NFKD"):
            texts = decompose_hangul(texts)
        if self.lowercase:
            texts = tf.strings.lower(texts, encoding="utf-8")
        # \s of RE2 is ASCII; \pZ and NEL are the other separators of Unicode.
        texts = tf.strings.regex_replace(texts, r"[\s\v\pZ\x{85}\x1c-\x1f]+", " ")
        return tf.strings.strip(texts)

    def _detokenize_graph(self, token_ids):
        hidden = (token_ids == PAD_ID) | (token_ids == START_ID) | (token_ids == END_ID)
        token_ids = tf.ragged.boolean_mask(token_ids, ~hidden)
        tokens = tf.ragged.map_flat_values(
            lambda ids: tf.gather(tf.constant(self.vocabulary), ids), token_ids
        )
        return self.join_graph(tokens)


def _to_tensor(texts):
    encoded = []
    for position, text in enumerate(texts):
        try:
            encoded.append(text.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise InputError(
                f"Text {position} holds a lone surrogate ({error.object[error.start]!r}"
                f" at character {error.start}), which is not valid Unicode."
            ) from error
    return tf.constant(encoded, dtype=tf.string)


def _check_vocabulary(tokens, special_tokens):
    if not tokens:
        raise InputError("A vocabulary needs at least one token that is not special.")
    if not all(isinstance(token, str) for token in tokens):
        raise InputError("A vocabulary is a list of strings.")
    repeated = [token for token, n in collections.Counter(tokens).items() if n > 1]
    repeated += sorted(set(tokens) & set(special_tokens.forms))
    if repeated:
        raise InputError(
            "Every token of a vocabulary stands in it once, and the special tokens "
            f"{special_tokens.forms} come first without being listed. Found again: "
            f"{repeated[:5]}"
        )


def _subclasses(cls):
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
