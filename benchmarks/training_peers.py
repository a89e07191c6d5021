"""Training speed and memory beside PyTorch's `nn.LSTM` and JAX's `lax.scan`.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.training_peers

Every toolkit trains the same model (a bidirectional LSTM of 2 x 256, an LSTM of 512,
dot attention) from the same weights on the same batches of 64 captions of Multi30k,
German to English, in a process of its own on two cores. So PyTorch's and JAX's losses
agree, and ours nearly: Keras adds Adam's epsilon before the correction of the bias, so
that its first steps are smaller. Since a shared machine takes half as long again in one
minute as in the next, the processes wait, and each takes a step after the others have
taken theirs. PyTorch and JAX live in environments of their own, made in the cache
folder. The numbers go to benchmarks/results/training_peers.json.
"""

import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
from typing import NamedTuple

import numpy as np

from benchmarks.peers import steps
from benchmarks.runner import (
    RESULTS,
    ROOT,
    environment,
    keep_to_cores,
    make_environment,
    markdown_table,
    parser_of,
    read_json,
    spread,
    write_json,
)

CORES, SEED, LENGTH_MULTIPLE, MIN_FREQUENCY = 2, 0, 4, 2
PRECISIONS = ("float32", "mixed_bfloat16")
PATH = RESULTS / "training_peers.json"
OURS = "seq2seq_keras"
CLOCKS = ("seconds", "cpu_seconds")
PEERS = {
    "PyTorch": ("torch_lstm", ("torch==2.13.0", "numpy==2.4.6")),
    "JAX": ("jax_lstm", ("jax==0.10.2", "optax==0.2.8", "numpy==2.4.6")),
}


class Row(NamedTuple):
    """A toolkit and a precision."""

    toolkit: str
    precision: str


def main() -> None:
    """Measures and shows it."""
    parser = parser_of(__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras").expanduser()
    parser.add_argument("--cache", type=pathlib.Path, default=cache)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        write_json(PATH, measure(options.cache, options.steps))
    print(table(read_json(PATH)))


def measure(cache: pathlib.Path, count: int) -> dict:
    """The measures of all rows, which take turns."""
    keep_to_cores(CORES)
    before = environment()
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k")
    weights, batches = task(data, steps.WARM_UP + count)
    steps.write(cache / "training_peers", weights, batches)
    # Each shape is compiled once, not again in each run.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(cache / "training_peers" / "compiled")
    programs = programs_of(cache)
    roofs, taken = [roof()], {row: [] for row in programs}
    for number in range(len(batches)):
        if number == len(batches) // 2:
            roofs.append(roof())
        for row, program in programs.items():
            taken[row].append(program.step())
    for program in programs.values():
        program.close()
    return {
        "environment": before,
        "tokens": [int(np.count_nonzero(batch.labels)) for batch in batches],
        "positions": sum(batch.labels.size for batch in batches),
        "gflop": [gflop(batch, len(weights["logits_bias"])) for batch in batches],
        "parameters": sum(array.size for array in weights.values()),
        "roofs": [*roofs, roof()],
        "rows": [{**row._asdict(), "steps": each} for row, each in taken.items()],
    }


def programs_of(cache: pathlib.Path) -> dict[Row, "Program"]:
    """The processes of all rows, which have started."""
    pythons = {OURS: (pathlib.Path(sys.executable), "ours")}
    for toolkit, (module, requirements) in PEERS.items():
        pythons[toolkit] = (make_environment(cache / module, requirements), module)
    return {
        Row(toolkit, precision): Program(python, module, cache, precision)
        for toolkit, (python, module) in pythons.items()
        for precision in PRECISIONS
    }


class Program:
    """A process that takes a step when it is told to."""

    def __init__(
        self, python: pathlib.Path, module: str, cache: pathlib.Path, precision: str
    ) -> None:
        words = (f"benchmarks.peers.{module}", str(cache / "training_peers"), precision)
        self.process = subprocess.Popen(
            [str(python), "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def step(self) -> dict:
        """Takes a step and returns its measures."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout or ():
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        raise RuntimeError("A program ended: see what it wrote above.")

    def close(self) -> None:
        """Ends it."""
        self.process.communicate()


def roof() -> dict[str, float]:
    """What the machine reaches now, in GFLOP/s by precision."""
    command = [sys.executable, "-m", "benchmarks.peers.roof"]
    output = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ).stdout
    return json.loads(output.rpartition("RESULT ")[2])


def task(data: pathlib.Path, count: int) -> tuple[steps.Weights, list[steps.Batch]]:
    """The first weights and some batches, of sentences of like length each."""
    (source, source_size), (target, target_size) = (
        numbered((data / f"train.lc.norm.tok.{language}").read_text("utf-8"))
        for language in ("de", "en")
    )
    order = np.argsort([len(ids) for ids in target], kind="stable")
    starts = range(0, len(order) - steps.BATCH, steps.BATCH)
    generator = np.random.default_rng(SEED)
    batches = []
    for start in generator.permutation(starts)[:count]:
        chosen = order[start : start + steps.BATCH]
        sides = (
            [source[place] for place in chosen],
            [[2, *target[place][:-1]] for place in chosen],
            [target[place] for place in chosen],
        )
        batches.append(steps.Batch(*map(padded, sides)))
    return first_weights(generator, source_size, target_size), batches


def numbered(text: str) -> tuple[list[list[int]], int]:
    """Sentences as ids, an end (3) after each; and the number of ids.

    0 is padding, 1 an unknown word, 2 the start of a target.
    """
    sentences = [line.split() for line in text.splitlines()]
    counts = collections.Counter(word for words in sentences for word in words)
    kept = [word for word, count in counts.most_common() if count >= MIN_FREQUENCY]
    ids = {word: number for number, word in enumerate(kept, 4)}
    return [[*(ids.get(word, 1) for word in words), 3] for words in sentences], len(
        ids
    ) + 4


def padded(sentences: list[list[int]]) -> np.ndarray:
    """Ids of a batch, `(batch, length)`, the length a multiple of some."""
    longest = max(map(len, sentences))
    length = -(-longest // LENGTH_MULTIPLE) * LENGTH_MULTIPLE
    return np.array(
        [ids + [0] * (length - len(ids)) for ids in sentences], dtype="int32"
    )


def first_weights(
    generator: np.random.Generator, source_size: int, target_size: int
) -> steps.Weights:
    """What all models start from; the gates are in the order of Keras and PyTorch."""
    units, dim = steps.UNITS, steps.EMBEDDING_DIM
    shapes = {
        "source_embedding": (source_size, dim),
        "target_embedding": (target_size, dim),
        "attention_kernel": (2 * units, units),
        "logits_kernel": (units, target_size),
        "logits_bias": (target_size,),
    }
    for name, its in (
        ("forward", units // 2),
        ("backward", units // 2),
        ("decoder", units),
    ):
        shapes[f"{name}_kernel"] = (dim, 4 * its)
        shapes[f"{name}_recurrent_kernel"] = (its, 4 * its)
        shapes[f"{name}_bias"] = (4 * its,)
    weights = {}
    for name, shape in shapes.items():
        if name.endswith("bias"):
            drawn = np.zeros(shape)
        elif name.endswith("embedding"):
            drawn = generator.normal(size=shape)
        else:
            limit = np.sqrt(6 / sum(shape))
            drawn = generator.uniform(-limit, limit, shape)
        weights[name] = drawn.astype("float32")
    return weights


def gflop(batch: steps.Batch, target_size: int) -> float:
    """What the matrix products of a step must do, in 10^9 operations.

    For real tokens alone: their outputs, the gradients of what they read, and those of
    the weights; two operations for each product and sum.
    """
    units, dim = steps.UNITS, steps.EMBEDDING_DIM
    source = np.count_nonzero(batch.source, axis=1)
    target = np.count_nonzero(batch.labels, axis=1)
    encoder = 2 * (dim + units // 2) * 4 * (units // 2)
    decoder = (dim + units) * 4 * units + 2 * units * units + units * target_size
    attention = 2 * units * int(source @ target)
    products = encoder * int(source.sum()) + decoder * int(target.sum()) + attention
    return 3 * 2 * products / 1e9


def table(results: dict) -> str:
    """The measures in Markdown: each toolkit's, and ours over the others'."""
    heads = ["toolkit", "precision", "ms a step", "CPU-ms a step", "tokens a second"]
    lines = [[*heads, "peak GiB", "of the roof", "loss"]]
    compared = [["ours over", "precision", "by the clock", "by the processor"]]
    tokens, operations = (
        results[name][steps.WARM_UP :] for name in ("tokens", "gflop")
    )
    measured = {
        Row(row["toolkit"], row["precision"]): row["steps"][steps.WARM_UP :]
        for row in results["rows"]
    }
    for row, taken in measured.items():
        seconds, cpu_seconds = (
            [step[clock] for step in taken] for clock in ("seconds", "cpu_seconds")
        )
        roof = best(results["roofs"], row.precision)
        lines.append(
            [
                *row,
                *(
                    f"{1e3 * statistics.median(each):.0f}"
                    for each in (seconds, cpu_seconds)
                ),
                f"{sum(tokens) / sum(seconds):,.0f}",
                f"{taken[-1]['peak_memory_gib']:.2f}",
                f"{sum(operations) / sum(seconds) / roof:.0%}",
                f"{taken[-1]['loss']:.4f}",
            ]
        )
        if row.toolkit != OURS:
            ours = measured[Row(OURS, row.precision)]
            compared.append([*row, *(ratios(taken, ours, x) for x in CLOCKS)])
    tables = (markdown_table(lines, "llrrrrrr"), markdown_table(compared, "llrr"))
    return "\n\n".join([*tables, about(results)])


def ratios(theirs: list[dict], ours: list[dict], clock: str) -> str:
    """How many times as fast ours is: the median of the steps, and its quartiles."""
    each = [its[clock] / mine[clock] for its, mine in zip(theirs, ours, strict=True)]
    low, middle, high = statistics.quantiles(each, n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def best(roofs: list[dict[str, float]], precision: str) -> float:
    """The roof of a precision; what is kept in bfloat16 may be computed in float32."""
    return max(roof[name] for roof in roofs for name in ("float32", precision))


def about(results: dict) -> str:
    """What was measured, where and with what."""
    machine, roofs = results["environment"], results["roofs"]
    floats, low = (spread([roof[name] for roof in roofs]) for name in PRECISIONS)
    others = (row for row in results["rows"] if row["toolkit"] != OURS)
    used = {f"{row['toolkit']} {row['steps'][0]['version']}": None for row in others}
    installed = (f"{name} {its}" for name, its in machine["versions"].items())
    count = len(results["tokens"])
    return (
        f"{count - steps.WARM_UP} steps of {steps.BATCH} sentences, in turns, after "
        f"{steps.WARM_UP} to warm up; {sum(results['tokens']):,} target tokens "
        f"({results['positions']:,} with padding); {results['parameters']:,} "
        f"parameters; on {CORES} cores of {machine['machine']} "
        f"({', '.join(machine['features'])}), load {machine['load_before']:.1f} "
        f"before. Ratios are medians of the steps, with quartiles. Roof: {floats} "
        f"GFLOP/s in float32, {low} in bfloat16; the matrix products of a step need "
        f"{sum(results['gflop']) / count:.1f} GFLOP for its real tokens. The loss is "
        f"the mean of all steps, from the same first weights. "
        f"{', '.join([*used, *installed])}."
    )


if __name__ == "__main__":
    main()
