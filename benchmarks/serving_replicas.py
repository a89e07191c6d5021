"""Replicas under load: some are killed, a version comes, there are more and fewer.

    python -m benchmarks.serving_replicas          # all rows, some minutes
    python -m benchmarks.serving_replicas --table  # what was measured before

`seq2seq-keras serve --ray` answers for a model of the phrasebook that was not trained,
of 256 units, with at most 20 tokens a translation, by replicas of one thread on a
cluster of Ray on this machine. Clients share its processors; each sends the next
sentence of the phrasebook when it has the answer to the one before, and compares that
with `Translator.translate`. A client that is refused or broken off has lost a request.

- killed: of two replicas one gets SIGKILL, again and again, at moments that are drawn.
- updated: a folder with version 2, which translates otherwise, is renamed into place.
- scaled: replicas 1..2, first with one client, then many, then none.
- gateway: one client, beside `serve` without Ray.

The numbers go to benchmarks/results/serving_replicas.json.
"""

import asyncio
import contextlib
import json
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import psutil

from benchmarks.runner import COMMAND, markdown_table, run_rows
from benchmarks.serving_load import Client

CLIENTS, TEXTS, LONG = 16, 200, 90
KILLS, APART = 5, (3.0, 9.0)  # times, and seconds between two of them
AFTER = 10.0  # seconds of load after the last event
ROWS = ("killed", "updated", "scaled", "gateway")


def make_versions(folder: pathlib.Path) -> dict[int, dict[str, str]]:
    """Writes `folder`/new/1 and 2, and translates the texts by both."""
    import keras

    import seq2seq_keras as s2s

    pairs = s2s.load_corpus("phrasebook/english-french").train
    keras.utils.set_random_seed(0)
    tokenizers = [s2s.WordTokenizer.fit(side) for side in (pairs.source, pairs.target)]
    sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
    model = s2s.build_model(*sizes, units=256, embedding_dim=128, attention="luong")
    # Differences that no rounding makes up for.
    for variable in model.trainable_variables:
        variable.assign(variable * 3.0)
    texts = list(dict.fromkeys(pairs.source))[:TEXTS]
    expected = {}
    for number, most in ((1, 20), (2, 10)):
        translator = s2s.Translator(model, *tokenizers, max_length=most)
        translator.save(folder / "new" / str(number))
        expected[number] = dict(zip(texts, translator.translate(texts), strict=True))
    return expected


class Gateway:
    """A server in a process of its own, with what it says of its replicas."""

    def __init__(self, models: pathlib.Path, *options: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        command = [*COMMAND, "serve", str(models), "--rest-port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.ready = threading.Event()
        self.counts: list[tuple[float, int]] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.ready.wait()
        if self.process.poll() is not None:
            raise RuntimeError("The server ended: see what it wrote above.")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r'"replicas", "count": (\d+)', line):
                self.counts.append((time.monotonic(), int(found[1])))
            elif line == "Ready.\n":
                self.ready.set()
            elif not line.startswith("REST"):
                print(line, end="", flush=True)
        self.ready.set()

    def stop(self) -> None:
        """Ends it, with what it has."""
        self.process.terminate()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def wait_for(self, count: int) -> float:
        """Waits until there are so many replicas, and says when that was."""
        end = time.monotonic() + LONG
        while not self.counts or self.counts[-1][1] != count:
            if time.monotonic() > end:
                raise RuntimeError(f"{count} replicas in vain: {self.counts}")
            time.sleep(0.05)
        return self.counts[-1][0]


@contextlib.contextmanager
def served(models: pathlib.Path, cpus: int, *options: str) -> Iterator[Gateway]:
    """A gateway with replicas on a cluster that ends with it."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": cpus, "object_store_memory": 80 * 2**20}
    cluster = Cluster(
        initialize_head=True, head_node_args={**node, "include_dashboard": False}
    )
    gateway = None
    try:
        gateway = Gateway(models, "--ray", "--address", cluster.address, *options)
        yield gateway
    finally:
        if gateway is not None:
            gateway.stop()
        cluster.shutdown()


def replicas() -> list[psutil.Process]:
    """The processes of replicas of clusters that this one has started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[0].startswith("ray::ServeReplica"):
                found.append(process)
    return found


class Load:
    """Clients, until `stop`; what they have seen is in `seen`."""

    def __init__(self, port: int, expected: dict[int, dict[str, str]], clients: int):
        self.port, self.expected, self.clients = port, expected, clients
        self.seen: list[tuple[float, float, int]] = []  # when, seconds, version
        self.lost: list[str] = []
        self.wrong = 0
        self._ended = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()

    def stop(self) -> dict[str, Any]:
        """Ends them when they have their answers."""
        self._ended = True
        self._thread.join()
        seconds = sorted(took for _, took, _ in self.seen)
        whole = self.seen[-1][0] - self.seen[0][0]
        return {
            "clients": self.clients,
            "answered": len(self.seen),
            "lost": len(self.lost),
            "wrong": self.wrong,
            "per_second": len(self.seen) / whole if whole else None,
            "median_ms": 1e3 * statistics.median(seconds),
            "longest_ms": 1e3 * seconds[-1],
        }

    async def _run(self) -> None:
        await asyncio.gather(*(self._ask(n) for n in range(self.clients)))

    async def _ask(self, place: int) -> None:
        client, texts = Client(self.port), list(self.expected[1])
        while not self._ended:
            text = texts[place % len(texts)]
            place += self.clients
            begun = time.monotonic()
            try:
                async with asyncio.timeout(LONG):
                    status, body = await client.ask("/translate", {"texts": [text]})
                if status != 200:
                    raise RuntimeError(f"{status}: {body!r}")
            except (
                OSError,
                RuntimeError,
                TimeoutError,
                asyncio.IncompleteReadError,
            ) as error:
                print(f"lost: {error!r}", flush=True)
                self.lost.append(repr(error))
                client.close()
                client = Client(self.port)
                continue
            now = time.monotonic()
            answer = json.loads(body)
            version = answer["version"]
            (found,) = answer["translations"]
            self.wrong += found["text"] != self.expected[version][text]
            self.seen.append((now, now - begun, version))
        client.close()


def kill_replicas(load: Load, draw: np.random.Generator) -> int:
    """Kills one of two, some times, and returns how often that was under load."""
    killed = 0
    for seconds in draw.uniform(*APART, size=KILLS):
        time.sleep(seconds)
        there = sorted(replicas(), key=lambda process: process.pid)
        if there:
            # One that is just starting is killed as well as one that answers.
            there[int(draw.integers(len(there)))].send_signal(signal.SIGKILL)
            killed += 1
    return killed


def measure_killed(models: pathlib.Path, expected: Any) -> dict[str, Any]:
    """A row: see above."""
    # Both may be killed before another one has begun, which takes its time.
    limits = ("--timeout-seconds", "60")
    with served(models, 2, "--replicas", "2", *limits) as gateway:
        load = Load(gateway.port, expected, CLIENTS)
        killed = kill_replicas(load, np.random.default_rng(0))
        time.sleep(AFTER)
        found = load.stop()
        gateway.wait_for(2)
        return {**found, "killed": killed}


def measure_updated(models: pathlib.Path, expected: Any) -> dict[str, Any]:
    """A row: see above."""
    with served(models, 2, "--replicas", "2") as gateway:
        load = Load(gateway.port, expected, CLIENTS)
        time.sleep(AFTER)
        begun = time.monotonic()
        (models.parent / "new" / "2").rename(models / "2")
        end = begun + LONG
        while time.monotonic() < end:
            last = [seen[2] for seen in load.seen[-20 * CLIENTS :]]
            if set(last) == {2}:
                break
            time.sleep(0.1)
        time.sleep(AFTER)
        found = load.stop()
        ahead = [when for when, _, version in load.seen if version == 2]
        behind = [when for when, _, version in load.seen if version == 1]
        return {
            **found,
            "of_version_1": len(behind),
            "of_version_2": len(ahead),
            "seconds_to_first": ahead[0] - begun,
            "seconds_to_last_of_old": behind[-1] - begun,
        }


def measure_scaled(models: pathlib.Path, expected: Any) -> dict[str, Any]:
    """A row: see above."""
    delays = ("--scale-up-seconds", "1", "--scale-down-seconds", "5")
    many = ("--replicas", "1..2", "--requests-per-replica", "8")
    with served(models, 2, *many, *delays) as gateway:
        few = Load(gateway.port, expected, 1)
        time.sleep(AFTER)
        found_few = few.stop()
        begun = time.monotonic()
        load = Load(gateway.port, expected, CLIENTS)
        up = gateway.wait_for(2) - begun
        time.sleep(AFTER)
        found = load.stop()
        begun = time.monotonic()
        down = gateway.wait_for(1) - begun
        counts = [count for _, count in gateway.counts]
        told = {"counts": counts, "seconds_up": up, "seconds_down": down}
        return {**found, **told, "one_client": found_few}


def measure_gateway(models: pathlib.Path, expected: Any) -> dict[str, Any]:
    """A row: see above."""

    def lone(gateway: Gateway) -> dict[str, Any]:
        load = Load(gateway.port, expected, 1)
        time.sleep(AFTER)
        return load.stop()

    with served(models, 1, "--replicas", "1") as gateway:
        found = lone(gateway)
    gateway = Gateway(models, "--grpc-port", "0")
    try:
        return {**found, "without_ray": lone(gateway)}
    finally:
        gateway.stop()


def measure(row: str) -> dict[str, Any]:
    """All numbers of one row."""
    ways = {
        "killed": measure_killed,
        "updated": measure_updated,
        "scaled": measure_scaled,
        "gateway": measure_gateway,
    }
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        expected = make_versions(folder)
        models = folder / "phrases"
        models.mkdir()
        shutil.move(folder / "new" / "1", models / "1")
        return ways[row](models, expected)


def table(results: dict[str, Any]) -> str:
    """What was measured, in a table."""
    head = ["", "clients", "answered", "lost", "wrong", "median ms", "longest ms"]
    names = ("clients", "answered", "lost", "wrong", "median_ms", "longest_ms")
    rows = [
        [row, *(f"{found[name]:,.0f}" for name in names)]
        for row, found in results.items()
    ]
    return markdown_table([head, *rows], "lrrrrrr")


if __name__ == "__main__":
    run_rows(__doc__, ROWS, measure, table, "serving_replicas")
