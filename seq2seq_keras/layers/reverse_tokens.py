"""Turns right-padded sequences round."""

import keras
from keras import KerasTensor, ops

from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class ReverseTokens(keras.layers.Layer):
    """Reverses the words of each sentence, not its end and not its padding.

    Reading the source backwards puts its first words next to the first words of
    the target, which shortens the way the gradient has to go. The last token of a
    row, `<eos>`, and the padding behind it stay where they are. Done twice, it
    restores the order.

    Args:
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        values: Tensor, shape `(batch, length)` or `(batch, length, dim)`: the token
            ids, or what was computed for each of them.
        token_ids: Integer tensor, shape `(batch, length)`, padded on the right.

    Returns:
        `values` in the other order.

    Example:

    >>> token_ids = ops.array([[5, 6, 7, 3, 0], [8, 9, 3, 0, 0]])
    >>> ReverseTokens()(token_ids, token_ids).numpy()
    array([[7, 6, 5, 3, 0],
           [9, 8, 3, 0, 0]], dtype=int32)

    Reference:
        - [Sutskever et al., 2014](https://arxiv.org/abs/1409.3215), section 3.3.
    """

    def call(self, values: KerasTensor, token_ids: KerasTensor) -> KerasTensor:
        real = ops.cast(ops.not_equal(token_ids, PAD_ID), "int32")
        word_count = ops.sum(real, axis=-1, keepdims=True) - 1
        # (batch, length): 0, 1, 2, ... in every row
        position = ops.cumsum(ops.ones_like(real), axis=-1) - 1
        mirrored = ops.where(position < word_count, word_count - 1 - position, position)
        if len(values.shape) == 3:
            mirrored = mirrored[..., None]
        return ops.take_along_axis(values, mirrored, axis=1)

    def compute_output_spec(
        self, values: KerasTensor, token_ids: KerasTensor
    ) -> KerasTensor:
        return KerasTensor(values.shape, dtype=values.dtype)
