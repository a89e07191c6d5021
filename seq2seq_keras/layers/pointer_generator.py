"""Mixes writing a word of the vocabulary with copying one of the source."""

from typing import Any

import keras
from keras import KerasTensor, ops

# The logarithm of no probability; finite, so that gradients stay numbers.
_NEVER = -1e9


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class PointerGenerator(keras.layers.Layer):
    """Lets a decoder copy words of the source that its vocabulary lacks.

    `P(word) = p_gen P_vocabulary(word) + (1 - p_gen) sum of the attention weights
    where the source has that word`. Each sentence extends the vocabulary by its own
    words: id `vocabulary_size + s` is the word at source position `s`. A word that
    occurs twice has the id of its first position.

    The share `p_gen` is a sigmoid of the decoder's features. All is computed in
    float32, with logarithms throughout, so that small probabilities keep their
    digits.

    Args:
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        logits: Of the vocabulary, shape `(batch, target_length, vocabulary_size)`.
        features: What `p_gen` is computed from, shape `(batch, target_length, dim)`.
        attention_weights: Shape `(batch, target_length, source_length)`.
        source_copy_ids: int32, shape `(batch, source_length)`: the id of each source
            word in the extended vocabulary; 0 for padding.

    Returns:
        Log-probabilities in the extended vocabulary, float32, shape
        `(batch, target_length, vocabulary_size + source_length)`; they serve as
        logits.

    Example:

    >>> logits, features = ops.zeros((1, 1, 6)), ops.zeros((1, 1, 2))
    >>> weights, copy_ids = ops.array([[[0.8, 0.2]]]), ops.array([[5, 7]])
    >>> outputs = PointerGenerator()(logits, features, weights, copy_ids)
    >>> ops.round(ops.exp(outputs), 3).numpy()  # p_gen is 0.5
    array([[[0.083, 0.083, 0.083, 0.083, 0.083, 0.483, 0.   , 0.1  ]]],
          dtype=float32)

    Reference:
        - [See et al., 2017](https://arxiv.org/abs/1704.04368), equations 8 and 9.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.gate = keras.layers.Dense(1, dtype="float32", name="gate")

    def build(self, logits_shape: tuple, features_shape: tuple) -> None:
        self.gate.build(features_shape)

    def call(
        self,
        logits: KerasTensor,
        features: KerasTensor,
        attention_weights: KerasTensor,
        source_copy_ids: KerasTensor,
    ) -> KerasTensor:
        gate = self.gate(features)
        log_generate, log_copy = ops.log_sigmoid(gate), ops.log_sigmoid(-gate)
        generated = log_generate + ops.log_softmax(logits, axis=-1)
        # No source word has an id beyond the vocabulary yet.
        nothing = ops.full_like(attention_weights, _NEVER)
        generated = ops.concatenate([generated, nothing], axis=-1)
        copied = self._by_word(attention_weights, source_copy_ids, ops.shape(generated))
        is_copied = copied > 0
        # The inner `where` keeps the gradient of log(0) from becoming NaN.
        copied = ops.log(ops.where(is_copied, copied, 1.0)) + log_copy
        return ops.logaddexp(generated, ops.where(is_copied, copied, _NEVER))

    def generation_probability(self, features: KerasTensor) -> KerasTensor:
        """The share of what is written that the vocabulary has, and no copy.

        Args:
            features: As of a call.

        Returns:
            float32, shape `(batch, target_length)`.
        """
        return ops.sigmoid(self.gate(features))[..., 0]

    @staticmethod
    def _by_word(
        attention_weights: KerasTensor, source_copy_ids: KerasTensor, shape: tuple
    ) -> KerasTensor:
        """Sums the weights of each word: `(batch, target_length, extended size)`."""
        batch, target_length, source_length = ops.shape(attention_weights)
        # (batch, target_length, source_length), each filled along the other two axes
        zeros = ops.zeros((batch, target_length, source_length), "int32")
        rows = ops.arange(batch, dtype="int32")[:, None, None] + zeros
        steps = ops.arange(target_length, dtype="int32")[None, :, None] + zeros
        words = ops.cast(source_copy_ids, "int32")[:, None, :] + zeros
        indices = ops.reshape(ops.stack([rows, steps, words], axis=-1), (-1, 3))
        return ops.scatter(indices, ops.reshape(attention_weights, (-1,)), shape)

    def compute_output_spec(
        self,
        logits: KerasTensor,
        features: KerasTensor,
        attention_weights: KerasTensor,
        source_copy_ids: KerasTensor,
    ) -> KerasTensor:
        sizes = logits.shape[-1], attention_weights.shape[-1]
        extended = None if None in sizes else sum(sizes)
        return KerasTensor((*logits.shape[:-1], extended), "float32")
