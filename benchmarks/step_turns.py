"""A training step beside that of another checkout, step by step in turns.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.step_turns --against FOLDER

On a shared machine the same program takes half as long again in one minute as in the
next. So both checkouts have a process that waits, and each takes one step after the
other has taken one, on the same batches from the same seed: 64 captions of Multi30k,
German to English, sorted by length, by a bidirectional LSTM of 2 x 256, an LSTM of 512
and dot attention. The numbers go to benchmarks/results/step_turns.json.
"""

import pathlib
import statistics
import subprocess
import sys

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

PATH = RESULTS / "step_turns.json"
# What checkouts of all ages can run. It takes a step for each line that it reads.
PROGRAM = """
import collections, os, pathlib, resource, sys, time
import seq2seq_keras as s2s
import keras, numpy as np, tensorflow as tf

BATCH, BATCHES, WARM_UP = 64, 24, 6
folder = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k")

def read(language):
    text = (folder / f"train.lc.norm.tok.{language}").read_text("utf-8")
    rows = [line.split() for line in text.splitlines()]
    counts = collections.Counter(word for row in rows for word in row)
    words = [word for word, count in counts.most_common() if count > 1]
    ids = {word: number + 4 for number, word in enumerate(words)}
    return [[ids.get(word, 1) for word in row] for row in rows], len(ids) + 4

def padded(rows):
    return keras.utils.pad_sequences(rows, padding="post")

(source, source_size), (target, target_size) = read("de"), read("en")
order = np.argsort([len(row) for row in target], kind="stable")
places = np.random.default_rng(0).permutation(len(order) // BATCH)[:BATCHES]
batches = []
for place in places:
    rows = order[place * BATCH : (place + 1) * BATCH]
    sources = padded([source[row] + [3] for row in rows])
    inputs, labels = (
        padded([[2, *target[row]] for row in rows]),
        padded([[*target[row], 3] for row in rows]),
    )
    batches.append(
        ({"source_token_ids": sources, "target_token_ids": inputs}, labels)
    )
keras.utils.set_random_seed(0)
model = s2s.build_model(
    source_size, target_size, cell="lstm", units=512, embedding_dim=256,
    bidirectional=True, attention="luong", attention_score="dot", dropout=0.0,
    precision=sys.argv[1],
)
s2s.compile_model(model, learning_rate=1e-3)

def used():
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 2**20

class Turns(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if batch >= WARM_UP and not sys.stdin.readline().strip():
            os._exit(0)
        self.cpu, self.start = used()[0], time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        seconds, (cpu, memory) = time.perf_counter() - self.start, used()
        if batch >= WARM_UP:
            tokens = np.count_nonzero(batches[batch % BATCHES][1])
            print("STEP", seconds, cpu - self.cpu, tokens, logs["loss"], memory)
        elif batch == WARM_UP - 1:
            print("STEP")
        sys.stdout.flush()

spec = tf.TensorSpec((None, None), tf.int32)
data = tf.data.Dataset.from_generator(
    lambda: (batches[step % BATCHES] for step in range(10**6)),
    output_signature=({name: spec for name in batches[0][0]}, spec),
)
model.fit(
    data, steps_per_epoch=10**6, shuffle=False, verbose=0, callbacks=[Turns()]
)
"""


class Trainer:
    """A process that trains with the package of a checkout when it is told to."""

    def __init__(self, checkout: pathlib.Path, precision: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, precision],
            # A program of `-c` imports from its folder first.
            cwd=checkout,
            env=checkout_environment(checkout),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def step(self) -> list[float]:
        """Seconds, CPU-seconds, tokens, mean loss so far, and GiB at the peak."""
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """Ends it."""
        self.process.communicate()

    def _read(self) -> list[float]:
        for line in self.process.stdout or ():
            if line.startswith("STEP"):
                return [float(number) for number in line.split()[1:]]
        raise RuntimeError("The process ended: see what it wrote above.")


def main() -> None:
    """Measures, keeps the numbers and prints them."""
    parser = parser_of(__doc__)
    parser.add_argument("--against", type=pathlib.Path, help="another checkout")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--steps", type=int, default=48)
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        before = {**environment(), "features": processor_features()}
        folders = {"this": ROOT, "other": options.against or ROOT}
        trainers = {
            name: Trainer(folder, options.precision) for name, folder in folders.items()
        }
        steps: dict[str, list[list[float]]] = {name: [] for name in trainers}
        for _ in range(options.steps):
            for name, trainer in trainers.items():
                steps[name].append(trainer.step())
        for trainer in trainers.values():
            trainer.close()
        kept = {options.precision: {"steps": steps, "environment": before}}
        write_json(PATH, {**read_json(PATH), **kept})
    print(table(read_json(PATH)))


def table(results: dict) -> str:
    """Medians of both, and quartiles of the ratio of a step to the one beside it."""
    heads = ["precision", "checkout", "ms per step", "CPU-ms per step"]
    lines = [[*heads, "target tokens per second", "loss", "GiB", "times as fast"]]
    for precision, numbers in results.items():
        for name, steps in numbers["steps"].items():
            seconds, cpu, tokens, losses, memory = zip(*steps, strict=True)
            cells = [f"{1e3 * statistics.median(kind):,.0f}" for kind in (seconds, cpu)]
            cells.append(f"{sum(tokens) / sum(seconds):,.0f}")
            cells += [f"{losses[-1]:.4f}", f"{max(memory):.2f}"]
            others = numbers["steps"]["other"]
            ratios = [b[0] / a[0] for a, b in zip(steps, others, strict=True)]
            low, middle, high = statistics.quantiles(ratios, n=4)
            cells.append(f"{middle:.2f} ({low:.2f} to {high:.2f})")
            lines.append([precision, name, *cells])
    return markdown_table(lines, "llrrrrrr")


if __name__ == "__main__":
    main()
