"""What happens to every request of HTTP: its id, its log, its limits, its token."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seq2seq_keras.serving.access_log import AccessLog, request_id
from seq2seq_keras.serving.failures import RequestError, cut, fault, too_large
from seq2seq_keras.serving.metrics import Metrics
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.security import DOCS_POLICY, PAGE_POLICY, is_allowed

_OPEN = ("/", "/healthz", "/readyz")
_OPEN_FOLDER = "/page/"
_DOCS = "/docs"
# Any word may stand where a method does; each would be a series of its own to count.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Logged:
    """Gives each request an id, writes it down and counts it.

    Args:
        app: What answers.
        log: Where it is written.
        metrics: Where it is counted.
        is_stopping: Function that says whether clients should look for another server.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        log: AccessLog,
        metrics: Metrics,
        is_stopping: Callable[[], bool],
    ) -> None:
        self.app = app
        self.is_stopping = is_stopping
        self.log = log
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, is_begun = time.monotonic(), False
        status = 499  # as long as the client has no answer
        headers = _headers(scope)
        own_id = request_id(headers.get("x-request-id"))
        scope.setdefault("state", {})
        policy = DOCS_POLICY if scope["path"] == _DOCS else PAGE_POLICY
        added = [
            (b"x-request-id", own_id.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", policy.encode()),
        ]

        async def send_with_id(message: Message) -> None:
            nonlocal status, is_begun
            if message["type"] == "http.response.start":
                status, is_begun = message["status"], True
                last = [(b"connection", b"close")] if self.is_stopping() else []
                message["headers"] = [*message.get("headers", ()), *added, *last]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            failure = fault(error)
            if is_begun:  # all that can still be said is to break off
                status = failure.status
                raise
            await _refuse(failure, send_with_id)
        except asyncio.CancelledError:
            # The time is over in which what has come in is answered, and nobody who
            # has had no answer yet should wait for one.
            if is_begun or not self.is_stopping():
                raise
            failure = RequestError("UNAVAILABLE", "The server is shutting down.")
            await _refuse(failure, send_with_id)
        finally:
            self._note(scope, own_id, status, time.monotonic() - begun)

    def _note(self, scope: Scope, own_id: str, status: int, seconds: float) -> None:
        """Counts a request and writes its line."""
        state = scope["state"]
        model, version = state.get("model", ""), str(state.get("version", ""))
        # Who has others answer is told by them.
        route = state.get("route") or getattr(scope.get("route"), "path", "")
        verb = scope["method"] if scope["method"] in _METHODS else "other"
        told = ("http", f"{verb} {route}", model, version, str(status), seconds)
        self.metrics.request(*told)
        client = scope.get("client") or ("",)
        self.log.write(
            id=own_id,
            protocol="http",
            method=scope["method"],
            path=scope["path"],
            status=status,
            seconds=round(seconds, 6),
            client=client[0],
            model=model,
            version=version,
            texts=state.get("texts"),
        )


class Called:
    """Refuses requests that call the server by a name which it has not.

    Args:
        app: What answers the others.
        hosts: Its names; `*` for any.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        self.app = app
        # It would refuse them in plain text, and so is asked no more than whether.
        self._asked = TrustedHostMiddleware(_accept, hosts, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted: list[bool] = []
        await self._asked({**scope, "accepted": accepted}, receive, _ignore)
        if accepted:
            await self.app(scope, receive, send)
            return
        failure = RequestError(
            "INVALID_ARGUMENT",
            "Invalid host header: the server is not called so. Ask it by its address, "
            "or give the name by `--allowed-hosts`.",
        )
        await _refuse(failure, send)


async def _accept(scope: Scope, receive: Receive, send: Send) -> None:
    scope["accepted"].append(True)


async def _ignore(message: Message) -> None:
    pass


class Guarded:
    """Refuses requests without the token, of too many bytes, or that come too slowly.

    What answers the others finds their `deadline` in the scope: the time that a body
    takes to arrive is part of the time that a request may take.

    Args:
        app: What answers the others.
        token: Optional string.
        options: `ServingOptions`.
    """

    def __init__(
        self, app: ASGIApp, *, token: str | None, options: ServingOptions
    ) -> None:
        self.app = app
        self.token = token
        self.options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        deadline = time.monotonic() + self.options.timeout_seconds
        scope["deadline"] = deadline
        try:
            self._check(scope)
            body = await self._body(receive, deadline)
        except RequestError as failure:
            await _refuse(failure, send)
            return
        if body is None:  # the client has gone
            return
        given = False

        async def receive_again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, receive_again, send)

    def _check(self, scope: Scope) -> None:
        path, headers = scope["path"], _headers(scope)
        is_open = path in _OPEN or path.startswith(_OPEN_FOLDER)
        if not is_open and not is_allowed(self.token, headers.get("authorization")):
            raise RequestError(
                "UNAUTHENTICATED", "A token is needed: `Authorization: Bearer TOKEN`."
            )
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self.options.max_body_bytes:
            raise self._too_large()

    async def _body(self, receive: Receive, deadline: float) -> bytes | None:
        chunks, size = [], 0
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    if size > self.options.max_body_bytes:
                        raise self._too_large()
                    if not message.get("more_body"):
                        return b"".join(chunks)
        except TimeoutError:
            raise RequestError(
                "DEADLINE_EXCEEDED",
                f"The request did not arrive within {self.options.timeout_seconds:g} "
                "seconds.",
                status=408,
            ) from None

    def _too_large(self) -> RequestError:
        return too_large(
            f"The request has more than {self.options.max_body_bytes:,} bytes."
        )


async def _refuse(failure: RequestError, send: Send) -> None:
    body = json.dumps(failure_record(failure)).encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        # What is left of the request is not read.
        "connection": "close",
        **failure.headers,
    }
    if failure.status == 401:
        headers["www-authenticate"] = "Bearer"
    encoded = [
        (name.lower().encode(), value.encode()) for name, value in headers.items()
    ]
    await send(
        {"type": "http.response.start", "status": failure.status, "headers": encoded}
    )
    await send({"type": "http.response.body", "body": body})


def failure_record(failure: RequestError) -> dict[str, str]:
    """What HTTP answers in place of what was asked for."""
    record = {"error": cut(failure.message)}
    if failure.field is not None:
        record["field"] = cut(failure.field)
    return record


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
    }
