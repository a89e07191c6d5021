"""What a training step of each recipe costs, counted and not timed.

    python -m tools.step_cost [--largest N]   # rewrites tools/step_cost.json

For each recipe of configs/ it counts the operations in the graph of a step, how often
batches of three shapes have it traced, and the most bytes that its tensors take at a
time. Neither needs the recipe's data: vocabularies and batches have fixed sizes. A test
compares with what is written. `--largest` shows the largest tensors of each graph.

Memory is counted by TensorFlow's allocator with statistics, which is chosen before
TensorFlow starts, and operations run one after another, so that it is the same each
time.
"""

import argparse
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

os.environ["TF_CPU_ALLOCATOR_USE_BFC"] = "1"
os.environ["TF_CPU_BFC_MEM_LIMIT_IN_MB"] = "16384"

FILE = pathlib.Path(__file__).with_suffix(".json")
CONFIGS = pathlib.Path(__file__).parents[1] / "configs"
# Vocabularies, and the lengths of the batch that is measured.
RECIPES = {
    "demo": (2000, 2500, 12, 12),
    "g2p": (60, 60, 12, 14),
    "inflection": (90, 60, 16, 14),
    "multi30k": (8000, 8000, 16, 16),
    "tatoeba": (6000, 9000, 10, 12),
}


def main() -> None:
    """Counts and writes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--largest", type=int, default=0, metavar="N")
    options = parser.parse_args()
    counted = {name: count(name, options.largest) for name in RECIPES}
    FILE.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(counted, indent=2))


def count(recipe: str, largest: int = 0) -> dict[str, int]:
    """The operations, traces and bytes of a step of a recipe."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    model, batch_size = _build(recipe)
    source, target = RECIPES[recipe][2:]
    traces: list[Any] = []
    train_step = model.train_step

    def traced(data: Any) -> Any:
        traces.append(tf.compat.v1.get_default_graph())
        return train_step(data)

    model.train_step = traced
    lengths = [(source - 2, target - 2), (source - 1, target - 1), (source, target)]
    model.fit(_dataset(batch_size, lengths), verbose=0, shuffle=False)
    last = iter(_dataset(batch_size, lengths[-1:]))
    before = tf.config.experimental.get_memory_info("CPU:0")["current"]
    tf.config.experimental.reset_memory_stats("CPU:0")
    model.train_function(last)
    peak = tf.config.experimental.get_memory_info("CPU:0")["peak"] - before
    definition = traces[-1].as_graph_def()
    bodies = [definition.node, *(x.node_def for x in definition.library.function)]
    counted = {
        "operations": sum(map(len, bodies)),
        "traces": len(traces),
        "peak_bytes": peak,
    }
    if largest:
        for size, what in sorted(_tensors(model, batch_size, source, target))[
            -largest:
        ]:
            print(f"{recipe}: {size / 1e6:7.1f} MB  {what}")
    return counted


def _build(recipe: str) -> tuple[Any, int]:
    """The compiled model of a recipe, and its sentences in a batch."""
    import dataclasses

    import keras

    from seq2seq_keras import build_model, compile_model
    from seq2seq_keras.architecture import Architecture

    text = (CONFIGS / f"{recipe}.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    names = {field.name for field in dataclasses.fields(Architecture)}
    options = {name: config[name] for name in names & config.keys()}
    if options.get("features_encoder") is not None:
        options["features_vocabulary_size"] = 40
    keras.utils.set_random_seed(0)
    # In one precision everywhere, or else the counts would be the machine's.
    model = build_model(*RECIPES[recipe][:2], **{**options, "precision": "float32"})
    smoothing = config.get("label_smoothing", 0.0)
    return compile_model(model, label_smoothing=smoothing), config.get("batch_size", 64)


def _dataset(batch_size: int, lengths: list[tuple[int, int]]) -> Any:
    """Batches of these lengths, a tenth of whose targets is padding."""
    import tensorflow as tf

    def batches() -> Iterator[Any]:
        for source_length, target_length in lengths:
            source = tf.fill([batch_size, source_length], 5)
            real = target_length - tf.range(batch_size) % 3
            target = 5 * tf.cast(tf.sequence_mask(real, target_length), "int32")
            weights = tf.cast(target != 0, "float32")
            inputs = {"source_token_ids": source, "target_token_ids": target}
            yield inputs, target, weights

    dataset = tf.data.Dataset.from_generator(
        batches, output_signature=_signature(None, None, None)
    )
    return dataset.apply(tf.data.experimental.assert_cardinality(len(lengths)))


def _signature(batch: int | None, source: int | None, target: int | None) -> Any:
    import tensorflow as tf

    target_ids = tf.TensorSpec([batch, target], tf.int32)
    inputs = {
        "source_token_ids": tf.TensorSpec([batch, source], tf.int32),
        "target_token_ids": target_ids,
    }
    return inputs, target_ids, tf.TensorSpec([batch, target], tf.float32)


def _tensors(model: Any, *shape: int) -> Iterator[tuple[int, str]]:
    """Bytes and names of the tensors that a step makes outside of its loops."""
    import tensorflow as tf

    step = tf.function(model.train_step).get_concrete_function(_signature(*shape))
    for operation in step.graph.get_operations():
        for tensor in operation.outputs:
            if tensor.shape.is_fully_defined() and tensor.dtype.size:
                size = tensor.shape.num_elements() * tensor.dtype.size
                yield size, f"{tensor.dtype.name}{tensor.shape}  {tensor.name}"


if __name__ == "__main__":
    main()
