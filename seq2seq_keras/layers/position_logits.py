"""The logits of every source position, and their mixture, for hard attention."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from seq2seq_keras.layers.alignment_chain import log_sum_exp, predict_positions
from seq2seq_keras.layers.attention import by_rows

# Logits of all positions that are made at once: 64 MiB, and as much for each operation
# on them.
_MOST_LOGITS = 2**24


def position_logits(hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Of each position: `(batch, length, source_length, vocabulary_size)`."""
    hidden = tf.cast(hidden, "float32")
    return by_rows(lambda rows: tf.nn.bias_add(tf.matmul(rows, kernel), bias), hidden)


def token_evidence(
    hidden: tf.Tensor,
    token_ids: tf.Tensor,
    normalizers: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
) -> tf.Tensor:
    """Log-probabilities of one token, were it written from each position.

    `hidden`, `(batch, 1, source_length, units)`, and `normalizers` are of the step that
    wrote it. Returns `(batch, 1, source_length)`.
    """
    columns = tf.gather(tf.transpose(kernel), token_ids)[:, :, None]
    # As products of matrices, one for each row, it would take twice as long.
    products = tf.reduce_sum(tf.cast(hidden, "float32") * columns, axis=-1)
    return products + tf.gather(bias, token_ids)[:, :, None] - normalizers


def predict(
    token_ids: tf.Tensor,
    queries: tf.Tensor,
    transitions: tf.Tensor,
    carried: Sequence[tf.Tensor],
    shared: Sequence[tf.Tensor],
) -> tuple[tf.Tensor, ...]:
    """Reads tokens, and predicts the one after each.

    The logits of all positions are by far the largest tensor, and they are made again
    for their gradient: that costs little beside keeping them and all that is made of
    them. If there are few they are made at once, else one step after the other, so that
    no more than those of a step are held.

    Args:
        token_ids: int32, shape `(batch, length)`.
        queries: Shape `(batch, length, hidden_units)`, what is added to the keys.
        transitions: As of `predict_positions`.
        carried: What goes on from the token before the first one: the
            log-probabilities of its positions, `(batch, source_length)`, its query,
            `(batch, hidden_units)`, and the normalizers of its logits,
            `(batch, source_length)`.
        shared: The keys, `(batch, source_length, hidden_units)`, and the weights of the
            logits, `(hidden_units, vocabulary_size)` and `(vocabulary_size,)`.

    Returns:
        A tuple of the logits, `(batch, length, vocabulary_size)`, the log-probabilities
        of positions, `(batch, length, source_length)`, and what goes on from the last
        token.
    """
    tensors = [queries, transitions, *carried, *shared]
    if queries.shape[1] == 1:
        return _at_once(token_ids, *tensors)
    # The product may be more than 32 bits hold.
    keys, length, vocabulary_size = (
        tf.shape(shared[0], tf.int64)[:2],
        tf.shape(queries, tf.int64)[1],
        tf.shape(shared[1], tf.int64)[1],
    )
    size = tf.reduce_prod(keys) * length * vocabulary_size

    def in_either_way(run: Callable) -> Any:
        # Nothing is kept of it, which a branch could not hand out to a compiler.
        return tf.cond(
            size <= _MOST_LOGITS,
            lambda: run(functools.partial(_at_once, token_ids)),
            lambda: run(functools.partial(_step_by_step, token_ids)),
        )

    return _made_again(in_either_way, tensors)


def _made_again(
    in_either_way: Callable[[Callable], Any], tensors: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, ...]:
    """What a function makes of tensors; it is called again for the gradient."""

    @tf.custom_gradient
    def run(*copies: tf.Tensor) -> tuple[Any, Callable]:
        def gradient(*upstream: tf.Tensor) -> list[tf.Tensor]:
            def slopes(function: Callable) -> list[tf.Tensor]:
                # Not of the copies: a loop would keep those of each turn.
                with tf.GradientTape() as tape:
                    tape.watch(tensors)
                    outputs = function(*tensors)
                zero = tf.UnconnectedGradients.ZERO
                return tape.gradient(outputs, tensors, upstream, zero)

            return in_either_way(slopes)

        return in_either_way(lambda function: function(*copies)), gradient

    return run(*tensors)


def _at_once(
    token_ids: tf.Tensor,
    queries: tf.Tensor,
    transitions: tf.Tensor,
    alignment: tf.Tensor,
    alignment_query: tf.Tensor,
    alignment_normalizers: tf.Tensor,
    keys: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
) -> tuple[tf.Tensor, ...]:
    logits = position_logits(tf.tanh(queries[:, :, None] + keys[:, None]), kernel, bias)
    normalizers = log_sum_exp(logits, axis=-1)
    before = tf.tanh(alignment_query[:, None] + keys)[:, None]
    evidence = token_evidence(
        before, token_ids[:, :1], alignment_normalizers[:, None], kernel, bias
    )
    if queries.shape[1] != 1:
        read = tf.one_hot(token_ids[:, 1:], tf.shape(kernel)[1])[..., None]
        written = tf.matmul(logits[:, :-1], read)[..., 0] - normalizers[:, :-1]
        evidence = tf.concat([evidence, written], axis=1)
    positions = predict_positions(alignment, transitions, evidence)
    mixed = log_sum_exp(logits + tf.expand_dims(positions - normalizers, 3), axis=2)
    return mixed, positions, positions[:, -1], queries[:, -1], normalizers[:, -1]


def _step_by_step(
    token_ids: tf.Tensor,
    queries: tf.Tensor,
    transitions: tf.Tensor,
    *others: tf.Tensor,
) -> tuple[tf.Tensor, ...]:
    length = tf.shape(queries)[1]
    by_step = [
        tf.TensorArray(x.dtype, length).unstack(
            tf.transpose(x, [1, 0, *range(2, x.shape.rank)])
        )
        for x in (token_ids, queries, transitions)
    ]
    arrays = [tf.TensorArray("float32", length) for _ in range(2)]
    *carried, keys, kernel, bias = others

    def advance(index: tf.Tensor, carried: list, arrays: list) -> tuple:
        token_ids, *inputs = (array.read(index)[:, None] for array in by_step)
        outputs = _made_again(
            lambda run: run(functools.partial(_at_once, token_ids)),
            [*inputs, *carried, keys, kernel, bias],
        )
        arrays = [
            a.write(index, x[:, 0]) for a, x in zip(arrays, outputs, strict=False)
        ]
        return index + 1, list(outputs[2:]), arrays

    _, carried, arrays = tf.while_loop(
        lambda index, *_: index < length,
        advance,
        (tf.constant(0), carried, arrays),
        maximum_iterations=length,
    )
    stacked = (tf.transpose(array.stack(), [1, 0, 2]) for array in arrays)
    return (*stacked, *carried)
