"""What all attention layers share: mask, softmax, weighted sum."""

import keras
from keras import ops

# Finite, so that a source that is masked entirely attends uniformly and not to NaN.
_MASKED = -1e9


class Attention(keras.layers.Layer):
    """Base of the attention layers; a subclass says how a position is scored.

    Whatever the precision, the softmax is computed in float32: bfloat16 could not
    tell apart the weights of a long sentence.

    Call arguments:
        query: Decoder outputs, shape `(batch, target_length, query_dim)`.
        value: Encoder outputs, shape `(batch, source_length, value_dim)`.
        value_mask: Optional boolean tensor, shape `(batch, source_length)`: `False`
            where a position gets no weight.
        keys: Optional `project(value)`, computed once for all decoder steps.
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`; needed by a layer with `coverage=True`.

    Returns:
        A pair `(context, attention_weights)`, with shapes
        `(batch, target_length, value_dim)` and, float32,
        `(batch, target_length, source_length)`.
    """

    def project(self, value):
        """The keys that queries are scored against.

        Args:
            value: Encoder outputs, shape `(batch, source_length, value_dim)`.

        Returns:
            A tensor of shape `(batch, source_length, key_dim)`.
        """
        return value

    def compare(self, query, keys, coverage):
        """Scores of shape `(batch, target_length, source_length)`."""
        raise NotImplementedError

    def call(self, query, value, value_mask=None, keys=None, coverage=None):
        keys = self.project(value) if keys is None else keys
        scores = ops.cast(self.compare(query, keys, coverage), "float32")
        if value_mask is not None:
            scores = ops.where(value_mask[:, None, :], scores, _MASKED)
        attention_weights = ops.softmax(scores, axis=-1)
        context = ops.matmul(ops.cast(attention_weights, value.dtype), value)
        return context, attention_weights

    def compute_output_spec(
        self, query, value, value_mask=None, keys=None, coverage=None
    ):
        batch, target_length, _ = query.shape
        _, source_length, value_dim = value.shape
        return (
            keras.KerasTensor((batch, target_length, value_dim), self.compute_dtype),
            keras.KerasTensor((batch, target_length, source_length), "float32"),
        )
