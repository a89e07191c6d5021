"""Training speed and memory beside PyTorch's `nn.LSTM` and JAX's `lax.scan`.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.training_peers [--against FOLDER]

Every toolkit trains the same model (a bidirectional LSTM of 2 x 256, an LSTM of 512,
dot attention) from the same weights on the same batches of 64 captions of Multi30k,
German to English, in a process of its own on two cores; the processes take turns. So
PyTorch's and JAX's losses agree, and ours nearly: Keras adds Adam's epsilon before the
correction of the bias, so that its first steps are smaller. `--against` adds another
checkout of this package. PyTorch and JAX live in environments of their own, made in the
cache folder. The numbers go to benchmarks/results/training_peers.json.
"""

import argparse
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
PEERS = {
    "PyTorch": ("torch_lstm", ("torch==2.13.0", "numpy==2.4.6")),
    "JAX": ("jax_lstm", ("jax==0.10.2", "optax==0.2.8", "numpy==2.4.6")),
}


class Row(NamedTuple):
    """A toolkit and how its program is started."""

    toolkit: str
    command: list[str]
    package: pathlib.Path = ROOT


def main() -> None:
    """Measures what is asked for and shows it."""
    parser = parser_of(__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras").expanduser()
    parser.add_argument("--cache", type=pathlib.Path, default=cache)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--against", type=pathlib.Path, help="another checkout")
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        write_json(PATH, measure(options))
    print(table(read_json(PATH)))


def measure(options: argparse.Namespace) -> dict:
    """The measures of all rows and precisions, which take turns."""
    keep_to_cores(CORES)
    before = environment()
    weights, batches = task(
        pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k"),
        steps.WARM_UP + options.steps,
    )
    folder = options.cache / "training_peers"
    steps.write(folder, weights, batches)
    # Each shape is compiled once, not again for each repeat.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder / "compiled")
    rows, roofs = rows_of(options), []
    runs: dict[str, list[dict]] = collections.defaultdict(list)
    for repeat in range(options.repeats):
        roofs.append(
            answer_of(Row(OURS, [sys.executable, "-m", "benchmarks.peers.roof"]))
        )
        for row in rows:
            for precision in PRECISIONS:
                print(f"== {repeat + 1}: {row.toolkit}, {precision}", flush=True)
                answer = answer_of(row, str(folder), precision)
                runs[f"{row.toolkit}, {precision}"].append(answer)
    measured = batches[steps.WARM_UP :]
    return {
        "environment": before,
        "steps": options.steps,
        "tokens": sum(int(np.count_nonzero(batch.labels)) for batch in measured),
        "positions": sum(batch.labels.size for batch in measured),
        "gflop": sum(gflop(batch, len(weights["logits_bias"])) for batch in measured),
        "parameters": sum(array.size for array in weights.values()),
        "roofs": roofs,
        "runs": runs,
    }


def rows_of(options: argparse.Namespace) -> list[Row]:
    """Ours, another checkout where there is one, and the others."""
    ours = [sys.executable, "-m", "benchmarks.peers.ours"]
    rows = [Row(OURS, ours)]
    if options.against:
        git = ["git", "-C", options.against, "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, check=True, capture_output=True, text=True).stdout
        rows.append(Row(commit.strip(), ours, options.against.resolve()))
    for toolkit, (module, requirements) in PEERS.items():
        python = make_environment(options.cache / module, requirements)
        rows.append(Row(toolkit, [str(python), "-m", f"benchmarks.peers.{module}"]))
    return rows


def answer_of(row: Row, *words: str) -> dict:
    """What a program prints when it has done."""
    variables = {"PACKAGE": str(row.package), "TF_CPP_MIN_LOG_LEVEL": "3"}
    output = subprocess.run(
        [*row.command, *words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **variables},
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
    heads = ["toolkit", "precision", "tokens a second", "tokens a CPU-second"]
    lines = [[*heads, "ms a step", "peak GiB", "of the roof", "loss"]]
    for name, runs in results["runs"].items():
        toolkit, precision = name.split(", ")
        reached = [
            results["gflop"] / run["seconds"] / best(roof, precision)
            for run, roof in zip(runs, results["roofs"], strict=True)
        ]
        lines.append(
            [
                toolkit,
                precision,
                spread(speeds(results, name, "seconds")),
                spread(speeds(results, name, "cpu_seconds")),
                spread([1000 * run["seconds"] / results["steps"] for run in runs]),
                spread([run["peak_memory_gib"] for run in runs], 2),
                f"{statistics.median(reached):.0%}",
                f"{statistics.median(run['loss'] for run in runs):.4f}",
            ]
        )
    compared = [["ours over", "precision", "by the second", "by the CPU-second"]]
    for name in results["runs"]:
        toolkit, precision = name.split(", ")
        if toolkit != OURS:
            times = (
                spread(ratios(results, name, clock), 2)
                for clock in ("seconds", "cpu_seconds")
            )
            compared.append([toolkit, precision, *times])
    tables = (markdown_table(lines, "llrrrrrr"), markdown_table(compared, "llrr"))
    return "\n\n".join([*tables, about(results)])


def best(roof: dict[str, float], precision: str) -> float:
    """The roof of a precision; what is kept in bfloat16 may be computed in float32."""
    return max(roof["float32"], roof[precision])


def speeds(results: dict, name: str, clock: str) -> list[float]:
    """Real target tokens by the second of each run of a row."""
    return [results["tokens"] / run[clock] for run in results["runs"][name]]


def ratios(results: dict, name: str, clock: str) -> list[float]:
    """How many times as fast ours is, turn by turn."""
    ours = speeds(results, f"{OURS}, {name.split(', ')[1]}", clock)
    theirs = speeds(results, name, clock)
    return [mine / its for mine, its in zip(ours, theirs, strict=True)]


def about(results: dict) -> str:
    """What was measured, where and with what."""
    machine, roofs = results["environment"], results["roofs"]
    floats, low = (spread([roof[name] for roof in roofs]) for name in PRECISIONS)
    used = [
        f"{name} {runs[0]['version']}"
        for name, runs in results["runs"].items()
        if OURS not in name
    ]
    installed = (f"{name} {its}" for name, its in machine["versions"].items())
    each = results["gflop"] / results["steps"]
    return (
        f"{results['steps']} steps of {steps.BATCH} sentences, {results['tokens']:,} "
        f"target tokens ({results['positions']:,} with padding), after "
        f"{steps.WARM_UP} to warm up; {results['parameters']:,} parameters; median "
        f"(least to most) of {len(roofs)} processes that took turns, on {CORES} of "
        f"{machine['machine']} ({', '.join(machine['features'])}), load "
        f"{machine['load_before']:.1f} before. Roof: {floats} GFLOP/s in float32, "
        f"{low} in bfloat16; the matrix products of a step need {each:.1f} GFLOP for "
        f"its real tokens. The loss is the mean of all steps, from the same first "
        f"weights. {', '.join([*used, *installed])}."
    )


if __name__ == "__main__":
    main()
