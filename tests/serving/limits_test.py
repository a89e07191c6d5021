"""What a request may hold: a limit names its field, before anything is made of it."""

import asyncio
import threading
import time
from types import SimpleNamespace

import httpx
import pydantic
import pytest
from running_server import make_translator, posted

from seq2seq_keras.serving import (
    Aside,
    Metrics,
    RequestError,
    ServedTranslator,
    Service,
    ServingOptions,
    TranslateRequest,
    make_answers,
)

LATER = 600.0  # seconds; no test takes so long


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("avoid", ["a"] * 201, "201 texts of 201 characters, and 200 of 10,000"),
        ("avoid", ["a" * 10_001], "1 texts of 10,001 characters"),
        ("allowed", ["a"] * 5001, "5,001 texts of 5,001 characters, and 5,000 of"),
        ("allowed", ["a" * 250_001], "1 texts of 250,001 characters"),
        ("prefix", "a" * 301, "`prefix` has 301 characters, and 300 are allowed"),
        ("prefix", ["a", "a" * 301], "`prefix` has 301 characters"),
    ],
)
def test_what_is_asked_of_translations_has_limits(client, name, given, told):
    record = {"model": "attentive", "texts": ["a", "b"], name: given}
    found = posted(client, "/translate", record, 413)
    assert found["field"] == name
    assert told in found["error"]


def test_as_much_as_the_limits_is_taken(client):
    record = {"model": "attentive", "texts": ["a"], "avoid": ["the cat"] * 200}
    posted(client, "/translate", record | {"allowed": ["a"] * 5000})


@pytest.mark.parametrize("name", ["texts", "prefix", "avoid", "allowed"])
def test_of_many_wrong_texts_one_is_told(name):
    with pytest.raises(pydantic.ValidationError) as caught:
        TranslateRequest(**{"texts": ["a"], name: [1] * 1000})
    own = [error for error in caught.value.errors() if error["loc"][-1] != "str"]
    assert [error["loc"][-1] for error in own] == [0]


def test_of_many_fields_that_there_are_none_of_one_is_told():
    with pytest.raises(pydantic.ValidationError) as caught:
        TranslateRequest(texts=["a"], beam_width=2, **{f"x{n}": n for n in range(1000)})
    (error,) = caught.value.errors()
    assert (error["loc"], error["type"]) == (("x0",), "extra_forbidden")


def test_lines_are_checked_before_the_first_of_them(client):
    """That of the second batch too."""
    prefixes = ["a"] * 149 + ["nowhere"]
    record = {"model": "attentive", "texts": ["a"] * 150, "prefix": prefixes}
    headers = {"Accept": "application/x-ndjson"}
    answer = client.post("/translate", json=record, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "prefix")
    record["prefix"] = ["a"] * 149
    answer = client.post("/translate", json=record, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "prefix")
    assert "149 prefixes for 150 texts" in answer.json()["error"]


class Version:
    """Of a model that looks for a while at what it is asked."""

    number = 1

    def __init__(self):
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.served = SimpleNamespace(
            search_tokens=lambda search: 0, request=self._request
        )

    def _request(self, search, count):
        self.asked.set()
        assert self.go_on.wait(60)


class Batcher:
    """Answers at once."""

    async def submit(self, work, items, deadline):
        return [text.upper() for text, prefix in (item.value for item in items)]


def translated(service, version, deadline):
    search, how = {"avoid": ["a"]}, {"details": False, "trace": False}
    model = SimpleNamespace(name="m", batcher=Batcher())
    return service.translate(model, version, ["a"], search, **how, deadline=deadline)


def test_a_request_that_takes_long_to_look_at_is_late_and_holds_up_no_end():
    version = Version()
    service = Service(SimpleNamespace(), ServingOptions(), Metrics())

    async def run():
        late = asyncio.create_task(translated(service, version, time.monotonic() + 0.1))
        with pytest.raises(RequestError) as caught:
            await late
        assert service.aside.running == 1
        return caught.value

    assert asyncio.run(run()).status == 504  # and the loop has ended meanwhile
    (thread,) = [each for each in threading.enumerate() if each.name == "aside"]
    assert thread.daemon
    version.go_on.set()
    thread.join(60)


def test_what_was_looked_at_in_time_is_answered():
    version = Version()
    version.go_on.set()
    service = Service(SimpleNamespace(), ServingOptions(), Metrics())
    answer = translated(service, version, time.monotonic() + LATER)
    assert asyncio.run(answer) == ["A"]
    assert service.aside.running == 0


def test_few_are_looked_at_at_a_time_and_what_is_wrong_is_told():
    first, second = Version(), Version()

    def wrong():
        raise KeyError("wrong")

    async def run():
        aside, deadline = Aside(1), time.monotonic() + LATER
        going = asyncio.create_task(
            aside.run(lambda: first.served.request({}, 1), deadline)
        )
        await asyncio.to_thread(first.asked.wait, 60)
        with pytest.raises(RequestError, match="is over"):
            await aside.run(lambda: second.served.request({}, 1), time.monotonic())
        assert not second.asked.is_set()
        first.go_on.set()
        await going
        with pytest.raises(KeyError, match="wrong"):
            await aside.run(wrong, deadline)

    asyncio.run(run())


def test_a_thread_that_cannot_start_leaves_its_place(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    async def run():
        aside, deadline = Aside(1), time.monotonic() + LATER
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RuntimeError, match="new thread"):
                await aside.run(list, deadline)
        assert aside.running == 0
        assert await aside.run(list, deadline) == []

    asyncio.run(run())


def test_a_search_looks_at_as_many_tokens_as_its_options_say(tmp_path):
    defaults = {"beam_width": 10, "n_best": 10, "max_length": 7}
    translator = make_translator(1, **defaults)
    served = ServedTranslator(translator.save(tmp_path / "m"), 1)
    for asked, width in (
        ({}, 10),
        ({"beam_width": 1}, 1),
        ({"beam_width": 4, "prefix": "a"}, 4),
        ({"sample": True, "n_best": 2, "seed": 1}, 2),
        ({"sample": True, "decision": "mbr", "candidates": 20}, 20),
        ({"beam_width": 0}, 0),  # which is refused by name
    ):
        assert served.search_tokens(asked) == width * 7, asked


@pytest.mark.parametrize(
    ("path", "body"),
    [("/translate", {"texts": ["a"]}), ("/v1/models/m:predict", {"instances": ["a"]})],
)
def test_each_route_ends_when_the_request_does(path, body, monkeypatch):
    deadlines = []

    class Late(Service):
        async def translate(self, *asked, deadline, **how):
            deadlines.append(deadline)
            raise RequestError("DEADLINE_EXCEEDED", "It is over.")

        async def predict(self, model, version, name, arrays, deadline):
            await self.translate(deadline=deadline)

        def signature_name(self, version, asked):
            return "m"

    served = SimpleNamespace(has_attention=True, signatures={"m": None})
    version = SimpleNamespace(number=1, served=served)
    catalog = SimpleNamespace(
        find=lambda *named: (SimpleNamespace(name="m"), version), models={}
    )
    monkeypatch.setattr(
        "seq2seq_keras.serving.predict_routes.read_arrays",
        lambda document, signature: ({}, None),
    )
    app = make_answers(Late(catalog, ServingOptions(), Metrics()))

    async def begun(scope, receive, send):
        await app({**scope, "state": {}, "deadline": 5.0}, receive, send)

    async def run():
        transport = httpx.ASGITransport(begun)
        async with httpx.AsyncClient(transport=transport, base_url="http://m") as own:
            return await own.post(path, json=body)

    assert asyncio.run(run()).status_code == 504
    assert deadlines == [5.0]


def test_what_fails_after_the_first_line_has_its_status():
    class Failing(Service):
        async def stream(self, *asked, **how):
            yield "first"
            raise RequestError("DEADLINE_EXCEEDED", "It is over.")

    version = SimpleNamespace(number=1, served=SimpleNamespace(has_attention=True))
    catalog = SimpleNamespace(
        find=lambda *named: (SimpleNamespace(name="m"), version), models={}
    )
    app = make_answers(Failing(catalog, ServingOptions(), Metrics()))

    async def noted(scope, receive, send):
        await app({**scope, "state": {}, "deadline": 0.0}, receive, send)

    async def run():
        transport = httpx.ASGITransport(noted)
        headers = {"Accept": "application/x-ndjson"}
        async with httpx.AsyncClient(transport=transport, base_url="http://m") as own:
            return await own.post("/translate", json={"texts": ["a"]}, headers=headers)

    answer = asyncio.run(run())
    assert answer.status_code == 200
    first, last = answer.text.splitlines()
    assert first == '{"model":"m","version":1,"text":"first"}'
    assert last == '{"error":"It is over.","status":504}'
