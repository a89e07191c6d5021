"""Processes that train one model, on this machine and, by what they cost, on many.

    python -m benchmarks.scaling            # all rows, some minutes
    python -m benchmarks.scaling --table    # what was measured before

Each row trains the model of configs/demo.yaml without dropout, in batches of 128 pairs
of the phrasebook, for 20 steps after 5 to warm up, by one, two or three processes that
share two cores. A step without sums is the same step of the same share whose sums are
those of one process alone, measured behind the others. One process passes nothing, so
how far its two times differ is how far those of others tell nothing. `input` is what
one process makes of its pairs: batches of ids.

The second table is computed, not measured. Every worker has as much as the one process
had here, or eight times that (a larger batch). A ring of W workers passes 2 (W-1)/W of
the gradient over each link, in 2 (W-1) messages of 50 microseconds. A step takes as
long as that of the slowest worker, whose times are drawn from those that were measured
here for one batch again and again (seed 0, 2,000 draws): none is slower than those.

The numbers go to benchmarks/results/scaling.json.
"""

import functools
import itertools
import statistics
import time
from typing import Any

import numpy as np

from benchmarks.runner import markdown_table, run_rows, run_together

BATCH, WARM, STEPS, SAME = 128, 5, 20, 30
ROWS = {
    f"{count} x {precision}": (count, precision)
    for precision in ("float32", "mixed_bfloat16")
    for count in (1, 2, 3)
}
WORKERS, GIGABITS = (8, 64, 512), (1, 10, 100)
LATENCY, DRAWS = 50e-6, 2000  # seconds a message in a data centre
TIMES = (1, 8)


class Training:
    """What a process of a row holds."""

    def __init__(self, precision: str) -> None:
        self.precision = precision

    def address(self) -> str:
        """A HOST:PORT that is free now."""
        from seq2seq_keras.distributed import TrainingWorker

        return TrainingWorker("127.0.0.1").address()

    def run(self, addresses: list[str], rank: int) -> dict:
        """Trains with the others, and by itself on the same share."""
        import tensorflow as tf

        threads = max(1, 2 // len(addresses))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        from seq2seq_keras.distributed import CollectiveWorkers

        several = len(addresses) > 1
        workers = CollectiveWorkers(addresses, rank) if several else None
        model, batches = self._make(rank, len(addresses))
        share = list(itertools.islice(batches, WARM + STEPS))
        together = _steps(model, workers, share)
        # The first one ends before the others begin what nobody else takes part in.
        apart = _steps(model, Apart(rank, len(addresses)) if several else None, share)
        same = _steps(model, None, [share[0]] * (WARM + SAME)) if not several else []
        weights = sum(int(np.prod(x.shape)) for x in model.trainable_variables)
        start, made = time.perf_counter(), list(self._make(rank, 1)[1])
        seconds = time.perf_counter() - start
        return {
            "seconds": together,
            "seconds_apart": apart,
            "same_batch": same,
            "tokens": [int((batch[2] > 0).sum()) for batch in share[WARM:]],
            "gradient_bytes": 4 * weights,
            "input_bytes": sum(sum(x.nbytes for x in _arrays(b)) for b in made),
            "input_seconds": seconds,
        }

    def _make(self, rank: int, count: int) -> tuple[Any, Any]:
        import keras

        import seq2seq_keras as s2s
        from seq2seq_keras.data import Batches

        keras.utils.set_random_seed(0)
        pairs = s2s.load_corpus("phrasebook/english-french").train
        tokenizers = [s2s.WordTokenizer.fit(x) for x in (pairs.source, pairs.target)]
        sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
        model = s2s.build_model(
            *sizes, units=256, embedding_dim=128, dropout=0.0, precision=self.precision
        )
        s2s.compile_model(model)
        made = Batches(pairs, *tokenizers, batch_size=BATCH, share=(rank, count))
        return model, made.epoch(0).as_numpy_iterator()


class Apart:
    """Workers that hear nothing of each other."""

    def __init__(self, rank: int, count: int) -> None:
        self.rank, self.count = rank, count

    def add_up(self, tensors: Any, purpose: int) -> Any:
        """This one's own."""
        return tensors

    def gather(self, texts: Any) -> Any:
        """This one's own."""
        return texts


def _arrays(batch: Any) -> list[np.ndarray]:
    inputs, labels, weights = batch
    return [*inputs.values(), labels, weights]


def _steps(model: Any, workers: Any, share: list) -> list[float]:
    """Seconds of each step after those that warm up."""
    import tensorflow as tf

    model.workers = workers
    model.make_train_function(force=True)
    signature = tf.nest.map_structure(
        lambda x: tf.TensorSpec([None, None], x.dtype), share[0]
    )
    step = tf.function(model.train_step, input_signature=[signature], autograph=False)
    seconds = []
    for batch in share:
        batch = tf.nest.map_structure(tf.constant, batch)
        start = time.perf_counter()
        float(step(batch)["loss"])
        seconds.append(time.perf_counter() - start)
    return seconds[WARM:]


def measure(row: str) -> dict:
    """Trains by the processes of a row."""
    from seq2seq_keras.distributed import LocalWorker

    count, precision = ROWS[row]
    make = functools.partial(Training, precision)
    found = run_together([LocalWorker(make) for _ in range(count)])
    step = statistics.median(found[0]["seconds"])
    # A step of the slowest: what the others wait for is not communication alone.
    each = zip(*(x["seconds_apart"] for x in found), strict=True)
    apart = statistics.median(map(max, each))
    return {
        "seconds_a_step": step,
        "seconds_apart": apart,
        "tokens_per_second": sum(sum(x["tokens"]) for x in found)
        / sum(found[0]["seconds"]),
        "gradient_bytes": found[0]["gradient_bytes"],
        "input_bytes_per_second": found[0]["input_bytes"] / found[0]["input_seconds"],
        "same_batch": found[0]["same_batch"],
    }


def table(results: dict) -> str:
    """What was measured, and what follows from it."""
    rows = []
    for row, found in results.items():
        alone = results.get(f"1 x {ROWS[row][1]}", found)
        rows.append(
            [
                row,
                f"{1000 * found['seconds_a_step']:.0f}",
                f"{found['tokens_per_second']:,.0f}",
                f"{found['tokens_per_second'] / alone['tokens_per_second']:.2f}",
                f"{1000 * found['seconds_apart']:.0f}",
                f"{found['gradient_bytes'] / 1e6:.1f}",
                f"{found['input_bytes_per_second'] / 1e6:.1f}",
            ]
        )
    names = ["processes", "ms a step", "tokens/s", "of one", "ms without sums"]
    names += ["MB a gradient", "MB/s of input"]
    measured = markdown_table([names, *rows], " rrrrrr")
    one = results.get("1 x float32")
    return f"{measured}\n\n{_planned(one)}" if one else measured


def _planned(one: dict) -> str:
    """Many workers, each with the share of the one that was measured."""
    draw = np.random.default_rng(0)
    times = np.array(one["same_batch"])
    rows = []
    for count, gigabits, batches in itertools.product(WORKERS, GIGABITS, TIMES):
        steps = draw.choice(times, (DRAWS, batches, count)).sum(axis=1)
        slowest = float(steps.max(axis=1).mean())
        ring = 2 * (count - 1)
        passing = ring / count * one["gradient_bytes"] * 8 / (gigabits * 1e9)
        passing += ring * LATENCY
        whole = slowest + passing
        rows.append(
            [
                f"{count}",
                f"{gigabits}",
                f"{batches} x {BATCH}",
                f"{1000 * slowest:,.0f}",
                f"{1000 * passing:,.0f}",
                f"{batches * float(times.mean()) / whole:.0%}",
                f"{count * batches * float(times.mean()) / whole:,.0f}",
            ]
        )
    names = ["workers", "Gbit/s", "batch", "ms of the slowest"]
    names += ["ms of passing", "efficiency", "times one"]
    return markdown_table([names, *rows], "r" * len(names))


if __name__ == "__main__":
    run_rows(__doc__, list(ROWS), measure, table, "scaling")
