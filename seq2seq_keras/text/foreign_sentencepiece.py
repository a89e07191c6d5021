"""SentencePiece models of other tools, with the ids that this package counts on."""

import types
from typing import Any

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.special_tokens import SPECIAL_COUNT, UNKNOWN_ID
from seq2seq_keras.text.sentencepiece_model import (
    ALGORITHMS,
    META_PIECES,
    mark_special_pieces,
    with_boundary_rule,
)
from seq2seq_keras.text.vocabulary_file import (
    SPECIAL_FORMS,
    is_sentencepiece,
    read_vocabulary_bytes,
)

# In base64 it has to fit what a tokenizer's file may be.
_MOST_BYTES = 2**24


def read_sentencepiece(path: str) -> bytes:
    """Reads a SentencePiece model and gives it the special pieces of this package.

    Padding, the unknown piece, start and end come first, with the ids 0 to 3, and all
    other pieces follow in their order. How text is normalized and cut stays as it is.

    Args:
        path: The file, usually with the ending `.model`.

    Returns:
        The serialized model, bytes, as `SubwordTokenizer` takes it.

    Raises:
        InputError: If it is no such model, spells unknown characters in bytes, marks
            the ends of words in place of their starts, or its pieces are not those of
            byte pairs or of a unigram model; or if sentencepiece is not installed.
    """
    content = read_vocabulary_bytes(path)
    messages, model = _parse(content, path)
    if algorithm_of(model) not in ALGORITHMS:
        raise InputError(
            f"{path}: a SentencePiece model of words or characters. Use the tokenizer "
            "word, space or character with a list of its tokens."
        )
    kinds = messages.ModelProto.SentencePiece
    if any(piece.type == kinds.BYTE for piece in model.pieces):
        raise InputError(
            f"{path}: the model spells unknown characters in bytes (byte_fallback), "
            "which this package cannot join to characters again."
        )
    if model.trainer_spec.treat_whitespace_as_suffix:
        raise InputError(
            f"{path}: the model marks where words end (treat_whitespace_as_suffix), "
            "and this package needs to know where they begin."
        )
    others = [
        piece
        for piece in model.pieces
        if piece.type != kinds.UNKNOWN
        and not (piece.type == kinds.CONTROL and piece.piece.lower() in SPECIAL_FORMS)
    ]
    del model.pieces[:]
    for number, name in enumerate(META_PIECES):
        kind = kinds.UNKNOWN if number == UNKNOWN_ID else kinds.CONTROL
        model.pieces.add(piece=name, score=0.0, type=kind)
    assert len(model.pieces) == SPECIAL_COUNT
    model.pieces.extend(others)
    mark_special_pieces(model.trainer_spec)
    serialized = model.SerializeToString(deterministic=True)
    if not model.normalizer_spec.precompiled_charsmap:
        serialized = with_boundary_rule(serialized)
    return serialized


def sentencepiece_algorithm(path: str) -> str | None:
    """What a SentencePiece model does: "bpe", "unigram" or another name.

    It is None for other files.
    """
    content = read_vocabulary_bytes(path)
    return algorithm_of(_parse(content, path)[1]) if is_sentencepiece(content) else None


def algorithm_of(model: Any) -> str:
    """The same of a parsed model."""
    spec = model.trainer_spec
    return spec.ModelType.Name(spec.model_type).lower()


def _parse(content: bytes, path: str) -> tuple[types.ModuleType, Any]:
    messages = import_optional("sentencepiece.sentencepiece_model_pb2", "Subwords")
    if len(content) > _MOST_BYTES:
        raise InputError(
            f"{path} has {len(content):,} bytes, which is more than such a model can "
            f"have: {_MOST_BYTES:,}."
        )
    try:
        model = messages.ModelProto.FromString(content)
    except Exception as error:  # protobuf's, which has no public name
        raise InputError(f"{path} is no SentencePiece model, or damaged.") from error
    if not model.pieces:
        raise InputError(f"{path} is no SentencePiece model: it has no pieces.")
    return messages, model
