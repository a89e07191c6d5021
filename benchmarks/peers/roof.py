"""How many operations a second this machine's matrix products reach, by TensorFlow."""

import json
import time

import tensorflow as tf

from benchmarks.peers.steps import BATCH, UNITS

# A batch's logits, a step's recurrence, all steps' inputs, and weights' gradients.
SHAPES = (
    (16 * BATCH, UNITS, 5888),
    (BATCH, UNITS, 4 * UNITS),
    (16 * BATCH, UNITS, 4 * UNITS),
    (UNITS, 16 * BATCH, 4 * UNITS),
)
RUNS = 30


def roof(dtype: tf.DType) -> float:
    """The most of several shapes, in GFLOP/s."""
    return max(_speed(dtype, *shape) for shape in SHAPES)


def _speed(dtype: tf.DType, rows: int, inner: int, columns: int) -> float:
    left, right = (
        tf.cast(tf.random.normal(shape), dtype)
        for shape in ((rows, inner), (inner, columns))
    )
    product = tf.function(lambda: tf.matmul(left, right))
    product()
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - start)
    return 2e-9 * rows * inner * columns / min(seconds)


if __name__ == "__main__":
    speeds = {"float32": roof(tf.float32), "mixed_bfloat16": roof(tf.bfloat16)}
    print("RESULT " + json.dumps(speeds), flush=True)
