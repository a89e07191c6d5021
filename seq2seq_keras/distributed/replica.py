"""A replica: the application of the server, in a process of some node."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple, TypeAlias

from seq2seq_keras import serving
from seq2seq_keras.errors import import_named
from seq2seq_keras.serving import ServingOptions

_LAST = 1.0  # seconds for threads that should have ended


# The method of what is no request of HTTP.
GRPC = "gRPC"


class Asked(NamedTuple):
    """A request of HTTP, or a call of gRPC, that has passed the gateway.

    Attributes:
        method: String.
        path: String.
        query: Bytes behind the question mark.
        headers: Pairs of bytes.
        body: Bytes, all of them.
        seconds: Optional. What is left of its time.
    """

    method: str
    path: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    seconds: float | None = None


class Begun(NamedTuple):
    """What an answer begins with.

    Attributes:
        status: Integer.
        headers: Pairs of bytes; of a call that fails, its `code`.
        noted: Dictionary for the log: the model, its version, the route.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    noted: dict[str, Any]


Parts: TypeAlias = AsyncGenerator[Begun | bytes, None]


class Replica:
    """Models, their queues, and the application that answers from them.

    It looks for new versions by itself, and loads them beside the one that answers. So
    there are none that wait for a replica while another version comes.

    Args:
        models: Folders of the models, which are there on every node.
        options: `ServingOptions`.
        threads: Threads that TensorFlow has, if that is to be said.
        modules: Names of modules to import first, with a user's own parts.
    """

    def __init__(
        self,
        models: Sequence[str],
        options: ServingOptions,
        threads: int | None = None,
        modules: Sequence[str] = (),
    ) -> None:
        if threads is not None:
            import tensorflow as tf

            tf.config.threading.set_intra_op_parallelism_threads(threads)
        import_named(modules)
        log = serving.AccessLog(None, lambda count: None)
        self.catalog = serving.Catalog(models, options, log.event)
        self.catalog.load()
        self.service = serving.Service(self.catalog, options, serving.Metrics())
        self.calls = serving.GrpcAnswers(self.service)
        self.app = serving.make_answers(self.service)
        self.app.add_exception_handler(Exception, _faulty)
        threading.Thread(target=self.catalog.watch, daemon=True).start()

    def close(self) -> None:
        """Ends the threads, which have little left to do."""
        self.catalog.close(_LAST)

    def check_health(self) -> None:
        """Ray has a replica replaced for which this fails."""
        if not all(model.batcher.is_alive for model in self.catalog.models.values()):
            raise RuntimeError("Nothing works through the queue.")

    async def answer(self, asked: Asked) -> Parts:
        """Yields what an answer begins with, and then its parts."""
        parts = self._call(asked) if asked.method == GRPC else self._request(asked)
        async with contextlib.aclosing(parts):
            async for part in parts:
                yield part

    async def _call(self, asked: Asked) -> Parts:
        noted: dict[str, Any] = {}
        status, headers = 200, []
        try:
            body = await self.calls.answer(asked.path, asked.body, asked.seconds, noted)
        except serving.RequestError as failure:
            status, headers = failure.status, [(b"code", failure.code.encode())]
            body = failure.message.encode("utf-8", "backslashreplace")
        yield Begun(status, headers, noted)
        yield body

    async def _request(self, asked: Asked) -> Parts:
        messages: asyncio.Queue = asyncio.Queue()
        noted: dict[str, Any] = {}
        scope = _scope(asked, noted, self.service.deadline(asked.seconds))
        answering = asyncio.create_task(self._answer(scope, asked.body, messages))
        begun: Any = None
        is_whole = False
        try:
            while (message := await messages.get()) is not None:
                if message["type"] == "http.response.start":
                    begun = message
                    continue
                if begun is not None:  # by now all is noted
                    noted["route"] = getattr(scope.get("route"), "path", "")
                    yield Begun(begun["status"], begun["headers"], noted)
                    begun = None
                if body := message.get("body"):
                    yield body
                is_whole = not message.get("more_body")
            if not is_whole:
                raise RuntimeError("An answer was broken off.")
        finally:
            answering.cancel()

    async def _answer(
        self, scope: dict[str, Any], body: bytes, messages: asyncio.Queue
    ) -> None:
        given = iter([{"type": "http.request", "body": body}])

        async def receive() -> Any:
            # Whoever has hung up has this task cancelled.
            return next(given, None) or await asyncio.Event().wait()

        try:
            with contextlib.suppress(Exception):  # it has been told
                await self.app(scope, receive, messages.put)
        finally:
            messages.put_nowait(None)


async def _faulty(request: Any, error: Exception) -> Any:
    return serving.failure_response(serving.fault(error))


def _scope(asked: Asked, noted: dict[str, Any], deadline: float) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query,
        "root_path": "",
        "headers": list(asked.headers),
        "client": None,
        "server": None,
        "state": noted,
        "deadline": deadline,
    }
