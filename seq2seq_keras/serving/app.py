"""The application that answers HTTP."""

import pathlib
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from seq2seq_keras import __version__
from seq2seq_keras.page import PAGE_FOLDER
from seq2seq_keras.serving.access_log import AccessLog
from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.metrics import Metrics
from seq2seq_keras.serving.middleware import Called, Guarded, Logged, failure_record
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.predict_routes import predict_routes
from seq2seq_keras.serving.security import trusted_hosts
from seq2seq_keras.serving.service import Service
from seq2seq_keras.serving.translate_routes import json_response, translate_routes


def make_app(
    service: Service, log: AccessLog, token: str | None, lifespan: Any
) -> FastAPI:
    """Makes the application.

    Args:
        service: What answers.
        log: Where requests are written.
        token: Optional string that requests must bring.
        lifespan: What is done around the time in which it answers, see FastAPI.

    Returns:
        An ASGI application.
    """
    app = make_answers(service, lifespan)
    guard(
        app,
        service.options,
        log=log,
        metrics=service.metrics,
        token=token,
        is_stopping=lambda: service.is_stopping,
    )
    return app


def make_answers(service: Service, lifespan: Any = None) -> FastAPI:
    """Makes the part of it that answers, to whoever asks.

    Args:
        service: What answers.
        lifespan: See `make_app`.

    Returns:
        An ASGI application.
    """
    # Its `/docs` needs no network.
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="seq2seq_keras",
        version=__version__,
        description="Translators as a service.",
        lifespan=lifespan,
        # A redirection would lead to whatever the request calls this host.
        redirect_slashes=False,
        # As for TensorFlow Serving, whose clients need not name a type.
        strict_content_type=False,
    )
    app.include_router(translate_routes(service))
    app.include_router(predict_routes(service))
    _add_state_routes(app, service)
    _add_page_routes(app)
    add_failures(app)
    return app


def guard(
    app: FastAPI,
    options: ServingOptions,
    *,
    log: AccessLog,
    metrics: Metrics,
    token: str | None,
    is_stopping: Callable[[], bool],
) -> None:
    """Puts in front of an application what every request passes.

    Args:
        app: The application.
        options: `ServingOptions`.
        log: Where requests are written.
        metrics: Where they are counted.
        token: Optional string that they must bring.
        is_stopping: Function that says whether clients should look for another server.
    """
    app.add_middleware(Guarded, token=token, options=options)
    if options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    app.add_middleware(Called, hosts=trusted_hosts(options))
    app.add_middleware(Logged, log=log, metrics=metrics, is_stopping=is_stopping)


def _add_state_routes(app: FastAPI, service: Service) -> None:
    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", tags=["state"], summary="Whether the process lives")
    async def healthz() -> dict[str, str]:
        models = service.catalog.models.values()
        if not service.is_stopping and not all(m.batcher.is_alive for m in models):
            raise RequestError("UNAVAILABLE", "Nothing works through the queue.")
        return {"status": "ok"}

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", tags=["state"], summary="Whether requests are answered")
    async def readyz() -> Response:
        if not service.is_ready:
            word = "stopping" if service.is_stopping else "loading"
            raise RequestError("UNAVAILABLE", f"The server is {word}.")
        return json_response({"status": "ready"})

    @app.get("/metrics", tags=["state"], summary="Counters, for Prometheus")
    def metrics() -> Response:
        for model in service.catalog.models.values():
            for version in model.available():
                traces = version.served.traces() if version.served else 0
                named = (model.name, str(version.number))
                service.metrics.gauge("traces", traces, *named)
        service.tokens.count()
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")


def _add_page_routes(app: FastAPI) -> None:
    # Names of requests are looked up here, and never become paths.
    files = {path.name: path for path in PAGE_FOLDER.iterdir() if path.is_file()}

    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return _file(files, "index.html")

    @app.get("/page/{name}", include_in_schema=False)
    async def page(name: str) -> Response:
        return _file(files, name)


def _file(files: dict[str, pathlib.Path], name: str) -> Response:
    if name not in files:
        raise RequestError("NOT_FOUND", "There is no such page.")
    return FileResponse(files[name], headers={"Cache-Control": "no-cache"})


def add_failures(app: FastAPI) -> None:
    """Makes every error JSON with the key `error`, whoever raised it."""

    async def failed(request: Request, failure: Any) -> Response:
        return failure_response(failure)

    async def malformed(request: Request, error: Any) -> Response:
        return failure_response(_malformed(error))

    async def unknown(request: Request, error: Any) -> Response:
        path = request.scope["path"]
        response = json_response(
            {"error": f"Malformed request: {request.method} {path}"}
            if error.status_code == 404
            else {"error": str(error.detail)}
        )
        response.status_code = error.status_code
        return response

    handlers: dict[Any, Callable[..., Any]] = {
        RequestError: failed,
        RequestValidationError: malformed,
        HTTPException: unknown,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def failure_response(failure: RequestError) -> Response:
    """What HTTP answers in place of what was asked for."""
    response = json_response(failure_record(failure))
    response.status_code = failure.status
    response.headers.update(failure.headers)
    return response


def _malformed(error: RequestValidationError) -> RequestError:
    """The first thing that is wrong with a request, and where."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part != "body"]
    if first["type"] == "missing" and not place:
        return RequestError(
            "INVALID_ARGUMENT",
            "The request has no body. Send a JSON object with `texts`.",
            field="texts",
        )
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return RequestError("INVALID_ARGUMENT", f"JSON Parse error: {reason}")
    field = ".".join(place)
    message = f"`{field}`: {first['msg']}." if field else f"{first['msg']}."
    return RequestError("INVALID_ARGUMENT", message, field=field or None)
