"""Alignments as a Markov chain: sums over all of them by dynamic programming.

An alignment gives each token of a target the source position it is written from. The
positions form a chain, each drawn given the one before, and there are as many
alignments as `source_length ** target_length`; recursions over the steps add them all
up. Everything is a logarithm, in float32.

Reference:
    - [Rabiner, 1989](https://doi.org/10.1109/5.18626): forward and backward recursion.
    - [Wu & Cotterell, 2019](https://arxiv.org/abs/1905.06319): in a decoder.
"""

from collections.abc import Callable

import tensorflow as tf

# The logarithm of no probability; finite, so that sums and gradients stay numbers.
NEVER = -1e9


def predict_positions(
    start: tf.Tensor, transitions: tf.Tensor, evidence: tf.Tensor
) -> tf.Tensor:
    """Where each token will be written from, given all tokens before it.

    Args:
        start: float32, shape `(batch, source_length)`: the log-probabilities of the
            position of the token before the first one, not given that token.
        transitions: float32, shape `(batch, length, source_length, source_length)`:
            `[:, t, i, j]` is the log-probability that the token of step `t` comes from
            position `j` if the one before came from `i`. Its third axis is 1 where
            that makes no difference.
        evidence: float32, shape `(batch, length, source_length)`: `[:, t, i]` is the
            log-probability of the token before step `t`, were it written from `i`.

    Returns:
        float32, shape `(batch, length, source_length)`: log-probabilities.
    """
    if transitions.shape[2] == 1:
        return transitions[:, :, 0]
    if evidence.shape[1] == 1:
        return _advance(start, transitions[:, 0], evidence[:, 0])[:, None]
    return scan(_advance, start, [transitions, evidence])


def posteriors(
    start: tf.Tensor,
    transitions: Callable[[tf.Tensor], tf.Tensor],
    queries: tf.Tensor,
    evidence: tf.Tensor,
) -> tf.Tensor:
    """Where each token was written from, given the whole target.

    The transitions of one step at a time are held: those of all are
    `length * source_length ** 2` for each row.

    Args:
        start: As of `predict_positions`.
        transitions: Function of the query of a step, `(batch, query_dim)`, to the
            transitions of this step, `(batch, source_length, source_length)`.
        queries: Shape `(batch, length, query_dim)`.
        evidence: float32, shape `(batch, length, source_length)`: `[:, t, j]` is the
            log-probability of the token of step `t` itself, were it written from `j`;
            0 for padding.

    Returns:
        float32, shape `(batch, length, source_length)`: probabilities.
    """

    def step_on(found: tf.Tensor, query: tf.Tensor, evidence: tf.Tensor) -> tf.Tensor:
        return _advance(found, transitions(query), evidence)

    def step_back(after: tf.Tensor, query: tf.Tensor, evidence: tf.Tensor) -> tf.Tensor:
        """Log-probability of all tokens from a step on, given the position before."""
        return log_sum_exp(transitions(query) + (evidence + after)[:, None], axis=2)

    nothing = tf.zeros_like(start)
    before = tf.concat([nothing[:, None], evidence[:, :-1]], axis=1)
    positions = scan(step_on, start, [queries, before])
    # Turned round, since other runtimes write the steps of a loop in their order.
    backwards = [tf.reverse(x, [1]) for x in (queries, evidence)]
    onward = tf.reverse(scan(step_back, nothing, backwards), [1])
    # Of the steps behind each: the last has none.
    behind = tf.concat([onward[:, 1:], nothing[:, None]], axis=1)
    return tf.nn.softmax(positions + evidence + behind)


def log_sum_exp(values: tf.Tensor, axis: int) -> tf.Tensor:
    """The logarithm of the sum of the exponentials along an axis."""
    highest = tf.stop_gradient(tf.reduce_max(values, axis, keepdims=True))
    total = tf.reduce_sum(tf.exp(values - highest), axis)
    return tf.math.log(total) + tf.squeeze(highest, axis)


def _advance(
    before: tf.Tensor, transitions: tf.Tensor, evidence: tf.Tensor
) -> tf.Tensor:
    """From where the last token was to be written from, to where the next will be."""
    found = before + evidence
    found -= log_sum_exp(found, axis=1)[:, None]
    return log_sum_exp(found[:, :, None] + transitions, axis=1)


def scan(
    step: Callable[..., tf.Tensor],
    state: tf.Tensor,
    inputs: list[tf.Tensor],
) -> tf.Tensor:
    """Goes along the second axis of the inputs.

    Args:
        step: Function of a state, `(batch, size)`, and what the inputs have for one
            step, to the next state.
        state: The first state.
        inputs: Tensors of shape `(batch, length, ...)`.

    Returns:
        The states after all steps, shape `(batch, length, size)`.
    """
    length = tf.shape(inputs[0])[1]
    by_step = [
        tf.TensorArray(x.dtype, length).unstack(tf.transpose(x, _first_two_swapped(x)))
        for x in inputs
    ]
    # What a turn makes of a state may know less of its shape.
    shape = tf.TensorShape([None, None])
    states = tf.TensorArray(state.dtype, length, element_shape=shape)

    def advance(
        index: tf.Tensor, state: tf.Tensor, states: tf.TensorArray
    ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
        state = step(state, *(array.read(index) for array in by_step))
        return index + 1, state, states.write(index, state)

    *_, states = tf.while_loop(
        lambda index, *_: index < length,
        advance,
        (tf.constant(0), state, states),
        shape_invariants=(tf.TensorShape([]), shape, None),
        maximum_iterations=length,
    )
    return tf.transpose(states.stack(), [1, 0, 2])


def _first_two_swapped(tensor: tf.Tensor) -> list[int]:
    return [1, 0, *range(2, tensor.shape.rank)]
