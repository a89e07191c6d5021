"""Tests of the process: how it begins, what signals do, what a full disk does."""

import asyncio
import contextlib
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess

import httpx
import pytest
from running_server import COMMAND, make_translator, started

from seq2seq_keras.serving import AccessLog, ServingOptions, run_gateway


def ended(*arguments):
    """Status and what was said of a server that does not begin."""
    found = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    return found.returncode, found.stderr


def test_what_is_no_model_ends_it_with_one_line(tmp_path):
    status, said = ended(tmp_path)
    assert status == 2
    assert said.count("\n") == 1
    assert "holds no model" in said


def test_both_ports_are_kept_from_others_until_somebody_listens():
    class EnoughError(Exception):
        pass

    def make(opened):
        for port in (opened.rest_port, opened.grpc_port):
            with pytest.raises(OSError, match="in use"):
                socket.create_server((opened.host, port))
        raise EnoughError

    with pytest.raises(EnoughError):
        run_gateway(make, ServingOptions(rest_port=0, grpc_port=0))


def test_a_signal_right_after_the_address_ends_it_in_order(attentive_folder):
    with started(attentive_folder) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0


@pytest.mark.slow
def test_a_damaged_model_ends_it_with_one_line(tmp_path, attentive_folder):
    shutil.copytree(attentive_folder, tmp_path / "model")
    (tmp_path / "model" / "model.keras").write_bytes(b"")
    ports = ("--rest-port", "0", "--grpc-port", "0")
    status, said = ended(tmp_path / "model", *ports, "--access-log", tmp_path / "log")
    assert status == 2
    assert "model.keras is damaged" in said.splitlines()[-1]


async def ask_until_closed(url, texts, answers):
    """Asks one text after the other until the server refuses to be asked."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        for text in itertools.cycle(texts):
            try:
                response = await client.post("/translate", json={"texts": [text]})
            except httpx.TransportError:
                return  # whether it was taken, the log knows
            answers.append((text, response.status_code, response.json()))


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_loses_lines_of_the_log_and_nothing_else(capsys):
    lost = []
    log = AccessLog("/dev/full", lost.append)
    for number in range(3):
        log.write(number=number)
    log.close()
    assert lost == [1, 2, 3]
    assert capsys.readouterr().err.count("\n") == 1  # it is said once


def test_a_version_takes_over_and_a_signal_ends_it_and_nothing_is_lost(
    tmp_path, attentive_folder
):
    """One server, under load all the while."""
    folder = tmp_path / "models"
    shutil.copytree(attentive_folder, folder / "1")
    translators = {
        1: make_translator(1, beam_width=3, n_best=3),
        2: make_translator(2, beam_width=1),
    }
    texts = ["the cat sees", "a b c", "où est l'été ?"]
    answers = []
    log = tmp_path / "log"
    arguments = ("--poll-seconds", "0.05", "--access-log", log)

    def has_answered(version):
        return any(answer.get("version") == version for _, _, answer in answers)

    async def load(server):
        asking = [
            asyncio.ensure_future(ask_until_closed(server.url, texts, answers))
            for _ in range(8)
        ]
        broken = tmp_path / "3"
        shutil.copytree(attentive_folder, broken)
        (broken / "model.keras").write_bytes(b"damaged")
        broken.rename(folder / "3")
        translators[2].save(tmp_path / "2")
        (tmp_path / "2").rename(folder / "2")
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            while not has_answered(2):
                await client.get("/readyz")
            status = (await client.get("/v1/models/models")).json()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*asking)
        return status

    with started(folder, *arguments) as server:
        status = asyncio.run(load(server.wait()))
        assert server.process.wait(60) == 0
    states = {each["version"]: each["state"] for each in status["model_version_status"]}
    assert states == {"3": "END", "2": "AVAILABLE", "1": "AVAILABLE"}
    assert {code for _, code, _ in answers} == {200}
    expected = {
        number: dict(zip(texts, each.translate(texts), strict=True))
        for number, each in translators.items()
    }
    for text, _, answer in answers:
        (found,) = answer["translations"]
        assert found["text"] == expected[answer["version"]][text]
    assert has_answered(1)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    taken = [line["status"] for line in lines if line.get("path") == "/translate"]
    assert taken == [200] * len(answers)  # whatever was taken was answered


@pytest.fixture(scope="module")
def secured(tmp_path_factory, attentive_folder):
    """Two workers with TLS and a token, and a client that trusts them."""
    folder = tmp_path_factory.mktemp("secured")
    (folder / "token").write_text("secret\n")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    trust = ssl.create_default_context(cafile=folder / "certificate.pem")
    with started(
        *(attentive_folder, "--workers", "2", "--token-file", folder / "token"),
        *("--certificate", folder / "certificate.pem", "--key", folder / "key.pem"),
        *("--cors-origins", "https://example.org"),
    ) as server:
        yield server.wait(), trust


def children_of(pid):
    """The workers of a process."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_text()
            if int(fields[1]) == pid and "spawn_main" in command:
                found.append(int(path.parent.name))
    return found


@pytest.mark.slow
def test_a_token_is_needed_for_all_but_the_page_and_the_health(secured):
    server, trust = secured
    with server.client(verify=trust) as client:
        for path in ("/", "/healthz", "/readyz"):
            assert client.get(path).status_code == 200
        for path in ("/models", "/metrics", "/v1/models/attentive", "/docs"):
            assert client.get(path).status_code == 401
            for wrong in ("secret", "Bearer secre", "Bearer secret2", "Basic secret"):
                headers = {"Authorization": wrong}
                assert client.get(path, headers=headers).status_code == 401
        headers = {"Authorization": "Bearer secret", "Origin": "https://example.org"}
        response = client.get("/models", headers=headers)
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "https://example.org"
        headers["Origin"] = "https://example.com"
        response = client.get("/models", headers=headers)
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_what_was_in_its_hands_alone(secured):
    server, trust = secured
    headers = {"Authorization": "Bearer secret"}
    lost, answered = [], []
    workers = children_of(server.process.pid)
    assert len(workers) == 2

    async def ask(until):
        while not until():
            async with httpx.AsyncClient(
                base_url=server.url, timeout=60, verify=trust, headers=headers
            ) as client:
                try:
                    response = await client.post("/translate", json={"texts": ["a b"]})
                    answered.append(response.status_code)
                except httpx.HTTPError as error:
                    lost.append(error)

    async def load():
        def is_replaced():
            now = children_of(server.process.pid)
            return len(now) == 2 and set(now) != set(workers) and len(answered) > 60

        asking = [asyncio.ensure_future(ask(is_replaced)) for _ in range(6)]
        while len(answered) < 20:
            await asyncio.sleep(0)
        os.kill(workers[0], signal.SIGKILL)
        await asyncio.gather(*asking)

    asyncio.run(load())
    assert {*answered} == {200}
    assert len(lost) <= 6  # each client has one request under way


@pytest.mark.slow
def test_workers_count_together(secured):
    server, trust = secured
    with server.client(verify=trust) as client:
        client.headers["Authorization"] = "Bearer secret"
        text = client.get("/metrics").text
    assert "seq2seq_requests_total" in text
    assert json.dumps("attentive") in text
