"""A server under load: its throughput, its latency, and whether every answer is right.

    python -m benchmarks.serving_load FOLDER --texts FILE

The lines of FILE are translated by `Translator.translate`, as one list and one by one.
Then a server of the same folder is asked: by one client, in turns with
`Translator.translate`, and by many at once for some minutes. Every answer is compared
with that of the whole list, byte for byte. Clients and server are on one machine and
share its processor; a client sends the next request when it has read the answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.runner import (
    COMMAND,
    RESULTS,
    environment,
    markdown_table,
    parser_of,
    read_json,
    write_json,
)

LONE_REQUESTS = 200
WAIT = 0.2  # seconds between two looks whether the server is ready


class Client:
    """A client of HTTP that keeps its connection; as little work as there can be."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: Any = None
        self.writer: Any = None

    async def ask(self, path: str, record: Any = None) -> tuple[int, bytes]:
        """Status and body of an answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", self.port
            )
        body = b"" if record is None else json.dumps(record).encode()
        method = "GET" if record is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n\r\n"
        self.writer.write(head.encode() + body)
        header = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", header)
        assert length, header
        return int(header[9:12]), await self.reader.readexactly(int(length[1]))

    def close(self) -> None:
        """Hangs up."""
        if self.writer is not None:
            self.writer.close()

    async def translate(self, texts: list[str]) -> list[str]:
        """The translations of texts."""
        status, body = await self.ask("/translate", {"texts": texts})
        if status != 200:
            raise RuntimeError(f"{status}: {body!r}")
        return [each["text"] for each in json.loads(body)["translations"]]


@contextlib.contextmanager
def served(folder: str, options: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A server that is ready: its port, and the number of its process."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = [str(each.getsockname()[1]) for each in (first, second)]
    command = [*COMMAND, "serve", folder, "--rest-port", ports[0]]
    process = subprocess.Popen(
        [*command, "--grpc-port", ports[1], *options], stdout=subprocess.DEVNULL
    )
    try:
        asyncio.run(_ready(int(ports[0]), process))
        yield int(ports[0]), process.pid
    finally:
        process.terminate()
        process.wait()


async def _ready(port: int, process: subprocess.Popen) -> None:
    while process.poll() is None:
        with contextlib.suppress(OSError):
            status, body = await Client(port).ask("/readyz")
            if status == 200:
                return
            if status != 503:
                raise RuntimeError(f"{status}: {body!r}")
        await asyncio.sleep(WAIT)
    raise RuntimeError("The server ended: see what it wrote above.")


def memory_of(pid: int) -> int:
    """Bytes of a process that are in memory."""
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def traces(port: int) -> float:
    """How many graphs the server has traced."""
    _, body = await Client(port).ask("/metrics")
    return sum(map(float, re.findall(rb"(?m)^seq2seq_traces\{.*\} (.*)$", body)))


def lone(translator: Any, port: int, texts: list[str]) -> dict[str, float]:
    """Seconds of a text, by the translator and by the server, which take turns."""

    async def measure() -> dict[str, list[float]]:
        client = Client(port)
        seconds: dict[str, list[float]] = {"translator": [], "server": []}
        for number in range(LONE_REQUESTS):
            text = texts[number % len(texts)]
            start = time.perf_counter()
            translator.translate(text)
            seconds["translator"].append(time.perf_counter() - start)
            start = time.perf_counter()
            await client.translate([text])
            seconds["server"].append(time.perf_counter() - start)
        return seconds

    return {way: statistics.median(s) for way, s in asyncio.run(measure()).items()}


def load(port: int, pid: int, expected: dict[str, str], asked: Any) -> dict[str, Any]:
    """What many clients see."""
    texts = list(expected)
    latencies: list[float] = []
    found = {"texts": 0, "wrong": 0, "failed": 0}
    memory: list[int] = []

    async def one(number: int, end: float) -> None:
        client, place = Client(port), number * len(texts) // asked.clients
        while time.perf_counter() < end:
            size = asked.texts_per_request
            own = [texts[(place + n) % len(texts)] for n in range(size)]
            place += size
            start = time.perf_counter()
            try:
                answers = await client.translate(own)
            except (OSError, RuntimeError, asyncio.IncompleteReadError) as error:
                print(f"failed: {error}", flush=True)
                found["failed"] += 1
                client = Client(port)
                continue
            latencies.append(time.perf_counter() - start)
            found["texts"] += size
            right = [expected[text] for text in own]
            found["wrong"] += sum(a != b for a, b in zip(answers, right, strict=True))

    async def everybody() -> dict[str, Any]:
        before = await traces(port)
        start = time.perf_counter()
        end = start + asked.seconds

        async def watch() -> None:
            while time.perf_counter() < end:
                await asyncio.sleep(asked.seconds / 20)
                memory.append(memory_of(pid))

        await asyncio.gather(watch(), *(one(n, end) for n in range(asked.clients)))
        seconds = time.perf_counter() - start
        return {
            "per_second": found["texts"] / seconds,
            "traces": await traces(port) - before,
        }

    numbers = asyncio.run(everybody())
    latencies.sort()
    return {
        **found,
        **numbers,
        "median": statistics.median(latencies),
        "p99": latencies[int(0.99 * len(latencies))],
        # After the first tenth, in which buffers are made.
        "memory_growth": memory[-1] - memory[1],
        "memory": memory,
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All numbers of one run."""
    from seq2seq_keras.translation import Translator

    lines = dict.fromkeys(options.texts.read_text("utf-8").splitlines())
    texts = list(lines)[: options.lines]
    translator = Translator.load(options.folder)
    translator.translate(texts)  # traces
    rates = []
    for _ in range(3):
        start = time.perf_counter()
        whole = translator.translate(texts)
        rates.append(len(texts) / (time.perf_counter() - start))
    start = time.perf_counter()
    alone = [translator.translate(text) for text in texts[:LONE_REQUESTS]]
    one_by_one = len(alone) / (time.perf_counter() - start)
    expected = dict(zip(texts, whole, strict=True))
    with served(options.folder, options.server_options.split()) as (port, pid):
        lone_seconds = lone(translator, port, texts)
        return {
            "whole_list_per_second": statistics.median(rates),
            "one_by_one_per_second": one_by_one,
            "alone_differ": sum(a != b for a, b in zip(alone, whole, strict=False)),
            "lone": lone_seconds,
            **load(port, pid, expected, options),
        }


def table(found: dict[str, Any]) -> str:
    """What was measured, in words."""
    rows = [
        ["", ""],
        ["whole list, texts/s", f"{found['whole_list_per_second']:,.0f}"],
        ["one by one, texts/s", f"{found['one_by_one_per_second']:,.0f}"],
        ["served, texts/s", f"{found['per_second']:,.0f}"],
        [
            "of the whole list",
            f"{found['per_second'] / found['whole_list_per_second']:.2f}",
        ],
        [
            "of one by one",
            f"{found['per_second'] / found['one_by_one_per_second']:.1f}",
        ],
        ["latency, median, ms", f"{1e3 * found['median']:.1f}"],
        ["latency, 99th percentile, ms", f"{1e3 * found['p99']:.1f}"],
        ["one client, median, ms", f"{1e3 * found['lone']['server']:.2f}"],
        [
            "of the translator's",
            f"{found['lone']['server'] / found['lone']['translator']:.2f}",
        ],
        ["texts answered", f"{found['texts']:,}"],
        ["requests lost", f"{found['failed']:,}"],
        ["answers that differ", f"{found['wrong']:,}"],
        ["texts that differ alone", f"{found['alone_differ']:,}"],
        ["graphs traced under load", f"{found['traces']:.0f}"],
        ["memory, MB more", f"{found['memory_growth'] / 2**20:.1f}"],
    ]
    return markdown_table(rows, "lr")


def main() -> None:
    """Measures, keeps the numbers and prints them."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--server-options", default="", help="in one word")
    for name, default in (
        ("lines", 1000),
        ("clients", 64),
        ("seconds", 300),
        ("texts-per-request", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--name", default="model", help="what the results call it")
    options = parser.parse_args()
    before = environment()
    found = measure(options)
    settings = {name: str(value) for name, value in vars(options).items()}
    # In which folders they lie is this machine's own.
    settings |= {
        name: pathlib.Path(settings[name]).name for name in ("folder", "texts")
    }
    path = RESULTS / "serving_load.json"
    kept = {**found, "options": settings, "environment": before}
    write_json(path, {**read_json(path), options.name: kept})
    print(table(found))


if __name__ == "__main__":
    main()
