"""The word vectors that a model has learnt."""

from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.special_tokens import SPECIAL_COUNT
from seq2seq_keras.vectors.word_vectors import WordVectors


def from_model(model: Any, side: str, tokenizer: Any = None) -> WordVectors:
    """Takes the vectors that Keras's `Embedding` learned while a model was trained.

    Args:
        model: A `Translator`, or a `Seq2Seq`.
        side: "source" or "target".
        tokenizer: The `Tokenizer` of that side. A `Translator` knows it.

    Returns:
        A `WordVectors` of the vocabulary without the special tokens.

    Raises:
        InputError: If the tokenizer is missing or not that of the model.

    Example:

    >>> from seq2seq_keras.models import build_model
    >>> from seq2seq_keras.text import WordTokenizer
    >>> tokenizer = WordTokenizer.fit(["good day", "good night"])
    >>> size = tokenizer.vocabulary_size
    >>> model = build_model(size, size, units=4, embedding_dim=8)
    >>> from_model(model, "source", tokenizer)
    <WordVectors: 3 words, 8 dimensions>
    """
    check_choice("side", side, ("source", "target"))
    tokenizer = tokenizer or getattr(model, f"{side}_tokenizer", None)
    if tokenizer is None:
        raise InputError(
            "A model knows ids and no words: give the tokenizer too, "
            f"from_model(model, {side!r}, tokenizer)."
        )
    model = getattr(model, "model", model)
    names = [layer.name for layer in model.layers]
    # A shared matrix is that of the source.
    found = [x for x in (f"{side}_embedding", "source_embedding") if x in names]
    if not found:
        raise InputError(f"The model has no layer {side}_embedding to take them from.")
    layer = model.get_layer(found[0])
    matrix = np.asarray(layer.embeddings)
    if len(matrix) != tokenizer.vocabulary_size:
        raise InputError(
            f"The {side} side of the model has {len(matrix):,} tokens and the "
            f"tokenizer {tokenizer.vocabulary_size:,}. Give the one of its training."
        )
    return WordVectors(tokenizer.vocabulary[SPECIAL_COUNT:], matrix[SPECIAL_COUNT:])
