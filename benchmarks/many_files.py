"""200,000 lines in 40 files, translated by three nodes of which one is lost.

    python -m benchmarks.many_files          # some minutes
    python -m benchmarks.many_files --table  # what was measured before

A small model of the phrasebook is trained (64 units, 3 epochs). Each of 40 files has
5,000 sentences of the phrasebook, drawn with seed 0. They are translated, greedily, by
one process with one thread; and by three nodes of a cluster of Ray, each with one such
process, all on the two cores of this machine. When 8 files are there one node is
removed; when 16 are there the command gets SIGKILL, and is given again, with what is
left of the cluster. Every file has then to be that of the one process, byte for byte.
Lines per second of the second row are those of both commands together, with all that
they need to start. The numbers go to benchmarks/results/many_files.json.
"""

import hashlib
import pathlib
import re
import subprocess
import tempfile
import time
from typing import Any

import numpy as np

from benchmarks.runner import COMMAND, command_line, markdown_table, run_rows

FILES, LINES = 40, 5_000
LOST, KILLED = 8, 16  # files that are there when a node and the command are lost
ROWS = ("one process and three nodes",)


def write_files(folder: pathlib.Path) -> None:
    """Writes what is translated."""
    import seq2seq_keras as s2s

    texts = sorted({*s2s.load_corpus("phrasebook/english-french").train.source})
    draw = np.random.default_rng(0)
    for number in range(FILES):
        chosen = draw.integers(len(texts), size=LINES)
        lines = "".join(f"{texts[place]}\n" for place in chosen)
        (folder / f"{number:02}.txt").write_text(lines, encoding="utf-8")


def train(folder: pathlib.Path) -> None:
    """Trains the model."""
    options = {"units": 64, "embedding_dim": 64, "epochs": 3, "samples": 0}
    corpus = {"corpus": "phrasebook/english-french", "output": str(folder)}
    command = command_line("train", **corpus, **options, learning_rate=0.004)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def sums(folder: pathlib.Path) -> dict[str, str]:
    """What stands in the files that are there."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("[0-9]*.txt")
    }


def start(model: pathlib.Path, output: pathlib.Path, *options: str) -> Any:
    """Starts the command."""
    words = [str(model), "--input", str(model.parent / "in"), "--output", str(output)]
    return subprocess.Popen(
        [*COMMAND, "translate", *words, *options], stdout=subprocess.PIPE, text=True
    )


def ended(process: Any) -> float:
    """Waits until it ends, and returns the lines per second that it tells of."""
    told, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(told)
    found = re.search(r"([\d,]+) texts/s", told)
    assert found, told
    print(told, end="", flush=True)
    return float(found[1].replace(",", ""))


def wait_for(count: int, output: pathlib.Path, process: Any) -> None:
    """Waits until so many files are there."""
    while not output.is_dir() or len(list(output.glob("[0-9]*.txt"))) < count:
        if process.poll() is not None:
            raise RuntimeError("The command ended before its time.")
        time.sleep(0.05)


def measure(row: str) -> dict[str, Any]:
    """All numbers."""
    from ray.cluster_utils import Cluster

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        (folder / "in").mkdir()
        write_files(folder / "in")
        model = folder / "model"
        train(model)
        begun = time.monotonic()
        rate = ended(start(model, folder / "one", "--num-workers", "1"))
        alone = time.monotonic() - begun
        node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
        cluster = Cluster(
            initialize_head=True, head_node_args={**node, "include_dashboard": False}
        )
        nodes = [cluster.add_node(**node) for _ in range(2)]
        try:
            output, address = folder / "three", ("--address", cluster.address)
            begun = time.monotonic()
            process = start(model, output, *address, "--num-workers", "3")
            wait_for(LOST, output, process)
            cluster.remove_node(nodes[-1], allow_graceful=False)
            wait_for(KILLED, output, process)
            process.kill()
            process.communicate()
            there = len(sums(output))
            process = start(model, output, *address, "--num-workers", "2")
            again = ended(process)
            together = time.monotonic() - begun
        finally:
            cluster.shutdown()
        expected, found = sums(folder / "one"), sums(output)
        assert len(expected) == FILES
        differ = [name for name in expected if expected[name] != found.get(name)]
        return {
            "lines": FILES * LINES,
            "files_that_differ": len(differ) + len({*found} - {*expected}),
            "files_before_the_command_was_killed": there,
            "lines_per_second_of_one": FILES * LINES / alone,
            "lines_per_second_of_three": FILES * LINES / together,
            "lines_per_second_told_by_one": rate,
            "lines_per_second_told_by_the_last": again,
        }


def table(results: dict[str, Any]) -> str:
    """What was measured."""
    found = results[ROWS[0]]
    rows = [
        ["", "lines/s", "told by the command", "files that differ"],
        [
            "one process",
            f"{found['lines_per_second_of_one']:,.0f}",
            f"{found['lines_per_second_told_by_one']:,.0f}",
            "",
        ],
        [
            "three nodes, one lost, killed once",
            f"{found['lines_per_second_of_three']:,.0f}",
            f"{found['lines_per_second_told_by_the_last']:,.0f}",
            str(found["files_that_differ"]),
        ],
    ]
    return markdown_table(rows, "lrrr")


if __name__ == "__main__":
    run_rows(__doc__, ROWS, measure, table, "many_files")
