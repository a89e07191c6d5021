"""Takes features out of the sources they stand before, and puts them back."""

from typing import Any

import keras
import tensorflow as tf
from keras import KerasTensor, ops

from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class PartFeatures(keras.layers.Layer):
    """Parts each source into its features and the rest.

    Features stand first, as a `FeaturesTokenizer` puts them, and have ids of their own,
    behind those of all other tokens. All up to the last of them are features: one that
    is unknown is so too, unless it is the last.

    Args:
        first_feature_id: Positive integer. The ids from there on are features.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        source_token_ids: int32, shape `(batch, source_length)`, padded on the right
            with 0.

    Returns:
        A pair of tensors like the input, the ids of the features and of the rest, each
        as long as the longest of its rows, and 1 at least.

    Example:

    >>> features, rest = PartFeatures(8)(ops.array([[9, 8, 5, 3], [6, 7, 5, 3]]))
    >>> features.numpy()
    array([[9, 8],
           [0, 0]], dtype=int32)
    >>> rest.numpy()
    array([[5, 3, 0, 0],
           [6, 7, 5, 3]], dtype=int32)
    """

    def __init__(self, first_feature_id: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first_feature_id = first_feature_id

    def call(self, source_token_ids: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
        position = _positions(source_token_ids)
        is_known = ops.greater_equal(source_token_ids, self.first_feature_id)
        ends = ops.where(is_known, position + 1, 0)
        count = ops.max(ends, axis=1, keepdims=True)
        features = ops.where(position < count, source_token_ids, PAD_ID)
        rest = _shifted(source_token_ids, position + count)
        return _cut(features), _cut(rest)

    def compute_output_spec(
        self, source_token_ids: KerasTensor
    ) -> tuple[KerasTensor, KerasTensor]:
        shape = (source_token_ids.shape[0], None)
        dtype = source_token_ids.dtype
        return KerasTensor(shape, dtype), KerasTensor(shape, dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "first_feature_id": self.first_feature_id}


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class JoinFeatures(keras.layers.Layer):
    """Puts what was computed of both parts of a source back into the order of the text.

    Args:
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Call arguments:
        rest: Shape `(batch, rest_length)` or `(batch, rest_length, dim)`: what was
            computed for each token that is no feature.
        feature_ids: The first output of `PartFeatures`.
        source_token_ids: Its input, shape `(batch, source_length)`.
        features: Optional, of the kind of `rest`, for the features. Without it there
            are zeros in their places.

    Returns:
        A tensor of shape `(batch, source_length)` or `(batch, source_length, dim)`.

    Example:

    >>> source = ops.array([[9, 8, 5, 3], [6, 7, 5, 3]])
    >>> features, rest = PartFeatures(8)(source)
    >>> JoinFeatures()(10 * rest, features, source, features=features).numpy()
    array([[ 9,  8, 50, 30],
           [60, 70, 50, 30]], dtype=int32)
    """

    def call(
        self,
        rest: KerasTensor,
        feature_ids: KerasTensor,
        source_token_ids: KerasTensor,
        features: KerasTensor | None = None,
    ) -> KerasTensor:
        is_feature = ops.cast(ops.not_equal(feature_ids, PAD_ID), "int32")
        position = _positions(source_token_ids)
        joined = _shifted(rest, position - ops.sum(is_feature, axis=1, keepdims=True))
        if features is None:
            return joined
        real = is_feature[..., None] if len(features.shape) == 3 else is_feature
        return joined + _shifted(features * ops.cast(real, features.dtype), position)

    def compute_output_spec(
        self,
        rest: KerasTensor,
        feature_ids: KerasTensor,
        source_token_ids: KerasTensor,
        features: KerasTensor | None = None,
    ) -> KerasTensor:
        return KerasTensor((*source_token_ids.shape, *rest.shape[2:]), rest.dtype)


def _positions(token_ids: KerasTensor) -> KerasTensor:
    """0, 1, 2, ... in every row."""
    return ops.cumsum(ops.ones_like(token_ids, dtype="int32"), axis=1) - 1


def _shifted(values: KerasTensor, places: KerasTensor) -> KerasTensor:
    """The value at each place of its row; 0 where there is no such place."""
    last = ops.shape(values)[1] - 1
    is_there = ops.logical_and(places >= 0, places <= last)
    found = tf.gather(values, ops.clip(places, 0, last), batch_dims=1)
    if len(values.shape) == 3:
        is_there = is_there[..., None]
    return ops.where(is_there, found, ops.zeros_like(found))


def _cut(token_ids: KerasTensor) -> KerasTensor:
    """Without the columns in which all rows are padding; one stays in any case."""
    lengths = ops.sum(ops.cast(ops.not_equal(token_ids, PAD_ID), "int32"), axis=1)
    return token_ids[:, : ops.maximum(ops.max(lengths), 1)]
