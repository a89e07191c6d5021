"""What the benchmarks share: command lines, processes, timing, results and tables.

A benchmark holds its own idea alone: its rows, how one is measured, and a table:

    if __name__ == "__main__":
        run_rows(__doc__, ROWS, measure, table, "tatoeba_models")

Nothing heavy is imported here: memory is measured in processes that this one starts.
"""

import argparse
import concurrent.futures
import contextlib
import json
import multiprocessing
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from seq2seq_keras.evaluation import versions
from seq2seq_keras.files import write_text

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
COMMAND = [sys.executable, "-m", "seq2seq_keras"]
FEATURES = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_int8")
LINE = 200  # characters of a line in a file of results


def run_rows(
    doc: str,
    rows: Sequence[str],
    measure: Callable[[str], dict],
    table: Callable[[dict], str],
    name: str,
    *,
    once: bool = False,
) -> None:
    """Measures the rows that the command line names, and shows all in a table.

    Of `rows` it names some or, by naming none, all; a row that is measured already is
    measured again, with `once` only where it is named. `measure` makes the numbers of a
    row, `table` Markdown of all that are measured so far; they are kept in
    benchmarks/results, in `name`.json.
    """
    parser = parser_of(doc)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(rows))
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(rows):
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(rows)}")
    path = RESULTS / f"{name}.json"
    for row in () if options.table else options.rows or rows:
        if once and not options.rows and row in read_json(path):
            continue
        print(f"== {row}", flush=True)
        before = environment()
        numbers = measure(row)
        write_json(path, {**read_json(path), row: {**numbers, "environment": before}})
    kept = read_json(path)
    if results := {row: kept[row] for row in rows if row in kept}:
        print(table(results))


def parser_of(doc: str) -> argparse.ArgumentParser:
    """A command line that is described by the first line of a docstring."""
    return argparse.ArgumentParser(description=doc.partition("\n")[0])


def command_line(command: str, *words: str, **options: Any) -> list[str]:
    """A command of seq2seq-keras, with options as its command line takes them."""
    written = [*COMMAND, command, *words]
    for name, value in options.items():
        values = value if isinstance(value, list) else [value]
        texts = [each if isinstance(each, str) else json.dumps(each) for each in values]
        written += [f"--{name}", *texts]
    return written


def answer_of(command: list[str]) -> Any:
    """Runs a command that answers with JSON."""
    return json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    )


def alone(function: Callable, *arguments: Any) -> Any:
    """Calls a function in a new process of its own, whose memory is not shared."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as executor:
        return executor.submit(function, *arguments).result()


def run_together(workers: Sequence[Any]) -> list:
    """What `run` of each process returns, given all addresses and its number.

    Args:
        workers: List of `LocalWorker`, whose objects also have an `address`. They are
            stopped.
    """
    try:
        addresses = [worker.call("address") for worker in workers]
        with concurrent.futures.ThreadPoolExecutor(len(workers)) as threads:
            runs = [
                threads.submit(worker.call, "run", addresses, rank)
                for rank, worker in enumerate(workers)
            ]
            return [run.result() for run in runs]
    finally:
        for worker in workers:
            worker.stop()


def checkout_environment(folder: pathlib.Path) -> dict[str, str]:
    """The environment of a process that runs with the package of a checkout.

    This process has imported the package, which sets some variables for TensorFlow; an
    older checkout would not have them.
    """
    kept = {name: os.environ[name] for name in os.environ if name[:3] != "TF_"}
    return {**kept, "PYTHONPATH": str(folder.resolve())}


class Timing(NamedTuple):
    """Seconds of several runs, those of processors, and what the last one returned."""

    seconds: list[float]
    cpu_seconds: list[float]
    result: Any

    @property
    def median(self) -> float:
        """The median of the seconds."""
        return statistics.median(self.seconds)


def take_turns(ways: Mapping[Any, Callable[[], Any]], repeats: int = 5) -> dict:
    """Times several ways to do a thing, which take turns, after one run to warm up."""
    timings = {name: Timing([], [], run()) for name, run in ways.items()}
    for _ in range(repeats):
        for name, run in ways.items():
            start, cpu_start = time.perf_counter(), cpu_seconds()
            result = run()
            seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu_start
            before = timings[name]
            timings[name] = Timing(
                [*before.seconds, seconds], [*before.cpu_seconds, cpu], result
            )
    return timings


def cpu_seconds() -> float:
    """What processors have spent on this process and on those it has started."""
    ticks = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that has ended meanwhile
            # After the name, which may hold anything: state, parent, ...
            fields = path.read_text("utf-8").rpartition(")")[2].split()
            if str(os.getpid()) in (path.parent.name, fields[1]):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def keep_to_cores(count: int) -> None:
    """Gives this process, and those that it starts, some of the cores alone.

    All toolkits take as many threads as they see cores, and not all can be asked to
    take fewer.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def environment() -> dict:
    """The machine, what it has been doing, and the versions of what runs on it."""
    return {
        "machine": machine(),
        "features": processor_features(),
        "load_before": os.getloadavg()[0],
        "versions": versions(),
    }


def machine() -> str:
    """The machine in the words of its processor."""
    lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    names = {
        line.partition(":")[2].strip()
        for line in lines
        if line.startswith("model name")
    }
    name = " and ".join(sorted(names)) or platform.machine()
    return f"{os.cpu_count()} cores of {name}"


def processor_features() -> list[str]:
    """Which of the instructions that matrix products profit from there are."""
    flags = pathlib.Path("/proc/cpuinfo").read_text("utf-8").split()
    return [name for name in FEATURES if name in flags]


def read_json(path: pathlib.Path) -> dict:
    """The contents of a file; nothing where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_json(path: pathlib.Path, content: dict) -> None:
    """Writes results, whole or not at all."""
    write_text(path, _as_json(content) + "\n")


def _as_json(value: Any, indent: str = "") -> str:
    """JSON in which what fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent + line) <= LINE:
        return line
    inner = indent + "  "
    parts = (
        [f"{json.dumps(key)}: {_as_json(each, inner)}" for key, each in value.items()]
        if isinstance(value, dict)
        else [_as_json(each, inner) for each in value]
    )
    body = f",\n{inner}".join(parts)
    return f"{line[0]}\n{inner}{body}\n{indent}{line[-1]}"


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median of several numbers, and in brackets the least and the most."""
    middle, least, most = (
        f"{value:,.{digits}f}"
        for value in (statistics.median(values), min(values), max(values))
    )
    return f"{middle} ({least} to {most})"


def markdown_table(rows: Iterable[Sequence[str]], align: str = "") -> str:
    """A table in Markdown, heads first; "r" in `align` for each column of numbers."""
    heads, *body = rows
    rule = ["---:" if letter == "r" else "---" for letter in align.ljust(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *body))


class Peer:
    """A model of another toolkit, in an environment and a process of its own.

    Its script knows nothing of this package. It trains by `train CONFIG FOLDER`; by
    `serve CONFIG` it says what it has loaded, and answers requests, lines of JSON. To
    the `config` its `model_dir` is added; another one has another `name`. Environment
    and models are kept in `cache`.
    """

    def __init__(
        self,
        script: pathlib.Path,
        requirements: Sequence[str],
        cache: pathlib.Path,
        name: str,
        config: dict,
        options: Sequence[str] = (),
    ) -> None:
        folder, written = cache / name, cache / f"{name}.yaml"
        self.log = cache / f"{name}.log"
        # JSON is YAML too.
        write_json(written, {**config, "model_dir": str(folder)})
        python = str(make_environment(cache / script.stem, requirements))
        self.command = [python, str(script), *options]
        if not folder.exists():
            # Beside its place, so that half a model is never taken for one. What a
            # training that was interrupted has left there is the script's to use.
            beside = folder.with_suffix(".training")
            self._start("train", written, beside)
            if self.close():
                raise RuntimeError(f"{script.stem} did not train: see {self.log}")
            beside.rename(folder)
        self._start("serve", written)
        self.about = self._answer()

    def _start(self, *words: object) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.command, *map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )

    def ask(self, **request: Any) -> Any:
        """Sends a request and waits for its answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        for line in self.process.stdout or ():
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        raise RuntimeError(f"The other toolkit ended: see {self.log}")

    def close(self) -> int:
        """Waits for the end of its process."""
        self.process.communicate()
        return self.process.returncode


def make_environment(folder: pathlib.Path, requirements: Sequence[str]) -> pathlib.Path:
    """The Python of an environment, made unless a mark says that it is whole."""
    python, mark = folder / "bin" / "python", folder.with_suffix(".installed")
    wanted = "\n".join(requirements)
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(pip, check=True)
        mark.write_text(wanted, encoding="utf-8")
    return python
