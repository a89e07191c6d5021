"""`build_model`, the door to the models of the package."""

from typing import Any

import numpy as np

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import Seq2Seq
from seq2seq_keras.options import takes_options


@takes_options(Architecture)
def build_model(
    source_vocabulary_size: int,
    target_vocabulary_size: int,
    *,
    features_vocabulary_size: int = 0,
    source_embeddings: Any = None,
    target_embeddings: Any = None,
    name: str = "seq2seq",
    **options: Any,
) -> Seq2Seq:
    """Builds an encoder-decoder.

    The encoder reads the embedded source one token after another; its last state,
    the context vector, is all the decoder learns of the source, unless it has
    attention and may look back at every source token. The decoder is a recurrent
    language model that starts from there.

    Args:
        source_vocabulary_size: Integer, special tokens included.
        target_vocabulary_size: Integer, special tokens included.
        {options}
        features_vocabulary_size: Integer. How many of the source's last tokens are
            features, `len(tokenizer.features)`; for a `features_encoder`.
        source_embeddings: Optional matrix to start from, shape
            `(source_vocabulary_size, embedding_dim)`.
        target_embeddings: The same for the target.
        name: Name of the model.
        **options: The options above, from `cell` to `precision`.

    Returns:
        A `Seq2Seq`, which is a `keras.Model` from `{"source_token_ids",
        "target_token_ids"}` to logits.

    Raises:
        InputError: If an option is out of its range or a matrix has another shape.

    Example:

    >>> model = build_model(20, 30, cell="gru", units=16, embedding_dim=8)
    >>> source, target = np.array([[5, 6, 3]]), np.array([[2, 7]])
    >>> model({"source_token_ids": source, "target_token_ids": target}).shape
    TensorShape([1, 2, 30])

    Reference:
        {papers}
    """
    matrices = {
        "source_embedding": _as_matrix("source", source_embeddings),
        "target_embedding": _as_matrix("target", target_embeddings),
    }
    if options.get("share_embeddings") and target_embeddings is not None:
        raise InputError(
            "With `share_embeddings=True` there is one matrix: give it as "
            "`source_embeddings` and leave `target_embeddings` out."
        )
    if options.get("embedding_dim") is None:
        given = [m.shape[1] for m in matrices.values() if m is not None]
        options["embedding_dim"] = given[0] if given else None
    model = Seq2Seq(
        source_vocabulary_size=source_vocabulary_size,
        target_vocabulary_size=target_vocabulary_size,
        features_vocabulary_size=features_vocabulary_size,
        name=name,
        **options,
    )
    for layer_name, matrix in matrices.items():
        if matrix is not None:
            embeddings = model.get_layer(layer_name).embeddings
            _check_shape(layer_name, matrix.shape, tuple(embeddings.shape))
            embeddings.assign(matrix)
    return model


def _as_matrix(side: str, embeddings: Any) -> np.ndarray | None:
    if embeddings is None:
        return None
    matrix = np.asarray(embeddings, dtype="float32")
    if matrix.ndim != 2:
        raise InputError(
            f"`{side}_embeddings` must be a matrix with one row for each token of the "
            f"vocabulary. Received: an array of shape {matrix.shape}"
        )
    return matrix


def _check_shape(layer_name: str, received: tuple, expected: tuple) -> None:
    if received != expected:
        raise InputError(
            f"`{layer_name}s` needs a row for each token of the vocabulary, the four "
            f"special ones first, and `embedding_dim` columns: {expected}. "
            f"Received: {received}"
        )
