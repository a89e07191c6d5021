"""Dropout of single features, of features for a whole sentence, of words."""

from typing import Any

import keras


def make_dropout(
    rate: float,
    *,
    variational: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> keras.layers.Dropout:
    """Makes the dropout for a sequence of vectors.

    Args:
        rate: Float in [0, 1). Share of the features that training sets to zero.
        variational: Whether what is dropped is the same at all time steps of a
            sentence. A recurrent layer then cannot learn a feature that was dropped
            at one step from the next one.
        dtype: Name of the dtype policy.
        name: Name of the layer.

    Returns:
        A `keras.layers.Dropout` for tensors of shape `(batch, length, dim)`.

    Reference:
        - [Gal & Ghahramani, 2016](https://arxiv.org/abs/1512.05287), section 4.
    """
    noise_shape = (None, 1, None) if variational else None
    return keras.layers.Dropout(rate, noise_shape=noise_shape, dtype=dtype, name=name)


def make_word_dropout(
    rate: float, *, dtype: Any = None, name: str | None = None
) -> keras.layers.Dropout:
    """Makes the dropout of whole vectors of a sequence.

    Args:
        rate: Float in [0, 1). Share of the vectors that training sets to zero.
        dtype: Name of the dtype policy.
        name: Name of the layer.

    Returns:
        A `keras.layers.Dropout` for tensors of shape `(batch, length, dim)`.

    Reference:
        - [Sennrich et al., 2016](https://arxiv.org/abs/1606.02891), section 2.2.
    """
    # A drawn number for each (batch, length), the same for all of dim.
    return keras.layers.Dropout(
        rate, noise_shape=(None, None, 1), dtype=dtype, name=name
    )
