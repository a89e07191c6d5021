"""What the programs that train share: batches, first weights, and the clock.

A program is run as `python -m benchmarks.peers.NAME FOLDER PRECISION` in its toolkit's
environment, from the root of the repository, and prints what it measured as JSON.
"""

import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

WARM_UP = 5
UNITS, EMBEDDING_DIM, BATCH = 512, 256, 64
LEARNING_RATE, CLIP, EPSILON = 1e-3, 1.0, 1e-7
BATCHES, WEIGHTS = "batches.npz", "weights.npz"
Weights = dict[str, np.ndarray]


class Batch(NamedTuple):
    """Ids of 64 sentences, padded with zeros, each side `(batch, length)`."""

    source: np.ndarray
    target: np.ndarray
    labels: np.ndarray


class Clock:
    """Measures the steps after the first ones, which warm up."""

    def start(self) -> None:
        """Starts, when the last step that warms up is done."""
        self.seconds, self.cpu_seconds = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Stops, when the last step is done."""
        self.seconds = time.perf_counter() - self.seconds
        self.cpu_seconds = time.process_time() - self.cpu_seconds


def write(folder: pathlib.Path, weights: Weights, batches: list[Batch]) -> None:
    """Writes what `run` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / WEIGHTS, **weights)
    arrays = [array for batch in batches for array in batch]
    np.savez(folder / BATCHES, *arrays)


def read(folder: pathlib.Path) -> tuple[Weights, list[Batch]]:
    """Reads what `write` wrote."""
    with np.load(folder / WEIGHTS) as file:
        weights = dict(file)
    with np.load(folder / BATCHES) as file:
        arrays = [file[f"arr_{number}"] for number in range(len(file.files))]
    return weights, [
        Batch(*arrays[first : first + 3]) for first in range(0, len(arrays), 3)
    ]


def run(
    train: Callable[[Weights, list[Batch], str, Clock], float], version: str
) -> None:
    """Trains once on each batch, as the command line says, and prints the measures.

    `train` gets the first weights, the batches, the precision and a clock that it
    starts and stops, and returns the mean of the losses of all steps.
    """
    folder, precision = sys.argv[1:]
    weights, batches = read(pathlib.Path(folder))
    clock = Clock()
    loss = train(weights, batches, precision, clock)
    numbers = {
        "seconds": clock.seconds,
        "cpu_seconds": clock.cpu_seconds,
        "peak_memory_gib": peak_memory(),
        "loss": loss,
        "version": version,
    }
    print("RESULT " + json.dumps(numbers), flush=True)


def peak_memory() -> float:
    """The most that this process has held, in GiB.

    Not `ru_maxrss`, which starts at what the process that started this one held.
    """
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 2**20
