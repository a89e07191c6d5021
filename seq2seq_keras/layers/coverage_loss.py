"""A loss that keeps attention from coming back to the same words."""

import keras
from keras import ops

from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class CoverageLoss(keras.layers.Layer):
    """Adds the attention that goes where attention has been before to the loss.

    The loss of a step is `sum_s min(weights[t, s], coverage[t, s])`, where coverage
    is the sum of the weights of earlier steps; its mean over real tokens, times
    `weight`, is added to the loss of the model.

    Args:
        weight: Float. What it counts beside the cross-entropy; the paper takes 1.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        logits: Passed on as they are.
        attention_weights: Shape `(batch, target_length, source_length)`.
        target_token_ids: Integer, shape `(batch, target_length)`; 0 is padding.

    Returns:
        `logits`.

    Reference:
        - [See et al., 2017](https://arxiv.org/abs/1704.04368), equation 12.
    """

    def __init__(self, weight, **kwargs):
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, logits, attention_weights, target_token_ids):
        coverage = ops.cumsum(attention_weights, axis=1) - attention_weights
        # (batch, target_length)
        again = ops.sum(ops.minimum(attention_weights, coverage), axis=-1)
        is_real = ops.cast(ops.not_equal(target_token_ids, PAD_ID), again.dtype)
        total = ops.sum(again * is_real)
        self.add_loss(self.weight * ops.divide_no_nan(total, ops.sum(is_real)))
        return logits

    def compute_output_spec(self, logits, attention_weights, target_token_ids):
        return keras.KerasTensor(logits.shape, logits.dtype)

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}
