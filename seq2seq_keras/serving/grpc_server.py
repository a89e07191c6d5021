"""The server of gRPC: its port, its health service, and who answers its calls."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from seq2seq_keras.serving.grpc_services import MODEL, PREDICTION, Answering
from seq2seq_keras.serving.options import ServingOptions

_METHODS = (
    f"/{PREDICTION}/Predict",
    f"/{PREDICTION}/GetModelMetadata",
    # Which are refused as any other, to who brings the token.
    *(f"/{PREDICTION}/{name}" for name in ("Classify", "Regress", "MultiInference")),
    f"/{MODEL}/GetModelStatus",
    f"/{MODEL}/HandleReloadConfigRequest",
)
# Of a method, a message, seconds that are left and what is noted, to the answer.
Ask = Callable[[str, bytes, float | None, dict[str, Any]], Awaitable[bytes]]


class GrpcServer:
    """The server of gRPC, in the event loop of the other.

    Args:
        options: `ServingOptions`, with the real port.
        is_ready: Function that says whether calls are answered.
        add: Function that is given the server, and adds what answers.
    """

    def __init__(
        self,
        options: ServingOptions,
        is_ready: Callable[[], bool],
        add: Callable[[Any], None],
    ) -> None:
        self.options, self.is_ready = options, is_ready
        self.health = health.aio.HealthServicer()
        self.server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", options.max_body_bytes),
                ("grpc.max_send_message_length", -1),
                # The process keeps the port from others until it is listened at.
                ("grpc.so_reuseport", 1),
            ],
        )
        add(self.server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)
        host = f"[{options.host}]" if ":" in options.host else options.host
        self.port = self._bind(f"{host}:{options.grpc_port}")

    def _bind(self, address: str) -> int:
        credentials = _credentials(self.options)
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
        state = states.SERVING if self.is_ready() else states.NOT_SERVING
        for name in ("", PREDICTION, MODEL):
            await self.health.set(name, state)

    async def stop(self, seconds: float) -> None:
        """Takes no more calls, and answers those that there are."""
        await self.tell_health()
        await self.server.stop(seconds)


def pass_calls(server: Any, answering: Answering, ask: Ask) -> None:
    """Has others answer what a server of gRPC is asked.

    Args:
        server: The server.
        answering: What surrounds every call.
        ask: Function of what `GrpcAnswers.answer` takes.
    """
    server.add_generic_rpc_handlers((_Passing(answering, ask),))


class _Passing(grpc.GenericRpcHandler):
    """Has others answer, in bytes."""

    def __init__(self, answering: Answering, ask: Ask) -> None:
        self.answering, self.ask = answering, ask

    def service(self, details: Any) -> Any:
        method = details.method
        if method not in _METHODS:
            return None

        async def call(body: bytes, context: Any) -> bytes:
            async def answer(noted: dict[str, Any]) -> bytes:
                return await self.ask(method, body, context.time_remaining(), noted)

            return await self.answering.answer(method[1:], context, answer)

        return grpc.unary_unary_rpc_method_handler(call)


def _credentials(options: Any) -> Any:
    if options.certificate is None:
        return None
    key, certificate = (
        open(path, "rb").read()  # noqa: SIM115, PTH123
        for path in (options.key, options.certificate)
    )
    return grpc.ssl_server_credentials([(key, certificate)])
