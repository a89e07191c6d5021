#!/usr/bin/env bash
# A loop that writes a `tf.TensorArray` from its end to its beginning has its values in
# the other order in what tf2onnx makes of it.
#
# tf2onnx turns what a loop writes into a scan output of ONNX's `Loop`, which holds the
# values in the order in which they are made; the index that they are written at is left
# out. No error and no warning; the checker is content. A recursion over a sequence from
# its end, such as the backward one of a hidden Markov model, comes out turned round.
#
# Seen with tf2onnx 1.17.0, tensorflow 2.21.0, onnx 1.23.2, onnxruntime 1.32.0,
# Python 3.11: [7. 6. 4.] in TensorFlow, [4. 6. 7.] in onnxruntime.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tf2onnx==1.17.0 tensorflow==2.21.0 \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
import onnxruntime
import tensorflow as tf
import tf2onnx


@tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], autograph=False)
def sums_from_the_end(values):
    length = tf.size(values)

    def step(count, total, array):
        index = length - 1 - count
        total += values[index]
        return count + 1, total, array.write(index, total)

    array = tf.TensorArray(tf.float32, length)
    *_, array = tf.while_loop(
        lambda count, *_: count < length, step, (0, 0.0, array)
    )
    return array.stack()


model, _ = tf2onnx.convert.from_function(
    sums_from_the_end, input_signature=sums_from_the_end.input_signature, opset=18
)
session = onnxruntime.InferenceSession(
    model.SerializeToString(), providers=["CPUExecutionProvider"]
)
values = np.array([1, 2, 4], "float32")
expected = sums_from_the_end(values).numpy()
found = session.run(None, {session.get_inputs()[0].name: values})[0]
print("TensorFlow", expected, "onnxruntime", found)
assert np.array_equal(expected, [7, 6, 4])
assert np.array_equal(found, [4, 6, 7])
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" 2>/dev/null
