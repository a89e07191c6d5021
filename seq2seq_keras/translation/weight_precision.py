"""How an export keeps weights in fewer bits."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

WeightPrecision = Literal["float32", "float16", "int8"]


def quantized(
    values: np.ndarray, axes: Sequence[int] = (0, 1)
) -> tuple[np.ndarray, np.ndarray]:
    """A matrix in bytes, and the scale of each column or of each row.

    Args:
        values: float32, shape `(rows, columns)`.
        axes: What a scale may be the maximum along: 0 for scales of columns, 1 for
            those of rows. Of both the one is taken that loses less.

    Returns:
        A pair of the scales, float32 of shape `(1, columns)` or `(rows, 1)`, and of
        int8 of the shape of the matrix. Their product is the matrix, nearly.
    """
    ways = []
    for axis in axes:
        largest = np.abs(values).max(axis=axis, keepdims=True)
        scales = (np.where(largest > 0, largest, 1) / 127).astype("float32")
        whole = np.rint(values / scales).astype("int8")
        ways.append((scales, whole, float(np.square(whole * scales - values).sum())))
    scales, whole, _ = min(ways, key=lambda way: way[2])
    return scales, whole
