"""The tokenizers in plain Python, for those who have no TensorFlow.

They read the files that `Tokenizer.save` wrote, and are held equal to TensorFlow's to
the byte. Rules for words and white space stand once, with the others.
"""

import abc
import base64
import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from seq2seq_keras.errors import (
    InputError,
    check_choice,
    check_unicode,
    import_optional,
)
from seq2seq_keras.special_tokens import (
    SPECIAL_COUNT,
    START_ID,
    UNKNOWN_ID,
    SpecialTokens,
)
from seq2seq_keras.text import (
    FEATURE_MARK,
    JOINED,
    NOT_COPIED,
    UNICODE_FORMS,
    WHITE_SPACE,
    WORD_RULES,
    check_types,
    lower,
    normalize_in_python,
    python_pattern,
    split_features,
)
from seq2seq_keras.untrusted import in_one_line, parse_json

_ASCII_SPACE = " \t\n\v\f\r"
_SPACES = re.compile(f"[{_ASCII_SPACE}]+")
_BOUNDARY = "▁"  # with which SentencePiece writes a space
_SYLLABLE = re.compile("[가-힣]")
_JAMO = re.compile("([\u1100-\u1112])([\u1161-\u1175])([\u11a8-\u11c2]?)")
_KEPT_WORDS = 2**16


class PlainTokenizer(abc.ABC):
    """What `Tokenizer` is to TensorFlow, for strings of Python.

    Args:
        config: The dictionary of `Tokenizer.get_config`, its types checked.
    """

    # One that is, TensorFlow alone has.
    is_reversed = False

    def __init__(self, config: dict[str, Any]) -> None:
        check_choice("unicode_form", config["unicode_form"], UNICODE_FORMS)
        self.lowercase: bool = config["lowercase"]
        self.unicode_form = config["unicode_form"]
        self.keep_white_space: bool = config.get("keep_white_space", False)
        self.skip_unknown: bool = config.get("skip_unknown", False)
        special_tokens = SpecialTokens(**config["special_tokens"])
        tokens = self._read_vocabulary(config, special_tokens.forms)
        for number, token in enumerate(tokens, 1):
            check_unicode(token, f"Token {number} of the vocabulary")
        self.vocabulary = [*special_tokens.forms, *tokens]
        self._ids = {token: i for i, token in enumerate(tokens, SPECIAL_COUNT)}

    @property
    def vocabulary_size(self) -> int:
        """The number of ids, the four special ones included."""
        return len(self.vocabulary)

    @property
    def text_tokenizer(self) -> "PlainTokenizer":
        """What splits the text itself, where this one reads something beside it."""
        return self

    @abc.abstractmethod
    def split_clean(self, text: str) -> list[str]:
        """Splits a text whose case and white space are normalized."""

    @abc.abstractmethod
    def join(self, tokens: Sequence[str]) -> str:
        """Joins tokens to a text."""

    def copied_tokens(self, tokens: Iterable[str]) -> list[str]:
        """What copying source tokens writes: them, or `NOT_COPIED` for some."""
        return list(tokens)

    def split_normalized(self, text: str) -> list[str]:
        """Splits a text that has its Unicode form."""
        clean = _clean(text, self.lowercase, self.keep_white_space)
        tokens = self.split_clean(clean)
        if not self.skip_unknown:
            return tokens
        return [token for token in tokens if token in self._ids]

    def split(self, texts: str | Iterable[str]) -> Any:
        """The tokens of a text; for several a list of such lists."""
        if isinstance(texts, str):
            return self.split([texts])[0]
        texts = normalize_in_python(texts, self.unicode_form)
        return [self.split_normalized(text) for text in texts]

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """The ids of tokens; those that the vocabulary lacks are unknown."""
        return [self._ids.get(token, UNKNOWN_ID) for token in tokens]

    def tokenize(self, texts: str | Iterable[str]) -> Any:
        """The ids of a text, without start and end; for several a list of lists."""
        if isinstance(texts, str):
            return self.tokenize([texts])[0]
        return [self.ids(tokens) for tokens in self.split(texts)]

    def _read_vocabulary(
        self, config: dict[str, Any], special_forms: Iterable[str]
    ) -> list[str]:
        tokens = config["vocabulary"]
        if not all(isinstance(token, str) for token in tokens):
            raise TypeError("a token is no str")
        if len({*tokens, *special_forms}) < len(tokens) + SPECIAL_COUNT:
            raise ValueError("a token stands twice in the vocabulary")
        return tokens


class PlainSpaceTokenizer(PlainTokenizer):
    """One token for whatever stands between spaces."""

    def split_clean(self, text: str) -> list[str]:
        return [token for token in _SPACES.split(text) if token]

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens)


class PlainKerasTokenizer(PlainSpaceTokenizer):
    """Words as the `Tokenizer` of Keras 2 made them."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.filters = dict.fromkeys(map(ord, config["filters"]), " ")
        self.keep_white_space = True  # all but spaces are parts of words

    def split_clean(self, text: str) -> list[str]:
        tokens = text.translate(self.filters).split(" ")
        return [token for token in tokens if token]


class PlainCharacterTokenizer(PlainTokenizer):
    """One token for each character."""

    def split_clean(self, text: str) -> list[str]:
        return list(text)

    def join(self, tokens: Sequence[str]) -> str:
        return "".join(tokens)


class PlainJamoTokenizer(PlainCharacterTokenizer):
    """One token for each Korean letter, and for each other character."""

    def split_clean(self, text: str) -> list[str]:
        return list(_decomposed(text))

    def join(self, tokens: Sequence[str]) -> str:
        return _JAMO.sub(_syllable, _decomposed("".join(tokens)))


class PlainWordTokenizer(PlainTokenizer):
    """One token for each word, clitic and punctuation mark."""

    def split_clean(self, text: str) -> list[str]:
        # No rule looks across white space, and each word is in many texts.
        words = _SPACES.split(text)
        return [token for word in words if word for token in _cut_word(word)]

    def join(self, tokens: Sequence[str]) -> str:
        return re.sub(JOINED, "", " ".join(tokens))


class PlainSubwordTokenizer(PlainTokenizer):
    """One token for each frequent piece of a word, by SentencePiece's own library."""

    def _read_vocabulary(
        self, config: dict[str, Any], special_forms: Iterable[str]
    ) -> list[str]:
        model = base64.b64decode(config["model"], validate=True)
        if hashlib.sha256(model).hexdigest() != config.get("sha256"):
            raise ValueError("its SentencePiece model is not the one that was saved")
        self._pieces = _sentencepiece(model)
        size = self._pieces.get_piece_size()
        pieces = [self._pieces.id_to_piece(i) for i in range(SPECIAL_COUNT, size)]
        return [piece for piece in pieces if piece not in {*special_forms}]

    def split_clean(self, text: str) -> list[str]:
        return self._pieces.encode(text, out_type=str)

    def join(self, tokens: Sequence[str]) -> str:
        return re.sub(f"{_BOUNDARY}+", " ", "".join(tokens)).strip(_ASCII_SPACE)


class PlainFeaturesTokenizer(PlainTokenizer):
    """Tokens of features before the tokens of a source.

    Args:
        config: The dictionary of `FeaturesTokenizer.get_config`.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.tokenizer = make_tokenizer(config["tokenizer"])
        features = normalize_in_python(config["features"], self.tokenizer.unicode_form)
        self._given_separator = config["features_separator"]
        [self._separator] = normalize_in_python(
            [self._given_separator], self.tokenizer.unicode_form
        )
        if not self._separator or self.tokenizer.text_tokenizer is not self.tokenizer:
            raise ValueError("features of features, or without a separator")
        own = config["tokenizer"]
        known = self.tokenizer.vocabulary[SPECIAL_COUNT:]
        marked = [f"{FEATURE_MARK}{feature}" for feature in features]
        super().__init__(
            {
                "lowercase": own["lowercase"],
                "unicode_form": own["unicode_form"],
                "special_tokens": own["special_tokens"],
                "vocabulary": [*known, *marked],
            }
        )

    @property
    def text_tokenizer(self) -> PlainTokenizer:
        return self.tokenizer

    def split_normalized(self, text: str) -> list[str]:
        # Both parts are cleaned once they are apart: the tab is white space.
        return self.split_clean(text)

    def split_clean(self, text: str) -> list[str]:
        bundle, source = split_features(text)
        features = (_clean(x, False, False) for x in bundle.split(self._separator))
        source = source.replace(FEATURE_MARK, "○")
        marked = [f"{FEATURE_MARK}{feature}" for feature in features if feature]
        return [*marked, *self.tokenizer.split_normalized(source)]

    def join(self, tokens: Sequence[str]) -> str:
        features = [token for token in tokens if _is_feature(token)]
        text = self.tokenizer.join([x for x in tokens if not _is_feature(x)])
        if not features:
            return text
        bare = (token.removeprefix(FEATURE_MARK) for token in features)
        return f"{self._given_separator.join(bare)}\t{text}"

    def copied_tokens(self, tokens: Iterable[str]) -> list[str]:
        return [NOT_COPIED if _is_feature(token) else token for token in tokens]


_CLASSES: dict[str, type[PlainTokenizer]] = {
    "CharacterTokenizer": PlainCharacterTokenizer,
    "FeaturesTokenizer": PlainFeaturesTokenizer,
    "JamoTokenizer": PlainJamoTokenizer,
    "KerasTokenizer": PlainKerasTokenizer,
    "SpaceTokenizer": PlainSpaceTokenizer,
    "SubwordTokenizer": PlainSubwordTokenizer,
    "WordTokenizer": PlainWordTokenizer,
}


def parse_tokenizer(content: bytes, path: Any) -> PlainTokenizer:
    """Makes the tokenizer of a file that was read into memory.

    Args:
        content: The bytes that `Tokenizer.save` wrote.
        path: What messages call the file.

    Returns:
        A `PlainTokenizer`.

    Raises:
        InputError: If they do not describe a tokenizer of this package.
    """
    config = parse_json(content, path)
    try:
        return make_tokenizer(config)
    except InputError as error:
        raise InputError(f"{path}: {in_one_line(error)}") from error
    except Exception as error:  # whatever a class makes of a wrong value
        raise InputError(
            f"{path} is damaged or is not a saved tokenizer "
            f"({type(error).__name__}: {in_one_line(error)})."
        ) from error


def make_tokenizer(config: Any) -> PlainTokenizer:
    """Makes the tokenizer of a configuration, its types not yet checked."""
    check_types(config)
    name = config["class_name"]
    if name not in _CLASSES:
        raise InputError(f"There is no tokenizer {name!r} without TensorFlow.")
    return _CLASSES[name](config)


def source_copy_ids(tokens: Sequence[str], target: PlainTokenizer) -> list[int]:
    """What each source token is in the extended target vocabulary.

    As `text.source_copy_ids` has it: `vocabulary_size + position`, the first at which
    the word stands, for what the target vocabulary lacks.
    """
    first = {token: i for i, token in reversed([*enumerate(tokens)])}
    size = target.vocabulary_size
    ids = zip(tokens, target.ids(tokens), strict=True)
    known = [size + first[token] if i == UNKNOWN_ID else i for token, i in ids]
    return [
        START_ID if token == NOT_COPIED else i
        for token, i in zip(tokens, known, strict=True)
    ]


@functools.lru_cache(_KEPT_WORDS)
def _cut_word(word: str) -> tuple[str, ...]:
    """The tokens of a word."""
    for pattern, rewrite in _word_rules(word.isascii()):
        word = pattern.sub(rewrite, word)
    return tuple(token for token in word.split(" ") if token)


@functools.cache
def _word_rules(ascii_only: bool) -> list[tuple[re.Pattern[str], str]]:
    return [(python_pattern(x, ascii_only), rewrite) for x, rewrite in WORD_RULES]


@functools.cache
def _white_space(ascii_only: bool) -> re.Pattern[str]:
    return python_pattern(f"[{WHITE_SPACE}]+", ascii_only)


def _clean(text: str, lowercase: bool, keep_white_space: bool) -> str:
    """Normalizes case and white space."""
    text = lower(text) if lowercase else text
    if keep_white_space:
        return text
    return _white_space(text.isascii()).sub(" ", text).strip(_ASCII_SPACE)


def _is_feature(token: str) -> bool:
    return token.startswith(FEATURE_MARK) and token != FEATURE_MARK


def _decomposed(text: str) -> str:
    """Every Hangul syllable as its two or three jamo."""
    return _SYLLABLE.sub(lambda found: "".join(_jamo(ord(found[0]) - 0xAC00)), text)


def _jamo(index: int) -> Iterable[str]:
    # The Unicode Standard, section 3.12.
    yield chr(0x1100 + index // 588)
    yield chr(0x1161 + index // 28 % 21)
    if index % 28:
        yield chr(0x11A7 + index % 28)


def _syllable(jamo: re.Match[str]) -> str:
    leading, vowel = ord(jamo[1]) - 0x1100, ord(jamo[2]) - 0x1161
    trailing = ord(jamo[3]) - 0x11A7 if jamo[3] else 0
    return chr(0xAC00 + (leading * 21 + vowel) * 28 + trailing)


def _sentencepiece(model: bytes) -> Any:
    sentencepiece = import_optional("sentencepiece", "Subwords")
    sentencepiece.set_min_log_level(2)  # errors reach Python as exceptions
    return sentencepiece.SentencePieceProcessor(model_proto=model)
