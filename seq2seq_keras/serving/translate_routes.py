"""`POST /translate` and `GET /models`: texts and options in, translations out."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from seq2seq_keras.page import option_records
from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.messages import TranslateRequest, translation_record
from seq2seq_keras.serving.middleware import failure_record
from seq2seq_keras.serving.service import Service

_LINES = "application/x-ndjson"
_Result = TypeVar("_Result")


def translate_routes(service: Service) -> APIRouter:
    """Makes the routes.

    Args:
        service: What answers.

    Returns:
        A `fastapi.APIRouter`.
    """
    router = APIRouter(tags=["translate"])

    @router.get("/models", summary="The models, their versions and their options")
    async def models() -> dict[str, Any]:
        return {
            "models": [
                _model_record(service, model)
                for model in service.catalog.models.values()
            ]
        }

    @router.post(
        "/translate",
        summary="Translate texts",
        description="With `Accept: application/x-ndjson` each text is answered by a "
        "line of JSON, as soon as it is ready.",
    )
    async def translate(asked: TranslateRequest, request: Request) -> Response:
        return await _translate(service, asked, request)

    return router


async def _translate(service: Service, asked: Any, request: Request) -> Response:
    service.check_texts(asked.texts)
    model, version = service.catalog.find(asked.model, asked.version, asked.label)
    state = request.scope["state"]
    state.update(model=model.name, version=version.number, texts=len(asked.texts))
    if asked.alignments and not version.served.has_attention:
        raise RequestError(
            "INVALID_ARGUMENT",
            "`alignments` need a model with attention.",
            field="alignments",
        )
    named = {"model": model.name, "version": version.number}
    search = asked.search()
    how = {
        "details": asked.has_details(),
        "trace": asked.trace,
        "deadline": request.scope["deadline"],
    }
    told = {
        "tells_all": asked.has_details()
        and (not asked.alignments or asked.details or asked.trace),
        "alignments": asked.alignments,
    }
    if _LINES in request.headers.get("accept", ""):
        answers = service.stream(model, version, asked.texts, search, **how)
        lines = _lines(answers, named, told)
        begun = await unless_gone(request, _begun(lines))
        return StreamingResponse(begun, media_type=_LINES)
    found = await unless_gone(
        request, service.translate(model, version, asked.texts, search, **how)
    )

    def answer() -> Response:
        records = [translation_record(each, **told) for each in found]
        return json_response({**named, "translations": records})

    # Others are answered while a long answer is written.
    return await asyncio.to_thread(answer) if how["details"] else answer()


async def _lines(
    answers: AsyncIterator[Any], named: dict[str, Any], told: dict[str, Any]
) -> AsyncIterator[bytes]:
    is_first = True
    try:
        async for found in answers:

            def line(found: Any = found) -> bytes:
                record = {**named, **translation_record(found, **told)}
                return _encoded(record) + b"\n"

            is_first = False
            yield await asyncio.to_thread(line) if told["tells_all"] else line()
    except RequestError as failure:
        if is_first:  # it can still be answered with its status
            raise
        # A line has no status of its own.
        record = {**failure_record(failure), "status": failure.status}
        yield _encoded(record) + b"\n"


async def _begun(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same lines, when the first is there or has failed."""
    first = await anext(lines, b"")

    async def all_lines() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line

    return all_lines()


async def unless_gone(request: Request, answer: Awaitable[_Result]) -> _Result:
    """Waits for an answer, and gives it up when the client hangs up."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering = asyncio.ensure_future(answer)
    watching = asyncio.ensure_future(gone())
    try:
        await asyncio.wait((answering, watching), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise RequestError("CANCELLED", "The client has hung up.")
        return answering.result()
    finally:
        for task in (answering, watching):
            task.cancel()


def json_response(record: Any) -> Response:
    """JSON whose texts are as they are."""
    return Response(_encoded(record), media_type="application/json")


def _encoded(record: Any) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # Half a character, which a refused request may have, has no other form in JSON.
    return text.encode("utf-8", "backslashreplace")


def _model_record(service: Service, model: Any) -> dict[str, Any]:
    available = model.available()
    served = available[0].served if available else None
    options = service.options
    defaults = served.defaults if served else {}
    return {
        "name": model.name,
        "kind": served.kind if served else None,
        "state": "AVAILABLE" if served else "LOADING",
        "versions": [version.number for version in available],
        "default": available[0].number if available else None,
        "labels": model.labels,
        "defaults": defaults,
        "options": option_records(defaults, options.search_limits()),
        "has_attention": bool(served and served.has_attention),
        "source_language": None,
        "target_language": None,
        "limits": {"texts": options.max_texts, "characters": options.max_characters},
    }
