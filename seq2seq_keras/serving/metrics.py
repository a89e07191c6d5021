"""What is counted, in the form that Prometheus reads."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import prometheus_client
from prometheus_client import multiprocess

_MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_COUNTED_AT_ONCE = 256
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
# Set where several processes count together.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"

# Of texts and of their translations.
CountTokens: TypeAlias = Callable[[list[str], Sequence[Any]], tuple[int, int]]


class Metrics:
    """The counters of one process, or of several that share a folder."""

    def __init__(self) -> None:
        self.registry = registry = prometheus_client.CollectorRegistry()
        which = ["model", "version"]
        self._requests = prometheus_client.Counter(
            "seq2seq_requests",
            "Requests that were answered.",
            ["protocol", "method", *which, "code"],
            registry=registry,
        )
        self._latency = prometheus_client.Histogram(
            "seq2seq_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ["protocol", "method", *which],
            registry=registry,
            buckets=_MILLISECONDS,
        )
        self._sizes = prometheus_client.Histogram(
            "seq2seq_batch_texts",
            "Texts of a batch.",
            which,
            registry=registry,
            buckets=_SIZES,
        )
        self._batches = prometheus_client.Histogram(
            "seq2seq_batch_seconds",
            "What a batch took.",
            which,
            registry=registry,
            buckets=_MILLISECONDS,
        )
        self._tokens = prometheus_client.Counter(
            "seq2seq_tokens",
            "Tokens that were read and written.",
            [*which, "side"],
            registry=registry,
        )
        self._gauges = {
            name: prometheus_client.Gauge(
                f"seq2seq_{name}",
                about,
                labels,
                registry=registry,
                multiprocess_mode=mode,
            )
            for name, about, labels, mode in (
                ("queue_texts", "Texts that wait.", ["model"], "livesum"),
                ("traces", "Graphs traced for default options.", which, "livemax"),
                ("log_lines_lost", "Lines the access log had no room for.", [], "sum"),
            )
        }

    def request(
        self,
        protocol: str,
        method: str,
        model: str,
        version: str,
        code: str,
        seconds: float,
    ) -> None:
        """Counts a request that was answered."""
        self._requests.labels(protocol, method, model, version, code).inc()
        self._latency.labels(protocol, method, model, version).observe(seconds)

    def batch(
        self,
        model: str,
        version: int,
        texts: int,
        seconds: float,
    ) -> None:
        """Counts a batch that was answered."""
        self._sizes.labels(model, version).observe(texts)
        self._batches.labels(model, version).observe(seconds)

    def tokens(self, model: str, version: int, tokens: tuple[int, int]) -> None:
        """Counts tokens of sources and of translations."""
        for side, count in zip(("source", "target"), tokens, strict=True):
            if count:
                self._tokens.labels(model, version, side).inc(count)

    def gauge(self, name: str, value: float, *labels: str) -> None:
        """Sets what is as it is: `queue_texts`, `traces` or `log_lines_lost`."""
        gauge = self._gauges[name]
        (gauge.labels(*labels) if labels else gauge).set(value)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        registry = self.registry
        if _SHARED in os.environ:
            registry = prometheus_client.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
        return prometheus_client.generate_latest(registry)


class TokenCounter:
    """Counts the tokens of many texts at a time.

    To split the texts of one request would take a good part of its translation.

    Args:
        metrics: Where they are counted.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, int], tuple[CountTokens, list, list]] = {}

    def add(
        self,
        model: str,
        version: int,
        count: CountTokens,
        texts: Sequence[str],
        translations: Sequence[str],
    ) -> None:
        """Takes note of texts that were translated, and of what counts their tokens.

        That stays until they are counted, and so holds no model.
        """
        with self._lock:
            key = (model, version)
            _, sources, targets = self._waiting.setdefault(key, (count, [], []))
            sources += texts
            targets += translations
            is_much = len(sources) >= _COUNTED_AT_ONCE
        if is_much:
            self.count()

    def count(self) -> None:
        """Counts what has been noted."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for (model, version), (count, sources, targets) in waiting.items():
            self.metrics.tokens(model, version, count(sources, targets))
