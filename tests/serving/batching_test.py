"""Tests of the queue: what shares a batch, what is refused, what is forgotten."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving import Batcher, Item, RequestError, Work

LATER = 600.0  # seconds; no test takes so long


class Worker:
    """Notes its batches; the first one waits until it may go on."""

    def __init__(self):
        self.batches = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def run(self, values):
        self.batches.append(values)
        self.begun.set()
        assert self.go_on.wait(60)
        if "bad" in values:
            raise InputError("`texts` has a bad one.")
        if "fault" in values:
            raise KeyError("fault")
        return [str(value).upper() for value in values]

    def work(self, key="a"):
        return Work(key, self.run, lambda *told: None)


@pytest.fixture
def batcher():
    made = Batcher("test", max_batch_size=4, batch_timeout=0.01, queue_size=8)
    yield made
    made.close(60)


def items(*values):
    return [Item(value, len(str(value))) for value in values]


def deadline(seconds=LATER):
    return time.monotonic() + seconds


async def submitted(batcher, worker, *requests):
    """Answers of requests that were all waiting behind the first one."""
    first = asyncio.ensure_future(
        batcher.submit(worker.work("first"), items("first"), deadline())
    )
    await asyncio.to_thread(worker.begun.wait, 60)
    others = [
        asyncio.ensure_future(batcher.submit(work, own, deadline()))
        for work, own in requests
    ]
    await asyncio.sleep(0)
    worker.go_on.set()
    found = await asyncio.gather(first, *others, return_exceptions=True)
    return found[1:]


def test_requests_of_several_clients_share_a_batch(batcher):
    worker = Worker()
    requests = [(worker.work(), items("a", "b")), (worker.work(), items("c"))]
    found = asyncio.run(submitted(batcher, worker, *requests))
    assert found == [["A", "B"], ["C"]]
    assert worker.batches == [["first"], ["a", "b", "c"]]


def test_a_batch_of_several_clients_has_one_of_few_sizes():
    """Of nine texts eight; a request alone is not cut."""
    batcher = Batcher("test", max_batch_size=16, batch_timeout=0.0, queue_size=32)
    worker, letters = Worker(), "abcdefghi"
    requests = [(worker.work(), items(letter)) for letter in letters]
    requests.append((worker.work("y"), items(*letters)))
    asyncio.run(submitted(batcher, worker, *requests))
    batcher.close(60)
    assert worker.batches == [["first"], list(letters[:8]), ["i"], list(letters)]


def test_other_options_are_another_batch(batcher):
    worker = Worker()
    requests = [(worker.work("x"), items("a")), (worker.work("y"), items("b"))]
    asyncio.run(submitted(batcher, worker, *requests))
    assert worker.batches == [["first"], ["a"], ["b"]]


def test_texts_of_like_length_go_together_the_oldest_first(batcher):
    worker = Worker()
    own = items("aa", "b" * 50, "cc", "d" * 51, "ee", "f" * 52, "gg")
    asyncio.run(submitted(batcher, worker, (worker.work(), own)))
    lengths = [[len(value) for value in batch] for batch in worker.batches[1:]]
    assert lengths == [[2, 2, 2, 2], [50, 51, 52]]


def test_no_batch_is_larger_than_allowed(batcher):
    worker = Worker()
    found = asyncio.run(submitted(batcher, worker, (worker.work(), items(*"abcdefgh"))))
    assert found == [list("ABCDEFGH")]
    assert [len(batch) for batch in worker.batches] == [1, 4, 4]


def test_a_full_queue_refuses_and_says_when_to_come_again(batcher):
    worker = Worker()
    requests = [
        (worker.work(), items(*"abcdefg")),
        (worker.work(), items("h", "i")),
        (worker.work(), items("j")),
    ]
    found = asyncio.run(submitted(batcher, worker, *requests))
    assert found[0] == list("ABCDEFG")
    assert isinstance(found[1], RequestError)
    assert (found[1].status, found[1].headers) == (429, {"Retry-After": "1"})
    assert found[2] == ["J"]
    assert batcher.waiting == 0


def test_what_is_wrong_with_one_text_is_no_matter_of_the_others(batcher):
    worker = Worker()
    requests = [(worker.work(), items("a")), (worker.work(), items("bad"))]
    good, bad = asyncio.run(submitted(batcher, worker, *requests))
    assert good == ["A"]
    assert (bad.status, bad.field) == (400, "texts")


def test_a_fault_is_500_and_the_next_batch_is_answered(batcher, capsys):
    worker = Worker()
    requests = [(worker.work("x"), items("fault")), (worker.work("y"), items("b"))]
    fault, other = asyncio.run(submitted(batcher, worker, *requests))
    assert fault.status == 500
    assert other == ["B"]
    assert "KeyError" in capsys.readouterr().err


def test_a_fault_of_what_is_told_afterwards_keeps_nobody_from_his_answer(
    batcher, capsys
):
    def told(*of):
        raise KeyError("told")

    worker = Worker()
    faulty = Work("x", worker.run, told)
    requests = [(faulty, items("a")), (worker.work("y"), items("b"))]
    assert asyncio.run(submitted(batcher, worker, *requests)) == [["A"], ["B"]]
    assert batcher.is_alive
    batcher.close(60)  # and so all has been told
    assert "KeyError: 'told'" in capsys.readouterr().err
    assert not batcher.is_alive


def test_results_that_are_too_few_are_a_fault_of_their_batch_alone(batcher, capsys):
    worker = Worker()
    few = Work("x", lambda values: [], lambda *told: None)
    requests = [(few, items("a")), (worker.work("y"), items("b"))]
    fault, other = asyncio.run(submitted(batcher, worker, *requests))
    assert (fault.status, other) == (500, ["B"])
    assert "ValueError" in capsys.readouterr().err


def test_a_request_whose_time_is_over_is_504_and_is_not_computed(batcher):
    worker = Worker()

    async def run():
        first = asyncio.ensure_future(
            batcher.submit(worker.work("first"), items("first"), deadline())
        )
        await asyncio.to_thread(worker.begun.wait, 60)
        with pytest.raises(RequestError) as caught:
            await batcher.submit(worker.work(), items("late"), deadline(0))
        worker.go_on.set()
        await first
        return caught.value

    assert asyncio.run(run()).status == 504
    assert worker.batches == [["first"]]
    assert batcher.waiting == 0


def test_a_client_that_hangs_up_costs_nothing_more(batcher):
    worker = Worker()

    async def run():
        first = asyncio.ensure_future(
            batcher.submit(worker.work("first"), items("first"), deadline())
        )
        await asyncio.to_thread(worker.begun.wait, 60)
        gone = asyncio.ensure_future(
            batcher.submit(worker.work(), items("a", "b"), deadline())
        )
        await asyncio.sleep(0)
        assert batcher.waiting == 2
        gone.cancel()
        await asyncio.wait([gone])
        assert batcher.waiting == 0
        worker.go_on.set()
        await first

    asyncio.run(run())
    assert worker.batches == [["first"]]


def test_what_is_in_the_queue_is_answered_before_the_end():
    batcher = Batcher("test", max_batch_size=1, batch_timeout=0.0, queue_size=8)
    worker = Worker()

    async def run():
        asked = asyncio.ensure_future(
            batcher.submit(worker.work(), items(*"abc"), deadline())
        )
        await asyncio.to_thread(worker.begun.wait, 60)
        closing = asyncio.ensure_future(asyncio.to_thread(batcher.close, 60))
        while not batcher.closed:
            await asyncio.sleep(0)
        worker.go_on.set()
        await closing
        with pytest.raises(RequestError, match="shutting down"):
            await batcher.submit(worker.work(), items("d"), deadline())
        return await asked

    assert asyncio.run(run()) == ["A", "B", "C"]


class Model:
    """What a batch is answered by."""

    def run(self, values):
        return values


def is_gone(model):
    """Whether nobody holds it any more, once the thread is back at its queue."""
    until = time.monotonic() + 60
    while model() is not None and time.monotonic() < until:
        gc.collect()
    return model() is None


def test_what_has_answered_is_held_by_nobody_while_the_queue_is_empty(batcher):
    model = Model()
    gone = weakref.ref(model)
    work = Work("a", model.run, lambda *told: None)
    asyncio.run(batcher.submit(work, items("a"), deadline()))
    del model, work
    assert is_gone(gone)


def test_nor_is_what_has_waited_for_others_and_was_given_up():
    batcher = Batcher("test", max_batch_size=4, batch_timeout=0.2, queue_size=8)
    worker, model = Worker(), Model()
    gone = weakref.ref(model)

    async def run(work):
        several = [(worker.work(), items("a")), (worker.work(), items("b"))]
        await submitted(batcher, worker, *several)
        # After a batch of several the next one waits for others.
        with pytest.raises(RequestError, match="is over"):
            await batcher.submit(work, items("c"), deadline(0.01))

    asyncio.run(run(Work("model", model.run, lambda *told: None)))
    del model
    assert is_gone(gone)
    batcher.close(60)
