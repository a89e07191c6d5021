"""An LSTM cell whose recurrent dropout costs nothing."""

from typing import Any

import keras
from keras import KerasTensor


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class RecurrentDropoutLSTMCell(keras.layers.LSTMCell):
    """Keras's LSTM cell with one mask of recurrent dropout for all four gates.

    Keras draws a mask for each gate, so that a step needs four products in place of
    one. With one mask, the paper's "tied weights", a step costs no more than without
    dropout. A GRU cannot have that: its state also goes past the gates, undropped.

    Args:
        units: Positive integer. Size of the states.
        **kwargs: Passed to `keras.layers.LSTMCell`, e.g. `recurrent_dropout`.

    Call arguments:
        inputs: Tensor, shape `(batch, input_dim)`.
        states: Hidden and cell state, both of shape `(batch, units)`.
        training: Whether dropout acts.

    Returns:
        A pair of the output, `(batch, units)`, and the list of the next states.

    Example:

    >>> layer = keras.layers.RNN(RecurrentDropoutLSTMCell(8, recurrent_dropout=0.5))
    >>> layer(keras.ops.ones((2, 3, 4))).shape
    TensorShape([2, 8])

    Reference:
        - [Gal & Ghahramani, 2016](https://arxiv.org/abs/1512.05287), section 4.2.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        # Keras's own recurrent dropout needs a product for each gate.
        self.implementation = 2
        self.dropout_mask_count = None

    def call(
        self, inputs: KerasTensor, states: list[KerasTensor], training: bool = False
    ) -> tuple[KerasTensor, list[KerasTensor]]:
        hidden, cell = states
        if training and self.recurrent_dropout:
            hidden = hidden * self.get_recurrent_dropout_mask(hidden)
        return super().call(inputs, [hidden, cell], training=training)
