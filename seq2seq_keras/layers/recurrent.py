"""Recurrent layers around any cell."""

import contextlib
import numbers
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import KerasTensor

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.layers.keras_recurrent import GRU, LSTM
from seq2seq_keras.layers.precision import made_in
from seq2seq_keras.registry import CELLS, find

# The layers for Keras's cells.
_KERAS_LAYERS = {
    keras.layers.LSTMCell: LSTM,
    keras.layers.GRUCell: GRU,
    keras.layers.SimpleRNNCell: keras.layers.SimpleRNN,
}
# What the states of a cell are called, in the order Keras returns them. The first is
# what a cell puts out as well; an LSTM's second is called its cell.
_STATES = ("hidden", "cell", "state_2", "state_3", "state_4", "state_5", "state_6")


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class CellRNN(keras.layers.RNN):
    """`keras.layers.RNN` for a cell that may have cells with dropout inside.

    Keras gives its own cells new dropout masks for each sequence, but does not look
    for them inside another cell, where they would keep the first mask for ever. All
    steps share a mask, since Keras runs a first step outside of its loop.
    """

    def call(
        self,
        sequences: KerasTensor,
        initial_state: Any = None,
        mask: KerasTensor | None = None,
        training: bool = False,
    ) -> Any:
        with fresh_masks(self.cell):
            return super().call(
                sequences, initial_state=initial_state, mask=mask, training=training
            )


def make_recurrent(
    cell: str | Callable,
    units: int,
    *,
    bidirectional: bool = False,
    recurrent_dropout: float = 0.0,
    dtype: Any = None,
    name: str | None = None,
) -> keras.layers.Layer:
    """Makes a recurrent layer that returns its outputs and its last states.

    Args:
        cell: A name of `CELLS`, a cell class, a function from `units` to a cell, or a
            cell or its configuration, of which all but the units is taken.
        units: Integer. Size of its outputs.
        bidirectional: Whether it reads in both directions, each with half of the
            units.
        recurrent_dropout: Float in [0, 1).
        dtype: Name of the dtype policy.
        name: Name of the layer.

    Returns:
        A `keras.layers.RNN`, or a `keras.layers.Bidirectional` around one.

    Raises:
        InputError: If the cell is unknown, or takes no `recurrent_dropout`.
    """
    options = {
        "return_sequences": True,
        "return_state": True,
        "dtype": dtype,
        "name": "direction" if bidirectional else name,
    }
    make_cell = find("cell", cell, CELLS)
    if isinstance(make_cell, dict | keras.layers.Layer):
        make_cell = _make_like(make_cell)
    size = units // 2 if bidirectional else units
    layer: keras.layers.RNN
    if make_cell in _KERAS_LAYERS:
        make_layer = _KERAS_LAYERS[make_cell]
        layer = make_layer(size, recurrent_dropout=recurrent_dropout, **options)
    else:
        inner = _make_cell(make_cell, size, recurrent_dropout, dtype)
        layer = CellRNN(inner, **options)
    if not bidirectional:
        return layer
    # Keras makes the two directions of a configuration, and knows registered classes.
    inner_class = type(layer.cell)
    known = keras.saving.custom_object_scope({inner_class.__name__: inner_class})
    with known, made_in(dtype):
        both = keras.layers.Bidirectional(layer, dtype=dtype, name=name)
    # Keras makes two layers like this one and lets go of it. But while it loads a
    # model it knows layers by their place in memory, so a later one in the same place
    # would be taken for this one: it must live on. A function hides it from Keras,
    # which would otherwise take it for a part of the model.
    both.made_from = lambda: layer
    return both


def _make_like(cell: keras.layers.Layer | dict[str, Any]) -> Callable:
    """A function from units to a cell that is otherwise like the one given."""
    if isinstance(cell, keras.layers.Layer):
        cell = keras.saving.serialize_keras_object(cell)
    given = cell["config"]
    if "units" not in given:
        raise InputError(
            f"`cell` is a {cell['class_name']}, whose configuration has no `units` to "
            "choose: give its class, or a function from units to a cell."
        )
    # Each layer has its own; the precision is the model's.
    kept = {name: given[name] for name in given if name not in ("name", "dtype")}

    def make(units: int, **options: Any) -> keras.layers.Layer:
        config = {**kept, "units": units, **options}
        return keras.saving.deserialize_keras_object({**cell, "config": config})

    return make


def _make_cell(
    make_cell: Callable, units: int, recurrent_dropout: float, dtype: Any
) -> keras.layers.Layer:
    """Makes a user's cell in the precision of the model."""
    options = {"recurrent_dropout": recurrent_dropout} if recurrent_dropout else {}
    try:
        with made_in(dtype):
            cell = make_cell(units, **options)
    except (TypeError, ValueError) as error:
        if not options:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # of the cell itself
            raise InputError(
                "`cell` must make a cell when it is called with a number of units: "
                f"{error}. Received: {shown(make_cell)}"
            ) from error
        raise InputError(
            "`recurrent_dropout` is given to the cell, which does not take it: "
            f"{error}. Leave it out, or set it in a function from units to a cell."
        ) from error
    if not callable(cell) or not hasattr(cell, "state_size"):
        raise InputError(
            "`cell` must make cells as `keras.layers.RNN` takes them, with a "
            f"`state_size`. Received: a {type(cell).__name__}"
        )
    sizes = _sizes(cell)
    are_vectors = all(isinstance(size, numbers.Integral) for size in sizes)
    if len(sizes) > len(_STATES) or not are_vectors:
        raise InputError(
            f"A cell has {len(_STATES)} states at most, each a vector. Received: a "
            f"{type(cell).__name__} with the sizes {sizes}. Layers on top of each "
            "other are made by `num_layers`."
        )
    return cell


def state_sizes(cell: keras.layers.Layer) -> dict[str, int]:
    """The states of a cell: their names, in the order of the cell, and their sizes.

    They are `hidden`, which is also what it puts out, `cell` if there is a second,
    `state_2` and so on.
    """
    return dict(zip(_STATES, _sizes(cell), strict=False))


def _sizes(cell: keras.layers.Layer) -> list[Any]:
    sizes = cell.state_size
    return list(sizes) if isinstance(sizes, list | tuple) else [sizes]


def run_cell(
    cell: keras.layers.Layer,
    inputs: KerasTensor,
    states: list[KerasTensor],
    training: bool,
) -> tuple[KerasTensor, list[KerasTensor]]:
    """Runs a cell once, as `keras.layers.RNN` does: its output and next states."""
    options = {"training": training} if _asks_for_training(cell) else {}
    output, states = cell(inputs, states, **options)
    return output, list(states) if isinstance(states, list | tuple) else [states]


@contextlib.contextmanager
def fresh_masks(*cells: keras.layers.Layer) -> Iterator[None]:
    """Gives cells, and those inside of them, new dropout masks within a `with` block.

    Keras's cells keep the masks of a sequence, so that they are the same at all steps,
    until somebody resets them.
    """
    masked = [inner for cell in cells for inner in cells_with_masks(cell)]
    try:
        for cell in masked:
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()
        yield
    finally:
        for cell in masked:
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()


def cells_with_masks(cell: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Yields a cell and those inside of it that keep dropout masks."""
    layers = cell._flatten_layers() if isinstance(cell, keras.layers.Layer) else ()
    for layer in layers:
        if hasattr(layer, "reset_dropout_mask"):
            drops = layer.dropout or layer.recurrent_dropout
            if drops:
                yield layer


def _asks_for_training(cell: keras.layers.Layer) -> bool:
    return isinstance(cell, keras.layers.Layer) and cell._call_has_training_arg
