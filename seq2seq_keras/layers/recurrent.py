"""Keras's recurrent layers by the name of their cell."""

import keras

from seq2seq_keras.layers.recurrent_dropout import LSTM, RecurrentDropoutLSTMCell

_LAYERS = {
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "rnn": keras.layers.SimpleRNN,
}
# The states of each cell in the order Keras returns them.
STATES = {"lstm": ("hidden", "cell"), "gru": ("hidden",), "rnn": ("hidden",)}


def make_recurrent(
    cell, units, *, bidirectional=False, recurrent_dropout=0.0, dtype=None, name=None
):
    """Makes a recurrent layer that returns its outputs and its last states.

    Args:
        cell: "lstm", "gru" or "rnn".
        units: Integer. Size of its outputs.
        bidirectional: Whether it reads in both directions, each with half of the
            units.
        recurrent_dropout: Float in [0, 1).
        dtype: Name of the dtype policy.
        name: Name of the layer.

    Returns:
        A `keras.layers.RNN`, or a `keras.layers.Bidirectional` around one.
    """
    if bidirectional:
        units //= 2
    options = {
        "return_sequences": True,
        "return_state": True,
        "dtype": dtype,
        "name": "direction" if bidirectional else name,
    }
    layer: keras.layers.RNN
    if cell == "lstm" and recurrent_dropout:
        layer = LSTM(
            RecurrentDropoutLSTMCell(
                units, recurrent_dropout=recurrent_dropout, dtype=dtype
            ),
            **options,
        )
    else:
        layer = _LAYERS[cell](units, recurrent_dropout=recurrent_dropout, **options)
    if not bidirectional:
        return layer
    both = keras.layers.Bidirectional(layer, dtype=dtype, name=name)
    # Keras makes two layers like this one and lets go of it. But while it loads a
    # model it knows layers by their place in memory, so a later one in the same place
    # would be taken for this one: it must live on. A function hides it from Keras,
    # which would otherwise take it for a part of the model.
    both.made_from = lambda: layer
    return both
