"""A step of `fit` and of `evaluate` that computes no logits of padding."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import keras
import tensorflow as tf

from seq2seq_keras.models.token_scores import (
    OutputLayer,
    TokenScores,
    score_logits,
    score_tokens,
)
from seq2seq_keras.special_tokens import PAD_ID

# What workers add up.
_SUMS, _LOSS, _GRADIENTS = range(3)


class Workers(Protocol):
    """Processes that train one model, each on its share of every batch.

    Attributes:
        rank: The number of this one.
        count: How many there are.
    """

    rank: int
    count: int

    def add_up(self, tensors: Sequence[tf.Tensor], purpose: int) -> list[tf.Tensor]:
        """The sums of float32 tensors over all workers, the same bits on each.

        Every worker must call it as often as the others, for the same purposes.
        """

    def gather(self, texts: Sequence[str]) -> list[str]:
        """The texts of all workers, in the order of these."""


class _Sums(NamedTuple):
    """What a step adds up: of a worker's share, and of the whole batch."""

    own: TokenScores
    whole: TokenScores
    sentences: tf.Tensor  # of the whole batch
    loss: tf.Tensor  # of the whole batch, per token, and what layers add
    share: tf.Tensor  # what this worker has to do with it: the shares add up


class TokenStep:
    """What `keras.Model.train_step` does, with loss and metrics of real tokens only.

    It takes a model whose loss is a mean over tokens and whose metrics are means too:
    they have `token_values(labels, logits)`, as `TokenCrossentropy` and `TokenAccuracy`
    do, the metrics also `add(total, weight)`. Its last layer predicts token by token
    (`OutputLayer`), unless there are several workers. Everything else is Keras's.
    `TokenStep.of` tells whether a model, as it was compiled, is such a one: what has
    methods of its own, or something that this step does not know, gets Keras's.

    Args:
        model: A compiled functional model.
        output_layer: Its `OutputLayer`; `None` where a token's logits are made of
            more, as to copy, and those of padding are computed too.
        workers: Optional `Workers`. Each of them has a share of the batch, and the
            gradient is that of the mean over the tokens of all.
    """

    def __init__(
        self,
        model: keras.Model,
        output_layer: OutputLayer | None,
        workers: Workers | None = None,
    ) -> None:
        self.model = model
        self.output_layer = output_layer
        self.workers = workers
        self.metrics = _metrics_of(model)

    @classmethod
    def of(
        cls, model: keras.Model, weighted: bool, workers: Workers | None = None
    ) -> "TokenStep | None":
        """Makes the step of a compiled model; `None` where only Keras's own will do.

        Args:
            model: The model.
            weighted: Whether its batches have weights.
            workers: Optional `Workers`.
        """
        functions = [model.loss, *_metrics_of(model)]
        one_replica = tf.distribute.get_strategy().num_replicas_in_sync == 1
        # The number of tokens is known in no graph, which XLA would need.
        if not one_replica or model.jit_compile:
            return None
        if not all(map(_is_by_token, functions)) or not _is_plain(model, weighted):
            return None
        output_layer = OutputLayer.of(model)
        # Without other workers Keras's own step does as well.
        if output_layer is None and workers is None:
            return None
        return cls(model, output_layer, workers)

    def train(self, data: Any) -> dict[str, Any]:
        """Trains on a batch as `fit` gives it; returns the metrics so far."""
        model = self.model
        with tf.GradientTape() as tape:
            sums = self._run(data, training=True)
            scaled = model.optimizer.scale_loss(sums.share)
        variables = model.trainable_weights
        if variables:
            gradients = tape.gradient(scaled, variables)
            if self.workers is not None:
                gradients = self._add_up_gradients(gradients)
            model.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return self._report(data, sums)

    def test(self, data: Any) -> dict[str, Any]:
        """Evaluates a batch as `evaluate` gives it; returns the metrics so far."""
        return self._report(data, self._run(data, training=False))

    def _run(self, data: Any, training: bool) -> _Sums:
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        own = self._score(
            inputs,
            tf.cast(labels, "int32"),
            _token_weights(labels, weights),
            training,
        )
        added = [tf.reduce_sum(tf.cast(x, "float32")) for x in self.model.losses]
        if self.workers is None:
            loss = tf.math.divide_no_nan(own.loss, own.weight)
            total = tf.add_n([loss, *added])
            return _Sums(own, own, tf.shape(labels)[0], total, total)
        whole, sentences = self._add_up(own, labels)
        part = tf.math.divide_no_nan(own.weight, whole.weight)
        # What a layer adds is a mean over its tokens, or the same for every batch.
        mine = tf.math.divide_no_nan(own.loss, whole.weight)
        share = tf.add_n([mine, *(part * loss for loss in added)])
        loss = tf.math.divide_no_nan(whole.loss, whole.weight)
        if added:
            (loss,) = self.workers.add_up([tf.stop_gradient(share)], _LOSS)
        return _Sums(own, whole, sentences, loss, share)

    def _score(
        self, inputs: Any, labels: tf.Tensor, weights: tf.Tensor, training: bool
    ) -> TokenScores:
        """The sums over the tokens of this worker."""
        loss = self.model.loss.token_values
        metrics = [metric.token_values for metric in self.metrics]
        last = self.output_layer
        if last is None:
            logits = self.model(inputs, training=training)
            return score_logits(logits, labels, weights, loss, metrics)
        vectors = last.vectors(inputs, training=training)
        return score_tokens(last, vectors, labels, weights, loss, metrics, training)

    def _add_up(
        self, own: TokenScores, labels: tf.Tensor
    ) -> tuple[TokenScores, tf.Tensor]:
        """The sums over all workers, and how many sentences they have."""
        assert self.workers is not None
        # A worker without a sentence has a row of padding.
        real = tf.reduce_any(tf.not_equal(labels, PAD_ID), axis=1)
        mine = [own.loss, own.weight, tf.reduce_sum(tf.cast(real, "float32"))]
        mine = [tf.stop_gradient(value) for value in (*mine, *own.metrics)]
        loss, weight, sentences, *metrics = self.workers.add_up(mine, _SUMS)
        return TokenScores(loss, metrics, weight), sentences

    def _add_up_gradients(self, gradients: Sequence[Any]) -> list[Any]:
        """The gradients of the whole batch; `None` where a variable has none."""
        assert self.workers is not None
        # Those of embeddings are of some rows alone, others for each worker.
        found = [tf.convert_to_tensor(x) for x in gradients if x is not None]
        sums = iter(self.workers.add_up(found, _GRADIENTS))
        return [None if x is None else next(sums) for x in gradients]

    def _report(self, data: Any, sums: _Sums) -> dict[str, Any]:
        model, labels = self.model, data[1]
        compiled = model._compile_metrics  # `None` without metrics
        if compiled is not None and not compiled.built:
            compiled.build(labels, model.output)
        # Batches are averaged by their sentences, as Keras does it.
        model._loss_tracker.update_state(sums.loss, sample_weight=sums.sentences)
        for metric, total in zip(self.metrics, sums.whole.metrics, strict=True):
            metric.add(total, sums.whole.weight)
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
