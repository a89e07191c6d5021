"""TensorFlow Serving's gRPC: what calls are answered, here or behind a gateway."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from seq2seq_keras.serving.access_log import AccessLog, request_id
from seq2seq_keras.serving.contract import check_fields, model_metadata, model_status
from seq2seq_keras.serving.failures import (
    RequestError,
    cut_for_grpc,
    fault,
    too_large,
)
from seq2seq_keras.serving.security import is_allowed
from seq2seq_keras.serving.service import Service
from seq2seq_keras.serving.signatures import Arrays, Signature

PREDICTION = "tensorflow.serving.PredictionService"
MODEL = "tensorflow.serving.ModelService"


class Answering:
    """What surrounds every call: the token, the id, the code, the log.

    Args:
        service: What has `metrics`.
        log: Where calls are written.
        token: Optional string that calls must bring.
    """

    def __init__(self, service: Any, log: AccessLog, token: str | None) -> None:
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
            await context.abort(grpc.StatusCode[code], cut_for_grpc(error.message))
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


def _refusing(service: str, method: str, reason: str) -> Any:
    """A method of a service of TensorFlow that is not answered here."""

    async def refuse(own: Any, request: Any, context: Any) -> Any:
        async def answer(noted: dict[str, Any]) -> Any:
            raise RequestError(
                "UNIMPLEMENTED",
                f"{method} is not served: {reason}.",
            )

        return await own.answering.answer(f"{service}/{method}", context, answer)

    return refuse


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.service = answering.service

    async def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            model, version = self.service.catalog.find(*_named(request))
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

        return await self.answering.answer(f"{PREDICTION}/Predict", context, answer)

    async def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            named = _named(request)
            check_fields(request.metadata_field)
            model, version = self.service.catalog.find(*named)
            noted.update(model=model.name, version=version.number)
            return model_metadata(model, version)

        return await self.answering.answer(
            f"{PREDICTION}/GetModelMetadata", context, answer
        )

    _reason = "the signatures of a translator are for Predict"
    Classify = _refusing(PREDICTION, "Classify", _reason)
    Regress = _refusing(PREDICTION, "Regress", _reason)
    MultiInference = _refusing(PREDICTION, "MultiInference", _reason)


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, answering: Answering) -> None:
        self.answering = answering

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        async def answer(noted: dict[str, Any]) -> Any:
            catalog = self.answering.service.catalog
            name, version, label = _named(request)
            return model_status(catalog, name, version, label)

        return await self.answering.answer(f"{MODEL}/GetModelStatus", context, answer)

    HandleReloadConfigRequest = _refusing(
        MODEL,
        "HandleReloadConfigRequest",
        "the folders of models are those of the command line, whose versions are "
        "looked for all the time",
    )


class GrpcAnswers:
    """Answers calls that somebody else has taken, as bytes.

    Args:
        service: What answers.
    """

    def __init__(self, service: Service) -> None:
        self._handlers: list[grpc.GenericRpcHandler] = []
        _add_services(_Inside(service), self)

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """What the services ask of a server."""
        self._handlers += handlers

    def add_registered_method_handlers(self, *handlers: Any) -> None:
        """The same handlers again, for servers that know no others."""

    async def answer(
        self, method: str, body: bytes, seconds: float | None, noted: dict[str, Any]
    ) -> bytes:
        """Answers a call.

        Args:
            method: Its path, as of HTTP/2.
            body: The message.
            seconds: Optional. What is left of its time.
            noted: Dictionary that gets what is learnt of it.

        Returns:
            The message that answers it.

        Raises:
            RequestError: If it is not answered.
        """
        call = _Call(method, noted, seconds)
        handler = next(filter(None, (x.service(call) for x in self._handlers)))
        request = handler.request_deserializer(body)
        return handler.response_serializer(await handler.unary_unary(request, call))


class _Call(NamedTuple):
    """A call that has passed a gateway, as services see it."""

    method: str
    noted: dict[str, Any]
    seconds: float | None
    invocation_metadata: tuple = ()

    def time_remaining(self) -> float | None:
        return self.seconds


class _Inside(Answering):
    """What surrounds a call that has passed a gateway: nothing."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def answer(self, method: str, context: Any, answer: Any) -> Any:
        return await _answered(answer, context.noted)


def add_services(
    server: Any, service: Service, log: AccessLog, token: str | None
) -> None:
    """Has a server of gRPC answer by itself.

    Args:
        server: The server.
        service: What answers.
        log: Where calls are written.
        token: Optional string that calls must bring.
    """
    _add_services(Answering(service, log, token), server)


def _add_services(answering: Answering, server: Any) -> None:
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(answering), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(answering), server
    )


def _named(request: Any) -> tuple[str, int | None, str | None]:
    """The model, the version and the label that a request names."""
    if not request.HasField("model_spec"):
        raise RequestError("INVALID_ARGUMENT", "Missing ModelSpec", field="model_spec")
    spec = request.model_spec
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
