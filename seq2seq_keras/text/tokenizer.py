"""What every tokenizer does."""

import abc
import collections
import dataclasses
import importlib
import json
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any, Self

import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.files import write_text
from seq2seq_keras.ranges import checks_numbers
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
    UnicodeForm,
    normalize_in_graph,
    normalize_in_python,
)
from seq2seq_keras.text.vocabulary import (
    Fitting,
    check_max_size,
    check_vocabulary,
    choose_tokens,
)


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

    Example:

    >>> class CommaTokenizer(Tokenizer):
    ...     def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
    ...         return tf.strings.split(texts, ",")
    ...
    ...     def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
    ...         return tf.strings.reduce_join(tokens, axis=-1, separator=",")
    >>> tokenizer = CommaTokenizer.fit(["salt,red pepper"])
    >>> tokenizer.split("red pepper,salt")
    ['red pepper', 'salt']
    """

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> None:
        check_choice("unicode_form", unicode_form, UNICODE_FORMS)
        tokens = list(vocabulary)
        check_vocabulary(tokens, special_tokens)
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
    @checks_numbers(min_frequency=(1, 10**9), max_size=(1, 10**7))
    def fit(
        cls,
        texts: Iterable[str],
        *,
        min_frequency: int = 1,
        max_size: int | None = None,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> Self:
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
            InputError: If a text is no string or only special tokens would be left.
        """
        fitting = cls.fitting(
            min_frequency=min_frequency,
            max_size=max_size,
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )
        return fitting.add_all(texts).finish()

    @classmethod
    @checks_numbers(min_frequency=(1, 10**9), max_size=(1, 10**7))
    def fitting(
        cls,
        *,
        min_frequency: int = 1,
        max_size: int | None = None,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> Fitting:
        """Does the work of `fit` with texts that come some at a time.

        Args:
            min_frequency: See `fit`, as for the other options.
            max_size: Optional integer.
            lowercase: Boolean.
            unicode_form: String.
            special_tokens: A `SpecialTokens`.

        Returns:
            A `Fitting`: `add` texts to it, then `finish` it.
        """
        check_max_size(max_size)  # before much is read
        options: dict[str, Any] = {
            "lowercase": lowercase,
            "unicode_form": unicode_form,
            "special_tokens": special_tokens,
        }

        def make(counts: collections.Counter[str]) -> Tokenizer:
            vocabulary = choose_tokens(
                [counts], special_tokens, min_frequency, max_size
            )
            return cls(vocabulary, **options)

        # Splitting needs the options but no vocabulary, so a stand-in does it.
        split = cls(["-"], **options).split_to_ragged
        return Fitting(split, collections.Counter(), make)

    @property
    def vocabulary_size(self) -> int:
        """The number of ids, the four special ones included."""
        return len(self.vocabulary)

    @abc.abstractmethod
    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Splits normalized texts `(batch,)` into a ragged tensor of tokens."""

    @abc.abstractmethod
    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins a ragged string tensor `(batch, length)` to texts `(batch,)`."""

    def bare_word(self, token: str) -> str:
        """What a token is called where it carries no marks of this tokenizer.

        Vectors that others trained know words, not how this package cuts text.

        Args:
            token: A token, string.

        Returns:
            A string.
        """
        return token

    def split(self, texts: str | Iterable[str] | tf.Tensor) -> Any:
        """Shows the tokens of a text as strings.

        Args:
            texts: A string, a list of strings, or a string tensor `(batch,)`.

        Returns:
            A list of tokens; for a list of strings a list of such lists; for a tensor
            a `tf.RaggedTensor` of strings, shape `(batch, length)`.
        """
        if tf.is_tensor(texts):
            return self.split_graph(self._normalize_graph(texts))
        if isinstance(texts, str):
            return self.split([texts])[0]
        rows = self.split_to_ragged(texts).to_list()
        return [[token.decode("utf-8") for token in row] for row in rows]

    def tokenize(self, texts: str | Iterable[str] | tf.Tensor) -> Any:
        """Turns text into token ids, without start and end.

        Args:
            texts: A string, a list of strings, or a string tensor `(batch,)`.

        Returns:
            A list of ids; for a list of strings a list of such lists; for a tensor a
            `tf.RaggedTensor` of int32, shape `(batch, length)`.
        """
        if tf.is_tensor(texts):
            return self.ids(self.split(texts))
        if isinstance(texts, str):
            return self.tokenize([texts])[0]
        return self.tokenize_to_ragged(texts).to_list()

    def split_to_ragged(
        self, texts: Iterable[str], *, first: int = 1
    ) -> tf.RaggedTensor:
        """Splits a list of strings into the tokens that `fit` counts.

        Args:
            texts: A list of strings.
            first: Integer. The number that messages give to the first text.

        Returns:
            A `tf.RaggedTensor` of strings, shape `(len(texts), length)`.

        Raises:
            InputError: If a text is not a string or not valid Unicode.
        """
        texts = normalize_in_python(texts, self.unicode_form, first=first)
        return self.split_graph(self._normalize_graph(tf.constant(texts, tf.string)))

    def tokenize_to_ragged(
        self, texts: Iterable[str], *, first: int = 1
    ) -> tf.RaggedTensor:
        """Turns a list of strings into the ids a dataset is made of.

        Args:
            texts: A list of strings.
            first: Integer. The number that messages give to the first text.

        Returns:
            A `tf.RaggedTensor` of int32, shape `(len(texts), length)`.
        """
        return self.ids(self.split_to_ragged(texts, first=first))

    def ids(self, tokens: tf.Tensor | tf.RaggedTensor) -> tf.Tensor | tf.RaggedTensor:
        """Looks up tokens that `split` made, where both they and their ids are needed.

        Args:
            tokens: String tensor, dense or ragged.

        Returns:
            An int32 tensor of the same shape; tokens that the vocabulary lacks, and
            the special ones, are unknown.
        """
        return self.table.lookup(tokens)

    def detokenize(self, token_ids: Any) -> Any:
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

    def get_config(self) -> dict[str, Any]:
        """Everything that defines the tokenizer, ready for JSON."""
        return {
            "class_name": type(self).__name__,
            "lowercase": self.lowercase,
            "unicode_form": self.unicode_form,
            "special_tokens": dataclasses.asdict(self.special_tokens),
            "vocabulary": self.vocabulary[SPECIAL_COUNT:],
        }

    def save(self, path: str | pathlib.Path) -> None:
        """Writes the tokenizer to a JSON file, whole or not at all."""
        text = json.dumps(self.get_config(), ensure_ascii=False, indent=0)
        write_text(path, text + "\n")

    @staticmethod
    def load(path: str | pathlib.Path) -> "Tokenizer":
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
            cls = _class_called(config.pop("class_name"))
            special_tokens = SpecialTokens(**config.pop("special_tokens"))
            return cls(**config, special_tokens=special_tokens)
        except FileNotFoundError as error:
            raise InputError(f"There is no tokenizer file {path}.") from error
        except IsADirectoryError as error:
            raise InputError(
                f"{path} is a folder. Name the JSON file of the tokenizer in it."
            ) from error
        except InputError as error:
            # Of what the file holds, or of an extra that is not installed.
            raise InputError(f"{path}: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(
                f"{path} is damaged or is not a saved tokenizer "
                f"({type(error).__name__}: {error}). Save it again with "
                "`tokenizer.save(path)`."
            ) from error

    def _normalize_graph(self, texts: tf.Tensor) -> tf.Tensor:
        return normalize_in_graph(texts, self.unicode_form, self.lowercase)

    def _detokenize_graph(self, token_ids: tf.Tensor) -> tf.Tensor:
        hidden = (token_ids == PAD_ID) | (token_ids == START_ID) | (token_ids == END_ID)
        token_ids = tf.ragged.boolean_mask(token_ids, ~hidden)
        vocabulary = tf.constant(self.vocabulary)
        return self.join_graph(tf.gather(vocabulary, token_ids))


def _class_called(name: str) -> type[Tokenizer]:
    """The class of that name, one of this room's or a subclass of the user's."""
    room = importlib.import_module(__package__)
    if name in room.__all__:
        getattr(room, name)  # loads the file of the class
    return {cls.__name__: cls for cls in _subclasses(Tokenizer)}[name]


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
