"""TensorFlow Serving's REST, request by request, against the running server."""

import base64
import json

import numpy as np
import pytest
import tensorflow as tf
from running_server import SENTENCES, posted

TEXTS = ["the cat sees", "", "où est a ?"]
MODELS = ["attentive", "exported"]
PATH = "/v1/models/{}:predict"


@pytest.fixture(scope="module")
def saved_model(exported):
    return tf.saved_model.load(str(exported)).signatures


def as_json(value):
    """An array as lists; texts are decoded."""
    value = value.tolist()

    def plain(x):
        if isinstance(x, list):
            return [plain(y) for y in x]
        return x.decode() if isinstance(x, bytes) else x

    return plain(value)


def expect_equal(found, array):
    """Texts are equal, and numbers are the same float32 but for their last bits."""
    if array.dtype == object:
        assert found == as_json(array)
    else:
        numbers = np.array(found, array.dtype)
        assert numbers.shape == array.shape
        np.testing.assert_allclose(numbers, array, rtol=2e-5, atol=1e-6)


def inputs_of(name, saved_model):
    """Inputs of a signature, as JSON and as tensors."""
    if name == "decode_step":
        states = saved_model["encode"](text=tf.constant(TEXTS))
        tensors = {**states, "token_ids": tf.fill([3, 1], 2)}
    elif name == "detokenize":
        tensors = {"token_ids": tf.constant([[4, 5, 3], [6, 3, 0]])}
    else:
        tensors = {"text": tf.constant(TEXTS)}
    return {key: as_json(value.numpy()) for key, value in tensors.items()}, tensors


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "name", ["serving_default", "nbest", "encode", "decode_step", "detokenize"]
)
def test_every_signature_answers_as_the_saved_model(client, saved_model, model, name):
    given, tensors = inputs_of(name, saved_model)
    expected = {k: v.numpy() for k, v in saved_model[name](**tensors).items()}
    asked = {"signature_name": name, "inputs": given}
    columns = posted(client, PATH.format(model), asked)["outputs"]
    if len(expected) == 1:
        columns = dict.fromkeys(expected, columns)
    assert columns.keys() == expected.keys()
    for key, array in expected.items():
        expect_equal(columns[key], array)
    rows = [
        dict(zip(given, values, strict=True))
        for values in zip(*given.values(), strict=True)
    ]
    asked = {"signature_name": name, "instances": rows}
    predictions = posted(client, PATH.format(model), asked)["predictions"]
    for key, array in expected.items():
        found = [row[key] if len(expected) > 1 else row for row in predictions]
        expect_equal(found, array)


@pytest.mark.parametrize("model", MODELS)
def test_a_single_input_needs_no_name_and_bytes_may_be_in_base64(client, model):
    encoded = {"b64": base64.b64encode("où est a ?".encode()).decode()}
    plain = posted(client, PATH.format(model), {"instances": TEXTS[2:]})
    assert posted(client, PATH.format(model), {"instances": [encoded]}) == plain
    by_name = {"instances": [{"text": encoded}]}
    assert posted(client, PATH.format(model), by_name) == plain
    columns = posted(client, PATH.format(model), {"inputs": TEXTS[2:]})
    assert columns["outputs"]["translation"] == [plain["predictions"][0]["translation"]]


@pytest.mark.parametrize("which", ["/versions/1", "/labels/stable", ""])
def test_a_version_is_named_by_number_or_label(client, which):
    path = f"/v1/models/attentive{which}"
    asked = {"instances": ["a"]}
    expected = posted(client, PATH.format("attentive"), asked)
    assert posted(client, f"{path}:predict", asked) == expected
    status = client.get(path).json()
    assert status == {
        "model_version_status": [
            {
                "version": "1",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }
    metadata = client.get(f"{path}/metadata").json()
    assert metadata["model_spec"]["name"] == "attentive"
    assert metadata["model_spec"]["version"] == "1"


def shapes(signatures):
    """Types and shapes of inputs and outputs; names of tensors differ."""
    return {
        (name, side, key): (
            info["dtype"],
            [dim["size"] for dim in info["tensor_shape"].get("dim", [])],
        )
        for name, signature in signatures.items()
        for side in ("inputs", "outputs")
        for key, info in signature.get(side, {}).items()
        if not name.startswith("__")
    }


def test_the_metadata_of_a_translator_are_those_of_its_saved_model(client):
    mine, saved = (
        client.get(f"/v1/models/{name}/metadata").json()["metadata"]["signature_def"]
        for name in MODELS
    )
    assert mine.keys() == {"signature_def"}
    assert shapes(mine["signature_def"]) == shapes(saved["signature_def"])
    best = mine["signature_def"]["serving_default"]
    assert best["method_name"] == "tensorflow/serving/predict"


DEFAULT = "/v1/models/attentive:predict"
REFUSED = [
    (DEFAULT, "", 400, "JSON Parse error: The document is empty"),
    (DEFAULT, "{", 400, "JSON Parse error"),
    (DEFAULT, "[]", 400, "Is not object"),
    (DEFAULT, "{}", 400, "Missing 'inputs' or 'instances' key"),
    (DEFAULT, '{"inputs": [], "instances": []}', 400, "only one of 'inputs' or"),
    (DEFAULT, '{"instances": []}', 400, "No values in 'instances' array"),
    (DEFAULT, '{"instances": "a"}', 400, "to be an list/array"),
    (DEFAULT, '{"instances": [1]}', 400, "Type: Number is not of expected type"),
    (DEFAULT, '{"instances": ["a", ["b"]]}', 400, "at unexpected level"),
    (DEFAULT, '{"instances": [["a"]]}', 400, "to be of shape"),
    (DEFAULT, f'{{"instances": {"[" * 70}"a"{"]" * 70}}}', 400, "to be of shape"),
    (DEFAULT, f'{{"instances": {"[" * 900}"a"{"]" * 900}}}', 400, "892 more axes"),
    (
        DEFAULT,
        '{"signature_name": "detokenize", "inputs": [[100000000]]}',
        400,
        "100000000 is not in [0, ",
    ),
    (DEFAULT, '{"instances": [{"txt": "a"}]}', 400, "keys must be equal to: text"),
    (DEFAULT, '{"instances": [{"b64": "?"}]}', 400, "Unable to base64 decode"),
    (DEFAULT, '{"instances": ["\\ud800"]}', 400, "lone surrogate"),
    (DEFAULT, '{"inputs": {"txt": "a"}}', 400, "Missing named input: text"),
    (DEFAULT, '{"signature_name": 1}', 400, "'signature_name' key must be a string"),
    (
        DEFAULT,
        '{"signature_name": "x", "instances": [1]}',
        400,
        'Serving signature name: "x" not found in signature def',
    ),
    (
        "/v1/models/nobody:predict",
        '{"instances": ["a"]}',
        404,
        "Servable not found for request: Latest(nobody)",
    ),
    (
        "/v1/models/attentive/versions/7:predict",
        '{"instances": ["a"]}',
        404,
        "Servable not found for request: Specific(attentive, 7)",
    ),
    (
        "/v1/models/attentive/labels/x:predict",
        '{"instances": ["a"]}',
        404,
        "Unrecognized servable version label: x",
    ),
    ("/v1/models/attentive:classify", "{}", 400, "tensorflow/serving/classify"),
    ("/v1/models/attentive:guess", "{}", 400, "Malformed request: POST"),
    ("/v1/models/attentive/versions/x:predict", "{}", 400, "Failed to convert version"),
]


@pytest.mark.parametrize(("path", "body", "status", "message"), REFUSED)
def test_what_is_wrong_is_answered_with_its_code(client, path, body, status, message):
    response = client.post(path, content=body)
    assert response.status_code == status, response.text
    assert message in response.json()["error"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nobody", "Could not find any versions of model nobody"),
        ("attentive/versions/7", "Could not find version 7 of model attentive"),
        ("nobody/metadata", "Servable not found for request: Latest(nobody)"),
    ],
)
def test_the_status_of_what_there_is_not_is_404(client, path, message):
    response = client.get(f"/v1/models/{path}")
    assert (response.status_code, response.json()["error"]) == (404, message)


def test_infinity_is_written_as_tensorflow_serving_writes_it(client):
    asked = {"signature_name": "nbest", "instances": [""]}
    response = client.post(DEFAULT, json=asked)
    assert "-Infinity" in response.text
    (row,) = json.loads(response.text)["predictions"]
    assert row["scores"][1:] == [-np.inf, -np.inf]


def test_one_request_may_have_many_texts_of_many_lengths(client, attentive):
    texts = [" ".join(SENTENCES[: n % 4]) for n in range(300)]
    found = posted(client, DEFAULT, {"instances": texts})["predictions"]
    assert [row["translation"] for row in found] == attentive.translate(texts)
