"""What the programs that train share: batches, first weights, and their turns.

A program is run as `python -m benchmarks.peers.NAME FOLDER PRECISION` in its toolkit's
environment, from the root of the repository. It takes a step for each line that it
reads and prints what it measured as JSON.
"""

import json
import os
import pathlib
import sys
import time
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


class Turns:
    """Waits for its turn before each step, and measures the step.

    Args:
        version: What trains, with its version.
    """

    def __init__(self, version: str) -> None:
        self.version = version

    def begin(self) -> None:
        """Waits; ends the process where there is no turn to come."""
        if not sys.stdin.readline():
            # Not `sys.exit`, which a training loop of others may catch.
            os._exit(0)
        self.seconds, self.cpu_seconds = time.perf_counter(), time.process_time()

    def end(self, loss: float) -> None:
        """Says what the step took, when all of it is done.

        Args:
            loss: The mean loss of all steps so far.
        """
        numbers = {
            "seconds": time.perf_counter() - self.seconds,
            "cpu_seconds": time.process_time() - self.cpu_seconds,
            "peak_memory_gib": peak_memory(),
            "loss": loss,
            "version": self.version,
        }
        print("RESULT " + json.dumps(numbers), flush=True)


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


def task() -> tuple[Weights, list[Batch], str]:
    """The first weights, the batches and the precision that the command line names."""
    folder, precision = sys.argv[1:]
    return *read(pathlib.Path(folder)), precision


def peak_memory() -> float:
    """The most that this process has held, in GiB.

    Not `ru_maxrss`, which starts at what the process that started this one held.
    """
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 2**20
