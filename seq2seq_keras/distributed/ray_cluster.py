"""A cluster of Ray: how it is joined, and workers that live on its nodes."""

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from seq2seq_keras.distributed.worker_pool import WorkerDiedError
from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.untrusted import in_one_line

LOCAL = "local"
_LOOK = 1.0  # seconds between two looks whether an actor can still come
_ANSWER = 5.0  # seconds in which whoever listens at an address takes a connection
_ADDRESS = re.compile(r"(?:ray://)?\[?([^/]+?)\]?:([0-9]+)")
_LOCAL_STORE = 2**27  # bytes that tasks and results take on the way


@contextlib.contextmanager
def joined(address: str) -> Iterator[Any]:
    """Joins a cluster of Ray within a `with` block, or starts one on this machine.

    A connection that the process has already is used, and left as it is.

    Args:
        address: "auto", "HOST:PORT", or "local".

    Yields:
        The module `ray`.

    Raises:
        InputError: If Ray is not installed, or there is no cluster.
    """
    # Nothing is told to anyone outside, and nothing to whoever reads our output.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray = import_optional("ray", "A connection to a cluster of Ray")
    if ray.is_initialized():
        yield ray
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == LOCAL:
        options |= {
            "num_cpus": os.cpu_count(),
            "include_dashboard": False,
            "object_store_memory": _LOCAL_STORE,
        }
    try:
        _check_answers(address)
        with _handlers_kept():
            ray.init(address=address, **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise InputError(
            f"There is no cluster of Ray at `--address {address}` ({_first(error)}). "
            "Start one with `ray start --head`, or give `--address local`."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


class RayWorker:
    """An object that lives on some node of a cluster.

    Args:
        ray: The module.
        kind: Its class.
        values: What its constructor takes; references are resolved there.
        cpus: Processors that it takes.
    """

    def __init__(self, ray: Any, kind: type, *values: Any, cpus: int = 1) -> None:
        self._ray = ray
        # What dies is replaced by whoever holds the worker: Ray's own replacement
        # would wait for room on a node that may never come, with the task.
        options = {"num_cpus": cpus, "max_restarts": 0, "max_task_retries": 0}
        self._actor = ray.remote(**options)(kind).remote(*values)

    def call(self, method: str, *values: Any) -> Any:
        try:
            return self._ray.get(getattr(self._actor, method).remote(*values))
        except (
            self._ray.exceptions.RayActorError,
            self._ray.exceptions.ObjectLostError,
        ) as error:
            if "creation task" in str(error):
                raise InputError(
                    "A process on a node of the cluster cannot begin "
                    f"({in_one_line(error, 10**5)[-300:]}). Are the same versions of "
                    "Python and seq2seq-keras installed there, and modules of your own?"
                ) from error
            self.stop()  # it may only be out of reach, and hold its processors
            raise WorkerDiedError from error

    def wait(self, is_in_vain: Callable[[], bool] = lambda: False) -> None:
        ready = self._actor.__ray_ready__.remote()
        while not self._ray.wait([ready], timeout=_LOOK)[0]:
            if is_in_vain():
                self.stop()
                raise WorkerDiedError
        try:
            self._ray.get(ready)
        except self._ray.exceptions.RayActorError as error:
            raise WorkerDiedError from error

    def stop(self) -> None:
        with contextlib.suppress(Exception):  # of a connection that is gone
            self._ray.kill(self._actor)


def _check_answers(address: str) -> None:
    """Raises a `ConnectionError` if nobody listens, which Ray notices after minutes."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", "")
    found = _ADDRESS.fullmatch(address)
    if found is None:  # Ray finds it, or knows that it is none
        return
    host, port = found.groups()
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"nobody answers there: {in_one_line(error)}") from error


@contextlib.contextmanager
def _handlers_kept() -> Iterator[None]:
    """Ray handles SIGTERM itself, and the command line then would not."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
