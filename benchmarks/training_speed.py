"""Target tokens per second and peak memory of each recipe, beside another checkout.

    python -m benchmarks.training_speed [ROW ...] [--against FOLDER]

Each recipe trains for a while in a process of its own, on the batches of its first
epoch in their order, averages included; the first steps, in which graphs are traced, do
not count for the speed. Another checkout of this package trains the same recipe on the
batches that it makes; the processes take turns. The numbers go to
benchmarks/results/training_speed.json.
"""

import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import yaml

from benchmarks.runner import (
    RESULTS,
    ROOT,
    checkout_environment,
    environment,
    markdown_table,
    parser_of,
    processor_features,
    read_json,
    write_json,
)

RECIPES = {
    "multi30k": "multi30k-tok/en-de",
    "tatoeba": "tatoeba/eng-fra",
    "g2p": "sigmorphon2021/kor",
}
PRECISIONS = ("float32", "mixed_bfloat16")
ROWS = [f"{recipe}, {precision}" for recipe in RECIPES for precision in PRECISIONS]
WARM_UP, STEPS = 20, 60
PATH = RESULTS / "training_speed.json"


def main() -> None:
    """Measures what is asked for and shows all that is measured."""
    parser = parser_of(__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="; ".join(ROWS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--against", type=pathlib.Path, help="another checkout")
    parser.add_argument("--table", action="store_true", help="only show the results")
    parser.add_argument("--one", nargs=2, metavar=("RECIPE", "PRECISION"))
    options = parser.parse_args()
    if options.one:
        print(json.dumps(train_for_some_steps(*options.one)))
        return
    for row in () if options.table else options.rows or ROWS:
        before = {**environment(), "features": processor_features()}
        sides = {
            "ours": ROOT,
            **({"against": options.against} if options.against else {}),
        }
        runs: dict[str, list[dict]] = {side: [] for side in sides}
        for _ in range(options.repeats):
            for side, folder in sides.items():
                runs[side].append(_in_checkout(folder, *row.split(", ")))
        measured = {row: {**runs, "environment": before}}
        write_json(PATH, {**read_json(PATH), **measured})
    print(table(read_json(PATH)))


def _in_checkout(folder: pathlib.Path, recipe: str, precision: str) -> dict:
    """What the program of a checkout measures in a process of its own."""
    program = folder / "benchmarks" / "training_speed.py"
    printed = subprocess.run(
        [sys.executable, str(program), "--one", recipe, precision],
        check=True,
        stdout=subprocess.PIPE,
        env=checkout_environment(folder),
    ).stdout
    return json.loads(printed.splitlines()[-1])


def train_for_some_steps(recipe: str, precision: str) -> dict:
    """Trains in this process; returns what that took."""
    import keras
    import numpy as np

    from seq2seq_keras import TrainingConfig
    from seq2seq_keras.training import Trainer

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


def table(results: dict) -> str:
    """The recipes in Markdown: medians, and the ratio's range over the turns."""
    heads = ["recipe", "precision", "parameters", "target tokens per second"]
    lines = [
        [*heads, "ms per step", "GiB", "against: tokens per second", "GiB", "ratio"]
    ]
    for row, sides in results.items():
        ours, others = sides["ours"], sides.get("against", [])
        speeds = [run["tokens_per_second"] for run in ours]
        cells = [
            f"{ours[0]['parameters']:,}",
            f"{_median(ours, 'tokens_per_second'):,.0f}",
        ]
        cells.append(f"{_median(ours, 'milliseconds_per_step'):.0f}")
        cells.append(f"{_median(ours, 'peak_memory_gib'):.2f}")
        if others:
            ratios = [
                speed / run["tokens_per_second"]
                for speed, run in zip(speeds, others, strict=True)
            ]
            cells.append(f"{_median(others, 'tokens_per_second'):,.0f}")
            cells.append(f"{_median(others, 'peak_memory_gib'):.2f}")
            low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
            cells.append(f"{middle:.2f} ({low:.2f} to {high:.2f})")
        lines.append([*row.split(", "), *cells])
    return markdown_table(lines, "llrrrrrrr")


def _median(runs: list[dict], name: str) -> float:
    return statistics.median(run[name] for run in runs)


if __name__ == "__main__":
    main()
