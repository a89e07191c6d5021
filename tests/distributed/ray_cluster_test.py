"""Tests of joining a cluster, with a Ray that only notes whom it is asked for."""

import socket
import sys
import types

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.distributed import joined


@pytest.fixture
def asked(monkeypatch):
    """The addresses that Ray is asked for."""
    addresses = []
    ray = types.ModuleType("ray")
    ray.is_initialized = lambda: False
    ray.init = lambda address, **options: addresses.append(address)
    ray.shutdown = lambda: None
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return addresses


@pytest.fixture
def port():
    """A port of this machine that nobody else takes; without `listen` none answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


FORMS = ["127.0.0.1:{}", "localhost:{}", "ray://127.0.0.1:{}"]


@pytest.mark.parametrize("form", FORMS)
def test_an_address_where_nobody_answers_is_told_before_ray_waits(form, asked, port):
    address = form.format(port.getsockname()[1])
    message = f"no cluster of Ray at `--address {address}` .nobody answers there: .*"
    with pytest.raises(InputError, match=message), joined(address):
        pass
    assert asked == []


def test_the_address_of_the_environment_is_asked_too(asked, port, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{port.getsockname()[1]}")
    with pytest.raises(InputError, match="nobody answers there"), joined("auto"):
        pass
    assert asked == []


def test_a_port_that_cannot_be_is_no_cluster(asked):
    address = "127.0.0.1:99999"
    with pytest.raises(InputError, match="nobody answers there"), joined(address):
        pass


@pytest.mark.parametrize("form", [*FORMS, "auto", "local", "a name of Ray's own"])
def test_all_other_addresses_are_for_ray_to_find(form, asked, port):
    port.listen()
    address = form.format(port.getsockname()[1])
    with joined(address):
        assert asked == [address]
