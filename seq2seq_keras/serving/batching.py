"""Requests of many clients become batches: a queue, and a thread that works through it.

What may share a batch has equal `Work`; an item is one text of a request, or a whole
request where its texts must stay together. A batch takes the item that has waited
longest, and of those like it the ones of nearest length. The thread never waits while
one client is alone; while several are, it gives the others a moment to arrive.
"""

import asyncio
import collections
import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.deadlines import within
from seq2seq_keras.serving.failures import RequestError, fault, wrong


@dataclasses.dataclass(frozen=True)
class Work:
    """What is done to a batch of items.

    Attributes:
        key: Items whose keys are equal may share a batch.
        run: Function from a list of values to a list of their results.
        done: Function that is told of a batch after it was answered: its values,
            their results, and the seconds it took.
    """

    key: Hashable
    run: Callable[[list[Any]], Sequence[Any]] = dataclasses.field(compare=False)
    done: Callable[[list[Any], Sequence[Any], float], None] = dataclasses.field(
        compare=False
    )


class Item:
    """A part of a request that waits.

    Args:
        value: What `Work.run` takes.
        length: How long its text is, so that like lengths meet.
        weight: How many texts it is.
    """

    __slots__ = ("arrived", "length", "place", "ticket", "value", "weight")

    def __init__(self, value: Any, length: int, weight: int = 1) -> None:
        self.value = value
        self.length = length
        self.weight = weight
        self.ticket: Any = None
        self.place = 0
        self.arrived = 0.0


class _Ticket:
    """A request whose items are in the queue or at work."""

    def __init__(self, count: int, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future = loop.create_future()
        self.loop = loop
        self.results: list[Any] = [None] * count
        self.missing = count
        self.error: Exception | None = None
        self.gone = False

    def settle(self) -> None:
        """Tells whoever waits, in the thread of the loop."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        elif not self.missing:
            self.future.set_result(self.results)


class Batcher:
    """The queue of one model and the thread that answers it.

    Args:
        name: Of the thread.
        max_batch_size: The most texts of a batch.
        batch_timeout: Seconds that a batch waits for more texts.
        queue_size: The most texts that wait.

    Attributes:
        waiting: How many texts wait.
        closed: Whether nothing more is taken.
    """

    def __init__(
        self, name: str, *, max_batch_size: int, batch_timeout: float, queue_size: int
    ) -> None:
        self.max_batch_size = max_batch_size
        self.batch_timeout = batch_timeout
        self.queue_size = queue_size
        self.waiting = 0
        self._queues: dict[Work, collections.deque[Item]] = {}
        self._several = False  # whether the last batch was of several requests
        self.closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread is there that answers."""
        return self._thread.is_alive()

    async def submit(
        self, work: Work, items: Sequence[Item], deadline: float
    ) -> list[Any]:
        """Has items answered together with those of others.

        Args:
            work: What is done to them.
            items: The items of one request.
            deadline: When it is too late, by `time.monotonic`.

        Returns:
            A result for each item.

        Raises:
            RequestError: If the queue is full or the deadline has passed.
        """
        if not items:
            return []
        ticket = _Ticket(len(items), asyncio.get_running_loop())
        self._put(work, items, ticket)
        try:
            async with within(deadline):
                return await ticket.future
        finally:
            # Nobody waits any more, because of the deadline or because he hung up.
            ticket.gone = True
            if ticket.missing:
                self._forget(ticket)

    def close(self, seconds: float) -> bool:
        """Ends the thread when the queue is answered; whether within some seconds."""
        with self._changed:
            self.closed = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _put(self, work: Work, items: Sequence[Item], ticket: _Ticket) -> None:
        weight = sum(item.weight for item in items)
        with self._changed:
            if self.closed:
                raise RequestError("UNAVAILABLE", "The server is shutting down.")
            # What is larger than the whole queue may come when it is empty.
            if self.waiting and self.waiting + weight > self.queue_size:
                raise RequestError(
                    "RESOURCE_EXHAUSTED",
                    f"{self.waiting} texts are waiting already. Try again soon.",
                )
            self.waiting += weight
            queue = self._queues.setdefault(work, collections.deque())
            now = time.monotonic()
            for place, item in enumerate(items):
                item.ticket, item.place, item.arrived = ticket, place, now
                queue.append(item)
            self._changed.notify()

    def _forget(self, ticket: _Ticket) -> None:
        with self._changed:
            for work, queue in list(self._queues.items()):
                kept = [item for item in queue if item.ticket is not ticket]
                if len(kept) < len(queue):
                    self.waiting -= sum(
                        item.weight for item in queue if item.ticket is ticket
                    )
                    self._keep(work, kept)

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            work, batch = taken
            self._several = len({id(item.ticket) for item in batch}) > 1
            self._answer(work, batch)
            # They hold a version, which may have been unloaded by the next batch.
            del taken, work, batch

    def _next(self) -> tuple[Work, list[Item]] | None:
        """Waits for the next batch; `None` when there will be no more."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._queues or self.closed)
                if not self._queues:
                    return None
                taken, rest = self._take()
                if taken is not None:
                    return taken
                self._changed.wait(rest)

    def _take(self) -> tuple[tuple[Work, list[Item]] | None, float]:
        """A batch from the queue, or how many seconds others may still join it."""
        work, queue = min(self._queues.items(), key=lambda entry: entry[1][0].arrived)
        rest = queue[0].arrived + self.batch_timeout - time.monotonic()
        is_full = sum(item.weight for item in queue) >= self.max_batch_size
        if not (is_full or rest <= 0 or not self._several or self.closed):
            return None, rest
        batch = _alike(list(queue), self.max_batch_size)
        taken = {id(item) for item in batch}
        self._keep(work, [item for item in queue if id(item) not in taken])
        self.waiting -= sum(item.weight for item in batch)
        return (work, batch), 0.0

    def _keep(self, work: Work, items: list[Item]) -> None:
        if items:
            self._queues[work] = collections.deque(items)
        else:
            del self._queues[work]

    def _answer(self, work: Work, batch: list[Item]) -> None:
        values = [item.value for item in batch]
        begun = time.monotonic()
        try:
            results = work.run(values)
            answered = list(zip(batch, results, strict=True))
        except InputError as error:
            if len(batch) > 1:  # it is the fault of one of them
                for item in batch:
                    self._answer(work, [item])
                return
            _fail(batch, wrong(error))
            return
        except RequestError as failure:
            _fail(batch, failure)
            return
        except Exception as error:
            _fail(batch, fault(error))
            return
        seconds = time.monotonic() - begun
        for item, result in answered:
            item.ticket.results[item.place] = result
            item.ticket.missing -= 1
        _settle(batch)
        try:
            work.done(values, results, seconds)
        except Exception as error:  # the batch was answered, and others wait
            fault(error)


def _alike(queue: list[Item], most: int) -> list[Item]:
    """The oldest item, and others up to a weight of `most` that are like it."""
    oldest = queue[0]
    # The oldest first, then by nearness; of one length those that came before.
    others = sorted(queue[1:], key=lambda item: abs(item.length - oldest.length))
    batch, weight = [oldest], oldest.weight
    for item in others:
        weight += item.weight
        if weight > most:
            break
        batch.append(item)
    if any(item.ticket is not oldest.ticket for item in batch):
        return batch[: _rounded_down(len(batch))]
    return batch


def _rounded_down(count: int) -> int:
    """The last of 1, 2, ..., 8, 10, ..., 16, 20, ...: four to a power of two.

    Batches of few sizes need few kernels, each of which stays in memory.
    """
    return count - count % max(1, 2 ** (count.bit_length() - 3))


def _fail(batch: list[Item], failure: RequestError) -> None:
    for item in batch:
        item.ticket.error = failure
    _settle(batch)


def _settle(batch: list[Item]) -> None:
    """One word to each loop, however many requests the batch was of."""
    tickets = {id(item.ticket): item.ticket for item in batch}
    by_loop: dict[asyncio.AbstractEventLoop, list[_Ticket]] = {}
    for ticket in tickets.values():
        if not ticket.gone:
            by_loop.setdefault(ticket.loop, []).append(ticket)
    for loop, own in by_loop.items():
        with contextlib.suppress(RuntimeError):  # where a loop has ended, nobody waits
            loop.call_soon_threadsafe(_settle_all, own)


def _settle_all(tickets: list[_Ticket]) -> None:
    for ticket in tickets:
        ticket.settle()
