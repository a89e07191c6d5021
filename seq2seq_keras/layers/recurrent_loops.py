"""The loops of an LSTM and a GRU over whole sequences, with gradients of their own.

What a step needs and can be had for all steps at once is had at once: products with
the inputs before the loop, the slopes of all gates between the loops, and the gradient
of the weights after them. TensorFlow's own gradient of a loop adds up a matrix as large
as the weights at every step. What is left to a step is one product of matrices and a
few operations on each number.

Everything in a loop lies in columns, `(units, batch)`. A product of the weights with
columns is up to twice as fast as one of rows with the weights, since the longer side
then comes first, and a gate is a run of rows, which is cut off without a copy.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

Tensors = list[tf.Tensor]


def lstm_loop(
    projections: tf.Tensor,
    kernel: tf.Tensor,
    hidden: tf.Tensor,
    cell: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
    dropped: tf.Tensor | None = None,
    training: bool = True,
) -> tuple[tf.Tensor, Tensors]:
    """Runs an LSTM over projected inputs.

    Args:
        projections: The inputs times the kernel, and the bias: shape
            `(length, 4 * units, batch)`, the gates in Keras's order: input, forget,
            cell, output.
        kernel: The recurrent kernel, shape `(units, 4 * units)`.
        hidden: Shape `(units, batch)`.
        cell: The same shape.
        mask: Optional booleans, shape `(length, 1, batch)`: where `False`, states stay
            as they are.
        dropped: Optional factors of the hidden state before each product, shape
            `(units, batch)`.
        training: Whether a gradient will be needed. Without, less is kept.

    Returns:
        A pair of the hidden states after each step, `(length, units, batch)`, and the
        last states.

    Reference:
        - [Hochreiter & Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735);
          with forget gates [Gers et al., 2000](https://doi.org/10.1162/089976600300015015).
    """
    masks, units = [] if mask is None else [mask], kernel.shape[0]

    def drop(columns: tf.Tensor) -> tf.Tensor:
        return columns if dropped is None else columns * dropped

    def forward(
        projections: tf.Tensor, kernel: tf.Tensor, hidden: tf.Tensor, cell: tf.Tensor
    ) -> tuple[Tensors, Tensors]:
        transposed = tf.transpose(kernel)

        def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
            hidden, cell = states
            projected, *real = inputs
            gates = projected + tf.matmul(transposed, drop(hidden))
            entry, forget, new, exit_ = tf.split(gates, 4)
            entry, forget, exit_ = map(tf.sigmoid, (entry, forget, exit_))
            new = tf.tanh(new)
            next_cell = forget * cell + entry * new
            states = _unless_masked(
                [exit_ * tf.tanh(next_cell), next_cell], [hidden, cell], real
            )
            kept = [states[1], tf.concat([entry, forget, new, exit_], 0)] * training
            return states, [states[0], *kept]

        sizes = [units, *[units, 4 * units] * training]
        return _scan(step, [hidden, cell], [projections, *masks], sizes)

    @tf.custom_gradient
    def run(
        projections: tf.Tensor, kernel: tf.Tensor, hidden: tf.Tensor, cell: tf.Tensor
    ) -> tuple[Tensors, Callable]:
        last, kept = forward(projections, kernel, hidden, cell)

        def gradient(*upstream: tf.Tensor) -> Tensors:
            return _lstm_gradient(kernel, [hidden, cell], kept, upstream, mask, dropped)

        return [kept[0], *last], gradient

    if training:
        outputs, *last = run(projections, kernel, hidden, cell)
    else:
        last, (outputs,) = forward(projections, kernel, hidden, cell)
    return outputs, last


def _lstm_gradient(
    kernel: tf.Tensor,
    first: Tensors,
    kept: Tensors,
    upstream: Sequence[tf.Tensor],
    mask: tf.Tensor | None,
    dropped: tf.Tensor | None,
) -> Tensors:
    """Gradients of the projections, the kernel and the first states."""
    outputs, cells, gates = kept
    entry, forget, new, exit_ = tf.split(gates, 4, axis=1)
    before, bent = _before(first[1], cells), tf.tanh(cells)
    # What a gate's sum adds to the cell, or to the output, that comes of it.
    slopes = tf.concat(
        [
            new * entry * (1 - entry),
            before * forget * (1 - forget),
            entry * (1 - new * new),
            bent * exit_ * (1 - exit_),
        ],
        axis=1,
    )
    cell_slopes = exit_ * (1 - bent * bent)
    inputs = _mask_slopes(mask, [slopes, cell_slopes], forget)

    def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        hidden, cell = states
        output, slopes, cell_slopes, forget, *skipped = inputs
        hidden += output
        cell += hidden * cell_slopes
        gates = tf.concat([cell, cell, cell, hidden], axis=0) * slopes
        past = tf.matmul(kernel, gates)
        past = past if dropped is None else past * dropped
        if skipped:
            past += hidden * skipped[0]
        return [past, cell * forget], [gates]

    first_slopes, (gates,) = _scan(
        step,
        list(upstream[1:]),
        [upstream[0], *inputs],
        [4 * kernel.shape[0]],
        reverse=True,
    )
    read = _before(first[0], outputs)
    read = read if dropped is None else read * dropped
    return [gates, _weight_gradient(read, gates), *first_slopes]


def gru_loop(
    projections: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    hidden: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
    training: bool = True,
) -> tuple[tf.Tensor, Tensors]:
    """Runs a GRU over projected inputs, its reset gate behind the product.

    Args:
        projections: The inputs times the kernel, and their bias: shape
            `(length, 3 * units, batch)`, the gates in Keras's order: update, reset,
            new state.
        kernel: The recurrent kernel, shape `(units, 3 * units)`.
        bias: The recurrent bias, shape `(3 * units,)`.
        hidden: Shape `(units, batch)`.
        mask: As for `lstm_loop`.
        training: As for `lstm_loop`.

    Returns:
        As `lstm_loop`.

    Reference:
        - [Cho et al., 2014](https://arxiv.org/abs/1406.1078), in the form of
          [cuDNN](https://arxiv.org/abs/1410.0759).
    """
    masks, units = [] if mask is None else [mask], kernel.shape[0]

    def forward(
        projections: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, hidden: tf.Tensor
    ) -> tuple[Tensors, Tensors]:
        transposed = tf.transpose(kernel)

        def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
            (hidden,), (projected, *real) = states, inputs
            recurrent = tf.matmul(transposed, hidden) + bias[:, None]
            update, reset, new = tf.split(projected, 3)
            from_update, from_reset, from_new = tf.split(recurrent, 3)
            update = tf.sigmoid(update + from_update)
            reset = tf.sigmoid(reset + from_reset)
            new = tf.tanh(new + reset * from_new)
            states = _unless_masked([new + update * (hidden - new)], [hidden], real)
            kept = [tf.concat([update, reset, new, from_new], 0)] * training
            return states, [*states, *kept]

        sizes = [units, *[4 * units] * training]
        return _scan(step, [hidden], [projections, *masks], sizes)

    @tf.custom_gradient
    def run(
        projections: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, hidden: tf.Tensor
    ) -> tuple[Tensors, Callable]:
        last, kept = forward(projections, kernel, bias, hidden)

        def gradient(*upstream: tf.Tensor) -> Tensors:
            return _gru_gradient(kernel, hidden, kept, upstream, mask)

        return [kept[0], *last], gradient

    if training:
        outputs, *last = run(projections, kernel, bias, hidden)
    else:
        last, (outputs,) = forward(projections, kernel, bias, hidden)
    return outputs, last


def _gru_gradient(
    kernel: tf.Tensor,
    first: tf.Tensor,
    kept: Tensors,
    upstream: Sequence[tf.Tensor],
    mask: tf.Tensor | None,
) -> Tensors:
    """Gradients of the projections, the kernel, its bias and the first state."""
    (outputs, gates), units = kept, kernel.shape[0]
    update, reset, new, from_new = tf.split(gates, 4, axis=1)
    before = _before(first, outputs)
    # What a gate's sum adds to the state that comes of it.
    new_slopes = (1 - update) * (1 - new * new)
    both = tf.concat(
        [
            (before - new) * update * (1 - update),
            new_slopes * from_new * reset * (1 - reset),
        ],
        axis=1,
    )
    slopes = tf.concat([both, new_slopes * reset], axis=1)
    slopes, update, *skipped = _mask_slopes(mask, [slopes], update)
    if skipped:
        new_slopes *= 1 - skipped[0]

    def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (hidden,), (output, slopes, update) = states, inputs
        hidden += output
        past = tf.matmul(kernel, tf.tile(hidden, [3, 1]) * slopes)
        return [past + hidden * update], [hidden]

    first_slope, (hidden,) = _scan(
        step, [upstream[1]], [upstream[0], slopes, update], [units], reverse=True
    )
    recurrent = tf.tile(hidden, [1, 3, 1]) * slopes
    projected = tf.concat([recurrent[:, : 2 * units], hidden * new_slopes], axis=1)
    weights = _weight_gradient(before, recurrent)
    return [projected, weights, _total(recurrent, [0, 2]), *first_slope]


@tf.custom_gradient
def add_bias(rows: tf.Tensor, bias: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Adds a bias to `(rows, units)`, whatever the number of rows.

    TensorFlow adds up its gradient in the precision of the rows: of some thousand
    numbers in bfloat16 the last ones are lost. For training only: TensorFlow never
    frees a graph that has a gradient of its own.
    """
    return tf.nn.bias_add(rows, bias), lambda slopes: (slopes, _total(slopes, [0]))


def _total(slopes: tf.Tensor, axes: Sequence[int]) -> tf.Tensor:
    """A sum in float32."""
    return tf.cast(tf.reduce_sum(tf.cast(slopes, "float32"), axes), slopes.dtype)


def _scan(
    step: Callable[[Tensors, Tensors], tuple[Tensors, Tensors]],
    states: Tensors,
    inputs: Tensors,
    sizes: Sequence[int],
    *,
    reverse: bool = False,
) -> tuple[Tensors, Tensors]:
    """Goes along the first axis of the inputs, from its end if reversed.

    `sizes` are the rows of each output of `step`. Returns the last states and the
    outputs of all steps.
    """
    length = tf.shape(inputs[0])[0]
    read = [tf.TensorArray(x.dtype, length).unstack(x) for x in inputs]
    dtype = states[0].dtype
    arrays = [tf.TensorArray(dtype, length, element_shape=(n, None)) for n in sizes]

    def advance(
        count: tf.Tensor, states: Tensors, arrays: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Tensors, list[tf.TensorArray]]:
        index = length - 1 - count if reverse else count
        states, outputs = step(states, [array.read(index) for array in read])
        written = zip(arrays, outputs, strict=True)
        return count + 1, states, [array.write(index, x) for array, x in written]

    _, states, arrays = tf.while_loop(
        lambda count, *_: count < length,
        advance,
        (tf.constant(0), states, arrays),
        maximum_iterations=length,
    )
    return states, [array.stack() for array in arrays]


def _unless_masked(states: Tensors, before: Tensors, real: Tensors) -> Tensors:
    """The states where the step is real, else those before it."""
    if not real:
        return states
    return [tf.where(real[0], *pair) for pair in zip(states, before, strict=True)]


def _mask_slopes(mask: tf.Tensor | None, slopes: Tensors, carry: tf.Tensor) -> Tensors:
    """Without slopes where a step is masked, and with all of the state carried on.

    Returns the slopes, the carry and, if there is a mask, where it masks.
    """
    if mask is None:
        return [*slopes, carry]
    real = tf.cast(mask, carry.dtype)
    return [*(x * real for x in slopes), carry * real + (1 - real), 1 - real]


def _before(first: tf.Tensor, states: tf.Tensor) -> tf.Tensor:
    """The states before each step, of those after it and the first."""
    return tf.concat([first[None], states[:-1]], axis=0)


def _weight_gradient(read: tf.Tensor, slopes: tf.Tensor) -> tf.Tensor:
    """The sum over steps and batch of what was read times the slopes it had."""
    read, slopes = (
        tf.reshape(tf.transpose(x, [0, 2, 1]), [-1, x.shape[1]]) for x in (read, slopes)
    )
    return tf.matmul(read, slopes, transpose_a=True)
