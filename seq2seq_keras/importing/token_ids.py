"""Where the tokens of an old vocabulary stand among the ids of this package."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.importing.vocabulary_files import OldVocabulary, unescaped
from seq2seq_keras.special_tokens import (
    DEFAULT_SPECIAL_TOKENS,
    END_ID,
    PAD_ID,
    SPECIAL_COUNT,
    START_ID,
    UNKNOWN_ID,
    SpecialTokens,
)
from seq2seq_keras.text import (
    CharacterTokenizer,
    KerasTokenizer,
    SpaceTokenizer,
    Tokenizer,
)

# As tutorials write them, in lower case.
_PADS = ("<pad>", "[pad]", "_pad", "_pad_", "<blank>", "")
_UNKNOWNS = ("<unk>", "[unk]", "_unk", "_unk_", "<unknown>", "<oov>", "unk", "oov")
_FRAMES = (
    *(("\t", "\n"), ("<start>", "<end>"), ("<start>", "<stop>"), ("<sos>", "<eos>")),
    *(("<bos>", "<eos>"), ("<s>", "</s>"), ("<go>", "<eos>"), ("_go", "_eos")),
    *(("[start]", "[end]"), ("start_", "_end"), ("_start_", "_end_")),
    *(("startseq", "endseq"), ("sostok", "eostok"), ("<startseq>", "<endseq>")),
)
# What may be words as well; Keras's `Tokenizer` makes them of `<start>` and `<end>`.
_FRAMES_LIKE_WORDS = (("start", "end"), ("sos", "eos"), ("bos", "eos"), ("go", "eos"))
_NONE = -1


@dataclasses.dataclass(frozen=True)
class Side:
    """The tokenizer of one side, and what its ids were before.

    Args:
        tokenizer: The tokenizer.
        inputs: Integer array. For each id the old one, whose row of the embeddings
            becomes its own; -1 for none.
        outputs: The same for what the model predicts.
    """

    tokenizer: Tokenizer
    inputs: np.ndarray
    outputs: np.ndarray


def find_frame(
    vocabulary: OldVocabulary, start: str | None, end: str | None
) -> tuple[str, str]:
    """The tokens that targets began and ended with: those given, else the usual ones.

    Raises:
        InputError: If they are not in the vocabulary, or several pairs could be meant.
    """
    start, end = unescaped(start), unescaped(end)
    tokens = set(vocabulary.tokens.values())
    for option, token in (("start", start), ("end", end)):
        if token is not None and token not in tokens:
            raise InputError(
                f"`{option}` is {shown(token)}, which {vocabulary.name} does not hold."
            )
    pairs = [
        (first, last)
        for first, last in _frames_in(vocabulary)
        if start in (None, first) and end in (None, last)
    ]
    if start is not None and end is not None:
        return start, end
    if len(pairs) == 1:
        return pairs[0]
    found = ", ".join(f"{shown(a)} and {shown(b)}" for a, b in pairs) or "none"
    raise InputError(
        f"Which tokens of {vocabulary.name} a target begins and ends with is not "
        f"clear (usual ones in it: {found}): name them with `start` and `end`."
    )


def _frames_in(vocabulary: OldVocabulary) -> list[tuple[str, str]]:
    written = {token.lower(): token for token in vocabulary.tokens.values()}
    for frames in (_FRAMES, _FRAMES_LIKE_WORDS):
        if found := [(a, b) for a, b in frames if {a, b} <= written.keys()]:
            return [(written[a], written[b]) for a, b in found]
    return []


def place_source(
    vocabulary: OldVocabulary, size: int, *, masked: bool, tokens: str
) -> Side:
    """Lays out the ids of the source.

    Args:
        vocabulary: The `OldVocabulary`.
        size: Integer. The ids that the old model had.
        masked: Whether it skipped id 0.
        tokens: "characters", "words" or "auto".
    """
    side = _place(vocabulary, size, masked=masked, tokens=tokens)
    for frame in _frames_in(vocabulary):
        warnings.warn(
            f"{vocabulary.name} has {shown(frame[0])} and {shown(frame[1])}: if the "
            "old sources began and ended with them, they are to stand in the texts, "
            "since a source is read as it is written.",
            stacklevel=4,
        )
    if side.inputs[UNKNOWN_ID] == _NONE and not masked:
        # As of `word_index.get(word, 0)`, and of the padding that may be written so.
        side.inputs[UNKNOWN_ID] = side.inputs[PAD_ID]
    return side


def place_target(
    vocabulary: OldVocabulary,
    size: int,
    *,
    masked: bool,
    tokens: str,
    start: str,
    end: str,
) -> Side:
    """Lays out the ids of the target; see `place_source` and `find_frame`."""
    return _place(vocabulary, size, masked=masked, tokens=tokens, frame=(start, end))


def _place(
    vocabulary: OldVocabulary,
    size: int,
    *,
    masked: bool,
    tokens: str,
    frame: Sequence[str] = (),
) -> Side:
    old = _named_ids(vocabulary, size, masked)
    ids = {token: number for number, token in old.items()}
    special = {
        PAD_ID: _one_of(_PADS, old, frame),
        UNKNOWN_ID: _unknown(vocabulary, old, frame),
        **dict(zip((START_ID, END_ID), frame, strict=False)),
    }
    rows = [_NONE] * SPECIAL_COUNT
    for number, token in special.items():
        rows[number] = _NONE if token is None else ids.get(token, _NONE)
    if rows[PAD_ID] == _NONE and 0 not in old:
        rows[PAD_ID] = 0
    ordinary = [number for number in sorted(old) if number not in rows]
    if not ordinary:
        raise InputError(f"{vocabulary.name} holds nothing but special tokens.")
    inputs = np.array([*rows, *ordinary])
    outputs = inputs.copy()
    if frame and frame[0] == frame[1]:
        outputs[START_ID] = _NONE  # what both stand for is predicted as the end
    words = [old[number] for number in ordinary]
    forms = _forms(special, set(words))
    tokenizer = _tokenizer(vocabulary, words, forms, tokens)
    return Side(tokenizer, inputs, outputs)


def _named_ids(vocabulary: OldVocabulary, size: int, masked: bool) -> dict[int, str]:
    """The tokens of the ids that the model had; all but that of padding have one."""
    name, count = vocabulary.name, len(vocabulary.tokens)
    if vocabulary.is_list and count != size:
        hint = ""
        if count == size - 1:
            hint = " If its ids begin with 1, put `<pad>` first."
        raise InputError(
            f"{name} has {count:,} tokens, but the model {size:,} ids.{hint}"
        )
    old = {
        number: token for number, token in vocabulary.tokens.items() if number < size
    }
    if masked and old.get(0, "").lower() not in _PADS:
        raise InputError(
            f"{name} calls id 0 {shown(old[0])}, but the embedding has "
            "`mask_zero=True`, so that 0 was padding. If ids begin "
            "with 1, put `<pad>` first."
        )
    unnamed = [number for number in range(1, size) if number not in old]
    if unnamed:
        warnings.warn(
            f"{name} names no token for {len(unnamed):,} ids of the model, from "
            f"{unnamed[0]} on. They are kept as <id_{unnamed[0]}> and so on.",
            stacklevel=6,
        )
    return old | {number: f"<id_{number}>" for number in unnamed}


def _unknown(
    vocabulary: OldVocabulary, old: dict[int, str], frame: Sequence[str]
) -> str | None:
    if vocabulary.skips_unknown:
        return None  # there, an `unk` is a word like any other
    return vocabulary.unknown or _one_of(_UNKNOWNS, old, frame)


def _one_of(
    usual: Sequence[str], old: dict[int, str], frame: Sequence[str]
) -> str | None:
    found = [t for t in old.values() if t.lower() in usual and t not in frame]
    return found[0] if found else None


def _forms(special: dict[int, str | None], words: set[str]) -> SpecialTokens:
    """How special tokens are written: as they were, unless that is white space."""
    forms: list[str] = []
    for number, default in enumerate(DEFAULT_SPECIAL_TOKENS.forms):
        form = special.get(number) or default
        form = form if form.split() == [form] else default
        while form in words or form in forms:
            form = f"<{form}>"
        forms.append(form)
    return SpecialTokens(*forms)


def _tokenizer(
    vocabulary: OldVocabulary,
    words: list[str],
    forms: SpecialTokens,
    tokens: str,
) -> Tokenizer:
    """What cuts text as it was cut; nothing is composed that was apart before."""
    options: dict[str, Any] = {
        "lowercase": vocabulary.lowercase,
        "unicode_form": "none",
        "special_tokens": forms,
    }
    characters = vocabulary.characters
    if tokens != "auto":
        characters = tokens == "characters"
    if characters is None:
        characters = all(len(word) == 1 for word in words)
    skip_unknown = vocabulary.skips_unknown
    if characters:
        return CharacterTokenizer(
            words, keep_white_space=True, skip_unknown=skip_unknown, **options
        )
    if vocabulary.filters is not None:
        return KerasTokenizer(
            words, filters=vocabulary.filters, skip_unknown=skip_unknown, **options
        )
    return SpaceTokenizer(words, **options)
