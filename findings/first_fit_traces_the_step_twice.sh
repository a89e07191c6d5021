#!/usr/bin/env bash
# The first `fit` of a recurrent model on TensorFlow traces its training step twice.
#
# Keras 3 builds an optimizer when it is first applied. On the TensorFlow backend that
# happens inside the traced step; a `tf.function` that has made variables throws its
# first trace away and traces once more. For a recurrent encoder-decoder a trace takes
# seconds, so that half of the wait before the first batch is for nothing.
# `optimizer.build(model.trainable_variables)` before `fit` leaves one trace.
#
# Seen with keras 3.15.1, tensorflow 2.21.0, Python 3.11: 2 traces in
# 4.7 CPU-seconds, then 1 in 2.2, and the same losses.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import time

import keras
import numpy as np
import tensorflow as tf


class Counting(keras.Model):
    traces = 0

    def train_step(self, data):
        self.traces += 1
        return super().train_step(data)


def first_fit(*, build_first):
    keras.utils.set_random_seed(0)
    source, target = (keras.Input((None,), dtype="int32") for _ in range(2))
    words = keras.layers.Embedding(50, 16)
    _, *states = keras.layers.LSTM(16, return_state=True)(words(source))
    outputs = keras.layers.LSTM(16, return_sequences=True)(
        words(target), initial_state=states
    )
    model = Counting([source, target], keras.layers.Dense(50)(outputs))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    if build_first:
        model.optimizer.build(model.trainable_variables)
    random = np.random.default_rng(0)
    ids = [random.integers(1, 50, size=(8, 6)) for _ in range(3)]
    start = time.process_time()
    history = model.fit(ids[:2], ids[2], verbose=0)
    seconds = time.process_time() - start
    return model.traces, history.history["loss"], seconds


print("keras", keras.__version__, "tensorflow", tf.__version__)
lazy, lazy_loss, lazy_seconds = first_fit(build_first=False)
built, built_loss, built_seconds = first_fit(build_first=True)
print(f"as compiled: {lazy} traces, {lazy_seconds:.1f} CPU-seconds")
print(f"optimizer built first: {built} trace, {built_seconds:.1f} CPU-seconds")
assert (lazy, built) == (2, 1), (lazy, built)
assert lazy_loss == built_loss, (lazy_loss, built_loss)
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py"
