"""The loop over the time steps of a decoder, within the graph."""

import tensorflow as tf


def loop_over_steps(step, inputs, states, dtype):
    """Runs one step after another.

    Args:
        step: Function from the inputs of one step, `(batch, input_dim)`, and the
            dictionary of states to a pair of its outputs, `(batch, units)`, and the
            next states, of the same names, shapes and dtypes. `attention_weights`,
            `(batch, source_length)`, is one of them.
        inputs: Tensor, shape `(batch, target_length, input_dim)`.
        states: Dictionary of the states before the first step.
        dtype: Dtype of the outputs.

    Returns:
        A triple of the outputs, `(batch, target_length, units)`, the attention
        weights, `(batch, target_length, source_length)`, and the last states.
    """
    length = tf.shape(inputs)[1]
    # (target_length, batch, input_dim)
    by_step = tf.TensorArray(inputs.dtype, length).unstack(
        tf.transpose(inputs, [1, 0, 2])
    )
    outputs = tf.TensorArray(dtype, length)
    weights = tf.TensorArray("float32", length)

    def advance(index, states, outputs, weights):
        output, states = step(by_step.read(index), states)
        outputs = outputs.write(index, output)
        weights = weights.write(index, states["attention_weights"])
        return index + 1, states, outputs, weights

    _, states, outputs, weights = tf.while_loop(
        lambda index, *_: index < length,
        advance,
        (tf.constant(0), states, outputs, weights),
        maximum_iterations=length,
    )
    outputs, weights = (
        tf.transpose(array.stack(), [1, 0, 2]) for array in (outputs, weights)
    )
    return outputs, weights, states
