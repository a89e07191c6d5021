"""Tests of replicas that answer for one gateway."""

import asyncio
import contextlib
import json
import types

import httpx
import pytest
import tensorflow as tf

from seq2seq_keras import InputError
from seq2seq_keras.cli import main
from seq2seq_keras.distributed import ServingReplicas
from seq2seq_keras.serving import RequestError, ServingOptions

pytest.importorskip("fastapi", reason="The extra `serving` is not installed")
import grpc
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from seq2seq_keras.distributed import Asked, Begun, Gateway, Replica, Replicas

BEGUN = Begun(
    200,
    [(b"content-type", b"text/plain")],
    {"model": "m", "version": 1, "route": "/r"},
)

ASKED = Asked("GET", "/", b"", (), b"")


class DiedError(Exception):
    """What Ray raises when a replica has died."""


RAY = types.SimpleNamespace(exceptions=types.SimpleNamespace(RayActorError=DiedError))


class Response:
    """What a handle of Ray Serve returns: parts, and how they end."""

    def __init__(self, parts):
        self.parts, self.is_cancelled = iter(parts), False

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        part = next(self.parts, StopAsyncIteration)
        if isinstance(part, type):
            raise part
        return part

    def cancel(self):
        self.is_cancelled = True


@pytest.fixture
def replicas(tmp_path):
    """A function that makes replicas which answer in turn with these parts."""
    (tmp_path / "config.json").touch()

    def make(*answers, **options):
        serving = ServingOptions(name=["m"], **options)
        made = Replicas(RAY, [tmp_path], serving, ServingReplicas())
        made.responses = [Response(parts) for parts in answers]
        waiting = iter(made.responses)
        handle = types.SimpleNamespace(remote=lambda asked: next(waiting))
        made._handle = handle
        return made

    return make


def answered(replicas, asked=ASKED):
    async def read():
        return [part async for part in replicas.answer(asked)]

    return asyncio.run(read())


def test_what_a_dead_replica_had_not_answered_another_one_is_asked(replicas):
    whole = [BEGUN, b"one\n", b"two\n", b"three\n"]
    for place in range(len(whole) + 1):
        made = replicas([*whole[:place], DiedError], whole)
        assert answered(made) == whole
        # What has ended needs no end.
        assert not made.responses[-1].is_cancelled


@pytest.mark.parametrize(
    "other",
    [
        Begun(503, BEGUN.headers, BEGUN.noted),
        Begun(200, [*BEGUN.headers, (b"content-length", b"9")], BEGUN.noted),
        Begun(200, BEGUN.headers, {**BEGUN.noted, "version": 2}),
    ],
)
def test_another_answer_does_not_go_on_with_what_was_begun(replicas, other):
    with pytest.raises(RequestError, match="was broken off"):
        answered(replicas([BEGUN, b"one\n", DiedError], [other, b"{}"]))


def test_whoever_hangs_up_is_not_answered_on(replicas):
    made = replicas([BEGUN, b"one\n", b"two\n"])

    async def read():
        async for part in made.answer(ASKED):
            return part

    assert asyncio.run(read()) == BEGUN
    assert made.responses[0].is_cancelled


def test_a_request_that_ends_each_replica_is_given_up(replicas):
    with pytest.raises(RequestError, match="No replica lived") as raised:
        answered(replicas(*[[DiedError]] * 3, [BEGUN]))
    assert raised.value.status == 503


def test_nobody_waits_longer_than_is_allowed(replicas):
    class Silent(Response):
        async def __anext__(self):
            await asyncio.Event().wait()

    made = replicas(timeout_seconds=0.01)
    made._handle = types.SimpleNamespace(remote=lambda asked: Silent([]))
    with pytest.raises(RequestError, match="time for this request") as raised:
        answered(made)
    assert raised.value.status == 504


def test_who_is_asked_later_has_less_time(replicas, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(
        "seq2seq_keras.distributed.replicas.time",
        types.SimpleNamespace(monotonic=lambda: clock[0]),
    )
    left = []

    class Slow(Response):
        async def __anext__(self):
            clock[0] += 3
            return await super().__anext__()

    def times(seconds, **options):
        waiting = iter([Slow([DiedError]), Slow([BEGUN])])

        def remote(asked):
            left.append(asked.seconds)
            return next(waiting)

        made = replicas(**options)
        made._handle = types.SimpleNamespace(remote=remote)
        answered(made, ASKED._replace(seconds=seconds))
        return [left.pop(0), left.pop(0)]

    assert times(None, timeout_seconds=20) == [20, 17]
    assert times(12.0, timeout_seconds=20) == [12, 9]
    assert times(30.0, timeout_seconds=20) == [20, 17]


@pytest.fixture
def ask(replicas, tmp_path):
    """A function that asks a gateway whose replicas answer with these parts."""

    def get(answers, *, path="/any", count=1, headers=(), **options):
        log = tmp_path / "log"
        settings = ServingOptions(name=["m"], access_log=str(log), **options)
        gateway = Gateway(replicas(*answers, **options), settings)
        gateway.count = count

        async def read():
            transport = httpx.ASGITransport(gateway.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1"
            ) as client:
                return await client.get(path, headers=dict(headers))

        response = asyncio.run(read())
        response.told = json.loads(log.read_text().splitlines()[-1])
        return response

    return get


def test_a_door_passes_on_what_a_replica_answers(ask):
    response = ask([[BEGUN, b"one\n", DiedError], [BEGUN, b"one\n", b"two\n"]])
    assert (response.status_code, response.text) == (200, "one\ntwo\n")
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["x-request-id"] == response.told["id"]
    assert (response.told["model"], response.told["status"]) == ("m", 200)


def test_a_door_says_what_is_left_of_the_time(replicas, tmp_path, monkeypatch):
    settings = ServingOptions(name=["m"], access_log=str(tmp_path / "log"))
    made, left, clock = replicas(), [], [100.0]
    for module in ("serving.middleware", "distributed.gateway", "distributed.replicas"):
        monkeypatch.setattr(
            f"seq2seq_keras.{module}.time",
            types.SimpleNamespace(monotonic=lambda: clock[0]),
        )

    def remote(asked):
        left.append(asked.seconds)
        return Response([BEGUN])

    async def body():
        clock[0] += 18
        yield b"{}"

    async def ask():
        transport = httpx.ASGITransport(gateway.app)
        address = "http://127.0.0.1"
        async with httpx.AsyncClient(transport=transport, base_url=address) as client:
            return await client.post("/translate", content=body())

    made._handle = types.SimpleNamespace(remote=remote)
    gateway = Gateway(made, settings)
    gateway.count = 1
    assert asyncio.run(ask()).status_code == 200
    assert left == [12.0]


def test_a_door_is_ready_while_any_replica_is(ask):
    assert ask([], path="/readyz").json() == {"status": "ready"}
    response = ask([], path="/readyz", count=0)
    assert (response.status_code, response.json()) == (
        503,
        {"error": "The server is loading."},
    )
    assert ask([], path="/healthz", count=0).status_code == 200


def test_a_door_checks_what_the_server_checks(ask, tmp_path):
    (tmp_path / "token").write_text("secret")
    token = {"token_file": str(tmp_path / "token")}
    assert ask([], **token).status_code == 401
    allowed = [("authorization", "Bearer secret")]
    assert ask([[BEGUN, b"yes"]], headers=allowed, **token).text == "yes"
    other = [("host", "example.org")]
    assert ask([], headers=other).status_code == 400


@pytest.fixture(scope="module")
def replica(translator, made_once):
    folder = made_once("of-replicas", translator.save)
    with contextlib.closing(Replica([str(folder)], ServingOptions(name=["m"]))) as made:
        yield made


def test_calls_of_grpc_pass_the_door_too(replica, replicas, translator):
    made = replicas()
    made._handle = types.SimpleNamespace(remote=lambda asked: Passed(replica, asked))
    gateway = Gateway(made, ServingOptions(name=["m"], grpc_port=0))
    gateway.count, gateway.token = 1, "secret"

    async def ask(name, *metadata):
        server = gateway.open_grpc()
        await server.start()
        try:
            address = f"127.0.0.1:{server.port}"
            async with grpc.aio.insecure_channel(address) as channel:
                stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
                request = predict_pb2.PredictRequest()
                request.model_spec.name = name
                request.inputs["text"].CopyFrom(tf.make_tensor_proto(["i am tired"]))
                return await stub.Predict(request, metadata=metadata)
        finally:
            await server.stop(0)

    allowed = ("authorization", "Bearer secret")
    found = asyncio.run(ask("m", allowed))
    (text,) = tf.make_ndarray(found.outputs["translation"])
    assert text.decode() == translator.translate("i am tired")
    for asked, code in (
        (("other", allowed), grpc.StatusCode.NOT_FOUND),
        (("m",), grpc.StatusCode.UNAUTHENTICATED),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            asyncio.run(ask(*asked))
        assert raised.value.code() == code


class Passed(Response):
    """What a replica answers, by itself."""

    def __init__(self, replica, asked):
        self.parts = replica.answer(asked)

    async def __anext__(self):
        return await anext(self.parts)


def test_a_replica_answers_as_the_server_does(replica, translator):
    texts = ["i am tired", "she is here"]

    def post(record, *headers):
        body = json.dumps(record).encode()
        asked = Asked("POST", "/translate", b"", headers, body)
        return answered(replica, asked)

    begun, *parts = post({"texts": texts})
    found = json.loads(b"".join(parts))["translations"]
    assert [each["text"] for each in found] == translator.translate(texts)
    assert begun.status == 200
    assert begun.noted["route"] == "/translate"
    assert (begun.noted["model"], begun.noted["version"]) == ("m", 1)
    begun, *lines = post({"texts": texts}, (b"accept", b"application/x-ndjson"))
    assert [json.loads(line)["text"] for line in lines] == [
        each["text"] for each in found
    ]
    begun, body = post({"texts": texts, "beam_width": 0})
    assert (begun.status, json.loads(body)["field"]) == (400, "beam_width")


def test_replicas_are_a_number_or_two():
    assert ServingReplicas(replicas="3").bounds == (3, 3)
    for wrong in ("0", "3..2", "1-3", "", "1.."):
        with pytest.raises(InputError, match="`replicas`"):
            ServingReplicas(replicas=wrong)


def test_options_that_do_nothing_are_refused_by_name(tmp_path, capsys):
    for options, told in (
        (["--replicas", "2"], "`--replicas` does nothing without `--ray`"),
        (["--ray", "--workers", "2"], "`--workers` does nothing beside `--ray`"),
    ):
        assert main(["serve", str(tmp_path), *options]) == 2
        assert told in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("row", ["killed", "updated", "scaled"])
def test_no_request_is_lost(row):
    pytest.importorskip("ray.serve", reason="The extra `distributed` is not installed")
    from benchmarks import serving_replicas

    found = serving_replicas.measure(row)
    assert (found["lost"], found["wrong"]) == (0, 0)
    assert found["answered"] > 100
    if row == "updated":
        assert found["of_version_1"] > 0
        assert found["of_version_2"] > 0
    if row == "scaled":
        assert found["counts"] == [1, 2, 1]
