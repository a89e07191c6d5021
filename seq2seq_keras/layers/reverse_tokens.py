"""Turns a right-padded sequence of token ids round."""

import keras
from keras import ops

from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class ReverseTokens(keras.layers.Layer):
    """Reverses the words of each sentence, not its end and not its padding.

    Reading the source backwards puts its first words next to the first words of
    the target, which shortens the way the gradient has to go. The last token of a
    row, `<eos>`, and the padding behind it stay where they are.

    Args:
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        token_ids: Integer tensor, shape `(batch, length)`, padded on the right.

    Returns:
        Integer tensor of the same shape.

    Example:

    >>> ReverseTokens()(ops.array([[5, 6, 7, 3, 0], [8, 9, 3, 0, 0]])).numpy()
    array([[7, 6, 5, 3, 0],
           [9, 8, 3, 0, 0]], dtype=int32)

    Reference:
        - [Sutskever et al., 2014](https://arxiv.org/abs/1409.3215), section 3.3.
    """

    def call(self, token_ids):
        real = ops.cast(ops.not_equal(token_ids, PAD_ID), "int32")
        word_count = ops.sum(real, axis=-1, keepdims=True) - 1
        # (batch, length): 0, 1, 2, ... in every row
        position = ops.cumsum(ops.ones_like(real), axis=-1) - 1
        mirrored = ops.where(position < word_count, word_count - 1 - position, position)
        return ops.take_along_axis(token_ids, mirrored, axis=-1)

    def compute_output_spec(self, token_ids):
        return keras.KerasTensor(token_ids.shape, dtype=token_ids.dtype)
