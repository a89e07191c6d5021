"""What a stream of pairs costs, from thousands to millions of them.

    python -m benchmarks.streaming_speed

The pairs are made up, as those of benchmarks/describe_speed.py are, and streamed: their
tokens go to a temporary file, from which an epoch reads them in shuffled piles. For
each number of pairs, in a process of its own: pairs per CPU-second of going through
them once, and of making the batches of an epoch; tokens per CPU-second and per second
of training a small model, the same for all; and the peak memory, before there are pairs
(TensorFlow, and a training on few of them) and at the end. The numbers go to
benchmarks/results/streaming_speed.json.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any

from benchmarks.describe_speed import made_up_pairs, peak
from benchmarks.runner import alone, cpu_seconds, markdown_table, run_rows

ROWS = {f"{count:,} pairs": count for count in (3_000, 30_000, 300_000, 3_000_000)}
BATCH, STEPS, FEW, VOCABULARY = 128, 100, 1000, 4000


def go_through(count: int) -> dict:
    """Streams so many pairs in this process."""
    import keras

    import seq2seq_keras as s2s
    from seq2seq_keras.data import Batches

    keras.utils.set_random_seed(0)
    few = list(itertools.islice(_pairs(FEW), FEW))
    tokenizers = [
        s2s.SpaceTokenizer.fit(texts, max_size=VOCABULARY)
        for texts in zip(*few, strict=True)
    ]
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        cell="gru",
        attention="luong",
        units=64,
        embedding_dim=64,
    )
    s2s.compile_model(model)

    def batches_of(pairs: int) -> Any:
        stream = s2s.PairStream(lambda: _pairs(pairs))
        return Batches(stream, *tokenizers, batch_size=BATCH)

    def train(batches: Any) -> int:
        dataset = batches.epoch(1).repeat().take(STEPS)
        model.fit(dataset, shuffle=False, verbose=0)
        return STEPS * batches.target_tokens / batches.count

    def make(batches: Any) -> int:
        return sum(labels.shape[0] for _, labels, _ in batches.epoch(0))

    warm = batches_of(FEW)
    train(warm), make(warm)
    before = peak()
    batches, reading, _ = _timed(lambda: batches_of(count))
    made, making, _ = _timed(lambda: make(batches))
    assert made == count
    tokens, training, seconds = _timed(lambda: train(batches))
    return {
        "pairs_read_per_cpu_second": count / reading,
        "pairs_made_per_cpu_second": count / making,
        "tokens_per_cpu_second": tokens / training,
        "tokens_per_second": tokens / seconds,
        "megabytes_before": before,
        "megabytes_at_peak": peak(),
    }


def _pairs(count: int) -> Any:
    return itertools.chain.from_iterable(made_up_pairs(count))


def _timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """What a call returns, its CPU-seconds and its seconds."""
    start, cpu = time.perf_counter(), cpu_seconds()
    result = act()
    return result, cpu_seconds() - cpu, time.perf_counter() - start


def measure(row: str) -> dict:
    """Measures in a process of its own."""
    return alone(go_through, ROWS[row])


def table(results: dict) -> str:
    """The numbers of pairs in Markdown."""
    heads = ["", "pairs read per CPU-second", "pairs in batches per CPU-second"]
    heads += ["tokens trained per CPU-second", "per second", "MB before", "MB at peak"]
    cells = ["pairs_read_per_cpu_second", "pairs_made_per_cpu_second"]
    cells += ["tokens_per_cpu_second", "tokens_per_second"]
    cells += ["megabytes_before", "megabytes_at_peak"]
    lines = [heads]
    for row, numbers in results.items():
        lines.append([row, *(f"{numbers[cell]:,.0f}" for cell in cells)])
    return markdown_table(lines, "lrrrrrr")


if __name__ == "__main__":
    run_rows(__doc__, list(ROWS), measure, table, "streaming_speed")
