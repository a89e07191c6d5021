"""Where a training step of each recipe goes, against the roof of the machine.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.step_profile [ROW ...]

The parts of a step are timed one after another in one process, on a batch of the
recipe whose length is the median: the encoder with its gradient; decoder and attention;
logits, loss and metrics with their gradient; clipping and Adam; the moving averages. A
part that contains others (the whole model) stands for the difference. The roof is what
TensorFlow's largest matrix product reaches in the same process, and a part's share of
it counts products of matrices for real tokens only: padding and everything else is what
is lost. Medians of interleaved runs, in milliseconds.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import yaml

from benchmarks.runner import ROOT, alone, markdown_table, run_rows
from benchmarks.training_speed import RECIPES, ROWS

PARTS = ("encoder", "decoder and attention", "logits, loss, metrics", "clipping, Adam")
PARTS = (*PARTS, "averages", "rest")
REPEATS, SHAPE = 15, (1024, 512, 5888)


def profile(row: str) -> dict:
    """Times the parts of a step in this process."""
    import numpy as np
    import tensorflow as tf

    from seq2seq_keras import TrainingConfig
    from seq2seq_keras.training import Trainer

    recipe, precision = row.split(", ")
    text = (ROOT / "configs" / f"{recipe}.yaml").read_text(encoding="utf-8")
    changes = {"corpus": RECIPES[recipe], "precision": precision}
    run = Trainer(TrainingConfig(**{**yaml.safe_load(text), **changes}), None)
    batches = sorted(run.batches.epoch(0).take(65), key=lambda batch: batch[1].shape[1])
    inputs, labels, weights = batches[len(batches) // 2]
    tokens = int(np.count_nonzero(labels))
    source = int(np.count_nonzero(inputs["source_token_ids"]))
    ways = _ways(run, (inputs, labels, weights), tf)
    seconds = {name: [] for name in ways}
    for repeat in range(REPEATS + 2):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if repeat > 1:
                seconds[name].append(time.perf_counter() - start)
    times = {name: 1e3 * statistics.median(taken) for name, taken in seconds.items()}
    return {
        "milliseconds": _differences(times),
        "step": times["step"] + times["averages"],
        "operations": _operations(run.model, source, tokens),
        "roof": 2e-6 * SHAPE[0] * SHAPE[1] * SHAPE[2] / times["roof"],
        "target_tokens": tokens,
        "source_tokens": source,
        "positions": [int(tf.size(labels)), int(tf.size(inputs["source_token_ids"]))],
    }


def _ways(run: Any, batch: tuple, tf: Any) -> dict[str, Callable[[], Any]]:
    """Functions that run a part each."""
    from seq2seq_keras.models import TokenStep, score_tokens

    model, (inputs, labels, weights) = run.model, batch
    step, variables = (
        TokenStep.of(model, weights is not None),
        run.model.trainable_variables,
    )
    layer = step.output_layer
    encoder = model.encoder

    def gradients(make: Callable[[], Any]) -> Callable[[], Any]:
        def run_once() -> Any:
            with tf.GradientTape() as tape:
                loss = make()
            found = tape.gradient(loss, [variable.value for variable in variables])
            # Kept sparse where it is, as in a step.
            return [x for x in found if x is not None]

        return tf.function(run_once)

    def squares(tensors: list) -> Any:
        return tf.add_n([tf.reduce_sum(tf.cast(x, "float32") ** 2) for x in tensors])

    def encode() -> Any:
        outputs, _, states = encoder(inputs["source_token_ids"])
        return squares([outputs, *states.values()])

    vectors = layer.vectors(inputs, training=True)
    loss, metrics = model.loss.token_values, [x.token_values for x in step.metrics]

    def score() -> Any:
        scores = score_tokens(layer, vectors, labels, weights, loss, metrics, True)
        return scores.loss / scores.weight

    kept = [tf.zeros_like(variable.value) + 1e-3 for variable in variables]
    product = [tf.random.normal(shape) for shape in (SHAPE[:2], SHAPE[1:])]
    train = tf.function(model.train_step)
    return {
        "roof": tf.function(lambda: tf.matmul(*product)),
        "encoder": gradients(encode),
        "vectors": gradients(lambda: squares([layer.vectors(inputs, training=True)])),
        "logits, loss, metrics": gradients(score),
        "clipping, Adam": tf.function(lambda: model.optimizer.apply(kept, variables)),
        "averages": lambda: run.averages.on_train_batch_end(0),
        "step": lambda: train((inputs, labels, weights)),
    }


def _differences(times: dict[str, float]) -> dict[str, float]:
    """What each part takes, of times some of which contain others."""
    apart = {name: times[name] for name in PARTS if name in times}
    apart["decoder and attention"] = times["vectors"] - times["encoder"]
    known = sum(taken for name, taken in apart.items() if name != "averages")
    return {name: {**apart, "rest": times["step"] - known}[name] for name in PARTS}


def _operations(model: Any, source: int, tokens: int) -> dict[str, float]:
    """Gigaflops of the products of matrices, forward and backward, of real tokens."""
    output, encoder = model.output._keras_history[0], model.encoder.stack
    of_output = {id(weight) for weight in output.trainable_variables}
    of_encoder = {
        id(weight)
        for layer in encoder.recurrent_layers
        for weight in layer.trainable_variables
    }
    found = dict.fromkeys(PARTS[:3], 0.0)
    for weight in model.trainable_variables:
        if len(weight.shape) != 2:
            continue
        size = 6e-9 * weight.shape[0] * weight.shape[1]
        if id(weight) in of_output:
            found["logits, loss, metrics"] += size * tokens
        elif id(weight) in of_encoder:
            found["encoder"] += size * source
        elif "embedding" not in weight.path:
            found["decoder and attention"] += size * tokens
    return found


def table(results: dict) -> str:
    """Milliseconds of each part, and its share of the roof."""
    lines = [["recipe", "precision", *PARTS, "step", "share of the roof"]]
    for row, numbers in results.items():
        times, operations = numbers["milliseconds"], numbers["operations"]
        roof = numbers["roof"]
        cells = [f"{times[part]:.1f}" for part in PARTS]
        for index, part in enumerate(PARTS):
            if part in operations:
                ideal = 1e3 * operations[part] / roof
                cells[index] += f" ({ideal / times[part]:.0%})"
        ideal = 1e3 * sum(operations.values()) / roof
        whole = numbers["step"]
        lines.append([*row.split(", "), *cells, f"{whole:.1f}", f"{ideal / whole:.0%}"])
    return markdown_table(lines, "ll" + "r" * (len(PARTS) + 2))


def measure(row: str) -> dict:
    """Measures a recipe in a precision."""
    return alone(profile, row)


if __name__ == "__main__":
    run_rows(__doc__, ROWS, measure, table, "step_profile")
