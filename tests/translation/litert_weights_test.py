"""Weights of a file of LiteRT in as many bits as asked."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from seq2seq_keras.translation import shrink_weights

RANDOM = np.random.default_rng(0)
# Columns of very different sizes: one scale for all would lose the small ones.
WEIGHTS = RANDOM.normal(size=(64, 48)) * np.logspace(-3, 1, 48)
WEIGHTS = WEIGHTS.astype("float32")
INPUT = RANDOM.normal(size=(3, 64)).astype("float32")


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """A file with a product by weights, and a loop in which it is done three times."""
    kernel, folder = tf.constant(WEIGHTS), str(tmp_path_factory.mktemp("saved"))
    # More than float16 has.
    impossible = tf.constant(np.linspace(-1e9, -1e8, 400, dtype="float32"))

    def once(x):
        return {"y": x @ kernel, "impossible": x[:, :1] * 0 + impossible}

    def thrice(x):
        start = tf.constant(0), tf.zeros([tf.shape(x)[0], 48])
        step = lambda count, total: (count + 1, total + x @ kernel)  # noqa: E731
        return {"y": tf.while_loop(lambda count, _: count < 3, step, start)[1]}

    specs = [tf.TensorSpec([None, 64], tf.float32, "x")]
    signatures = {
        each.__name__: tf.function(each, input_signature=specs, autograph=False)
        for each in (once, thrice)
    }
    tf.saved_model.save(tf.Module(), folder, signatures)
    return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def run(model, name, value=INPUT, output="y"):
    runner = Interpreter(model_content=model).get_signature_runner(name)
    return runner(x=value)[output]


@pytest.mark.parametrize(
    ("precision", "bytes_each", "tolerance"),
    [("float32", 4, 1e-6), ("float16", 2, 1e-3), ("int8", 1, 1e-2)],
)
def test_weights_take_so_many_bytes_and_lose_so_much(
    product, precision, bytes_each, tolerance
):
    small = shrink_weights(product, precision)
    saved = len(product) - len(small)
    # Scales, and what makes the weights of them, take some hundred bytes a graph.
    assert 0 <= WEIGHTS.size * (4 - bytes_each) - saved < 4000
    scale = np.abs(INPUT) @ np.abs(WEIGHTS)
    for name, times in (("once", 1), ("thrice", 3)):
        lost = np.abs(run(small, name) - times * INPUT @ WEIGHTS) / scale
        assert lost.max() < times * tolerance


def test_each_row_or_column_has_its_scale(product):
    """The error of a column is one of that column: within half a step of its own."""
    columns = run(shrink_weights(product, "int8"), "once", np.eye(64, dtype="float32"))
    steps = np.abs(WEIGHTS).max(axis=0, keepdims=True) / 127
    assert (np.abs(columns - WEIGHTS) <= 0.5001 * steps).all()


def test_a_file_may_be_run_again_and_again(product):
    """Weights are made once, and stay."""
    runner = Interpreter(
        model_content=shrink_weights(product, "int8")
    ).get_signature_runner("thrice")
    first, second = (runner(x=INPUT)["y"].copy() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(runner(x=INPUT[:1])["y"], first[:1], rtol=1e-5)


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_what_is_impossible_stays_a_number(product, precision):
    found = run(shrink_weights(product, precision), "once", output="impossible")
    np.testing.assert_array_equal(found, run(product, "once", output="impossible"))
