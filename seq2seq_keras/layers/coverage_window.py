"""What attention sees of its past around each source position."""

from keras import ops

RADIUS = 2
WIDTH = 2 * RADIUS + 1


def coverage_window(coverage):
    """Puts beside each position's coverage that of its neighbours.

    Coverage at the position itself can tell attention not to come back. That of the
    neighbours can tell it what comes next, the position whose left neighbour was
    attended to while it was not itself. Content alone may not: a letter in a context
    that training has not seen is easily skipped.

    Args:
        coverage: Sum of the weights of earlier steps, shape
            `(batch, source_length)`.

    Returns:
        A tensor of shape `(batch, source_length, WIDTH)`: entry `[:, s, RADIUS + n]` is
        the coverage at `s + n`, and 0 beyond both ends.

    Example:

    >>> coverage_window(ops.array([[1.0, 0.5, 0.0]]))[0, 2].numpy()
    array([1. , 0.5, 0. , 0. , 0. ], dtype=float32)

    Reference:
        - [Chorowski et al., 2015](https://arxiv.org/abs/1506.07503): location-aware
          attention, which sees the weights of the last step around a position.
        - [Shen et al., 2018](https://arxiv.org/abs/1712.05884): the sum of all steps.
    """
    # Slices and a product: a convolution of so little takes longer.
    padded = ops.pad(coverage, [[0, 0], [RADIUS, RADIUS]])
    length = ops.shape(coverage)[1]
    return ops.stack([padded[:, n : n + length] for n in range(WIDTH)], axis=-1)
