"""The process that all requests pass, and that has replicas answer them."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, Response

from seq2seq_keras import serving
from seq2seq_keras.distributed.replica import GRPC, Asked, Begun
from seq2seq_keras.distributed.replicas import Replicas
from seq2seq_keras.serving import RequestError, ServingOptions
from seq2seq_keras.terminal import show

_LAST = 5.0  # seconds for the thread that counts the replicas


class Gateway:
    """What the process of the command holds, where replicas of a cluster answer.

    Token, hosts, limits of what comes, log: all that is checked of a request before it
    is understood is checked here, by the code of the server without replicas.

    Args:
        replicas: `Replicas`.
        options: `ServingOptions`, with the real port.

    Attributes:
        app: The ASGI application.
        error: What was wrong with the replicas, once that is known.
        is_quiet: Whether no thread is at work any more.
    """

    def __init__(self, replicas: Replicas, options: ServingOptions) -> None:
        self.replicas, self.options = replicas, options
        self.error: Exception | None = None
        self.is_quiet = False
        self.is_stopping = False
        self.count = 0
        self._ended = threading.Event()
        self.metrics = serving.Metrics()
        self.log = serving.AccessLog(
            options.access_log,
            lambda count: self.metrics.gauge("log_lines_lost", count),
        )
        self.token = serving.read_token(options.token_file)
        self.app = FastAPI(lifespan=self._live, openapi_url=None)
        self._add_routes()
        serving.add_failures(self.app)
        serving.guard(
            self.app,
            options,
            log=self.log,
            metrics=self.metrics,
            token=self.token,
            is_stopping=lambda: self.is_stopping,
        )

    @contextlib.asynccontextmanager
    async def _live(self, app: FastAPI) -> AsyncIterator[None]:
        watching = threading.Thread(target=self._watch, name="replicas", daemon=True)
        self.loop = asyncio.get_running_loop()
        self.grpc = self.open_grpc()
        await self.grpc.start()
        try:
            async with serving.GracefulShutdown(self._begin_to_end, self._end).heard():
                watching.start()
                yield
        finally:
            self._ended.set()
            self.log.close()
            await asyncio.to_thread(watching.join, _LAST)
            self.is_quiet = not watching.is_alive()

    def open_grpc(self) -> serving.GrpcServer:
        """Opens the port of gRPC; nothing is answered before its `start`."""
        answering = serving.Answering(self, self.log, self.token)
        return serving.GrpcServer(
            self.options,
            lambda: self.is_ready,
            lambda server: serving.pass_calls(server, answering, self._call),
        )

    @property
    def is_ready(self) -> bool:
        """Whether requests are answered."""
        return self.count > 0 and not self.is_stopping

    async def _begin_to_end(self) -> None:
        self.is_stopping = True
        await self.grpc.tell_health()

    async def _end(self) -> None:
        await self.grpc.stop(self.options.grace_seconds)

    def _watch(self) -> None:
        """Starts the replicas, and then tells of how many there are."""
        try:
            self.replicas.start()
        except Exception as error:
            self.error = error
            signal.raise_signal(signal.SIGTERM)
            return
        self._tell()
        show("Ready.")
        while not self._ended.wait(self.options.poll_seconds):
            with contextlib.suppress(Exception):  # the cluster may be out of reach
                self._tell()

    def _tell(self) -> None:
        count = self.replicas.count()
        if count != self.count:
            self.count = count
            asyncio.run_coroutine_threadsafe(self.grpc.tell_health(), self.loop)
            self.log.event(event="replicas", count=count)

    def _add_routes(self) -> None:
        @self.app.api_route("/healthz", methods=["GET", "HEAD"])
        async def healthz() -> dict[str, str]:
            return {"status": "ok"}

        @self.app.api_route("/readyz", methods=["GET", "HEAD"])
        async def readyz() -> dict[str, str]:
            if not self.is_ready:
                word = "stopping" if self.is_stopping else "loading"
                raise RequestError("UNAVAILABLE", f"The server is {word}.")
            return {"status": "ready"}

        @self.app.get("/metrics")
        def metrics() -> Response:
            text = self.metrics.text()
            return Response(text, media_type="text/plain; version=0.0.4")

        self.app.mount("/", self._pass_on)

    async def _pass_on(self, scope: Any, receive: Any, send: Any) -> None:
        """Has a replica answer, unless the client hangs up."""
        request = Request(scope, receive)
        asked = Asked(
            scope["method"],
            scope["path"],
            scope["query_string"],
            scope["headers"],
            await request.body(),
            # By the clock of another machine a deadline would mean nothing.
            scope["deadline"] - time.monotonic(),
        )

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        answering = asyncio.ensure_future(self._answer(asked, scope, send))
        watching = asyncio.ensure_future(gone())
        try:
            await asyncio.wait(
                (answering, watching), return_when=asyncio.FIRST_COMPLETED
            )
            if answering.done():
                answering.result()
        finally:
            for task in (answering, watching):
                task.cancel()

    async def _call(
        self, method: str, body: bytes, seconds: float | None, noted: dict[str, Any]
    ) -> bytes:
        """Has a replica answer a call of gRPC."""
        asked = Asked(GRPC, method, b"", (), body, seconds)
        begun: Any = None
        message = b""
        async for part in self.replicas.answer(asked):
            if isinstance(part, Begun):
                begun = part
            else:
                message += part
        noted.update(begun.noted)
        if begun.status == 200:
            return message
        code = dict(begun.headers)[b"code"].decode()
        raise RequestError(code, message.decode())

    async def _answer(self, asked: Asked, scope: Any, send: Any) -> None:
        async for part in self.replicas.answer(asked):
            if isinstance(part, Begun):
                scope["state"].update(part.noted)
                start = {"status": part.status, "headers": list(part.headers)}
                await send({"type": "http.response.start", **start})
            else:
                body = {"body": part, "more_body": True}
                await send({"type": "http.response.body", **body})
        await send({"type": "http.response.body", "body": b""})
