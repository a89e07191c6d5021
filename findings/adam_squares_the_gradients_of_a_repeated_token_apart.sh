#!/usr/bin/env bash
# Adam takes a token that occurs twice in a batch for two tokens that occur once.
#
# On the TensorFlow backend the gradient of an `Embedding` is sparse: one row for each
# occurrence of a token, equal rows not added up. Keras 3's Adam squares the rows as they
# are and adds the squares, a^2 + b^2, where the gradient of the token is a + b and its
# square (a + b)^2. So a frequent word of a batch has too small a second moment, and moves
# too far: with one occurrence the first step is as long as the learning rate, with two
# equal ones sqrt(2) times that, with n sqrt(n) times. The same table of words as a
# product with one-hot rows, whose gradient is dense, moves by the learning rate.
#
# `global_clipnorm` measures the same way: the norm comes out too small, and what is
# clipped to 1 is still longer. The clipped gradient is dense, so that Adam then squares
# it right.
#
# Seen with keras 3.15.1, tensorflow 2.21.0, Python 3.11: a first step at a
# learning rate of 0.1 moves tokens that occur 1, 2 and 9 times by 0.1, 0.1414 and 0.3
# where the gradient is sparse, and by 0.1 where it is dense. A step of SGD at a learning
# rate of 1, clipped to a norm of 1, is 2.68 long.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import keras
import numpy as np
import tensorflow as tf

TOKENS = np.array([[1] + [2] * 2 + [3] * 9])  # once, twice, nine times


def moved(layer, inputs, optimizer=None):
    """How far the rows of a table go in a first step that pulls all tokens alike."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer])
    model.compile(optimizer or keras.optimizers.Adam(0.1), lambda y, x: keras.ops.sum(x))
    before = model.get_weights()[0]
    model.train_on_batch(inputs, np.zeros((1, 1)))
    return np.abs(model.get_weights()[0] - before)[1:4, 0]


sparse = keras.layers.Embedding(4, 2)
dense = keras.layers.Dense(2, use_bias=False)
one_hot = np.eye(4, dtype="float32")[TOKENS]
print("keras", keras.__version__, "tensorflow", tf.__version__)
of_embedding = moved(sparse, TOKENS)
of_product = moved(dense, one_hot)
clipping = keras.optimizers.Adam(0.1, global_clipnorm=1e6)
clipped = moved(keras.layers.Embedding(4, 2), TOKENS, clipping)
clipping = keras.optimizers.SGD(1.0, global_clipnorm=1.0)
step = moved(keras.layers.Embedding(4, 2), TOKENS, clipping)
length = np.sqrt(2 * np.sum(step**2))  # both columns move alike
print("moved by, embedding:     ", of_embedding)
print("moved by, one-hot rows:  ", of_product)
print("moved by, with clipping: ", clipped)
print("length of a step that is clipped to 1:", length)
np.testing.assert_allclose(of_embedding, [0.1, 0.1 * 2**0.5, 0.3], rtol=1e-3)
np.testing.assert_allclose(of_product, [0.1, 0.1, 0.1], rtol=1e-3)
np.testing.assert_allclose(clipped, [0.1, 0.1, 0.1], rtol=1e-3)
# 1, 2 and 9 occurrences: the norm is sqrt(2 (1 + 4 + 81)), not sqrt(2 (1 + 2 + 9)).
np.testing.assert_allclose(length, (86 / 12) ** 0.5, rtol=1e-3)
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py"
