"""The first answer, one sentence and a file, of this package and of another checkout.

    python benchmarks/translating_speed.py FOLDER --against CHECKOUT --texts FILE

FOLDER is a saved translator that both can load, so the older of the two made it. Each
way runs in processes of its own, which take turns. "First answer" is `Translator.load`
and the first `translate` of a process in which TensorFlow and the package are loaded;
"one sentence" the median of many calls in a warm process; the lines of FILE are
translated by greedy search and by a beam of 5. Seconds are those of the clock and, less
disturbed by what else the machine does, those of the processor.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
from typing import Any

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

WIDTH = 5
# What both checkouts can run.
SERVE = """
import json, os, resource, sys, time
import tensorflow as tf
import seq2seq_keras as s2s
tf.constant(0) + 1, s2s.Translator

def measured(function):
    def cpu():
        return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    before, start = cpu(), time.perf_counter()
    answer = function()
    return {"clock": time.perf_counter() - start, "cpu": cpu() - before}, answer

def load_and_translate():
    global translator
    translator = s2s.Translator.load(sys.argv[1])
    return translator.translate(sys.argv[2])

def say(pair):
    print("RESULT", json.dumps(pair), flush=True)

say(measured(load_and_translate))
for line in sys.stdin:
    asked = json.loads(line)
    say(measured(lambda: translator.translate(asked["texts"], **asked["search"])))
"""


class Way:
    """A process that translates with the package of a checkout."""

    def __init__(self, checkout: pathlib.Path, folder: str, sentence: str) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                SERVE,
                str(pathlib.Path(folder).resolve()),
                sentence,
            ],
            # A program of `-c` imports from its folder first.
            cwd=checkout,
            env=checkout_environment(checkout),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.first, self.answer = self._read()

    def ask(self, texts: Any, **search: Any) -> tuple[dict[str, float], Any]:
        """Seconds of a translation, and the translation."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"texts": texts, "search": search}) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> tuple[dict[str, float], Any]:
        for line in self.process.stdout or ():
            if line.startswith("RESULT "):
                seconds, answer = json.loads(line.removeprefix("RESULT "))
                return seconds, answer
        raise RuntimeError("The process ended: see what it wrote above.")

    def close(self) -> None:
        """Waits for its end."""
        self.process.communicate()


def measure(options: argparse.Namespace) -> dict[str, dict[str, list[dict]]]:
    """For each row and way the seconds of all repeats, which took turns."""
    checkouts = {"this": ROOT}
    if options.against:
        checkouts["other"] = options.against.resolve()
    rows: dict[str, dict[str, list[dict]]] = {}

    def note(row: str, name: str, seconds: dict[str, float]) -> None:
        rows.setdefault(row, {}).setdefault(name, []).append(seconds)

    ways: dict[str, Way] = {}
    for _ in range(options.repeats):
        for name, checkout in checkouts.items():
            if name in ways:
                ways[name].close()
            ways[name] = Way(checkout, options.folder, options.sentence)
            note("first answer", name, ways[name].first)
    for _ in range(options.answers):
        for name, way in ways.items():
            note("one sentence", name, way.ask(options.sentence)[0])
    if options.texts:
        lines = options.texts.read_text("utf-8").splitlines()[: options.lines]
        for search in ({}, {"beam_width": WIDTH}):
            row = f"{len(lines):,} lines, " + (f"beam {WIDTH}" if search else "greedy")
            for way in ways.values():
                way.ask(lines[:100], **search)  # traces
            for _ in range(options.repeats):
                answers = {}
                for name, way in ways.items():
                    seconds, answers[name] = way.ask(lines, **search)
                    note(row, name, seconds)
    for way in ways.values():
        way.close()
    return rows


def table(rows: dict[str, dict[str, list[dict]]]) -> str:
    """Medians and ranges in milliseconds, and the ratios of the medians."""
    shown = [["", "way", "clock, ms", "CPU, ms", "ratio, clock", "ratio, CPU"]]
    for row, ways in rows.items():
        for name, repeats in ways.items():
            cells, ratios = [], []
            for kind in ("clock", "cpu"):
                values = sorted(1e3 * each[kind] for each in repeats)
                middle = statistics.median(values)
                cells.append(f"{middle:,.1f} ({values[0]:,.1f} to {values[-1]:,.1f})")
                other = ways.get("other", repeats)
                base = statistics.median(1e3 * each[kind] for each in other)
                ratios.append(f"{middle / base:.2f}")
            shown.append([row, name, *cells, *ratios])
    return markdown_table(shown, "llrrrr")


def main() -> None:
    """Measures, keeps the numbers and prints them."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("--against", type=pathlib.Path, help="another checkout")
    parser.add_argument("--texts", type=pathlib.Path, help="a file of sentences")
    parser.add_argument(
        "--sentence", default="two men are at the stove preparing food ."
    )
    for name, default in (("repeats", 5), ("answers", 100), ("lines", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--name", default="model", help="what the results call it")
    options = parser.parse_args()
    before = {**environment(), "features": processor_features()}
    rows = measure(options)
    path = RESULTS / "translating_speed.json"
    kept = {"rows": rows, "environment": before, "sentence": options.sentence}
    write_json(path, {**read_json(path), options.name: kept})
    print(table(rows))


if __name__ == "__main__":
    main()
