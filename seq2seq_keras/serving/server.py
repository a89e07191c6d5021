"""One process that answers both protocols."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.access_log import AccessLog
from seq2seq_keras.serving.app import make_app
from seq2seq_keras.serving.catalog import Catalog
from seq2seq_keras.serving.metrics import Metrics
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.security import read_token
from seq2seq_keras.serving.service import Service
from seq2seq_keras.stopping import heard_by
from seq2seq_keras.terminal import show


def run_server(
    models: Sequence[str | os.PathLike],
    options: ServingOptions,
) -> None:
    metrics = Metrics()
    log = AccessLog(
        options.access_log, lambda count: metrics.gauge("log_lines_lost", count)
    )
    catalog = Catalog(models, options, log.event)
    service = Service(catalog, options, metrics)
    token = read_token(options.token_file)
    app = make_app(service, log, token)
    rest = listening_socket(options.host, options.rest_port)
    server = _Server(_config(app, options), service)
    loader = _Loader(catalog, server)
    with heard_by(server.stop):
        loader.start()
        show(f"REST at {options.host}:{rest.getsockname()[1]}")
        server.run(sockets=[rest])
    catalog.close(options.grace_seconds)
    if loader.error is not None:
        raise loader.error


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at a port.

    Raises:
        OSError: If it is taken; the address is named.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        error.filename = f"{host}:{port}"
        raise


def _config(app: Any, options: ServingOptions) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=max(1, round(options.grace_seconds)),
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are heard outside of it."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self.service = service

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self, number: int = 0, frame: Any = None) -> None:
        """Takes no more requests, and answers those that there are."""
        self.service.is_stopping = True
        self.should_exit = True


class _Loader(threading.Thread):
    """Loads the models beside the server, then looks for new versions."""

    def __init__(self, catalog: Catalog, server: _Server) -> None:
        super().__init__(name="versions", daemon=True)
        self.catalog = catalog
        self.server = server
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.catalog.load()
        except InputError as error:
            self.error = error
            self.server.stop()
            return
        self.catalog.watch()
