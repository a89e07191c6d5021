#!/usr/bin/env bash
# A model that makes `Bidirectional` layers by itself is saved, and `load_model` fails, or
# loads it without a word as a model that computes something else.
#
# `Bidirectional(layer)` makes its two directions from the configuration of `layer`, by
# serializing and deserializing it, and lets go of `layer`. While a model is loaded Keras
# knows shared objects by their place in memory (`id`), and keeps no reference to them. So
# when Python puts a later layer in the place of one that was let go of, the copy that was
# made of the first is taken for that of the later one: a cell for a layer, a backward
# layer for a forward one, or two layers that share their weights. How many layers it
# takes depends on what the interpreter does with its memory: a stack of two has failed,
# and one of 48 was loaded as it was saved. A reference that is kept to each `layer` cures
# it.
#
# Seen with keras 3.15.1, tensorflow 2.21.0, Python 3.11, `RNN(LSTMCell)` inside: of
# stacks of 2 to 64 layers without the reference some are not what was saved, by
# ValueError ("Forward layer and backward layer should have different `go_backwards`
# value"), AttributeError ("'LSTMCell' object has no attribute 'go_backwards'"), or outputs
# that differ; with the reference all of them are equal.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import sys

import keras
import numpy as np

KEPT = []


@keras.saving.register_keras_serializable("finding")
class Encoder(keras.Model):
    def __init__(self, count, is_kept, **options):
        super().__init__(**options)
        self.count, self.is_kept = count, is_kept
        self.stack = []
        for number in range(count):
            cell = keras.layers.LSTMCell(4)
            inner = keras.layers.RNN(cell, return_sequences=True)
            if is_kept:
                KEPT.append(inner)
            both = keras.layers.Bidirectional(inner, name=f"layer_{number}")
            self.stack.append(both)

    def call(self, values):
        for layer in self.stack:
            values = layer(values)
        return values

    def get_config(self):
        return {"count": self.count, "is_kept": self.is_kept, "name": self.name}


def outcome(count, is_kept):
    values = np.random.default_rng(0).normal(size=(2, 3, 8)).astype("float32")
    model = Encoder(count, is_kept)
    expected = model(values)
    model.save(sys.argv[1])
    try:
        found = keras.models.load_model(sys.argv[1])(values)
    except Exception as error:
        return type(error).__name__
    return "equal" if np.array_equal(found, expected) else "different"


COUNTS = (2, 16, 32, 40, 48, 56, 64)
without, kept = (
    {count: outcome(count, is_kept) for count in COUNTS} for is_kept in (False, True)
)
print("nothing is kept:", without)
print("the inner layer is kept:", kept)
assert set(without.values()) - {"equal"}
assert set(kept.values()) == {"equal"}
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" \
    "$folder/model.keras" 2>/dev/null
