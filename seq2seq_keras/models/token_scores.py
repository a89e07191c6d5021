"""Loss and metrics of the real tokens of a batch, some hundred at a time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

# Logits that are held at a time: 16 MiB, which the cache of a processor can keep.
_BLOCK = 2**22
# Makes a value for each token of labels, `(tokens,)`, and logits,
# `(tokens, vocabulary_size)`.
TokenValues = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class OutputLayer(NamedTuple):
    """The last layer of a model, and what it reads.

    Attributes:
        layer: A layer that predicts each token by itself.
        options: Arguments of its call beside the vectors.
        vectors: The model without it, which puts out
            `(batch, target_length, units)`.
        vocabulary_size: The size of its logits.
    """

    layer: keras.layers.Layer
    options: dict[str, Any]
    vectors: keras.Model
    vocabulary_size: int

    @classmethod
    def of(cls, model: keras.Model) -> "OutputLayer | None":
        """Finds the output layer of a functional model.

        It is `None` if the model ends with anything else than a `Dense` or a
        `ReversibleEmbedding`, or if that adds losses of its own.
        """
        layer, node_index, _ = model.output._keras_history
        kinds = (keras.layers.Dense, keras.layers.ReversibleEmbedding)
        # A subclass may see more than a token at a time.
        if type(layer) not in kinds or layer.activity_regularizer is not None:
            return None
        arguments = layer._inbound_nodes[node_index].arguments
        (read,) = arguments.keras_tensors
        vectors = keras.Model(model.input, read, name="vectors")
        return cls(layer, arguments.kwargs, vectors, model.output.shape[-1])


class TokenScores(NamedTuple):
    """Sums over the real tokens of a batch, of each value times the token's weight.

    Attributes:
        loss: The sum of the losses, whose gradient is known.
        metrics: The sum of the values of each metric.
        weight: The sum of the weights.
    """

    loss: tf.Tensor
    metrics: list[tf.Tensor]
    weight: tf.Tensor


def score_tokens(
    output_layer: OutputLayer,
    vectors: tf.Tensor,
    labels: tf.Tensor,
    weights: tf.Tensor,
    loss: TokenValues,
    metrics: Sequence[TokenValues],
    training: bool,
) -> TokenScores:
    """Adds up loss and metrics of the tokens that have a weight.

    The logits are by far the largest tensor of a step, and padding has logits too. Here
    it has none, and those of real tokens are made, used and let go block by block,
    together with their gradient, so that never more than a block of them is held.

    Args:
        output_layer: The `OutputLayer`.
        vectors: What it reads, shape `(batch, target_length, units)`.
        labels: int32, shape `(batch, target_length)`.
        weights: float32, shape `(batch, target_length)`; 0 for padding.
        loss: Makes the loss of each token.
        metrics: Each makes a value of each token.
        training: Whether the gradient of the loss is needed.

    Returns:
        `TokenScores`.
    """
    layer = call = output_layer.layer
    if training and vectors.dtype == "bfloat16":
        call = _in_bfloat16(layer)
    weights = tf.reshape(weights, [-1])
    real = tf.where(tf.not_equal(weights, 0))[:, 0]
    weights = tf.gather(weights, real)
    labels = tf.gather(tf.reshape(labels, [-1]), real)
    rows = tf.gather(tf.reshape(vectors, [-1, vectors.shape[-1]]), real)
    # So that their gradient is not rounded before it is scaled.
    rows = tf.cast(rows, "float32")
    variables = layer.trainable_variables
    frozen = [
        (variable, tf.convert_to_tensor(variable.value))
        for variable in layer.non_trainable_variables
    ]

    def score(
        rows: tf.Tensor,
        labels: tf.Tensor,
        weights: tf.Tensor,
        kernels: Sequence[tf.Tensor],
    ) -> list[tf.Tensor]:
        with keras.StatelessScope([*zip(variables, kernels, strict=True), *frozen]):
            logits = call(rows, **output_layer.options)
        functions = (loss, *metrics)
        values = [tf.cast(f(labels, logits), "float32") for f in functions]
        return [tf.reduce_sum(value * weights) for value in values]

    total, *others = _add_up(
        score,
        rows,
        (labels, weights),
        [tf.convert_to_tensor(variable.value) for variable in variables],
        1 + len(metrics),
        max(1, _BLOCK // output_layer.vocabulary_size),
        training,
    )
    return TokenScores(total, others, tf.reduce_sum(weights))


def score_logits(
    logits: tf.Tensor,
    labels: tf.Tensor,
    weights: tf.Tensor,
    loss: TokenValues,
    metrics: Sequence[TokenValues],
) -> TokenScores:
    """The same sums, of logits that are there, padding's too.

    Args:
        logits: Shape `(batch, target_length, vocabulary_size)`.
        labels: int32, shape `(batch, target_length)`.
        weights: float32, shape `(batch, target_length)`; 0 for padding.
        loss: Makes the loss of each token.
        metrics: Each makes a value of each token.

    Returns:
        `TokenScores`.
    """
    values = [tf.cast(f(labels, logits), "float32") for f in (loss, *metrics)]
    total, *others = (tf.reduce_sum(value * weights) for value in values)
    return TokenScores(total, others, tf.reduce_sum(weights))


def _in_bfloat16(layer: keras.layers.Layer) -> Callable[..., tf.Tensor]:
    """What calls a layer with the same variables, and multiplies in bfloat16.

    What it reads is bfloat16 already, and its products are a third of a step. Only
    training multiplies so: logits that are rounded make ties, which matter to a search.
    Products with tied embeddings are too narrow to gain by it.
    """
    if not isinstance(layer, keras.layers.Dense) or layer.quantization_mode:
        return layer
    # `copy.copy` of a layer goes through a file, and would have other variables.
    low = object.__new__(type(layer))
    vars(low).update(vars(layer), bias=None)
    low.dtype_policy = "mixed_bfloat16"

    def call(rows: tf.Tensor, **options: Any) -> tf.Tensor:
        # The bias stays out of it: its gradient is a sum over all tokens.
        logits = tf.cast(low(rows, **options), "float32")
        return logits + layer.bias.value if layer.use_bias else logits

    return call


def _add_up(
    score: Callable,
    rows: tf.Tensor,
    others: Sequence[tf.Tensor],
    kernels: Sequence[tf.Tensor],
    count: int,
    size: int,
    training: bool,
) -> list[tf.Tensor]:
    """Sums of what `score` makes of each block, the first with its gradient.

    The gradient is made in the same loop as the sums: a later one would need the logits
    again.
    """
    tokens = tf.shape(rows)[0]
    blocks = tf.maximum(1, -(-tokens // size))
    size = -(-tokens // blocks)  # all alike

    def cut(tensor: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        return tensor[index * size : (index + 1) * size]

    def add_up(rows: tf.Tensor, *kernels: tf.Tensor) -> tuple[list, Callable]:
        def advance(index: tf.Tensor, sums: list, slopes: list, row_slopes: Any) -> Any:
            block = cut(rows, index)
            with tf.GradientTape() as tape:
                tape.watch([block, *kernels])
                scores = score(block, *(cut(x, index) for x in others), kernels)
            if training:
                slope, *more = tape.gradient(scores[0], [block, *kernels])
                row_slopes = row_slopes.write(index, slope)
                slopes = [a + b for a, b in zip(slopes, more, strict=True)]
            sums = [a + b for a, b in zip(sums, scores, strict=True)]
            return index + 1, sums, slopes, row_slopes

        parts = tf.TensorArray(
            rows.dtype, blocks, infer_shape=False, element_shape=(None, rows.shape[1])
        )
        zeros = [tf.zeros_like(kernel) for kernel in kernels] if training else []
        first = (tf.constant(0), [tf.constant(0.0)] * count, zeros, parts)
        _, sums, slopes, parts = tf.while_loop(
            lambda index, *_: index < blocks, advance, first, parallel_iterations=1
        )

        def gradient(upstream: tf.Tensor, *_: tf.Tensor) -> list[tf.Tensor]:
            found = (parts.concat(), *slopes)
            return [slope * tf.cast(upstream, slope.dtype) for slope in found]

        return sums, gradient

    if training:
        return tf.custom_gradient(add_up)(rows, *kernels)
    return add_up(rows, *kernels)[0]
