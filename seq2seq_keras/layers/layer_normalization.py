"""Layer normalisation of the outputs of a recurrent layer."""

import keras


def make_normalization(units, *, dtype=None, name=None):
    """Makes the layer normalisation of the outputs of a recurrent layer.

    Keras's starts with outputs of variance 1. The product of two of them, which is
    the score of dot attention, would then have the variance `units`, and the softmax
    would look at a single word before anything is learnt. These start with products
    of variance 1, and about as large as the outputs of an LSTM are.

    Args:
        units: Integer. Size of the outputs.
        dtype: Name of the dtype policy.
        name: Name of the layer.

    Returns:
        A `keras.layers.LayerNormalization`.

    Reference:
        - [Ba et al., 2016](https://arxiv.org/abs/1607.06450).
    """
    return keras.layers.LayerNormalization(
        gamma_initializer=keras.initializers.Constant(units**-0.25),
        dtype=dtype,
        name=name,
    )
