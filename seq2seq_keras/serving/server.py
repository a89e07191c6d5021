"""The ports, and the process or the processes behind them."""

import contextlib
import dataclasses
import functools
import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.folders import named_folders
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.security import check_certificate
from seq2seq_keras.stopping import heard_by
from seq2seq_keras.terminal import show

_BACKLOG, _LONG = 2048, 60
# prometheus_client looks for it when it is imported.
_COUNTED_TOGETHER = "PROMETHEUS_MULTIPROC_DIR"


def run_server(models: Sequence[str | os.PathLike], options: ServingOptions) -> None:
    """Serves until a signal comes; see `serve`."""
    named_folders(models, options)
    with _opened(options) as (rest, options):
        if options.workers > 1:
            _run_workers(models, options, rest)
        else:
            # It imports TensorFlow, for which what is refused need not wait.
            from seq2seq_keras.serving.process import ServerProcess

            _run_one(ServerProcess(models, options), options, rest)


def run_gateway(make: Callable[[ServingOptions], Any], options: ServingOptions) -> None:
    """Serves by a process that has others answer.

    Args:
        make: Function that makes what has `app`, `error` and `is_quiet`, as
            `ServerProcess` has, from the options with the real ports.
        options: `ServingOptions`.
    """
    with _opened(options) as (rest, options):
        _run_one(make(options), options, rest)


@contextlib.contextmanager
def _opened(options: ServingOptions) -> Iterator[tuple[Any, ServingOptions]]:
    """The socket of HTTP, and the options with the real ports, which are kept."""
    if options.certificate is not None and options.key is not None:
        check_certificate(options.certificate, options.key)
    grpc_port = _free_port(options.host, options.grpc_port)
    with (
        _reserved(options.host, grpc_port),
        _listening(options.host, options.rest_port) as rest,
    ):
        rest_port = rest.getsockname()[1]
        yield (
            rest,
            dataclasses.replace(options, rest_port=rest_port, grpc_port=grpc_port),
        )


def _show_address(options: ServingOptions) -> None:
    """Says where the ports are, once a signal ends the server in order."""
    scheme = "http" if options.certificate is None else "https"
    host = f"[{options.host}]" if ":" in options.host else options.host
    rest, grpc = f"{scheme}://{host}:{options.rest_port}", f"{host}:{options.grpc_port}"
    show(f"REST and page: {rest}  gRPC: {grpc}")


def _run_one(process: Any, options: ServingOptions, rest: Any) -> None:
    server = uvicorn.Server(_config(process.app, options))
    with heard_by(server.handle_exit):
        _show_address(options)
        server.run(sockets=[rest])
    if process.error is not None:
        raise process.error
    if not process.is_quiet:
        # TensorFlow is at work in a thread, as before all models are loaded, and would
        # be torn down below it.
        os._exit(0)


def _run_workers(models: Sequence[Any], options: ServingOptions, rest: Any) -> None:
    from seq2seq_keras.serving.process import make_process_app

    app = functools.partial(make_process_app, list(models), options)
    config = _config(app, options, factory=True, workers=options.workers)
    with (
        tempfile.TemporaryDirectory(prefix="seq2seq_keras") as folder,
        _environment(_COUNTED_TOGETHER, folder),
        heard_by(lambda number, frame: None),
    ):
        supervisor = Multiprocess(config, [rest])
        _show_address(options)
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise InputError("A worker could not start: see the line above.")


def _config(app: Any, options: ServingOptions, **others: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # It bounds what a header may hold; uvicorn takes httptools, which does not,
        # wherever that is installed.
        http="h11",
        lifespan="on",
        ws="none",
        # A worker that imports TensorFlow does not answer for a while.
        timeout_worker_healthcheck=_LONG,
        timeout_graceful_shutdown=max(1, round(options.grace_seconds)),
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
        **others,
    )


def _listening(host: str, port: int) -> socket.socket:
    with _address_named(host, port):
        return socket.create_server(
            (host, port), family=_family(host), backlog=_BACKLOG
        )


def _free_port(host: str, port: int) -> int:
    """The number of a port that nobody listens at."""
    with _address_named(host, port), _listening(host, port) as found:
        return found.getsockname()[1]


@contextlib.contextmanager
def _reserved(host: str, port: int) -> Iterator[None]:
    """Keeps a port for gRPC, which listens at it later, and in several workers."""
    with _address_named(host, port), socket.socket(_family(host)) as kept:
        # Without SO_REUSEADDR, which would let others bind to it before it listens.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind((host, port))
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextlib.contextmanager
def _address_named(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = f"{host}:{port}"
        raise


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
