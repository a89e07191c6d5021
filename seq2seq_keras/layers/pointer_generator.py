"""Mixes writing a word of the vocabulary with copying one of the source."""

from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.special_tokens import PAD_ID

# The logarithm of no probability; finite, so that gradients stay numbers.
_NEVER = -1e9
# The least attention of a word that is there; of less the gradient would overflow.
_LEAST = 1e-30


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class PointerGenerator(keras.layers.Layer):
    """Lets a decoder copy words of the source that its vocabulary lacks.

    `P(word) = p_gen P_vocabulary(word) + (1 - p_gen) sum of the attention weights
    where the source has that word`. Each sentence extends the vocabulary by its own
    words: id `vocabulary_size + s` is the word at source position `s`. A word that
    occurs twice has the id of its first position.

    The share `p_gen` is a sigmoid of the decoder's features. All is computed in
    float32, with logarithms throughout, so that small probabilities keep their
    digits. A word of the source has 1e-30 of the attention at least.

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
        # A softmax gives nothing at all to what is far behind: that is little, not
        # never, and never is what it must be for words that the source has not.
        copied = ops.log(ops.maximum(copied, _LEAST)) + log_copy
        is_there = self._is_there(source_copy_ids, ops.shape(generated)[-1])
        return ops.logaddexp(generated, ops.where(is_there, copied, _NEVER))

    def generation_probability(self, features: KerasTensor) -> KerasTensor:
        """The share of what is written that the vocabulary has, and no copy.

        Args:
            features: As of a call.

        Returns:
            float32, shape `(batch, target_length)`.
        """
        return ops.sigmoid(self.gate(features))[..., 0]

    @staticmethod
    def _is_there(source_copy_ids: KerasTensor, size: int | KerasTensor) -> KerasTensor:
        """Which words the source has, `(batch, 1, extended size)`; not its padding."""
        batch, words = ops.shape(source_copy_ids)[0], ops.cast(source_copy_ids, "int32")
        rows = ops.arange(batch, dtype="int32")[:, None]
        indices = ops.stack([rows + ops.zeros_like(words), words], axis=-1)
        is_word = ops.cast(ops.not_equal(words, PAD_ID), "float32")
        flat = ops.reshape(indices, (-1, 2)), ops.reshape(is_word, (-1,))
        return ops.scatter(*flat, (batch, size))[:, None] > 0

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
