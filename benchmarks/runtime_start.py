r"""What one sentence from a cold start costs, with and without TensorFlow.

    python -m benchmarks.runtime_start FOLDER EXPORTED [EXPORTED ...] \
        [--environments FULL RUNTIME [RUNTIME ...]]

FOLDER is a saved translator, EXPORTED what `export --format onnx` or `litert` made of
it. Each is translated from in processes of its own that take turns: `seq2seq-keras
translate` on one line. Seconds of the processor and of the clock are medians, memory is
the largest resident set. With `--environments`, the Python of each is the one in those
folders, whose sizes are shown too. In brackets: the share of FOLDER's.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from benchmarks.runner import (
    RESULTS,
    environment,
    markdown_table,
    parser_of,
    write_json,
)

# In a process of its own, so that the resources are those of one translation.
CHILD = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
text = sys.argv[1].encode()
subprocess.run(sys.argv[2:], input=text, capture_output=True, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "clock": time.perf_counter() - start,
    "cpu": used.ru_utime + used.ru_stime,
    "memory": used.ru_maxrss * 1024,
}))
"""


def measure(python: str, folder: str, sentence: str) -> dict[str, float]:
    """What one translation of one line takes."""
    command = [python, "-m", "seq2seq_keras", "translate", folder]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, sentence + "\n", *command],
        capture_output=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return json.loads(done.stdout)


def size(folder: pathlib.Path) -> int:
    """The bytes of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if not path.is_symlink())


def main() -> None:
    """Measures, keeps the numbers and prints a table."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("exported", nargs="+")
    parser.add_argument("--environments", nargs="+")
    parser.add_argument("--sentence", default="i am a student")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    folders = {
        "TensorFlow": options.folder,
        **{pathlib.Path(each).name: each for each in options.exported},
    }
    names = list(folders)
    environments = options.environments or [None] * len(names)
    places = dict(zip(names, environments, strict=True))
    runs: dict[str, list[dict]] = {name: [] for name in names}
    for _ in range(options.times):
        for name in names:
            python = f"{places[name]}/bin/python" if places[name] else sys.executable
            runs[name].append(measure(python, folders[name], options.sentence))
            time.sleep(0.1)
    results = {
        name: {key: statistics.median(run[key] for run in rows) for key in rows[0]}
        for name, rows in runs.items()
    }
    for name, place in places.items():
        if place:
            results[name]["installed"] = size(pathlib.Path(place) / "lib")
        results[name]["model"] = size(pathlib.Path(folders[name]))
    write_json(
        RESULTS / "runtime_start.json", {**results, "environment": environment()}
    )
    print(table(results))


def table(results: dict[str, dict[str, float]]) -> str:
    """Markdown of the results, a row for each quantity."""
    kinds = {
        "cpu": ("seconds of the processor", 1, "{:.2f}"),
        "clock": ("seconds of the clock", 1, "{:.2f}"),
        "memory": ("largest resident set, MB", 1e6, "{:.0f}"),
        "installed": ("installed packages, MB", 1e6, "{:.0f}"),
        "model": ("folder, MB", 1e6, "{:.1f}"),
    }
    first, *others = results.values()
    rows = [
        [
            words,
            form.format(first[key] / unit),
            *(
                f"{form.format(each[key] / unit)} ({each[key] / first[key]:.3f})"
                for each in others
            ),
        ]
        for key, (words, unit, form) in kinds.items()
        if key in first
    ]
    align = "l" + "r" * len(results)
    return markdown_table([["one sentence, cold", *results], *rows], align)


if __name__ == "__main__":
    main()
