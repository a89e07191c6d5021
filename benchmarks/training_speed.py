"""Peak memory and target tokens per second of each recipe, in two precisions.

    python benchmarks/training_speed.py

Each recipe trains for a while in a process of its own, on the batches of its first
epoch in their order; the first steps, in which graphs are traced, do not count for the
speed. Writes benchmarks/results/training_speed.json and prints it as a table.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "training_speed.json"
RECIPES = {
    "multi30k": "multi30k-tok/en-de",
    "tatoeba": "tatoeba/eng-fra",
    "g2p": "sigmorphon2021/kor",
}
PRECISIONS = ("float32", "mixed_bfloat16")
WARM_UP, STEPS = 20, 60


def measure(recipe, precision):
    """Trains for some steps in this process and prints what that took, as JSON."""
    import keras
    import numpy as np
    import yaml

    from seq2seq_keras.training.config import TrainingConfig
    from seq2seq_keras.training.run import TrainingRun

    text = (ROOT / "configs" / f"{recipe}.yaml").read_text(encoding="utf-8")
    changes = {"corpus": RECIPES[recipe], "precision": precision}
    run = TrainingRun(TrainingConfig(**{**yaml.safe_load(text), **changes}), None)
    dataset = run.batches.epoch(0).take(WARM_UP + STEPS)
    tokens = [int(np.count_nonzero(labels)) for _, labels, _ in dataset]

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == WARM_UP - 1:
                self.start = time.perf_counter()

    clock = Clock()
    # The averages are part of what a step costs.
    run.model.fit(dataset, shuffle=False, verbose=0, callbacks=[run.averages, clock])
    seconds = time.perf_counter() - clock.start
    result = {
        "recipe": recipe,
        "precision": precision,
        "parameters": run.model.count_params(),
        "tokens_per_second": sum(tokens[WARM_UP:]) / seconds,
        "milliseconds_per_step": 1000 * seconds / STEPS,
        "peak_memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }
    print(json.dumps(result))


def main():
    """Measures every recipe in each precision."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one", nargs=2, metavar=("RECIPE", "PRECISION"))
    options = parser.parse_args()
    if options.one:
        measure(*options.one)
        return
    rows = []
    for recipe in RECIPES:
        for precision in PRECISIONS:
            command = [sys.executable, __file__, "--one", recipe, precision]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            print(
                "| {recipe} | {precision} | {parameters:,} | {tokens_per_second:,.0f} "
                "| {milliseconds_per_step:.0f} | {peak_memory_gib:.1f} |".format(
                    **rows[-1]
                ),
                flush=True,
            )
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    text = json.dumps({**machine, "rows": rows}, indent=2) + "\n"
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
