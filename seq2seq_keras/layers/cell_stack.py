"""Recurrent cells on top of each other, one step at a time."""

from keras import ops

from seq2seq_keras.layers.dropout import make_dropout
from seq2seq_keras.layers.layer_normalization import make_normalization
from seq2seq_keras.layers.recurrent import STATES, make_recurrent


class CellStack:
    """The recurrent cells of a decoder that goes step by step.

    It is no layer: the layer it belongs to takes over its three lists of layers.

    Args:
        decoder: The `AttentionalDecoder`, which says how many cells there are of
            which kind, and what is between them.
    """

    def __init__(self, decoder):
        self.decoder = decoder
        dtype, numbers = decoder.dtype_policy, range(decoder.num_layers)
        self.recurrent_layers = [
            make_recurrent(
                decoder.cell,
                decoder.units,
                recurrent_dropout=decoder.recurrent_dropout,
                dtype=dtype,
                name=f"decoder_{number}",
            )
            for number in numbers
        ]
        self.dropouts = [
            make_dropout(decoder.dropout, dtype=dtype) for _ in numbers[1:]
        ]
        self.normalizations = [
            make_normalization(
                decoder.units, dtype=dtype, name=f"decoder_normalization_{number}"
            )
            for number in numbers
            if decoder.layer_normalization
        ]

    def build(self, input_dim):
        """Makes the weights.

        Args:
            input_dim: Integer. Size of what enters the first cell.
        """
        units = self.decoder.units
        sizes = [input_dim] + [units] * (len(self.recurrent_layers) - 1)
        for layer, size in zip(self.recurrent_layers, sizes, strict=True):
            layer.build((None, None, size))
        for normalization in self.normalizations:
            normalization.build((None, units))

    def make_masks(self, states):
        """Draws what is dropped at all steps alike.

        That is done before a loop over the steps: made within it, it could not be
        carried from one step to the next. `forget_masks` ends it.

        Args:
            states: Dictionary of the states.

        Returns:
            A list of tensors, `(batch, units)`, by which what leaves each layer but
            the last is multiplied; `None` if that is drawn anew at each step.
        """
        for number, layer in enumerate(self.recurrent_layers):
            # The cell keeps it.
            layer.cell.get_recurrent_dropout_mask(states[f"layer_{number}_hidden"])
        if not self.decoder.variational_dropout or not self.decoder.dropout:
            return None
        ones = ops.ones_like(states["layer_0_hidden"])
        return [dropout(ones, training=True) for dropout in self.dropouts]

    def forget_masks(self):
        """The next batch gets masks of its own, perhaps of another size."""
        for layer in self.recurrent_layers:
            layer.cell.reset_recurrent_dropout_mask()

    def __call__(self, outputs, states, masks, training):
        """Runs one step.

        Args:
            outputs: What enters the first cell, shape `(batch, input_dim)`.
            states: Dictionary of the states before the step.
            masks: What `make_masks` returned, or `None`.
            training: Whether dropout acts.

        Returns:
            A pair of what leaves the last cell, `(batch, units)`, and the next states.
        """
        for number, layer in enumerate(self.recurrent_layers):
            if number > 0:
                drop = self.dropouts[number - 1]
                outputs = (
                    outputs * masks[number - 1]
                    if masks
                    else drop(outputs, training=training)
                )
            inputs = outputs
            names = [f"layer_{number}_{name}" for name in STATES[self.decoder.cell]]
            last = [states[name] for name in names]
            outputs, last = layer.cell(inputs, last, training=training)
            states = {**states, **dict(zip(names, last, strict=True))}
            if self.decoder.residual and number > 0:
                outputs = inputs + outputs
            if self.decoder.layer_normalization:
                outputs = self.normalizations[number](outputs)
        return outputs, states
