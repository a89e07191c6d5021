"""Activations that Keras no longer has."""

import keras
from keras import KerasTensor, ops


@keras.saving.register_keras_serializable(package="seq2seq_keras")
def hard_sigmoid_of_keras_2(x: KerasTensor) -> KerasTensor:
    """The `hard_sigmoid` of Keras 1 and 2: a line of slope 0.2 between 0 and 1.

    It was the default of the gates of LSTM and GRU before Keras 2.3. That of Keras 3
    has the slope 1/6, so that a model trained with the one is wrong with the other.

    Args:
        x: Tensor of any shape.

    Returns:
        A tensor of the same shape.

    Example:

    >>> hard_sigmoid_of_keras_2(ops.array([-3.0, 0.0, 1.0])).numpy()
    array([0. , 0.5, 0.7], dtype=float32)
    """
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)
