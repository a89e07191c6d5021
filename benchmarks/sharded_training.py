"""Millions of pairs in 64 files, which two processes read and learn from, each its own.

    python -m benchmarks.sharded_training          # all rows, a quarter of an hour
    python -m benchmarks.sharded_training --table  # what was measured before

The pairs are made up, as those of benchmarks/describe_speed.py are, and written to 64
packed tables (gzip, level 1). Two processes on two cores deal them out into two shards.
Each counts the tokens of its own, and both fit tokenizers to the counts of all; each
makes ids of its own pairs; then both go through the input of an epoch, in batches of
128 pairs of both, and at last train a small model for 300 steps. Pairs per second are
those of both, by the clock, in each part. Every ten seconds each writes down what of
the memory it has (RSS). The numbers go to benchmarks/results/sharded_training.json.
"""

import contextlib
import functools
import gzip
import os
import pathlib
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.describe_speed import made_up_pairs, peak
from benchmarks.runner import markdown_table, run_rows, run_together
from benchmarks.serving_load import memory_of

ROWS = {f"{count:,} pairs": count for count in (1_000_000, 10_000_000)}
FILES, WORKERS, BATCH, STEPS, VOCABULARY = 64, 2, 128, 300, 4000
EVERY = 10.0  # seconds between two looks at the memory


def write_shards(folder: pathlib.Path, rows: int) -> None:
    """Writes made-up pairs, one to a file after the other."""
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(
                gzip.open(folder / f"train-{n:02}.tsv.gz", "wb", compresslevel=1)
            )
            for n in range(FILES)
        ]
        for pairs in made_up_pairs(rows):
            lines = [f"{source}\t{target}\n".encode() for source, target in pairs]
            for number, file in enumerate(files):
                file.write(b"".join(lines[number::FILES]))
    with (folder / "validation.tsv").open("w") as file:
        pairs = next(iter(made_up_pairs(1000)))
        file.writelines(f"{source}\t{target}\n" for source, target in pairs)


class Watched:
    """The memory of this process, looked at from time to time."""

    def __init__(self, rank: int) -> None:
        self.rank, self.part, self.done = rank, "", 0
        self.seen: list[tuple[str, int, int]] = []
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(EVERY)
            megabytes = memory_of(os.getpid()) >> 20
            self.seen.append((self.part, self.done, megabytes))
            told = f"worker {self.rank}: {self.part}, {self.done:,} done"
            print(f"{told}, {megabytes} MB", flush=True)

    @contextlib.contextmanager
    def timed(self, part: str, seconds: dict[str, float]) -> Iterator[None]:
        """Notes the seconds of a part."""
        self.part, self.done, start = part, 0, time.perf_counter()
        yield
        seconds[part] = time.perf_counter() - start


class Reader:
    """What each process does."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def address(self) -> str:
        """A HOST:PORT that is free now."""
        from seq2seq_keras.distributed import TrainingWorker

        return TrainingWorker("127.0.0.1").address()

    def run(self, addresses: list[str], rank: int) -> dict[str, Any]:
        """Reads, goes through an epoch and trains, together with the others."""
        import keras
        import tensorflow as tf

        import seq2seq_keras as s2s
        from seq2seq_keras import training
        from seq2seq_keras.data import ShardedBatches
        from seq2seq_keras.distributed import CollectiveWorkers

        tf.config.threading.set_intra_op_parallelism_threads(1)
        workers = CollectiveWorkers(addresses, rank)
        watched, seconds = Watched(rank), {}
        before = peak()
        config = s2s.TrainingConfig(
            train=[f"{self.folder}/train-*.tsv.gz"],
            validation=[f"{self.folder}/validation.tsv"],
            output=f"{self.folder}/model",
            stream=True,
            shards=WORKERS,
            tokenizer="space",
            max_vocabulary_size=VOCABULARY,
        )
        pairs = training.load_sharded_pairs(config, workers).train
        with watched.timed("count", seconds):
            tokenizers = training.fit_tokenizers(config, pairs, workers)
        with watched.timed("read", seconds):

            def observe(number: int, rows: Any, tokens: Any) -> None:
                watched.done += len(rows)

            batches = ShardedBatches(
                pairs,
                *tokenizers,
                batch_size=BATCH,
                gather=workers.gather,
                observe=observe,
            )
        with watched.timed("epoch", seconds):
            for _, _, weights in batches.epoch(0).as_numpy_iterator():
                watched.done += int(weights.any(axis=1).sum())
        gone_through = watched.done
        keras.utils.set_random_seed(0)
        sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
        model = s2s.build_model(
            *sizes, cell="gru", attention="luong", units=64, embedding_dim=64
        )
        s2s.compile_model(model)
        model.workers = workers
        with watched.timed("train", seconds):
            steps = batches.epoch(0).take(STEPS)
            history = model.fit(steps, shuffle=False, verbose=0)
        return {
            "seconds": seconds,
            "pairs": gone_through,
            "steps": batches.count,
            "loss": float(history.history["loss"][-1]),
            "megabytes_before": before,
            "megabytes_at_peak": peak(),
            "megabytes_seen": watched.seen,
        }


def measure(row: str) -> dict[str, Any]:
    """All numbers of one row."""
    from seq2seq_keras.distributed import LocalWorker

    rows = ROWS[row]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_shards(pathlib.Path(folder), rows)
        print(f"written in {time.perf_counter() - start:.0f} seconds", flush=True)
        make = functools.partial(Reader, folder)
        workers = [LocalWorker(make, is_heard=True) for _ in range(WORKERS)]
        found = run_together(workers)
    assert sum(one["pairs"] for one in found) == rows
    slowest = {
        part: max(one["seconds"][part] for one in found) for part in found[0]["seconds"]
    }
    return {
        **{f"{x}_pairs_per_second": rows / slowest[x] for x in ("count", "read")},
        "epoch_pairs_per_second": rows / slowest["epoch"],
        "train_pairs_per_second": STEPS * BATCH / slowest["train"],
        "steps_of_an_epoch": found[0]["steps"],
        "loss": found[0]["loss"],
        "megabytes_before": max(one["megabytes_before"] for one in found),
        "megabytes_at_peak": max(one["megabytes_at_peak"] for one in found),
        "megabytes_seen": [one["megabytes_seen"] for one in found],
    }


def table(results: dict[str, Any]) -> str:
    """What was measured."""
    parts = ("count", "read", "epoch", "train")
    head = ["", *(f"{part}, pairs/s" for part in parts), "MB before", "MB at peak"]
    rows = [
        [
            row,
            *(f"{found[f'{part}_pairs_per_second']:,.0f}" for part in parts),
            *(f"{found[f'megabytes_{x}']:,.0f}" for x in ("before", "at_peak")),
        ]
        for row, found in results.items()
    ]
    return markdown_table([head, *rows], "lrrrrrr")


if __name__ == "__main__":
    run_rows(__doc__, tuple(ROWS), measure, table, "sharded_training")
