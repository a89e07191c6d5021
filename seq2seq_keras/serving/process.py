"""One process of the server: what it holds, how it begins and how it ends."""

import asyncio
import contextlib
import os
import signal
import threading
import warnings
from collections.abc import AsyncIterator, Sequence

from fastapi import FastAPI

from seq2seq_keras.serving.access_log import AccessLog
from seq2seq_keras.serving.app import make_app
from seq2seq_keras.serving.catalog import Catalog
from seq2seq_keras.serving.grpc_server import GrpcServer
from seq2seq_keras.serving.grpc_services import add_services
from seq2seq_keras.serving.metrics import Metrics
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.security import read_token
from seq2seq_keras.serving.service import Service
from seq2seq_keras.serving.shutdown import GracefulShutdown
from seq2seq_keras.terminal import say, show

_LAST = 1.0  # seconds for threads that should have ended


def make_process_app(
    models: Sequence[str | os.PathLike], options: ServingOptions
) -> FastAPI:
    """The application of a process; of each worker, where there are several.

    Args:
        models: What was named on the command line.
        options: `ServingOptions`, with the real ports.

    Returns:
        An ASGI application, which loads its models when it is started.
    """
    return ServerProcess(models, options).app


class ServerProcess:
    """What one process holds.

    Args:
        models: What was named on the command line.
        options: `ServingOptions`, with the real ports.

    Attributes:
        app: The ASGI application.
        error: What was wrong with the models, once that is known.
        is_quiet: Whether no thread is at work any more.
    """

    def __init__(
        self, models: Sequence[str | os.PathLike], options: ServingOptions
    ) -> None:
        # Nobody who would read it, and a memory of each is kept.
        warnings.filterwarnings("ignore", message=r"Text \d+ has .* and is cut")
        self.options = options
        self.error: Exception | None = None
        self.is_quiet = False
        self.token = read_token(options.token_file)
        metrics = Metrics()
        self.log = AccessLog(
            options.access_log, lambda count: metrics.gauge("log_lines_lost", count)
        )
        self.catalog = Catalog(models, options, self.log.event)
        self.service = Service(self.catalog, options, metrics)
        self.app = make_app(self.service, self.log, self.token, self._live)

    @contextlib.asynccontextmanager
    async def _live(self, app: FastAPI) -> AsyncIterator[None]:
        """Around the time in which requests of HTTP are answered."""
        self.loop = asyncio.get_running_loop()
        if self.options.workers > 1:
            # What comes meanwhile is answered by the other workers.
            await self._load()
        self.grpc = GrpcServer(
            self.options,
            lambda: self.service.is_ready,
            lambda server: add_services(server, self.service, self.log, self.token),
        )
        await self.grpc.start()
        watching = threading.Thread(target=self._watch, name="versions", daemon=True)
        try:
            async with GracefulShutdown(self._begin_to_end, self._end).heard():
                watching.start()
                yield
        finally:
            self.log.close()
            self.is_quiet = await asyncio.to_thread(self._close, watching)

    def _close(self, watching: threading.Thread) -> bool:
        """Ends the threads, which have little left to do; whether they have ended."""
        are_closed = self.catalog.close(_LAST)
        watching.join(_LAST)
        is_idle = not self.service.aside.running
        return are_closed and is_idle and not watching.is_alive()

    async def _load(self) -> None:
        try:
            await asyncio.to_thread(self.catalog.load)
        except Exception as error:
            say(f"seq2seq-keras: error: {error}")
            raise

    def _watch(self) -> None:
        """Loads the models, and then looks for new versions."""
        try:
            if not self.catalog.is_ready:
                self.catalog.load()
        except Exception as error:
            self.error = error
            signal.raise_signal(signal.SIGTERM)
            return
        asyncio.run_coroutine_threadsafe(self.grpc.tell_health(), self.loop).result()
        show("Ready.")
        self.catalog.watch()

    async def _begin_to_end(self) -> None:
        self.service.is_stopping = True
        await self.grpc.tell_health()

    async def _end(self) -> None:
        await self.grpc.stop(self.options.grace_seconds)
