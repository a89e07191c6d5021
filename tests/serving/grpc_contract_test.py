"""TensorFlow Serving's gRPC, called by a client that has nothing else."""

import asyncio
import json
import subprocess
import sys
import time
from types import SimpleNamespace

import grpc
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from seq2seq_keras.serving import AccessLog, GrpcServer, ServingOptions, add_services

PREDICTION = prediction_service_pb2_grpc.PredictionServiceStub
MODEL = model_service_pb2_grpc.ModelServiceStub
# It knows tensorflow-serving-api alone.
CLIENT = """
import json, sys
import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
stub = prediction_service_pb2_grpc.PredictionServiceStub(
    grpc.insecure_channel(sys.argv[1])
)
request = predict_pb2.PredictRequest()
request.model_spec.name = "attentive"
request.inputs["text"].CopyFrom(tf.make_tensor_proto(json.loads(sys.argv[2])))
outputs = stub.Predict(request, timeout=60).outputs
found = tf.make_ndarray(outputs["translation"]).tolist()
assert "seq2seq_keras" not in sys.modules
print(json.dumps([text.decode() for text in found]))
"""


@pytest.fixture(scope="module")
def channel(server):
    with grpc.insecure_channel(server.grpc) as channel:
        yield channel


@pytest.fixture(scope="module")
def predictions(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def request_of(texts, model="attentive", **spec):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    for name, value in spec.items():
        if name == "version":
            request.model_spec.version.value = value
        else:
            setattr(request.model_spec, name, value)
    request.inputs["text"].CopyFrom(tf.make_tensor_proto(texts))
    return request


def test_a_client_that_has_only_the_api_gets_the_translations(server, attentive):
    texts = ["the cat sees", "", "où est a ?"]
    words = [sys.executable, "-c", CLIENT, server.grpc, json.dumps(texts)]
    output = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert json.loads(output) == attentive.translate(texts)


@pytest.mark.parametrize("model", ["attentive", "exported"])
def test_every_output_is_that_of_rest(predictions, client, model):
    request = request_of(["the cat", "a"], model, signature_name="nbest")
    found = predictions.Predict(request, timeout=60)
    assert found.model_spec.version.value == 1
    assert found.model_spec.signature_name == "nbest"
    asked = {"signature_name": "nbest", "inputs": ["the cat", "a"]}
    rest = client.post(f"/v1/models/{model}:predict", json=asked).json()["outputs"]
    assert found.outputs.keys() == rest.keys()
    for name, tensor in found.outputs.items():
        array = tf.make_ndarray(tensor)
        if array.dtype == object:
            assert [[t.decode() for t in row] for row in array.tolist()] == rest[name]
        elif array.dtype == bool:
            assert array.tolist() == rest[name]
        else:
            assert array.astype(str).astype("float64").tolist() == rest[name]


def test_only_the_outputs_that_are_asked_for_come(predictions):
    request = request_of(["a"], signature_name="nbest")
    request.output_filter.append("scores")
    assert list(predictions.Predict(request, timeout=60).outputs) == ["scores"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"model": "nobody"}, "NOT_FOUND", "Servable not found for request: Latest"),
        ({"version": 7}, "NOT_FOUND", "Specific(attentive, 7)"),
        ({"version_label": "x"}, "NOT_FOUND", "Unrecognized servable version label"),
        ({"signature_name": "x"}, "FAILED_PRECONDITION", 'key "x" not found'),
        ({"texts": [1]}, "INVALID_ARGUMENT", "to be of type string"),
        ({"texts": [["a"]]}, "INVALID_ARGUMENT", "to be of shape"),
        ({"texts": ["a"] * 601}, "INVALID_ARGUMENT", "601 texts"),
    ],
)
def test_what_is_wrong_has_its_code(predictions, change, code, message):
    request = request_of(**{"texts": ["a"], **change})
    with pytest.raises(grpc.RpcError) as caught:
        predictions.Predict(request, timeout=60)
    assert caught.value.code().name == code
    assert message in caught.value.details()


STRING, INT32, RESOURCE, VARIANT = 7, 3, 20, 21


def tensor(dtype, shape, **values):
    made = tensor_pb2.TensorProto(dtype=dtype, **values)
    for size in shape:
        made.tensor_shape.dim.add(size=size)
    return made


def raw_request(signature_name="", **tensors):
    """A request of tensors as they are, whether they make sense or not."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "attentive"
    request.model_spec.signature_name = signature_name
    for name, made in tensors.items():
        request.inputs[name].CopyFrom(made)
    return request


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (tensor(STRING, [10**9], string_val=[b"a"]), "1,000,000,000 values"),
        (tensor(STRING, [2**62, 2], string_val=[b"a"]), "to be of shape"),
        (tensor(STRING, [-1], string_val=[b"a"]), "its shape is not known"),
        (tensor(STRING, [-2], string_val=[b"a"]), "its shape is not known"),
        (tensor(STRING, [1], string_val=[b"a", b"b"]), "Could not parse the tensor"),
        (tensor(STRING, [1], tensor_content=b"abc"), "Could not parse the tensor"),
        (tensor(RESOURCE, [1]), "to be of type string, but it is resource"),
        (tensor(VARIANT, [1]), "to be of type string, but it is variant"),
        (tensor(99, [1]), "Could not parse the tensor"),
        (tensor(0, [1]), "Could not parse the tensor"),
    ],
)
def test_a_tensor_that_is_none_is_refused_before_it_takes_memory(
    predictions, text, message
):
    with pytest.raises(grpc.RpcError) as caught:
        predictions.Predict(raw_request(text=text), timeout=60)
    assert caught.value.code().name == "INVALID_ARGUMENT"
    assert message in caught.value.details()


def test_few_bytes_of_numbers_take_no_memory_either(predictions):
    ids = tensor(INT32, [1, 10**10], int_val=[1])
    with pytest.raises(grpc.RpcError, match="10,000,000,000 values") as caught:
        predictions.Predict(raw_request("detokenize", token_ids=ids), timeout=60)
    assert caught.value.code().name == "INVALID_ARGUMENT"


def test_values_that_a_tensor_leaves_out_are_like_the_last_or_empty(predictions):
    def translated(text):
        found = predictions.Predict(raw_request(text=text), timeout=60).outputs
        return tf.make_ndarray(found["translation"]).tolist()

    one, none = translated(tensor(STRING, [2], string_val=[b"a", b""]))
    assert translated(tensor(STRING, [3], string_val=[b"a"])) == [one] * 3
    assert translated(tensor(STRING, [2])) == [none] * 2


def test_a_missing_input_is_named(predictions):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "attentive"
    with pytest.raises(grpc.RpcError, match=r"Missing but required: \{text\}"):
        predictions.Predict(request, timeout=60)


def test_the_deadline_of_a_client_holds(predictions):
    request = request_of([" ".join(["the cat sees"] * 20)] * 600)
    with pytest.raises(grpc.RpcError) as caught:
        predictions.Predict(request, timeout=0.001)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize(
    ("make", "stub_of", "method"),
    [
        (predict_pb2.PredictRequest, PREDICTION, "Predict"),
        (
            get_model_metadata_pb2.GetModelMetadataRequest,
            PREDICTION,
            "GetModelMetadata",
        ),
        (get_model_status_pb2.GetModelStatusRequest, MODEL, "GetModelStatus"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_request_names_its_model(channel, make, stub_of, method):
    with pytest.raises(grpc.RpcError) as caught:
        getattr(stub_of(channel), method)(make(), timeout=60)
    assert caught.value.code().name == "INVALID_ARGUMENT"
    assert caught.value.details() == "Missing ModelSpec"


@pytest.mark.parametrize("letter", ["m", "한", "😀"])
def test_a_refusal_does_not_repeat_all_that_was_sent(predictions, letter):
    # What is too long for the end of a call comes as RESOURCE_EXHAUSTED, now and then.
    for _ in range(9):
        with pytest.raises(grpc.RpcError) as caught:
            predictions.Predict(request_of(["a"], letter * 5000), timeout=60)
        assert caught.value.code().name == "NOT_FOUND"
    assert 300 < len(caught.value.details()) <= 1001


@pytest.mark.parametrize(
    ("stub_of", "method", "request_kind"),
    [
        (PREDICTION, "Classify", classification_pb2.ClassificationRequest),
        (PREDICTION, "Regress", regression_pb2.RegressionRequest),
        (PREDICTION, "MultiInference", inference_pb2.MultiInferenceRequest),
        (
            MODEL,
            "HandleReloadConfigRequest",
            model_management_pb2.ReloadConfigRequest,
        ),
    ],
)
def test_what_is_not_served_is_refused_and_logged(
    server, channel, stub_of, method, request_kind
):
    with pytest.raises(grpc.RpcError) as caught:
        getattr(stub_of(channel), method)(request_kind(), timeout=60)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert caught.value.details().startswith(f"{method} is not served")
    names = dict(caught.value.initial_metadata())
    until = time.monotonic() + 60
    while names["x-request-id"] not in server.log.read_text():
        assert time.monotonic() < until


def test_metadata_and_status_are_told(channel, predictions):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "attentive"
    request.metadata_field.append("signature_def")
    found = predictions.GetModelMetadata(request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    found.metadata["signature_def"].Unpack(signatures)
    assert "nbest" in signatures.signature_def
    request.metadata_field[:] = ["x"]
    with pytest.raises(grpc.RpcError, match="Metadata field x is not supported"):
        predictions.GetModelMetadata(request)
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "attentive"
    models = model_service_pb2_grpc.ModelServiceStub(channel)
    (version,) = models.GetModelStatus(status).model_version_status
    assert (version.version, version.state) == (1, version.AVAILABLE)


def test_the_health_service_says_that_it_serves(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", "tensorflow.serving.PredictionService"):
        found = stub.Check(health_pb2.HealthCheckRequest(service=service))
        assert found.status == found.SERVING


def test_a_fault_is_internal_and_is_told_to_the_operator(tmp_path, capsys):
    class Catalog:
        def find(self, *spec):
            raise KeyError("strange")

    lines = tmp_path / "access.jsonl"
    metrics = SimpleNamespace(request=lambda *told: None)
    service = SimpleNamespace(catalog=Catalog(), metrics=metrics)
    options = ServingOptions(grpc_port=0)

    async def run():
        log = AccessLog(str(lines), lost=lambda count: None)
        made = GrpcServer(
            options,
            lambda: True,
            lambda server: add_services(server, service, log, None),
        )
        await made.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{made.port}") as channel:
                stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
                with pytest.raises(grpc.RpcError) as caught:
                    await stub.Predict(request_of(["a"]), timeout=60)
        finally:
            await made.stop(0)
            log.close()
        return caught.value

    error = asyncio.run(run())
    assert (error.code().name, error.details()) == ("INTERNAL", "A fault: KeyError.")
    assert "KeyError: 'strange'" in capsys.readouterr().err
    (line,) = lines.read_text().splitlines()
    assert json.loads(line)["status"] == "INTERNAL"
