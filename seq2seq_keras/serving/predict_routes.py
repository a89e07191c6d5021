"""TensorFlow Serving's REST: predictions, status and metadata under `/v1/models`."""

import asyncio
import json
import re
from typing import Any

from fastapi import APIRouter, Request, Response
from google.protobuf import json_format

from seq2seq_keras.serving.contract import model_metadata, model_status, signatures_of
from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.service import Service
from seq2seq_keras.serving.tensor_json import read_arrays, read_document, write_arrays
from seq2seq_keras.serving.translate_routes import unless_gone

_WHICH = r"(?P<name>[^/:]+)(?:/versions/(?P<version>[^/:]+)|/labels/(?P<label>[^/:]+))?"
_POST = re.compile(_WHICH + ":(?P<verb>predict|classify|regress)")
_GET = re.compile(_WHICH + "(?P<metadata>/metadata)?")
_INT64 = 2**63
_EXAMPLES = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {"instances": ["this is my house."]},
            }
        }
    }
}


def predict_routes(service: Service) -> APIRouter:
    """Makes the routes.

    Args:
        service: What answers.

    Returns:
        A `fastapi.APIRouter`.
    """
    router = APIRouter(prefix="/v1/models", tags=["TensorFlow Serving"])

    @router.post(
        "/{which:path}",
        summary="NAME[/versions/V|/labels/L]:predict",
        description="`which` is e.g. `english-french:predict`. Inputs in rows "
        "(`instances`) or by columns (`inputs`), of any signature "
        "(`signature_name`).",
        openapi_extra=_EXAMPLES,
    )
    async def predict(which: str, request: Request) -> Response:
        return await _predict(service, which, request)

    @router.get(
        "/{which:path}",
        summary="NAME[/versions/V|/labels/L][/metadata]",
        description="The status of a model's versions, or the signatures of one.",
    )
    async def describe(which: str, request: Request) -> Response:
        return _describe(service, which, request)

    return router


async def _predict(service: Service, which: str, request: Request) -> Response:
    found = _parsed(_POST, which, request)
    body = await request.body()
    document = read_document(body)
    model, version = service.catalog.find(*_named(found))
    request.scope["state"].update(model=model.name, version=version.number)
    if found["verb"] != "predict":
        raise RequestError(
            "INVALID_ARGUMENT",
            f"The signatures of a translator are for `:predict`, not `:{found['verb']}`"
            ": Expected signature method_name to be tensorflow/serving/"
            f"{found['verb']}. Was: tensorflow/serving/predict",
        )
    asked = document.get("signature_name")
    if asked is not None and not isinstance(asked, str):
        raise RequestError(
            "INVALID_ARGUMENT",
            "'signature_name' key must be a string value.",
            field="signature_name",
        )
    name = service.signature_name(version, asked)
    if name is None:
        raise RequestError(
            "INVALID_ARGUMENT",
            f'Serving signature name: "{asked}" not found in signature def',
            field="signature_name",
        )
    arrays, form = read_arrays(document, version.served.signatures[name])
    deadline = request.scope["deadline"]
    answer = service.predict(model, version, name, arrays, deadline)
    outputs = await unless_gone(request, answer)

    def written() -> Response:
        # NaN and Infinity stand as they are, as in TensorFlow Serving.
        text = json.dumps(write_arrays(outputs, form), ensure_ascii=False)
        return Response(text, media_type="application/json")

    # Others are answered while arrays of numbers are written.
    is_quick = version.served.signatures[name].is_row_by_row
    return written() if is_quick else await asyncio.to_thread(written)


def _describe(service: Service, which: str, request: Request) -> Response:
    found = _parsed(_GET, which, request)
    if found["metadata"] is None:
        status = model_status(service.catalog, *_named(found))
        return _json(_record(status))
    model, version = service.catalog.find(*_named(found))
    metadata = model_metadata(model, version)
    return _json(
        {
            "model_spec": _record(metadata.model_spec),
            "metadata": {"signature_def": _record(signatures_of(metadata))},
        }
    )


def _parsed(pattern: re.Pattern[str], which: str, request: Request) -> re.Match[str]:
    found = pattern.fullmatch(which)
    if found is None:
        raise RequestError(
            "INVALID_ARGUMENT",
            f"Malformed request: {request.method} {request.url.path}",
        )
    return found


def _named(found: re.Match[str]) -> tuple[str, int | None, str | None]:
    version = found["version"]
    if version is None:
        return found["name"], None, found["label"]
    is_number = version.isascii() and version.isdecimal() and len(version) < 20
    if not is_number or int(version) >= _INT64:
        raise RequestError(
            "INVALID_ARGUMENT",
            f"Failed to convert version: {version} to numeric.",
            field="version",
        )
    return found["name"], int(version), None


def _record(message: Any) -> dict[str, Any]:
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


def _json(record: dict[str, Any]) -> Response:
    return Response(json.dumps(record, indent=1), media_type="application/json")
