#!/usr/bin/env bash
# A `tf.while_loop` that adds a row to a tensor at each turn, and begins with none, is
# converted to LiteRT without an error. LiteRT's interpreter then fails: "Node number 5
# (WHILE) failed to invoke", and no reason. TensorFlow returns the rows. With one row to
# begin with, the interpreter does too.
#
# Seen with tensorflow 2.21.0 and ai-edge-litert 2.3.0, Python 3.11.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0 ai-edge-litert==2.3.0 \
    numpy==2.4.6
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'EOF'
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter


def in_litert(function, array):
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function(tf.TensorSpec([None, None]))]
    )
    interpreter = Interpreter(model_content=converter.convert())
    [given], [found] = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], array.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], array)
    interpreter.invoke()
    return interpreter.get_tensor(found["index"])


def growing(first):
    @tf.function
    def grow(rows):
        width = tf.shape(rows)[1]
        start = tf.reshape(tf.zeros([first, width]), [first, width])

        def add(count, grown):
            return count + 1, tf.concat([grown, rows[:1]], axis=0)

        return tf.while_loop(
            lambda count, _: count < 3,
            add,
            (tf.constant(0), start),
            shape_invariants=(tf.TensorShape([]), tf.TensorShape([None, None])),
        )[1]

    return grow


ones = np.ones([1, 2], "float32")
print("one row to begin with", in_litert(growing(1), ones).shape)
assert in_litert(growing(1), ones).shape == growing(1)(ones).shape == (4, 2)
try:
    in_litert(growing(0), ones)
except RuntimeError as error:
    print("no row to begin with", growing(0)(ones).shape, error)
    assert "failed to invoke" in str(error)
else:
    raise AssertionError("a loop that begins without a row runs")
EOF
