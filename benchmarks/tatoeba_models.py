"""LSTM and GRU on Tatoeba: source forward and reversed, context fed or not.

    python benchmarks/tatoeba_models.py               # every row not done yet
    python benchmarks/tatoeba_models.py gru-reversed  # one row, done or not
    python benchmarks/tatoeba_models.py --table       # the table of the rows done

A row is `seq2seq-keras train --config configs/tatoeba_plain.yaml` with the row's
options, and `seq2seq-keras evaluate` on the test split. Its numbers go to a file in
benchmarks/results/tatoeba, from which the table is made.
"""

import argparse
import itertools
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import keras
import tensorflow as tf

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "tatoeba"
COMMAND = [sys.executable, "-m", "seq2seq_keras"]
ROWS = {
    "-".join(filter(None, (cell, order, context))): [
        *("--cell", cell),
        *(("--reverse_source", "true") if order else ()),
        *(("--feed_context", "true") if context else ()),
    ]
    for cell, order, context in itertools.product(
        ("lstm", "gru"), ("", "reversed"), ("", "context")
    )
}


def run_row(name):
    """Trains and tests one row and writes its numbers."""
    model = ROOT / "saved_models" / f"tatoeba-{name}"
    start = time.perf_counter()
    train = [
        *COMMAND,
        "train",
        "--config",
        str(ROOT / "configs" / "tatoeba_plain.yaml"),
    ]
    subprocess.run([*train, *ROWS[name], "--output", str(model)], check=True)
    minutes = (time.perf_counter() - start) / 60
    evaluate = [
        *COMMAND,
        "evaluate",
        str(model),
        "--corpus",
        "tatoeba/eng-fra",
        "--json",
    ]
    scores = json.loads(
        subprocess.run(evaluate, check=True, capture_output=True).stdout
    )
    result = {
        "row": name,
        "options": ROWS[name],
        "test": scores,
        "training_minutes": minutes,
        "seed": 0,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
        "cores": os.cpu_count(),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def table():
    """The rows done so far, in Markdown."""
    lines = [
        "| cell | source | context at each step | BLEU | chrF | exact match "
        "| perplexity | command |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in ROWS:
        path = RESULTS / f"{name}.json"
        if not path.is_file():
            continue
        test = json.loads(path.read_text(encoding="utf-8"))["test"]
        lines.append(
            f"| {name.split('-')[0].upper()} "
            f"| {'reversed' if 'reversed' in name else 'forward'} "
            f"| {'yes' if 'context' in name else 'no'} "
            f"| {test['bleu']:.2f} | {test['chrf']:.2f} | {test['exact_match']:.3f} "
            f"| {test['perplexity_teacher_forced']:.2f} "
            f"| `python benchmarks/tatoeba_models.py {name}` |"
        )
    return "\n".join(lines)


def main():
    """Parses the arguments and does what they say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--table", action="store_true", help="only print the table")
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if not arguments.table:
        for name in arguments.rows or ROWS:
            if arguments.rows or not (RESULTS / f"{name}.json").is_file():
                run_row(name)
    print(table())


if __name__ == "__main__":
    main()
