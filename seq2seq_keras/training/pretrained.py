"""What a model's embeddings start from, where vectors are at hand."""

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors.word_vectors import WordVectors


def load_embeddings(config, source_tokenizer, target_tokenizer):
    """Reads the word vectors that a configuration names, and tells what they cover.

    Only the words of the vocabularies are kept in memory.

    Args:
        config: A `TrainingConfig`.
        source_tokenizer: The `Tokenizer` of the source.
        target_tokenizer: That of the target.

    Returns:
        A dictionary of arguments for `build_model`: `embedding_dim`,
        `source_embeddings` and `target_embeddings`, those that are not `None`.

    Raises:
        InputError: If a file cannot be used, holds no token of the vocabulary, or has
            vectors of another size than `embedding_dim`.
    """
    options = {}
    if config.embedding_dim is not None:
        options["embedding_dim"] = config.embedding_dim
    for side, path, tokenizer in (
        ("source", config.source_vectors, source_tokenizer),
        ("target", config.target_vectors, target_tokenizer),
    ):
        if path is not None:
            options[f"{side}_embeddings"] = _load(config, side, path, tokenizer)
    sizes = {
        name: len(value[0]) if isinstance(value, np.ndarray) else value
        for name, value in options.items()
    }
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{size} of {name}" for name, size in sizes.items())
        raise InputError(
            f"All word vectors of a model have one size. Received: {told}. Leave "
            "`embedding_dim` out to take that of the vectors."
        )
    return options


def _load(config, side, path, tokenizer):
    vectors = WordVectors.load(path, vocabulary=tokenizer)
    matrix, coverage = vectors.matrix_for(
        tokenizer, seed=config.seed, deviation=config.vectors_deviation
    )
    print(f"The {side} vocabulary in {path}:\n{coverage}\n", flush=True)
    return matrix
