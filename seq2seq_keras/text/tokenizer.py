"""What every tokenizer does."""

import abc
import collections
import dataclasses
import importlib
import itertools
import json
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import WORD_BORDER
from seq2seq_keras.errors import InputError, check_choice, check_texts, shown
from seq2seq_keras.files import write_text
from seq2seq_keras.forks import check_not_forked
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
from seq2seq_keras.text.normalization import clean_in_graph, normalize_hangul
from seq2seq_keras.text.tokenizer_config import check_types, checked_flag
from seq2seq_keras.text.unicode_forms import (
    UNICODE_FORMS,
    UnicodeForm,
    normalize_in_python,
)
from seq2seq_keras.text.vocabulary import (
    Fitting,
    check_max_size,
    check_vocabulary,
    choose_tokens,
)
from seq2seq_keras.untrusted import (
    JSON_BYTES,
    in_one_line,
    parse_json,
    read_regular,
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
            one, `lowercase` is no boolean, or the Unicode form is unknown.

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

    # Whether the first token is the last one of the text.
    is_reversed = False
    # Whether tokens that the vocabulary lacks are left out.
    skip_unknown = False

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> None:
        check_not_forked()
        check_choice("unicode_form", unicode_form, UNICODE_FORMS)
        check_texts(vocabulary=vocabulary)
        tokens = list(vocabulary)
        check_vocabulary(tokens, special_tokens)
        self.lowercase = checked_flag("lowercase", lowercase)
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

        The options are those of `fit`; `add` texts to the `Fitting`, then `finish` it.
        """
        return fit_vocabulary(
            cls,
            min_frequency=min_frequency,
            max_size=max_size,
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )

    @property
    def vocabulary_size(self) -> int:
        """The number of ids, the four special ones included."""
        return len(self.vocabulary)

    @property
    def text_tokenizer(self) -> "Tokenizer":
        """What splits the text itself, where this one reads something beside it."""
        return self

    @abc.abstractmethod
    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Splits normalized texts `(batch,)` into a ragged tensor of tokens."""

    @abc.abstractmethod
    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins a ragged string tensor `(batch, length)` to texts `(batch,)`."""

    def copied_tokens(self, tokens: Any) -> Any:
        """What copying source tokens writes: them, or `NOT_COPIED` for some.

        Args:
            tokens: String tensor, dense or ragged, of tokens that `split` made.

        Returns:
            A string tensor of the same shape.
        """
        return tokens

    def bare_word(self, token: str) -> str:
        """What a token is called where it carries no marks of this tokenizer.

        Vectors that others trained know words, not how this package cuts text.
        """
        return token

    def spelling(self, token: str) -> str:
        """What a token adds to a text in which words to avoid are looked for.

        Args:
            token: A token, string.

        Returns:
            A string, with `WORD_BORDER` where a word begins or ends. Here a token is a
            word.
        """
        return f"{WORD_BORDER}{self.bare_word(token)}{WORD_BORDER}"

    def spell(self, texts: Iterable[str]) -> list[str]:
        """How whole texts are spelled, whichever tokens they are cut into.

        Args:
            texts: List of strings.

        Returns:
            A list of strings; empty for blank texts.
        """
        end = self.spelling("")
        spelled = ["".join(map(self.spelling, tokens)) for tokens in self.split(texts)]
        return [text and f"{end}{text}{end}" for text in spelled]

    def split(self, texts: str | Iterable[str] | tf.Tensor) -> Any:
        """Shows the tokens of a text as strings.

        Args:
            texts: A string, a list of strings, or a string tensor `(batch,)`.

        Returns:
            A list of tokens; for a list of strings a list of such lists; for a tensor
            a `tf.RaggedTensor` of strings, shape `(batch, length)`.
        """
        if tf.is_tensor(texts):
            return self.split_normalized(normalize_hangul(texts, self.unicode_form))
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
        check_not_forked()
        texts = normalize_in_python(texts, self.unicode_form, first=first)
        return self.split_normalized(tf.constant(texts, tf.string))

    def split_normalized(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Splits texts that `unicodedata` has brought in the Unicode form.

        That settles Hangul too, whose arithmetic in a graph is the longer part of
        splitting a text.

        Args:
            texts: String tensor, shape `(batch,)`.

        Returns:
            A `tf.RaggedTensor` of strings, shape `(batch, length)`.
        """
        tokens = self.split_graph(self._clean_graph(texts))
        if self.skip_unknown:
            tokens = tf.ragged.boolean_mask(tokens, self.ids(tokens) != UNKNOWN_ID)
        return tokens

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

        Tokens that the vocabulary lacks, and the special ones, are unknown.
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

        Raises:
            InputError: If one of a list or array is no id of the vocabulary.
        """
        check_not_forked()
        if tf.is_tensor(token_ids):
            return self._detokenize_graph(token_ids)
        if isinstance(token_ids, np.ndarray):
            token_ids = token_ids.tolist()
        if not token_ids or isinstance(token_ids[0], int | np.integer):
            return self.detokenize([list(token_ids)])[0]
        self._check_ids(token_ids)
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

    def __reduce__(self) -> tuple:
        # A copy has tables of its own; TensorFlow's cannot be pickled.
        return _remake, (type(self), self.get_config())

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
        try:
            content = read_regular(path, limit=JSON_BYTES)
        except FileNotFoundError as error:
            raise InputError(f"There is no tokenizer file {path}.") from error
        except InputError as error:
            if not pathlib.Path(path).is_dir():
                raise
            raise InputError(
                f"{path} is a folder. Name the JSON file of the tokenizer in it."
            ) from error
        return Tokenizer.parse(content, path)

    @staticmethod
    def parse(content: bytes, path: str | os.PathLike) -> "Tokenizer":
        """Makes the tokenizer of a file that was read into memory.

        Args:
            content: The bytes that `save` wrote.
            path: What messages call the file.

        Returns:
            A tokenizer, see `load`.

        Raises:
            InputError: If they do not describe a tokenizer.
        """
        config = parse_json(content, path)
        try:
            cls, options = _checked_config(config)
            return cls(**options)
        except InputError as error:
            # Of what the file holds, or of an extra that is not installed.
            raise InputError(f"{path}: {in_one_line(error)}") from error
        except Exception as error:  # whatever a class makes of a wrong value
            raise InputError(
                f"{path} is damaged or is not a saved tokenizer "
                f"({type(error).__name__}: {in_one_line(error)}). Save it again with "
                "`tokenizer.save(path)`."
            ) from error

    def _clean_graph(self, texts: tf.Tensor) -> tf.Tensor:
        return clean_in_graph(texts, self.lowercase)

    def _check_ids(self, rows: Sequence[Sequence[Any]]) -> None:
        size = self.vocabulary_size
        for id_ in itertools.chain.from_iterable(rows):
            if not isinstance(id_, int | np.integer) or not 0 <= id_ < size:
                raise InputError(
                    f"A token id must be an integer from 0 to {size - 1}, or the "
                    f"vocabulary has no token for it. Received: {shown(id_)}"
                )

    def _detokenize_graph(self, token_ids: tf.Tensor) -> tf.Tensor:
        hidden = (token_ids == PAD_ID) | (token_ids == START_ID) | (token_ids == END_ID)
        token_ids = tf.ragged.boolean_mask(token_ids, ~hidden)
        vocabulary = tf.constant(self.vocabulary)
        return self.join_graph(tf.gather(vocabulary, token_ids))


def _checked_config(config: Any) -> tuple[type[Tokenizer], dict[str, Any]]:
    """The class of a configuration and its arguments, each of the type it has."""
    check_types(config)
    options = {name: value for name, value in config.items() if name != "class_name"}
    if "tokenizer" in options:
        cls, inner = _checked_config(options["tokenizer"])
        options["tokenizer"] = cls(**inner)
        return _class_called(config["class_name"]), options
    options["special_tokens"] = SpecialTokens(**config["special_tokens"])
    return _class_called(config["class_name"]), options


def fit_vocabulary(
    make: Callable[..., Tokenizer],
    *,
    min_frequency: int = 1,
    max_size: int | None = None,
    special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    **options: Any,
) -> Fitting:
    """The `Fitting` of a tokenizer that a function makes of a vocabulary."""
    check_max_size(max_size)  # before much is read
    options["special_tokens"] = special_tokens

    def finish(counts: collections.Counter[str]) -> Tokenizer:
        vocabulary = choose_tokens([counts], special_tokens, min_frequency, max_size)
        return make(vocabulary, **options)

    # Splitting needs the options but no vocabulary, so a stand-in does it.
    stand_in = make(["-"], **options)
    stand_in.skip_unknown = False  # to it all are unknown
    return Fitting(stand_in.split_to_ragged, collections.Counter(), finish)


def _class_called(name: str) -> type[Tokenizer]:
    """The class of that name, one of this room's or a subclass of the user's."""
    room = importlib.import_module(__package__)
    if name in room.__all__:
        getattr(room, name)  # loads the file of the class
    return {cls.__name__: cls for cls in _subclasses(Tokenizer)}[name]


def _remake(cls: type[Tokenizer], config: dict[str, Any]) -> Tokenizer:
    options = {name: config[name] for name in config if name != "class_name"}
    special_tokens = SpecialTokens(**options.pop("special_tokens"))
    return cls(**options, special_tokens=special_tokens)


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
