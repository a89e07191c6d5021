"""Coverage: where attention has been, as a feature and as a loss."""

from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.special_tokens import PAD_ID

RADIUS = 2
WIDTH = 2 * RADIUS + 1


def coverage_window(coverage: KerasTensor) -> KerasTensor:
    """Puts beside each position's coverage that of its neighbours.

    Coverage at the position itself can tell attention not to come back. That of the
    neighbours can tell it what comes next, the position whose left neighbour was
    attended to while it was not itself. Content alone may not: a letter in a context
    that training has not seen is easily skipped.

    Args:
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`.

    Returns:
        A tensor of shape `(batch, source_length, WIDTH)`: entry `[:, s, RADIUS + n]` is
        the coverage at `s + n`, and 0 beyond both ends.

    Example:

    >>> coverage_window(ops.array([[1.0, 0.5, 0.0]]))[0, 2].numpy()
    array([1. , 0.5, 0. , 0. , 0. ], dtype=float32)

    Reference:
        - [Chorowski et al., 2015](https://arxiv.org/abs/1506.07503): location-aware
          attention, which sees the weights of the last step around a position.
        - [Shen et al., 2018](https://arxiv.org/abs/1712.05884): the sum of all steps.
    """
    # Slices and a product: a convolution of so little takes longer.
    padded = ops.pad(coverage, [[0, 0], [RADIUS, RADIUS]])
    length = ops.shape(coverage)[1]
    return ops.stack([padded[:, n : n + length] for n in range(WIDTH)], axis=-1)


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

    def __init__(self, weight: float, **kwargs: Any) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.weight = weight

    def call(
        self,
        logits: KerasTensor,
        attention_weights: KerasTensor,
        target_token_ids: KerasTensor,
    ) -> KerasTensor:
        coverage = ops.cumsum(attention_weights, axis=1) - attention_weights
        # (batch, target_length)
        again = ops.sum(ops.minimum(attention_weights, coverage), axis=-1)
        is_real = ops.cast(ops.not_equal(target_token_ids, PAD_ID), again.dtype)
        total = ops.sum(again * is_real)
        self.add_loss(self.weight * ops.divide_no_nan(total, ops.sum(is_real)))
        return logits

    def compute_output_spec(
        self,
        logits: KerasTensor,
        attention_weights: KerasTensor,
        target_token_ids: KerasTensor,
    ) -> KerasTensor:
        return KerasTensor(logits.shape, logits.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self.weight}
