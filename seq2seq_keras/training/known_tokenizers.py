"""Tokenizers whose vocabulary comes from a file and not from the training pairs."""

from collections.abc import Sequence
from typing import Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SPECIAL_COUNT
from seq2seq_keras.terminal import show
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
    read_vocabulary,
)
from seq2seq_keras.untrusted import shown

_CLASSES: dict[str, type[Tokenizer]] = {
    "word": WordTokenizer,
    "space": SpaceTokenizer,
    "character": CharacterTokenizer,
    "jamo": JamoTokenizer,
}


class KnownTokenizer:
    """Takes the place of a `Fitting` where there is nothing to fit.

    What the file was taken for, and what of it is not used, is shown.
    """

    counts = None

    def __init__(self, side: str, kind: str, path: str, **options: Any) -> None:
        if kind in _CLASSES:
            format_, self._tokenizer, special = _listed(kind, path, options)
        else:
            format_, special = "a SentencePiece model", []
            self._tokenizer = SubwordTokenizer.from_sentencepiece(path, **options)
        told = (
            f"The {side} vocabulary is {path}, {format_}: "
            f"{self._tokenizer.vocabulary_size - SPECIAL_COUNT:,} tokens, in its order "
            f"with the ids from {SPECIAL_COUNT} on."
        )
        if special:
            told += f" In place of its {' '.join(special)} stand those of this package."
        if kind in _CLASSES:
            told += _of_no_use(self._tokenizer, kind, path)
        show(told)

    def add(self, texts: Sequence[str]) -> None:
        """Adds nothing."""

    def join(self, other: "KnownTokenizer") -> None:
        """Adds nothing either: the other one has the same file."""

    def finish(self) -> Tokenizer:
        """The tokenizer."""
        return self._tokenizer


def _listed(
    kind: str, path: str, options: dict[str, Any]
) -> tuple[str, Tokenizer, list[str]]:
    found = read_vocabulary(path)
    try:
        tokenizer = _CLASSES[kind](found.tokens, **options)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return found.kind, tokenizer, found.special_tokens


def _of_no_use(tokenizer: Tokenizer, kind: str, path: str) -> str:
    """Says of how many tokens no text has any, or refuses them if they are most."""
    tokens = [t for t in tokenizer.vocabulary[SPECIAL_COUNT:] if not t.isspace()]
    bare = [tokenizer.bare_word(token) for token in tokens]
    rows = zip(tokens, bare, tokenizer.split(bare), strict=True)
    never = [token for token, word, row in rows if row != [word]]
    if 2 * len(never) > len(tokens):
        raise InputError(
            f"{path}: the tokenizer {kind} never makes {len(never):,} of these "
            f"{len(tokens):,} tokens, such as {shown(never[0])}. Choose the "
            "`tokenizer` that they were made with, space if text is cut into them "
            "already; `lowercase` and `unicode_form` matter too."
        )
    if not never:
        return ""
    return f" The tokenizer {kind} never makes {len(never):,}, such as {never[0]!r}."
