#!/usr/bin/env bash
# `tf.scatter_nd` adds up the values of a place that is named twice; what tf2onnx makes
# of it keeps one of them.
#
# tf2onnx writes a ScatterND without `reduction="add"`, which ONNX has since opset 16. No
# error and no warning; the checker is content. A pointer generator, which sums the
# attention to all places of a word, then copies words with too little probability.
# Choices are wrong too: `tf.where` becomes a sum of products with 0 and 1, which is NaN
# where the value that is not chosen is infinite. And `-7 % 3` of integers, 2 in
# TensorFlow, is -1 in the graph that comes out: ONNX divides towards 0.
#
# Seen with tf2onnx 1.17.0, tensorflow 2.21.0, onnx 1.23.2, onnxruntime 1.32.0,
# Python 3.11: [[1. 2.]] in TensorFlow, [[1. 1.]] in onnxruntime; 1 and nan; 2 and -1.
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


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.int32)])
def add_up(places):
    return tf.scatter_nd(places, tf.ones(tf.shape(places)[:1]), [1, 2])


@tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
def choose(values):
    return tf.where(values > 0, values, tf.ones_like(values))


@tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
def rest(values):
    return values % 3


def in_onnx(function, array):
    model, _ = tf2onnx.convert.from_function(
        function, input_signature=function.input_signature, opset=18
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: array})[0]


places = np.array([[0, 0], [0, 1], [0, 1]], "int32")
print("sum", add_up(places).numpy(), in_onnx(add_up, places))
below = np.array([-np.inf], "float32")
print("choice", choose(below).numpy(), in_onnx(choose, below))
seven = np.array([-7], "int32")
print("rest", rest(seven).numpy(), in_onnx(rest, seven))
assert not np.array_equal(rest(seven).numpy(), in_onnx(rest, seven))
assert not np.array_equal(add_up(places).numpy(), in_onnx(add_up, places))
assert np.isnan(in_onnx(choose, below)).all()
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" 2>/dev/null
