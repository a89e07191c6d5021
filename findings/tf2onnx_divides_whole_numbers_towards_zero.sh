#!/usr/bin/env bash
# `//` and `%` of integers round down in TensorFlow, and towards zero in what tf2onnx
# makes of them: below zero they are other numbers.
#
# tf2onnx makes ONNX's `Div` of `FloorDiv`, and of `FloorMod` what is left of that `Div`.
# For floats it adds a `Floor`; for integers it adds nothing, and `Div` of ONNX cuts the
# fraction off. So the row before the first one, or the place of a token before the
# beginning of a sentence, is another one: -1 // 2 is 0 and not -1, -2 % 5 is -2 and not
# 3. A ring buffer of the last tokens then reads from outside its end. No error and no
# warning; the checker is content.
#
# Seen with tf2onnx 1.17.0, tensorflow 2.21.0, onnx 1.23.2, onnxruntime 1.32.0,
# Python 3.11: [-1 -4 3] and [1 3 2] in TensorFlow, [0 -3 3] and [-1 -2 2] in onnxruntime.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tf2onnx==1.17.0 tensorflow==2.21.0 \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx

INTEGERS = [tf.TensorSpec([None], tf.int32)] * 2


@tf.function(input_signature=INTEGERS, autograph=False)
def quotients(numbers, divisors):
    return numbers // divisors


@tf.function(input_signature=INTEGERS, autograph=False)
def remainders(numbers, divisors):
    return numbers % divisors


def run(function, *arguments):
    model, _ = tf2onnx.convert.from_function(
        function, input_signature=INTEGERS, opset=18
    )
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    found = session.run(None, dict(zip(names, arguments)))[0]
    expected = function(*arguments).numpy()
    print("TensorFlow", expected, "onnxruntime", found)
    return expected.tolist(), found.tolist()


numbers, twos = np.array([-1, -7, 7], "int32"), np.array([2, 2, 2], "int32")
assert run(quotients, numbers, twos) == ([-1, -4, 3], [0, -3, 3])
fives = np.array([2, 5, 5], "int32")
assert run(remainders, numbers, fives) == ([1, 3, 2], [-1, -2, 2])
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" 2>/dev/null
