"""A step of `fit` and of `evaluate` that computes no logits of padding."""

from typing import Any

import keras
import tensorflow as tf

from seq2seq_keras.models.token_scores import OutputLayer, TokenScores, score_tokens
from seq2seq_keras.special_tokens import PAD_ID


class TokenStep:
    """What `keras.Model.train_step` does, with loss and metrics of real tokens only.

    It takes a model whose last layer predicts token by token (`OutputLayer`), whose
    loss is a mean over tokens and whose metrics are means too: they have
    `token_values(labels, logits)`, as `TokenCrossentropy` and `TokenAccuracy` do, the
    metrics also `add(total, weight)`. Everything else about the step is Keras's.
    `TokenStep.of` tells whether a model, as it was compiled, is such a one: what has
    methods of its own, or something that this step does not know, gets Keras's.

    Args:
        model: A compiled functional model.
        output_layer: Its `OutputLayer`.
    """

    def __init__(self, model: keras.Model, output_layer: OutputLayer) -> None:
        self.model = model
        self.output_layer = output_layer
        self.metrics = _metrics_of(model)

    @classmethod
    def of(cls, model: keras.Model, weighted: bool) -> "TokenStep | None":
        """Makes the step of a compiled model; `None` where only Keras's own will do.

        Args:
            model: The model.
            weighted: Whether its batches have weights.
        """
        functions = [model.loss, *_metrics_of(model)]
        one_replica = tf.distribute.get_strategy().num_replicas_in_sync == 1
        # The number of tokens is known in no graph, which XLA would need.
        if not one_replica or model.jit_compile:
            return None
        if not all(map(_is_by_token, functions)) or not _is_plain(model, weighted):
            return None
        output_layer = OutputLayer.of(model)
        return None if output_layer is None else cls(model, output_layer)

    def train(self, data: Any) -> dict[str, Any]:
        """Trains on a batch as `fit` gives it; returns the metrics so far."""
        model = self.model
        with tf.GradientTape() as tape:
            scores, loss = self._run(data, training=True)
            scaled = model.optimizer.scale_loss(loss)
        variables = model.trainable_weights
        if variables:
            gradients = tape.gradient(scaled, variables)
            model.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return self._report(data, scores, loss)

    def test(self, data: Any) -> dict[str, Any]:
        """Evaluates a batch as `evaluate` gives it; returns the metrics so far."""
        return self._report(data, *self._run(data, training=False))

    def _run(self, data: Any, training: bool) -> tuple[TokenScores, tf.Tensor]:
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        scores = score_tokens(
            self.output_layer,
            self.output_layer.vectors(inputs, training=training),
            tf.cast(labels, "int32"),
            _token_weights(labels, weights),
            self.model.loss.token_values,
            [metric.token_values for metric in self.metrics],
            training,
        )
        loss = tf.math.divide_no_nan(scores.loss, scores.weight)
        added = [tf.reduce_sum(tf.cast(x, "float32")) for x in self.model.losses]
        return scores, tf.add_n([loss, *added])

    def _report(
        self, data: Any, scores: TokenScores, loss: tf.Tensor
    ) -> dict[str, Any]:
        model, labels = self.model, data[1]
        compiled = model._compile_metrics  # `None` without metrics
        if compiled is not None and not compiled.built:
            compiled.build(labels, model.output)
        # Batches are averaged by their sentences, as Keras does it.
        model._loss_tracker.update_state(loss, sample_weight=tf.shape(labels)[0])
        for metric, total in zip(self.metrics, scores.metrics, strict=True):
            metric.add(total, scores.weight)
        return model.get_metrics_result()


def _metrics_of(model: keras.Model) -> list[Any]:
    compiled = model._compile_metrics
    if compiled is None:
        return []
    return [*(compiled._user_metrics or []), *(compiled._user_weighted_metrics or [])]


def _is_plain(model: keras.Model, weighted: bool) -> bool:
    """Whether the model's step, as it was compiled, is the one that is known here."""
    loss, metrics = model._compile_loss, model._compile_metrics
    if loss is not None and loss._user_loss_weights is not None:
        return False
    # The metrics of `metrics=[...]` see no weights.
    if weighted and metrics is not None and metrics._user_metrics:
        return False
    methods = ("__call__", "call", "compute_loss", "compute_metrics")
    return all(getattr(type(model), x).__module__.startswith("keras.") for x in methods)


def _is_by_token(function: Any) -> bool:
    """Whether a loss or metric is what its `token_values` says.

    A subclass with a method of its own may be anything.
    """

    def depth(name: str) -> int:
        kinds = enumerate(type(function).__mro__)
        return next((depth for depth, kind in kinds if name in vars(kind)), 999)

    others = ("__call__", "call", "update_state", "result")
    return hasattr(function, "token_values") and depth("token_values") <= min(
        map(depth, others)
    )


def _token_weights(labels: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    real = tf.cast(tf.not_equal(labels, PAD_ID), "float32")
    if weights is None:
        return real
    weights = tf.cast(weights, "float32")
    return real * (weights[:, None] if weights.shape.rank == 1 else weights)
