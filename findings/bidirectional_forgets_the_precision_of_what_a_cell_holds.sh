#!/usr/bin/env bash
# Bidirectional makes a cell anew, and layers within it lose the precision they had.
#
# A cell of one's own has layers inside, such as a `Dense`, which take the dtype policy
# that Keras is set to while the cell is made. `keras.layers.RNN` keeps the cell, so that
# a recurrent layer whose cell was made under "mixed_bfloat16" computes so for ever,
# whatever Keras is set to afterwards. `keras.layers.Bidirectional` makes two layers of
# the configuration of the one it is given. That names the precision of the cell itself,
# but not of what is inside, which its constructor makes once more: under the policy of
# that moment. Where that is float32 again, as behind the lines that set it for one model,
# the cell is bfloat16 and its `Dense` float32, and the first product or sum of both is
# refused. Nothing tells that the given layer is not the one that is used.
#
# Seen with keras 3.15.1, tensorflow 2.21.0, Python 3.11: the layer within is
# mixed_bfloat16 in RNN and float32 in Bidirectional, whose call raises
# InvalidArgumentError; made under the policy too, Bidirectional works.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import keras
import tensorflow as tf
from keras import ops

HALF = "mixed_bfloat16"


@keras.saving.register_keras_serializable(package="finding")
class Gate(keras.layers.Layer):
    """A gate that a layer inside computes, between the input and the state."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units
        self.gate = keras.layers.Dense(units, activation="sigmoid")

    def build(self, input_shape):
        self.gate.build((None, input_shape[-1]))

    def call(self, inputs, states):
        gate = self.gate(inputs)
        hidden = gate * inputs + (1 - gate) * states[0]
        return hidden, [hidden]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def recurrent():
    return keras.layers.RNN(Gate(3), return_sequences=True, dtype=HALF)


print("keras", keras.__version__, "tensorflow", tf.__version__)
keras.config.set_dtype_policy(HALF)
one_way, given = recurrent(), recurrent()
together = keras.layers.Bidirectional(recurrent(), dtype=HALF)
keras.config.set_dtype_policy("float32")
later = keras.layers.Bidirectional(given, dtype=HALF)

sequences = ops.ones((2, 4, 3))
print("RNN:                            ", one_way.cell.gate.dtype_policy.name)
inside = together.forward_layer.cell
print("Bidirectional, under the policy:", inside.gate.dtype_policy.name)
assert inside.gate.dtype_policy.name == HALF
inside = later.forward_layer.cell
print("Bidirectional, later:           ", inside.gate.dtype_policy.name)
assert one_way.cell.gate.dtype_policy.name == HALF
assert (inside.dtype_policy.name, inside.gate.dtype_policy.name) == (HALF, "float32")
assert inside is not given.cell
assert one_way(sequences).dtype == together(sequences).dtype == tf.bfloat16
try:
    later(sequences)
except tf.errors.InvalidArgumentError as error:
    told = next(line for line in str(error).splitlines() if "was expected" in line)
    print("It raises:", told.strip())
else:
    raise SystemExit("Bidirectional computed with both precisions: this has changed.")
PYTHON
"$folder/venv/bin/python" "$folder/run.py"
