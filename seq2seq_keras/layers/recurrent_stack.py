"""Recurrent layers on top of each other: over a whole sequence, or step by step."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.layers.dropout import make_dropout
from seq2seq_keras.layers.recurrent import (
    cells_with_masks,
    fresh_masks,
    make_recurrent,
    run_cell,
    state_sizes,
)

States = dict[str, KerasTensor]


class RecurrentStack:
    """Recurrent layers, each reading what the one below puts out.

    The encoder and a decoder without feedback call it on whole sequences, each layer
    in one go; a decoder that must go step by step calls `step`. It is no layer: Keras
    finds its layers where they are called, or in the layer that takes its lists over.

    What leaves a layer is normalised: the next layer and attention get inputs of one
    scale, residual or not. States stay as the cell left them, so that the recurrence
    is Keras's own, with cuDNN where it can.

    Args:
        cell: A name of `CELLS`, a cell class, or a function from `units` to a cell.
        units: Integer. Size of the outputs of each layer.
        num_layers: Integer.
        bidirectional: Whether each layer reads in both directions, each with half of
            the units. There is no `step` then.
        residual: Whether each layer but the first adds its input to its output.
        dropout: Float in [0, 1). Share of the inputs of each layer but the first that
            training sets to zero.
        recurrent_dropout: Float in [0, 1). The same for the recurrent connections.
        variational_dropout: Whether `dropout` drops the same at all steps of a
            sentence, as `recurrent_dropout` does in any case.
        layer_normalization: Whether the outputs of each layer are normalised.
        dtype: Name of the dtype policy.
        name: What the names of its layers begin with.
    """

    def __init__(
        self,
        cell: str | Callable,
        units: int,
        *,
        num_layers: int = 1,
        bidirectional: bool = False,
        residual: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        variational_dropout: bool = False,
        layer_normalization: bool = False,
        dtype: Any = None,
        name: str = "recurrent",
    ) -> None:
        self.bidirectional = bidirectional
        self.residual = residual
        self.variational_dropout = variational_dropout and dropout > 0
        self.recurrent_layers = [
            make_recurrent(
                cell,
                units,
                bidirectional=bidirectional,
                recurrent_dropout=recurrent_dropout,
                dtype=dtype,
                name=f"{name}_{number}",
            )
            for number in range(num_layers)
        ]
        self.dropouts = [
            make_dropout(
                dropout,
                variational=variational_dropout,
                dtype=dtype,
                name=f"{name}_dropout_{number}",
            )
            for number in range(num_layers - 1)
        ]
        self.normalizations = [
            _make_normalization(units, dtype, f"{name}_normalization_{number}")
            for number in range(num_layers)
            if layer_normalization
        ]

    @property
    def cells(self) -> list[keras.layers.Layer]:
        """The cell of each layer; of both directions the forward one."""
        layers = self.recurrent_layers
        return [(x.forward_layer if self.bidirectional else x).cell for x in layers]

    @property
    def states(self) -> list[dict[str, int]]:
        """For each layer its states: their names, such as `layer_0_hidden`, and sizes.

        Both directions of a layer share a state, which is as long as both.
        """
        directions = 2 if self.bidirectional else 1
        return [
            {
                f"layer_{number}_{name}": size * directions
                for name, size in state_sizes(cell).items()
            }
            for number, cell in enumerate(self.cells)
        ]

    @property
    def top_state(self) -> str:
        """The name of the hidden state of the last layer."""
        return next(iter(self.states[-1]))

    def __call__(
        self,
        inputs: KerasTensor,
        states: States | None = None,
        mask: KerasTensor | None = None,
    ) -> tuple[KerasTensor, States]:
        """Runs over whole sequences, from states of zeros by default.

        Returns the outputs, `(batch, length, units)`, and the last states.
        """
        is_one_token = inputs.shape[1] == 1 and mask is None
        # Keras calls the cells of all layers alike, which a model does not allow.
        if is_one_token and states is not None and len(self.cells) == 1:
            # A token in use: a loop around it would cost more than the cell.
            outputs, states = self.step(inputs[:, 0], states)
            return outputs[:, None], states
        last_states: States = {}
        outputs = inputs
        for number, recurrent in enumerate(self.recurrent_layers):
            if number > 0:
                outputs = self.dropouts[number - 1](outputs)
            below, names = outputs, list(self.states[number])
            first = None if states is None else [states[name] for name in names]
            outputs, *last = recurrent(below, initial_state=first, mask=mask)
            if self.bidirectional:
                # Keras lists the states of one direction, then of the other.
                half = len(last) // 2
                directions = zip(last[:half], last[half:], strict=True)
                last = [ops.concatenate(pair, axis=-1) for pair in directions]
            last_states |= dict(zip(names, last, strict=True))
            outputs = self._leave(number, below, outputs)
        return outputs, last_states

    def step(
        self,
        inputs: KerasTensor,
        states: States,
        masks: list[KerasTensor] | None = None,
        training: bool = False,
    ) -> tuple[KerasTensor, States]:
        """Runs one step on `(batch, input_dim)`, with the `masks` that `sequence` gave.

        Returns the outputs, `(batch, units)`, and the next states; others that were
        among `states` are in them as they were.
        """
        outputs = inputs
        for number, cell in enumerate(self.cells):
            if number > 0:
                outputs = self._drop(number - 1, outputs, masks, training)
            below, names = outputs, list(self.states[number])
            last = [states[name] for name in names]
            outputs, last = run_cell(cell, below, last, training)
            states = {**states, **dict(zip(names, last, strict=True))}
            outputs = self._leave(number, below, outputs)
        return outputs, states

    @contextlib.contextmanager
    def sequence(
        self, states: States, training: bool
    ) -> Iterator[list[KerasTensor] | None]:
        """Draws what is dropped at all steps alike, for steps within a `with` block.

        That is done before a loop over the steps: made within it, it could not be
        carried from one step to the next. Yields tensors, `(batch, units)`, by which
        what leaves each layer but the last is multiplied; `None` if that is drawn anew
        at each step.
        """
        with fresh_masks(*self.cells):
            masks = None
            if training:
                for cell, names in zip(self.cells, self.states, strict=True):
                    if hasattr(cell, "get_recurrent_dropout_mask"):
                        # The cell keeps it.
                        cell.get_recurrent_dropout_mask(states[next(iter(names))])
                if self.variational_dropout:
                    ones = ops.ones_like(states[self.top_state])[:, None]
                    masks = [drop(ones, training=True)[:, 0] for drop in self.dropouts]
            yield masks

    @property
    def draws_in_first_step(self) -> bool:
        """Whether cells draw masks in a step that `sequence` cannot draw for them."""
        return any(
            inner is not cell or inner.dropout
            for cell in self.cells
            for inner in cells_with_masks(cell)
        )

    def build(self, input_dim: int) -> None:
        """Makes the weights of layers that are only used by `step`."""
        for number, layer in enumerate(self.recurrent_layers):
            layer.build((None, None, input_dim))
            input_dim = _output_size(layer.cell)
            if self.normalizations:
                self.normalizations[number].build((None, input_dim))

    @property
    def output_size(self) -> int:
        """Size of the outputs."""
        return _output_size(self.cells[-1]) * (2 if self.bidirectional else 1)

    def _leave(
        self, number: int, below: KerasTensor, outputs: KerasTensor
    ) -> KerasTensor:
        # The first layer reads embeddings, which have another size.
        if self.residual and number > 0:
            outputs = below + outputs
        if self.normalizations:
            outputs = self.normalizations[number](outputs)
        return outputs

    def _drop(
        self,
        number: int,
        outputs: KerasTensor,
        masks: list[KerasTensor] | None,
        training: bool,
    ) -> KerasTensor:
        if masks:
            return outputs * masks[number]
        return self.dropouts[number](outputs[:, None], training=training)[:, 0]


def _output_size(cell: keras.layers.Layer) -> int:
    size = getattr(cell, "output_size", None)
    return next(iter(state_sizes(cell).values())) if size is None else size


def _make_normalization(
    units: int, dtype: Any, name: str
) -> keras.layers.LayerNormalization:
    """Makes the layer normalisation of the outputs of a recurrent layer.

    Keras's starts with outputs of variance 1. The product of two of them, which is
    the score of dot attention, would then have the variance `units`, and the softmax
    would look at a single word before anything is learnt. These start with products
    of variance 1, and about as large as the outputs of an LSTM are.
    """
    return keras.layers.LayerNormalization(
        gamma_initializer=keras.initializers.Constant(units**-0.25),
        dtype=dtype,
        name=name,
    )
