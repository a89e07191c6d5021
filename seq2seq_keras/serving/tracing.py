"""Spans of OpenTelemetry, where its packages are installed; else nothing."""

import importlib
from typing import Any


def add_tracing(app: Any) -> None:
    """Has requests of HTTP make spans.

    Where they go is told to OpenTelemetry by its own variables (`OTEL_...`).

    Args:
        app: A FastAPI application.
    """
    module = _optional("opentelemetry.instrumentation.fastapi")
    if module is not None:
        module.FastAPIInstrumentor.instrument_app(app)


def grpc_tracing() -> list[Any]:
    """The interceptors that have requests of gRPC make spans."""
    module = _optional("opentelemetry.instrumentation.grpc")
    return [] if module is None else [module.aio_server_interceptor()]


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
