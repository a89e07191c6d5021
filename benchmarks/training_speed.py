"""Peak memory and target tokens per second of each recipe, in two precisions.

    python benchmarks/training_speed.py

Each recipe trains for a while in a process of its own, on the batches of its first
epoch in their order; the first steps, in which graphs are traced, do not count for the
speed. The numbers go to benchmarks/results/training_speed.json.
"""

import resource
import time

import yaml

from benchmarks.runner import ROOT, alone, markdown_table, run_rows

RECIPES = {
    "multi30k": "multi30k-tok/en-de",
    "tatoeba": "tatoeba/eng-fra",
    "g2p": "sigmorphon2021/kor",
}
PRECISIONS = ("float32", "mixed_bfloat16")
ROWS = [f"{recipe}, {precision}" for recipe in RECIPES for precision in PRECISIONS]
WARM_UP, STEPS = 20, 60


def train_for_some_steps(row: str) -> dict:
    """Trains in this process; returns what that took."""
    import keras
    import numpy as np

    from seq2seq_keras import TrainingConfig
    from seq2seq_keras.training import Trainer

    recipe, precision = row.split(", ")
    text = (ROOT / "configs" / f"{recipe}.yaml").read_text(encoding="utf-8")
    changes = {"corpus": RECIPES[recipe], "precision": precision}
    run = Trainer(TrainingConfig(**{**yaml.safe_load(text), **changes}), None)
    dataset = run.batches.epoch(0).take(WARM_UP + STEPS)
    tokens = [int(np.count_nonzero(labels)) for _, labels, _ in dataset]

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            if batch == WARM_UP - 1:
                self.start = time.perf_counter()

    clock = Clock()
    # The averages are part of what a step costs.
    run.model.fit(dataset, shuffle=False, verbose=0, callbacks=[run.averages, clock])
    seconds = time.perf_counter() - clock.start
    return {
        "parameters": run.model.count_params(),
        "tokens_per_second": sum(tokens[WARM_UP:]) / seconds,
        "milliseconds_per_step": 1000 * seconds / STEPS,
        "peak_memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def measure(row: str) -> dict:
    """Measures a recipe in a precision."""
    return alone(train_for_some_steps, row)


def table(results: dict) -> str:
    """The recipes in Markdown."""
    heads = ["recipe", "precision", "parameters", "target tokens per second"]
    lines = [[*heads, "ms per step", "GiB"]]
    for row, numbers in results.items():
        speed, step = numbers["tokens_per_second"], numbers["milliseconds_per_step"]
        cells = [f"{numbers['parameters']:,}", f"{speed:,.0f}", f"{step:.0f}"]
        lines.append([*row.split(", "), *cells, f"{numbers['peak_memory_gib']:.1f}"])
    return markdown_table(lines, "llrrrr")


if __name__ == "__main__":
    run_rows(__doc__, ROWS, measure, table, "training_speed")
