"""TensorFlow Serving's gRPC: predictions, models and the health service."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from seq2seq_keras.serving.access_log import AccessLog, request_id
from seq2seq_keras.serving.contract import check_fields, model_metadata, model_status
from seq2seq_keras.serving.failures import RequestError, fault, too_large
from seq2seq_keras.serving.security import is_allowed
from seq2seq_keras.serving.service import Service
from seq2seq_keras.serving.signatures import Arrays, Signature

_PREDICTION = "tensorflow.serving.PredictionService"
_MODEL = "tensorflow.serving.ModelService"


class _Answering:
    """What surrounds every call: the token, the id, the code, the log.

    Args:
        service: What answers.
        log: Where calls are written.
        token: Optional string that calls must bring.
    """

    def __init__(self, service: Service, log: AccessLog, token: str | None) -> None:
        self.service = service
        self.log = log
        self.token = token

    async def answer(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        answer: Callable[[dict[str, Any]], Awaitable[Any]],
    ) -> Any:
        """Answers a call, or ends it with the code of what was wrong.

        Args:
            method: What it is called in the log.
            context: The call.
            answer: Function that answers, and notes what it learns in a dictionary.

        Returns:
            What `answer` returns.
        """
        begun, code = time.monotonic(), "CANCELLED"
        noted: dict[str, Any] = {}
        metadata = dict(context.invocation_metadata() or ())
        own_id = request_id(_text(metadata.get("x-request-id")))
        try:
            await context.send_initial_metadata((("x-request-id", own_id),))
            if not is_allowed(self.token, _text(metadata.get("authorization"))):
                raise RequestError(
                    "UNAUTHENTICATED",
                    "A token is needed: metadata `authorization: Bearer TOKEN`.",
                )
            response = await _answered(answer, noted)
            code = "OK"
            return response
        except RequestError as error:
            code = error.code
            await context.abort(grpc.StatusCode[code], error.message)
        finally:
            self._note(method, context, own_id, code, noted, begun)

    def _note(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        own_id: str,
        code: str,
        noted: dict[str, Any],
        begun: float,
    ) -> None:
        seconds = time.monotonic() - begun
        model, version = noted.get("model", ""), str(noted.get("version", ""))
        self.service.metrics.request("grpc", method, model, version, code, seconds)
        self.log.write(
            id=own_id,
            protocol="grpc",
            method=method,
            status=code,
            seconds=round(seconds, 6),
            client=context.peer(),
            model=model,
            version=version,
        )


async def _answered(
    answer: Callable[[dict[str, Any]], Awaitable[Any]], noted: dict[str, Any]
) -> Any:
    """What `answer` returns; a fault in it is told as one."""
    try:
        return await answer(noted)
    except RequestError:
        raise
    except Exception as error:
        raise fault(error) from error


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, answering: _Answering) -> None:
        self.answering = answering
        self.service = answering.service

    async def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            model, version = self.service.catalog.find(*_named(request.model_spec))
            noted.update(model=model.name, version=version.number)
            asked = request.model_spec.signature_name
            name = self.service.signature_name(version, asked)
            if name is None:
                raise RequestError(
                    "FAILED_PRECONDITION", f'Serving signature key "{asked}" not found.'
                )
            signature = version.served.signatures[name]
            wanted = _wanted(request.output_filter, signature.outputs)
            deadline = self.service.deadline(context.time_remaining())
            most = self.service.options.max_body_bytes
            given = _arrays(request.inputs, signature, most)
            found = await self.service.predict(model, version, name, given, deadline)
            response = predict_pb2.PredictResponse()
            response.model_spec.name = model.name
            response.model_spec.version.value = version.number
            response.model_spec.signature_name = name
            for output in wanted:
                response.outputs[output].CopyFrom(tf.make_tensor_proto(found[output]))
            return response

        return await self.answering.answer(f"{_PREDICTION}/Predict", context, answer)

    async def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            check_fields(request.metadata_field)
            model, version = self.service.catalog.find(*_named(request.model_spec))
            noted.update(model=model.name, version=version.number)
            return model_metadata(model, version)

        return await self.answering.answer(
            f"{_PREDICTION}/GetModelMetadata", context, answer
        )


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, answering: _Answering) -> None:
        self.answering = answering

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            catalog = self.answering.service.catalog
            name, version, label = _named(request.model_spec)
            return model_status(catalog, name, version, label)

        return await self.answering.answer(f"{_MODEL}/GetModelStatus", context, answer)


class GrpcServer:
    """The server of gRPC, in the event loop of the other.

    Args:
        service: What answers.
        log: Where calls are written.
        token: Optional string that calls must bring.
        address: Host and port, `127.0.0.1:8500`.
    """

    def __init__(
        self, service: Service, log: AccessLog, token: str | None, address: str
    ) -> None:
        options = service.options
        self.service = service
        self.health = health.aio.HealthServicer()
        self.server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", options.max_body_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", int(options.workers > 1)),
            ],
        )
        answering = _Answering(service, log, token)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            _PredictionService(answering), self.server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            _ModelService(answering), self.server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)
        self.port = self._bind(address)

    def _bind(self, address: str) -> int:
        credentials = _credentials(self.service.options)
        try:
            if credentials is None:
                return self.server.add_insecure_port(address)
            return self.server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise OSError(
                None, f"the port of gRPC is taken ({error})", address
            ) from error

    async def start(self) -> None:
        """Begins to answer; as not serving until `tell_health` says otherwise."""
        await self.tell_health()
        await self.server.start()

    async def tell_health(self) -> None:
        """Brings the health service up to date."""
        states = health_pb2.HealthCheckResponse
        state = states.SERVING if self.service.is_ready else states.NOT_SERVING
        for name in ("", _PREDICTION, _MODEL):
            await self.health.set(name, state)

    async def stop(self, seconds: float) -> None:
        """Takes no more calls, and answers those that there are."""
        await self.tell_health()
        await self.server.stop(seconds)


def _credentials(options: Any) -> Any:
    if options.certificate is None:
        return None
    key, certificate = (
        open(path, "rb").read()  # noqa: SIM115, PTH123
        for path in (options.key, options.certificate)
    )
    return grpc.ssl_server_credentials([(key, certificate)])


def _named(spec: Any) -> tuple[str, int | None, str | None]:
    version = spec.version.value if spec.HasField("version") else None
    return spec.name, version, spec.version_label or None


def _arrays(inputs: Any, signature: Signature, most: int) -> Arrays:
    """The arrays of a message, after a look at what they would become.

    A tensor may leave out values that are like the last one, and so a few bytes may
    ask for any amount of memory. A message of `most` bytes can spell out no more than
    `most` values; nobody gets more by leaving them out.
    """
    declared = {name: _declared(name, tensor) for name, tensor in inputs.items()}
    signature.check(declared)
    arrays = {}
    for name, spec in declared.items():
        count = math.prod(spec.shape)
        if count > most:
            raise too_large(
                f"The tensor {name!r} has {count:,} values, and {most:,} are allowed.",
                name,
            )
        arrays[name] = _array(name, inputs[name], spec)
    return arrays


def _declared(name: str, tensor: Any) -> tf.TensorSpec:
    """Shape and type that a tensor says it has."""
    shape = tensor.tensor_shape
    if shape.unknown_rank or any(dim.size < 0 for dim in shape.dim):
        raise _unreadable(name, "its shape is not known.")
    try:
        return tf.TensorSpec(shape, tensor.dtype)
    except (TypeError, ValueError) as error:
        raise _unreadable(name, error) from error


def _array(name: str, tensor: Any, spec: tf.TensorSpec) -> np.ndarray:
    if spec.dtype == tf.string and not (tensor.string_val or tensor.tensor_content):
        return np.full(spec.shape, b"", object)  # of which `make_ndarray` makes `str`
    try:
        array = tf.make_ndarray(tensor)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(name, error) from error
    return array.astype(object) if array.dtype.kind == "S" else array


def _unreadable(name: str, reason: Any) -> RequestError:
    return RequestError(
        "INVALID_ARGUMENT", f"Could not parse the tensor {name!r}: {reason}", field=name
    )


def _wanted(asked: Any, outputs: dict[str, Any]) -> list[str]:
    names = list(asked)
    for name in names:
        if name not in outputs:
            raise RequestError(
                "INVALID_ARGUMENT",
                f"output tensor alias not found in signature: {name} Outputs expected "
                f"to be in the set {{{','.join(sorted(outputs))}}}.",
            )
    if len({*names}) != len(names):
        raise RequestError("INVALID_ARGUMENT", "duplicate output tensor alias")
    return names or sorted(outputs)


def _text(value: Any) -> str | None:
    return value.decode("latin-1") if isinstance(value, bytes) else value
