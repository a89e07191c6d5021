"""The vocabulary of an old model: which token each of its ids stands for."""

import dataclasses
import numbers
import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, overload

from seq2seq_keras.errors import InputError, check_unicode, shown
from seq2seq_keras.text import KERAS_FILTERS
from seq2seq_keras.untrusted import JSON_BYTES, parse_json, read_regular

# A list of tokens, a dictionary from tokens to ids, or a file of either.
Given = str | os.PathLike | Iterable[str] | Mapping[Any, Any]

_ESCAPES = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\\": "\\"}
_PICKLES = (".pickle", ".pkl", ".joblib", ".dill")


@dataclasses.dataclass(frozen=True)
class OldVocabulary:
    """What an old script knew of one side.

    Args:
        name: What messages call it.
        tokens: Dictionary from ids to tokens.
        is_list: Whether ids are places in a list, so that none is left out.
        characters: Whether each character is a token, where that is known.
        lowercase: Whether texts were lower-cased.
        filters: The characters that were taken for spaces, if Keras's `Tokenizer` cut
            the text.
        unknown: The token for unknown words, where that is known.
        skips_unknown: Whether these were left out.
    """

    name: str
    tokens: dict[int, str]
    is_list: bool = False
    characters: bool | None = None
    lowercase: bool = False
    filters: str | None = None
    unknown: str | None = None
    skips_unknown: bool = False


def read_vocabulary(given: Given, side: str) -> OldVocabulary:
    r"""Reads a vocabulary, or takes one that was read.

    A text file has a token a line, the first of id 0; `\t`, `\n`, `\r` and `\\` on a
    line of their own are a tab, a line feed, a carriage return and a backslash. A file
    named `.json` holds a list, a dictionary from tokens to ids or from ids to tokens,
    or what `Tokenizer.to_json()` of Keras 2 returned.

    Args:
        given: The path of such a file, or what it would hold.
        side: "source" or "target".

    Raises:
        InputError: If it is none of these; the line is named.
    """
    if not isinstance(given, str | os.PathLike):
        plain = given if isinstance(given, Mapping) else list(given)
        return _of_content(plain, f"`{side}_vocabulary`")
    path = pathlib.Path(given)
    if path.suffix.lower() in _PICKLES:
        raise InputError(
            f"{path} is a pickle, which can run whatever it names and is not read. "
            "Where the old script runs: `json.dump(tokenizer.word_index, "
            "open('vocabulary.json', 'w'))`."
        )
    try:
        content = read_regular(path, limit=JSON_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"There is no vocabulary {path}.") from error
    if path.suffix.lower() == ".json":
        return _of_content(parse_json(content, path), str(path))
    return _of_content(_lines(content, path), str(path))


def _lines(content: bytes, path: pathlib.Path) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path} is no UTF-8 text (line {line}).") from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if all(line.endswith("\r") for line in lines):
        lines = [line[:-1] for line in lines]
    return [unescaped(line) for line in lines]


@overload
def unescaped(token: str) -> str: ...


@overload
def unescaped(token: None) -> None: ...


def unescaped(token: str | None) -> str | None:
    r"""A token as it was meant, where `\t` stands for a tab."""
    return None if token is None else _ESCAPES.get(token, token)


def _of_content(content: Any, name: str) -> OldVocabulary:
    # `json.dump(tokenizer.to_json(), file)` is JSON in JSON.
    if isinstance(content, str):
        content = parse_json(content.encode("utf-8"), name)
    if isinstance(content, Mapping) and content.get("class_name") == "Tokenizer":
        return _of_keras_tokenizer(content.get("config"), name)
    if isinstance(content, Mapping):
        return OldVocabulary(name, _by_id(content, name))
    if not isinstance(content, list):
        raise InputError(
            f"{name} is neither a list of tokens nor a dictionary from tokens to ids."
        )
    tokens: dict[int, str] = {}
    places: dict[str, int] = {}
    for place, token in enumerate(content, 1):
        _check_token(token, f"{name}: token {place}")
        if token in places:
            raise InputError(
                f"{name}: token {place}, {shown(token)}, is token {places[token]} too. "
                "A vocabulary has each token once."
            )
        places[token] = place
        tokens[place - 1] = token
    return OldVocabulary(name, tokens, is_list=True)


def _by_id(content: Mapping[Any, Any], name: str) -> dict[int, str]:
    """A dictionary from ids to tokens of one in either direction."""
    pairs = [(token, number) for token, number in content.items()]
    if pairs and all(isinstance(number, str) for _, number in pairs):
        pairs = [(token, number) for number, token in pairs]
    tokens: dict[int, str] = {}
    for token, number in pairs:
        _check_token(token, f"{name}: the token of id {shown(number)}")
        number = int(number) if _is_id(number) else number
        is_whole = isinstance(number, numbers.Integral) and not isinstance(number, bool)
        if not is_whole or number < 0:
            raise InputError(f"{name}: the id of {shown(token)} is {shown(number)}.")
        if number in tokens:
            raise InputError(
                f"{name}: {shown(tokens[number])} and {shown(token)} have the same id, "
                f"{number}."
            )
        tokens[int(number)] = token
    if len(set(tokens.values())) < len(tokens):
        raise InputError(f"{name}: a token has two ids.")
    return tokens


def _is_id(number: Any) -> bool:
    # Of digits that `int` reads, and not too many.
    return isinstance(number, str) and number.isdecimal() and len(number) < 10


def _of_keras_tokenizer(config: Any, name: str) -> OldVocabulary:
    config = config if isinstance(config, dict) else {}
    words = config.get("word_index")
    if isinstance(words, str):
        words = parse_json(words.encode("utf-8"), name)
    filters, limit = config.get("filters", KERAS_FILTERS), config.get("num_words")
    known = isinstance(words, dict) and isinstance(filters, str)
    if not known or config.get("split", " ") != " ":
        raise InputError(
            f"{name} holds a Keras `Tokenizer` that cannot be read: it needs a "
            "`word_index`, and to split at spaces. Give its `word_index` alone."
        )
    tokens = _by_id(words, name)
    if isinstance(limit, int):
        tokens = {number: tokens[number] for number in tokens if number < limit}
    characters, unknown = bool(config.get("char_level")), config.get("oov_token")
    is_known = unknown in tokens.values()
    return OldVocabulary(
        name,
        tokens,
        characters=characters,
        lowercase=bool(config.get("lower", True)),
        # Of characters Keras filtered none.
        filters=None if characters else filters,
        unknown=unknown if is_known else None,
        skips_unknown=not is_known,
    )


def _check_token(token: Any, where: str) -> None:
    if not isinstance(token, str):
        raise InputError(f"{where} is {shown(token)}, which is no string.")
    check_unicode(token, where)
