"""`POST /translate`: every option, as the translator itself has it."""

import json
import math
import re
import socket

import httpx
import pytest
from running_server import SENTENCES, posted

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import options_of
from seq2seq_keras.translation import pharaoh_alignment

TEXTS = ["the cat sees", "", "où est a ?", "b d the où a b c d"]
SEARCHES = [  # each makes a graph of its own, so that few have many options
    {},
    {"beam_width": 1, "n_best": 1, "replace_unknown": True, "repetition_penalty": 1.5},
    {"beam_width": 4, "n_best": 2, "length_penalty": 0.5, "distinct_texts": False},
    {"prefix": "the cat", "max_length": 4, "min_length": 3, "block_ngrams": 2},
    {"prefix": ["a", "b", "c", "d"], "length_normalization": "gnmt"},
    {"avoid": ["the", "où"], "coverage_penalty": 0.2},
    {"allowed": ["a b", "the dog .", "l'été"]},
    {"sample": True, "n_best": 2, "seed": 3, "temperature": 0.5},
    {"beam_width": 4, "n_best": 2, "beam_groups": 2, "decision": "mbr"},
    {"sample": True, "candidates": 5, "decision": "mbr", "utility": "bleu"},
]


@pytest.mark.parametrize("search", SEARCHES, ids=json.dumps)
def test_every_option_does_what_it_does_in_python(client, attentive, search):
    asked = {"texts": TEXTS, **search}
    record = {"model": "attentive", **asked}
    found = posted(client, "/translate", record)
    assert (found["model"], found["version"]) == ("attentive", 1)
    texts = [each["text"] for each in found["translations"]]
    assert texts == attentive.translate(TEXTS, **search)
    record |= {"details": True, "trace": True, "alignments": True}
    found = posted(client, "/translate", record)["translations"]
    expected = attentive.decode(TEXTS, trace=True, **search)
    for mine, translation in zip(found, expected, strict=True):
        expect_translation(mine, translation)


def test_a_saved_model_tells_of_the_same_ends_and_alignments(client):
    found = [
        posted(
            client,
            "/translate",
            {"model": model, "texts": TEXTS, "details": True, "alignments": True},
        )["translations"]
        for model in ("attentive", "exported")
    ]
    ended = [
        [[each["ended"] for each in text["hypotheses"]] for text in texts]
        for texts in found
    ]
    assert ended[0] == ended[1]
    assert not ended[0][0][0]  # the length ran out
    alignments = [[each["alignment"] for each in texts] for texts in found]
    assert alignments[0] == alignments[1]


def expect_translation(mine, translation):
    assert mine["source_tokens"] == list(translation.source_tokens)
    assert mine["alignment"] == pharaoh_alignment(translation.hypotheses[0])
    assert len(mine["hypotheses"]) == len(translation.hypotheses)
    for each, hypothesis in zip(
        mine["hypotheses"], translation.hypotheses, strict=True
    ):
        assert each["text"] == hypothesis.text
        assert each["tokens"] == list(hypothesis.tokens)
        assert each["ended"] == hypothesis.ended
        if math.isfinite(hypothesis.score):
            assert each["score"] == pytest.approx(hypothesis.score, rel=1e-4)
        else:
            assert each["score"] is None
        probabilities = pytest.approx(hypothesis.token_probabilities, abs=1e-4)
        assert each["token_probabilities"] == probabilities
        for row, weights in zip(each["attention"], hypothesis.attention, strict=True):
            assert row == pytest.approx(weights, abs=1e-4)
    assert (mine["beam"] is None) == (translation.beam is None)
    nodes = [(n.token, n.parent, n.rank) for n in translation.beam or ()]
    assert [(n["token"], n["parent"], n["rank"]) for n in mine["beam"] or ()] == nodes


def test_openapi_knows_every_option_of_the_search(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    fields = schemas["TranslateRequest"]["properties"]
    for field in options_of(SearchOptions):
        assert fields[field.name]["description"] == field.metadata["description"]


def test_the_documentation_of_the_api_needs_no_network(client):
    page = client.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(named) == 3  # a script, a style and an icon
    for path in named:
        assert path.startswith("/")
        assert client.get(path).status_code == 200
    assert "http" not in page.headers["content-security-policy"]


def test_the_examples_of_openapi_run(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for example in schemas["TranslateRequest"]["examples"]:
        posted(client, "/translate", {**example, "model": "attentive"})


def test_lines_come_in_the_order_of_the_texts(client, attentive):
    texts = [SENTENCES[n % 4] for n in range(150)]
    record = {"texts": texts, "model": "attentive"}
    headers = {"Accept": "application/x-ndjson"}
    response = client.post("/translate", json=record, headers=headers)
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line["text"] for line in lines] == attentive.translate(texts)
    assert response.headers["content-type"] == "application/x-ndjson"


@pytest.mark.parametrize("search", [{"sample": True, "seed": 2}, {"prefix": []}])
def test_lines_are_what_comes_without_them(client, search):
    texts = [SENTENCES[n % 4] for n in range(150)]
    if "prefix" in search:
        search = {"prefix": ["abc"[n % 3] for n in range(150)]}
    record = {"texts": texts, "model": "attentive", "beam_width": 1, **search}
    headers = {"Accept": "application/x-ndjson"}
    response = client.post("/translate", json=record, headers=headers)
    lines = [json.loads(line)["text"] for line in response.text.splitlines()]
    found = posted(client, "/translate", record)["translations"]
    assert lines == [each["text"] for each in found]


def test_a_saved_model_translates_but_takes_no_options(client, attentive):
    record = {"texts": TEXTS, "model": "exported"}
    found = posted(client, "/translate", record)["translations"]
    assert [each["text"] for each in found] == attentive.translate(TEXTS)
    record["details"] = True
    found = posted(client, "/translate", record)["translations"]
    for mine, translation in zip(found, attentive.decode(TEXTS), strict=True):
        texts = [each.text for each in translation.hypotheses]
        assert [each["text"] for each in mine["hypotheses"]] == texts
    refused = posted(client, "/translate", {**record, "beam_width": 2}, 400)
    assert refused["field"] == "beam_width"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"texts": "a"}, 400, "texts"),
        ({"texts": ["a", 1]}, 400, "texts.1"),
        ({"texts": ["a"] * 601}, 413, "texts"),
        ({"texts": ["a", "a" * 301]}, 413, "texts.1"),
        ({"beam_wdth": 2}, 400, "beam_wdth"),
        ({"beam_width": 0}, 400, "beam_width"),
        ({"beam_width": "2"}, 400, "beam_width"),
        ({"beam_width": 33}, 400, "beam_width"),
        ({"max_length": 1001}, 400, "max_length"),
        ({"beam_width": 2, "n_best": 3}, 400, "n_best"),
        ({"temperature": 0.5}, 400, "temperature"),
        ({"length_normalization": "x"}, 400, "length_normalization"),
        ({"prefix": ["a", "b"]}, 400, "prefix"),
        ({"prefix": "nowhere"}, 400, "prefix"),
        ({"seed": 1}, 400, "seed"),
        ({"model": "nobody"}, 404, "model"),
        ({"version": 7}, 404, "version"),
        ({"label": "x"}, 404, "label"),
        ({"model": None}, 400, "model"),
    ],
    ids=str,
)
def test_what_is_wrong_names_its_field(client, change, status, field):
    record = {"texts": ["a"], "model": "attentive", **change}
    found = posted(client, "/translate", record, status)
    assert found["field"] == field
    assert found["error"]


def test_half_a_character_is_refused(client):
    body = '{"texts": ["a", "\\ud800"], "model": "attentive"}'
    response = client.post("/translate", content=body)
    assert response.status_code == 400
    assert "texts" in response.json()["field"]


def test_models_tell_their_options_and_limits(client, attentive):
    found = {m["name"]: m for m in client.get("/models").json()["models"]}
    mine = found["attentive"]
    assert mine["defaults"]["beam_width"] == attentive.search.beam_width
    assert (mine["versions"], mine["default"]) == ([1], 1)
    assert mine["labels"] == {"stable": 1}
    assert mine["limits"] == {"texts": 600, "characters": 300}
    assert mine["has_attention"]
    assert found["exported"]["defaults"] == {}
    ranges = {each["name"]: each for each in mine["options"]}
    assert ranges.keys() == {field.name for field in options_of(SearchOptions)}
    # That of the server, which is less than the option's own.
    assert ranges["beam_width"]["maximum"] == 32
    assert ranges["top_p"]["maximum"] == 1
    assert found["exported"]["options"] == []


def test_a_body_that_is_too_large_is_not_read(server):
    def chunks():
        for _ in range(100):
            yield b" " * 2**20

    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as declared:
        declared.sendall(
            b"POST /translate HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 104857600\r\n\r\n"
        )
        assert declared.recv(100).startswith(b"HTTP/1.1 413")
    with server.client() as client:
        try:
            status = client.post("/translate", content=chunks()).status_code
        except (httpx.WriteError, httpx.ReadError):
            status = 413  # it hung up while the rest was being sent
    assert status == 413


def test_every_answer_has_an_id_and_a_policy(server, client):
    for path in ("/", "/healthz", "/nowhere"):
        headers = client.get(path, headers={"X-Request-Id": "mine-1"}).headers
        assert headers["x-request-id"] == "mine-1"
        assert "script-src 'self'" in headers["content-security-policy"]
    spoofed = client.get("/healthz", headers={"X-Request-Id": '"} evil'}).headers
    assert spoofed["x-request-id"].isalnum()


def test_the_log_has_a_line_of_json_for_each_request(server, client):
    posted(client, "/translate", {"texts": ["a\nb"], "model": "attentive"})
    own_id = client.get("/healthz").headers["x-request-id"]
    # A line is written when its answer is under way, so before the next answer.
    client.get("/healthz")
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    (line,) = [line for line in lines if line.get("id") == own_id]
    assert (line["status"], line["path"]) == (200, "/healthz")
    assert "a\nb" not in server.log.read_text()


def test_nothing_is_traced_after_the_warm_up(client):
    def traces():
        lines = client.get("/metrics").text.splitlines()
        return [line for line in lines if line.startswith("seq2seq_traces")]

    before = traces()
    for count in (1, 3, 70):
        record = {"texts": ["the cat sees a"] * count, "model": "attentive"}
        posted(client, "/translate", record)
        posted(client, "/translate", {**record, "details": True})
    assert before == traces()
    assert any('model="attentive"' in line for line in before)


def test_requests_batches_and_tokens_are_counted(client):
    posted(client, "/translate", {"texts": ["the cat"], "model": "attentive"})
    text = client.get("/metrics").text
    for name in (
        "seq2seq_requests_total",
        "seq2seq_request_seconds_count",
        "seq2seq_batch_texts_count",
        "seq2seq_queue_texts",
        "seq2seq_tokens_total",
    ):
        assert f"{name}{{" in text and 'model="attentive"' in text, name
