"""The same text has the same answer by every way, and whoever else is asking."""

import asyncio
import random

import grpc
import httpx
import tensorflow as tf
from running_server import SENTENCES, posted
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

PIECES = [
    *" ".join(SENTENCES).split(),
    *(
        "",
        " ",
        "\t",
        "￭",
        "<unk>",
        "<eos>",
        "é",
        "한국어",
        "👩‍👩‍👧",
        "\u200b",
        "\x01",
        "ﬀ",
        "A" * 40,
    ),
]


def fuzzed(count):
    """Texts of words, marks and rubbish, in composed Unicode."""
    draw = random.Random(0)
    return [
        draw.choice(["", " "]).join(draw.choices(PIECES, k=draw.randrange(12)))
        for _ in range(count)
    ]


def test_500_texts_have_one_answer_by_all_ways(server, client, attentive, exported):
    texts = fuzzed(500)
    expected = attentive.translate(texts)
    saved = tf.saved_model.load(str(exported)).signatures["serving_default"]
    ways = {
        "SavedModel": [
            text.decode()
            for text in saved(text=tf.constant(texts))["translation"].numpy()
        ]
    }
    for model in ("attentive", "exported"):
        found = posted(client, "/translate", {"texts": texts, "model": model})
        ways[f"translate {model}"] = [e["text"] for e in found["translations"]]
        path = f"/v1/models/{model}:predict"
        rows = posted(client, path, {"instances": texts})["predictions"]
        ways[f"REST {model}"] = [row["translation"] for row in rows]
        ways[f"gRPC {model}"] = by_grpc(server.grpc, model, texts)
    for way, found in ways.items():
        assert found == expected, way


def by_grpc(address, model, texts):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs["text"].CopyFrom(tf.make_tensor_proto(texts))
    with grpc.insecure_channel(address) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        found = stub.Predict(request, timeout=60).outputs["translation"]
    return [text.decode() for text in tf.make_ndarray(found)]


def test_many_clients_get_what_each_would_get_alone(server, attentive):
    texts = fuzzed(160)
    alone = {text: attentive.translate(text) for text in dict.fromkeys(texts)}

    async def everybody():
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:

            async def ask(text, **search):
                record = {"texts": [text], "model": "attentive", **search}
                response = await client.post("/translate", json=record)
                return response.json()["translations"][0]

            # Others want other options meanwhile.
            asked = [ask(text) for text in texts]
            asked += [ask(text, details=True, n_best=1) for text in texts[:30]]
            return await asyncio.gather(*asked)

    found = asyncio.run(everybody())
    for text, answer in zip(texts + texts[:30], found, strict=True):
        assert answer["text"] == alone[text]
        for hypothesis in answer.get("hypotheses", ()):
            attention = hypothesis["attention"]
            assert len(attention) == len(hypothesis["tokens"])
            assert {len(row) for row in attention} <= {len(answer["source_tokens"])}
