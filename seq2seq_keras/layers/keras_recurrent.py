"""Keras's LSTM and GRU with this package's loops."""

import functools
from typing import Any

import keras
import tensorflow as tf
from keras import KerasTensor, ops

from seq2seq_keras.layers.recurrent_dropout import RecurrentDropoutLSTMCell
from seq2seq_keras.layers.recurrent_loops import (
    Tensors,
    add_bias,
    gru_loop,
    lstm_loop,
)

# Arguments of `keras.layers.LSTM` that are its cell's.
_OF_CELL = (
    *("activation", "recurrent_activation", "use_bias", "unit_forget_bias"),
    *("kernel_initializer", "recurrent_initializer", "bias_initializer"),
    *("kernel_regularizer", "recurrent_regularizer", "bias_regularizer"),
    *("kernel_constraint", "recurrent_constraint", "bias_constraint"),
    *("dropout", "implementation", "seed"),
)


class _InColumns(keras.layers.RNN):
    """A recurrent layer that runs over whole sequences in columns, where it can."""

    def inner_loop(
        self,
        sequences: KerasTensor,
        initial_state: Any,
        mask: Any = None,
        training: bool = False,
    ) -> tuple[KerasTensor, KerasTensor, list[KerasTensor]]:
        """What `keras.layers.RNN` calls: the last output, all outputs, last states."""
        # A single step has nothing to gain; a GPU has a kernel for the whole loop.
        if not self._is_plain() or sequences.shape[1] == 1 or _has_gpu():
            return super().inner_loop(sequences, initial_state, mask, training)
        states = [tf.transpose(x) for x in keras.tree.flatten(initial_state)]
        if mask is not None:
            # Of whatever kind `keras.layers.RNN` takes.
            mask = tf.cast(keras.tree.flatten(mask)[0], "bool")
            mask = tf.reshape(mask, tf.shape(sequences)[:2])
        if self.go_backwards:
            sequences = tf.reverse(sequences, [1])
            mask = None if mask is None else tf.reverse(mask, [1])
        columns = None if mask is None else tf.transpose(mask)[:, None]
        projections = self._project(sequences, bool(training))
        outputs, states = self._loop(projections, states, columns, bool(training))
        outputs = self._mask_outputs(tf.transpose(outputs, [2, 0, 1]), mask)
        return outputs[:, -1], outputs, [tf.transpose(x) for x in states]

    def _is_plain(self) -> bool:
        """Whether the cell is what the loop computes."""
        cell = self.cell
        return (
            cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and not cell.dropout
            and not self.unroll
        )

    def _loop(
        self, projections: tf.Tensor, states: Tensors, mask: Any, training: bool
    ) -> tuple[tf.Tensor, Tensors]:
        raise NotImplementedError

    def _input_bias(self) -> tf.Tensor | None:
        bias = self.cell.bias
        return None if bias is None else tf.convert_to_tensor(bias.value)

    def _project(self, sequences: KerasTensor, training: bool) -> tf.Tensor:
        """The products of all inputs: `(length, gates * units, batch)`."""
        batch, length = tf.unstack(tf.shape(sequences)[:2])
        rows = tf.reshape(tf.transpose(sequences, [1, 0, 2]), [-1, sequences.shape[-1]])
        rows, bias = ops.matmul(rows, self.cell.kernel), self._input_bias()
        if bias is not None:
            rows = add_bias(rows, bias) if training else tf.nn.bias_add(rows, bias)
        by_step = tf.reshape(rows, [length, batch, rows.shape[-1]])
        return tf.transpose(by_step, [0, 2, 1])

    def _mask_outputs(self, outputs: tf.Tensor, mask: Any) -> tf.Tensor:
        """Zeros at masked steps, or the output before them if there was one."""
        if mask is None:
            return outputs
        if not self.zero_output_for_mask:
            mask = tf.cumsum(tf.cast(mask, "int32"), axis=1) > 0
        return tf.where(mask[..., None], outputs, tf.zeros([], outputs.dtype))


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class LSTM(_InColumns, keras.layers.LSTM):
    """`keras.layers.LSTM`, faster on a processor, with recurrent dropout as well.

    With `recurrent_dropout` its cell is a `RecurrentDropoutLSTMCell`: one mask for all
    gates, so that a step costs no more than without.

    Args:
        units: Positive integer. Size of the states.
        recurrent_dropout: Float in [0, 1).
        **kwargs: Passed to `keras.layers.LSTM`.

    Call arguments:
        As of `keras.layers.LSTM`.

    Returns:
        What `keras.layers.LSTM` returns.

    Example:

    >>> layer = LSTM(8, return_sequences=True)
    >>> layer(keras.ops.ones((2, 3, 4))).shape
    TensorShape([2, 3, 8])
    """

    def __init__(
        self, units: int, *, recurrent_dropout: float = 0.0, **kwargs: Any
    ) -> None:
        if not recurrent_dropout:
            super().__init__(units, **kwargs)
            return
        of_cell = {name: kwargs.pop(name) for name in _OF_CELL if name in kwargs}
        cell = RecurrentDropoutLSTMCell(
            units,
            recurrent_dropout=recurrent_dropout,
            dtype=kwargs.get("dtype"),
            **of_cell,
        )
        # What Keras's constructor does, with its own cell.
        kwargs.pop("use_cudnn", None)
        keras.layers.RNN.__init__(self, cell, **kwargs)
        self.use_cudnn = False
        self.supports_jit = False

    def _loop(
        self, projections: tf.Tensor, states: Tensors, mask: Any, training: bool
    ) -> tuple[tf.Tensor, Tensors]:
        cell, dropped = self.cell, None
        if training and cell.recurrent_dropout:
            rows = tf.transpose(states[0])
            dropped = tf.transpose(cell.get_recurrent_dropout_mask(rows))
        return lstm_loop(
            projections,
            tf.convert_to_tensor(cell.recurrent_kernel.value),
            *states,
            mask=mask,
            dropped=dropped,
            training=training,
        )


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class GRU(_InColumns, keras.layers.GRU):
    """`keras.layers.GRU`, faster on a processor.

    Args:
        units: Positive integer. Size of the state.
        **kwargs: Passed to `keras.layers.GRU`. With `recurrent_dropout`, or without
            `reset_after`, it is Keras's.

    Call arguments:
        As of `keras.layers.GRU`.

    Returns:
        What `keras.layers.GRU` returns.

    Example:

    >>> layer = GRU(8, return_sequences=True)
    >>> layer(keras.ops.ones((2, 3, 4))).shape
    TensorShape([2, 3, 8])
    """

    def _is_plain(self) -> bool:
        cell = self.cell
        return (
            super()._is_plain()
            and cell.reset_after
            and cell.use_bias
            and not cell.recurrent_dropout
        )

    def _input_bias(self) -> tf.Tensor:
        return tf.convert_to_tensor(self.cell.bias.value)[0]

    def _loop(
        self, projections: tf.Tensor, states: Tensors, mask: Any, training: bool
    ) -> tuple[tf.Tensor, Tensors]:
        return gru_loop(
            projections,
            tf.convert_to_tensor(self.cell.recurrent_kernel.value),
            tf.convert_to_tensor(self.cell.bias.value)[1],
            *states,
            mask=mask,
            training=training,
        )


@functools.cache
def _has_gpu() -> bool:
    return bool(tf.config.list_logical_devices("GPU"))
