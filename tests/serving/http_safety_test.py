"""What HTTP does with requests that nobody honest sends."""

import asyncio
import json
import os
import pathlib
import re
import shlex
import socket
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from running_server import COMMAND, posted

from seq2seq_keras.serving import Catalog, Guarded, Logged, Metrics, ServingOptions

ROOT = pathlib.Path(__file__).parents[2]
PAGES = [
    "README.md",
    "README.ko.md",
    *("docs/" + name for name in ("serving.md", "from_notebook_to_service.md")),
]


def address_of(server):
    host, port = server.url.removeprefix("http://").split(":")
    return host, int(port)


def test_a_header_without_an_end_is_not_kept(server):
    """8 MB, of which the server takes as much as its limit for a header."""
    with socket.create_connection(address_of(server), timeout=60) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        try:
            for _ in range(128):
                connection.sendall(b"a" * 2**16)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            answer = b"HTTP/1.1 400"  # it hung up meanwhile
    assert answer.startswith(b"HTTP/1.1 400")


def test_methods_that_there_are_none_of_are_counted_as_one(client):
    for method in ("FIRST", "SECOND"):
        assert client.request(method, "/healthz").status_code == 405
    counted = client.get("/metrics").text
    assert "FIRST" not in counted
    assert 'method="other ' in counted


def test_another_name_is_not_answered(server):
    with server.client() as client:
        for host in ("evil.example", "127.0.0.1.evil.example:8501", "[::2]"):
            for path in ("/", "/models", "/healthz"):
                answer = client.get(path, headers={"Host": host})
                assert answer.status_code == 400
                assert "--allowed-hosts" in answer.json()["error"]
                assert answer.headers["x-request-id"]
        port = address_of(server)[1]
        for host in ("localhost", f"127.0.0.1:{port}", f"[::1]:{port}"):
            assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/models/", "/translate/"])
def test_nothing_leads_to_where_the_request_says(client, path):
    response = client.get(path)
    assert response.status_code in (404, 405)
    assert "location" not in response.headers


def test_the_work_of_a_request_has_a_limit_as_a_whole(client):
    record = {"model": "attentive", "max_length": 1000}
    # 32 x 1000 x 9 is over 2**18, each of them within its limit.
    record |= {"texts": ["a"] * 9, "beam_width": 32}
    found = posted(client, "/translate", record, 413)
    assert found["field"] == "texts"
    assert "262,144" in found["error"]
    drawn = {**record, "beam_width": 1, "sample": True, "n_best": 32}
    posted(client, "/translate", drawn, 413)
    # Whatever parts it would be answered in.
    headers = {"Accept": "application/x-ndjson"}
    many = {"model": "attentive", "texts": ["a"] * 263, "max_length": 1000}
    response = client.post("/translate", json=many | {"beam_width": 1}, headers=headers)
    assert response.status_code == 413


def batches_and_texts(client):
    """How many batches were made for the translator, and of how many texts."""
    pattern = r'seq2seq_batch_texts_(count|sum)\{model="attentive",.*\} (\S+)'
    found = dict(re.findall(pattern, client.get("/metrics").text))
    return np.array([float(found.get(name, 0)) for name in ("count", "sum")])


def test_a_batch_has_no_more_work_than_a_request(client):
    """7 x 1000 tokens are 3.4 of 128 parts of the limit, so a batch takes 128 // 4."""
    before = batches_and_texts(client)
    record = {"model": "attentive", "texts": ["a"] * 33, "beam_width": 7}
    record |= {"max_length": 1000, "max_length_ratio": 1.0}
    assert len(posted(client, "/translate", record)["translations"]) == 33
    # They are counted when they have been answered.
    while (more := batches_and_texts(client) - before)[1] < 33:
        pass
    assert more.tolist() == [2, 33]


@pytest.fixture(scope="module")
def served(attentive_folder):
    """A version within this process."""

    def note(**fields):
        pass

    options = ServingOptions(max_batch_size=2, max_option_sets=2)
    catalog = Catalog([attentive_folder], options, note)
    catalog.load()
    yield catalog.find(None, None, None)[1].served
    catalog.close(60)


def test_of_ever_new_options_the_last_ones_stay_traced(served):
    """Two beside the four of the model's own and the page's."""
    searcher = served.translator.graph.searcher
    search = served.translator.search
    asked = [search.replace(length_penalty=0.1 * n) for n in range(1, 8)]
    graphs = [searcher(options) for options in asked]
    again = [searcher(options) for options in reversed(asked[1:])]
    assert again == graphs[:0:-1]
    assert searcher(asked[0]) is not graphs[0]


def test_a_fault_is_an_answer_with_an_id_and_is_told(capsys):
    async def broken(scope, receive, send):
        raise KeyError("secret")

    sent, told, metrics = [], [], Metrics()

    class Log:
        def write(self, **fields):
            told.append(fields)

    async def send(message):
        sent.append(message)

    app = Logged(broken, log=Log(), metrics=metrics, is_stopping=lambda: False)
    headers = [(b"x-request-id", b"mine")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(app(scope, None, send))
    begin, body = sent
    given = dict(begin["headers"])
    assert (begin["status"], told[0]["status"]) == (500, 500)
    assert given[b"x-request-id"] == b"mine"
    assert {b"content-security-policy", b"x-content-type-options"} < set(given)
    assert json.loads(body["body"]) == {"error": "A fault: KeyError."}
    assert 'code="500"' in metrics.text().decode()
    assert "KeyError: 'secret'" in capsys.readouterr().err


@pytest.mark.parametrize("is_stopping", [True, False])
def test_who_has_no_answer_when_the_time_to_end_is_over_is_told_so(is_stopping):
    sent, told = [], []
    log = SimpleNamespace(write=lambda **fields: told.append(fields["status"]))

    async def send(message):
        sent.append(message)

    async def endless(scope, receive, send):
        await asyncio.Event().wait()

    async def run():
        app = Logged(
            endless, log=log, metrics=Metrics(), is_stopping=lambda: is_stopping
        )
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        task = asyncio.create_task(app(scope, None, send))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(run()) is not is_stopping
    if not is_stopping:
        assert (sent, told) == ([], [499])
        return
    begin, body = sent
    assert (begin["status"], told) == (503, [503])
    assert (b"retry-after", b"1") in begin["headers"]
    assert json.loads(body["body"]) == {"error": "The server is shutting down."}


def test_a_client_that_stops_in_the_middle_of_its_request_is_answered_and_left():
    arrived = iter([{"type": "http.request", "body": b'{"te', "more_body": True}])
    sent = []

    async def receive():
        for message in arrived:
            return message
        return await asyncio.Event().wait()  # nothing more ever comes

    async def send(message):
        sent.append(message)

    async def app(scope, receive, send):
        pytest.fail("a request that is not whole was answered")

    guarded = Guarded(app, token=None, options=ServingOptions(timeout_seconds=0.1))
    scope = {"type": "http", "method": "POST", "path": "/translate", "headers": []}
    asyncio.run(asyncio.wait_for(guarded(scope, receive, send), 60))
    begin, body = sent
    assert begin["status"] == 408
    assert (b"connection", b"close") in begin["headers"]
    assert json.loads(body["body"])["error"].endswith("within 0.1 seconds.")


def test_a_body_arrives_in_the_time_of_the_whole_request(monkeypatch):
    clock, found = [100.0], []
    monkeypatch.setattr(
        "seq2seq_keras.serving.middleware.time",
        SimpleNamespace(monotonic=lambda: clock[0]),
    )

    async def receive():
        clock[0] += 20
        return {"type": "http.request", "body": b"{}"}

    async def app(scope, receive, send):
        found.append(scope["deadline"])

    guarded = Guarded(app, token=None, options=ServingOptions(timeout_seconds=30))
    scope = {"type": "http", "method": "POST", "path": "/translate", "headers": []}
    asyncio.run(guarded(scope, receive, None))
    assert found == [130.0]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/translate", {"texts": ["a"], "model": "\ud800"}, "model"),
        ("/translate", {"texts": ["a"], "label": "\ud800"}, "label"),
        (
            "/v1/models/attentive:predict",
            {"instances": ["a"], "signature_name": "\ud800"},
            "signature_name",
        ),
        ("/translate", {"texts": ["a"], "prefix": "a\udfff"}, "prefix"),
        ("/translate", {"texts": ["a"], "avoid": ["a", "\ud83d"]}, "avoid"),
        ("/translate", {"texts": ["a"], "allowed": ["\ud83d"]}, "allowed"),
    ],
    ids=["model", "label", "signature_name", "prefix", "avoid", "allowed"],
)
def test_half_a_character_names_its_field_wherever_it_stands(client, path, body, field):
    if path == "/translate":
        body = {"model": "attentive", **body}
    answer = client.post(path, content=json.dumps(body))
    assert answer.status_code in (400, 404), answer.text
    found = json.loads(answer.content)
    assert found["field"] == field
    if field in ("prefix", "avoid", "allowed"):
        assert found["error"].startswith(f"`{field}` holds a lone surrogate")


def test_an_empty_body_is_named(client):
    found = client.post("/translate", headers={"Content-Type": "application/json"})
    assert found.status_code == 400
    assert found.json()["field"] == "texts"
    assert "no body" in found.json()["error"]


def written(record):
    """JSON, with numbers of more digits than Python writes."""
    return re.sub('"(1(?:0{4000}))"', r"\1", json.dumps(record))


@pytest.mark.parametrize(
    "wrong",
    [
        {"prefix": "a " * 100_000},
        {"prefix": "nowhere" * 40},
        {"allowed": ["nowhere" * 100_000]},
        {"beam_width": "1" + "0" * 4000},
        {"b" * 100_000: 1},
        {"model": "m" * 100_000},
    ],
    ids=lambda wrong: next(iter(wrong))[:12],
)
def test_a_refusal_does_not_repeat_all_that_was_sent(client, wrong):
    record = {"model": "attentive", "texts": ["a"], **wrong}
    answer = client.post("/translate", content=written(record))
    assert answer.status_code in (400, 404, 413)
    assert len(answer.content) < 3000


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz"])
def test_probes_may_ask_for_the_head_alone(client, path):
    head, whole = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


def curl_lines():
    for name in PAGES:
        page = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^curl .*$", page, re.MULTILINE):
            yield pytest.param(line, id=f"{name}: {line[:60]}")


@pytest.mark.parametrize("line", list(curl_lines()))
def test_the_lines_of_curl_in_the_documentation_are_answered(client, line):
    data, kind = None, None
    words = iter(shlex.split(line)[1:])
    for word in words:
        if word in ("--json", "-d"):
            data = json.loads(next(words))
            forms = "application/x-www-form-urlencoded"
            kind = "application/json" if word == "--json" else forms
        else:
            path = "/" + word.removeprefix("http://").partition("/")[2]
    # The server of the documentation has one model, and this one another name for it.
    path = re.sub("(?<=/v1/models/)[^:/]+", "attentive", path)
    if path == "/translate":
        data["model"] = "attentive"
    headers = {"Content-Type": kind}
    answer = client.post(path, content=json.dumps(data), headers=headers)
    assert answer.status_code == 200, answer.text


def check_health(url):
    """The status of the command by which the container is found healthy."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    command = json.loads(re.search(r"^HEALTHCHECK.*\\\n.*CMD (.*)$", text, re.M)[1])
    assert command[0] == "python"
    environment = {**os.environ, "READY_URL": f"{url}/readyz"}
    return subprocess.run(
        [sys.executable, *command[1:]], env=environment, capture_output=True
    ).returncode


def test_the_container_is_healthy_wherever_its_server_listens(server):
    assert check_health(server.url) == 0
    assert check_health("http://127.0.0.1:1") == 1


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_file_of_tls_that_is_missing_is_named(tmp_path, attentive_folder, missing):
    files = {name: tmp_path / f"{name}.pem" for name in ("certificate", "key")}
    for name, path in files.items():
        if name != missing:
            path.write_text("nothing")
    status, said = refused(attentive_folder, files)
    assert status == 2
    assert said.count("\n") == 1
    assert f"{missing}.pem" in said


def test_files_that_are_no_tls_are_named(tmp_path, attentive_folder):
    files = {name: tmp_path / f"{name}.pem" for name in ("certificate", "key")}
    for path in files.values():
        path.write_text("nothing")
    status, said = refused(attentive_folder, files)
    assert status == 2
    assert "certificate.pem" in said and "key.pem" in said


def refused(model, files):
    options = [word for name, path in files.items() for word in (f"--{name}", path)]
    ports = ("--rest-port", "0", "--grpc-port", "0")
    found = subprocess.run(
        [*COMMAND, *map(str, (model, *options, *ports))],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return found.returncode, found.stderr
