"""Embeddings that a recurrent layer learns from at once."""

from typing import Any

import keras


def make_embedding(
    name: str, vocabulary_size: int, embedding_dim: int, *, reversible: bool, dtype: Any
) -> keras.layers.Embedding:
    """Makes an embedding that a recurrent layer learns from at once.

    Keras's default, uniform within 0.05, gives the recurrent layers inputs so small
    that they are slow to learn; a deviation of 1 is what PyTorch starts from too.

    Args:
        name: Name of the layer.
        vocabulary_size: Integer.
        embedding_dim: Integer.
        reversible: Whether its matrix is also that of the output layer. The products
            with the last layer must then be small at first.
        dtype: Name of the dtype policy.

    Returns:
        A `keras.layers.Embedding`; a `ReversibleEmbedding` if reversible, whose logits
        are float32.
    """
    deviation = embedding_dim**-0.5 if reversible else 1.0
    options = {
        "embeddings_initializer": keras.initializers.RandomNormal(stddev=deviation),
        "dtype": dtype,
        "name": name,
    }
    if reversible:
        return keras.layers.ReversibleEmbedding(
            vocabulary_size, embedding_dim, reverse_dtype="float32", **options
        )
    return keras.layers.Embedding(vocabulary_size, embedding_dim, **options)
