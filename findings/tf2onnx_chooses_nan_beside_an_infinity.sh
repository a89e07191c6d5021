#!/usr/bin/env bash
# `tf.where` comes out of tf2onnx as a sum of products, so that a value that was not
# chosen still counts: an infinity there makes NaN of the value that was.
#
# A condition is cast to a number, and what is chosen is `condition * this + (1 -
# condition) * that`; ONNX's own `Where` is not used, whatever the opset. 0 times an
# infinity is NaN. That is met by every search that keeps the scores of impossible tokens
# or of ended hypotheses at minus infinity: in TensorFlow they lose, in onnxruntime they
# are NaN, which neither loses nor wins. No error and no warning; the checker is content.
#
# Seen with tf2onnx 1.17.0, tensorflow 2.21.0, onnx 1.23.2, onnxruntime 1.32.0,
# Python 3.11: [-inf, -1.] in TensorFlow, [-inf, nan] in onnxruntime, and of operations
# Add, Cast, Mul and Not.
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


@tf.function(
    input_signature=[
        tf.TensorSpec([None], tf.bool),
        tf.TensorSpec([None], tf.float32),
        tf.TensorSpec([None], tf.float32),
    ],
    autograph=False,
)
def scores_of(has_ended, ended, going_on):
    return tf.where(has_ended, ended, going_on)


arguments = (
    np.array([True, False]),
    np.array([-np.inf, -np.inf], "float32"),
    np.array([-2, -1], "float32"),
)
expected = scores_of(*arguments).numpy()
for opset in (15, 18):
    model, _ = tf2onnx.convert.from_function(
        scores_of, input_signature=scores_of.input_signature, opset=opset
    )
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    found = session.run(None, dict(zip(names, arguments)))[0]
    kinds = sorted({node.op_type for node in model.graph.node})
    print("opset", opset, "TensorFlow", expected, "onnxruntime", found, kinds)
    assert np.array_equal(expected, [-np.inf, -1])
    assert found[0] == -np.inf and np.isnan(found[1])
    assert kinds == ["Add", "Cast", "Mul", "Not"]
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" 2>/dev/null
