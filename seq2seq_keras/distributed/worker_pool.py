"""Workers that take tasks, each from the one who dies on to the next."""

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from seq2seq_keras.errors import InputError

_TRIES = 3  # a task that ends every process it comes to shall not go on for ever
_LAST = 2**62  # numbers of the notes that end the threads


class WorkerDiedError(Exception):
    """The process of a worker has ended, or its machine has."""


class Worker(Protocol):
    """An object in another process."""

    def call(self, method: str, *values: Any) -> Any:
        """Calls a method of it; raises `WorkerDiedError` if it does not live on.

        If it could not even begin, and says why, it is an `InputError`.
        """

    def wait(self, is_in_vain: Callable[[], bool] = lambda: False) -> None:
        """Waits until it is there; raises `WorkerDiedError` if it never will be.

        It asks `is_in_vain` from time to time.
        """

    def stop(self) -> None:
        """Ends its process at once."""


class WorkerPool:
    """Workers, with a thread for each that hands it tasks and waits for the results.

    A worker that dies is replaced, and its task, which nobody else knows the result
    of, is given to the next one. So a task may be done twice, and must not mind.

    Args:
        start: Function that starts a worker.
        count: How many there shall be.
    """

    def __init__(self, start: Callable[[], Worker], count: int) -> None:
        self._start = start
        self._numbers = itertools.count()
        self._tasks: queue.PriorityQueue = queue.PriorityQueue()
        self._workers: dict[int, Worker] = {}
        self._closed = self._has_answered = False
        self.count = count
        self.deaths = 0
        for place in range(count):
            threading.Thread(target=self._serve, args=(place,), daemon=True).start()

    def submit(self, method: str, *values: Any) -> Future:
        """Has some worker call a method of its object; earlier tasks come first."""
        future: Future = Future()
        self._tasks.put((next(self._numbers), 1, future, (method, *values)))
        return future

    def close(self) -> None:
        """Ends all workers, whatever they do."""
        self._closed = True
        for place in range(self.count):
            self._tasks.put((_LAST + place, 1, None, ()))
        for worker in list(self._workers.values()):
            worker.stop()

    def _serve(self, place: int) -> None:
        while not self._closed:
            number, tries, future, task = self._tasks.get()
            if future is None or self._closed:
                return
            try:
                if place not in self._workers:
                    self._workers[place] = self._start()
                result = self._workers[place].call(*task)
            except (WorkerDiedError, InputError) as error:
                self._workers.pop(place, None)
                # Where one has begun another can, unless its machine is at fault.
                if isinstance(error, InputError) and not self._has_answered:
                    future.set_exception(error)
                    continue
                self.deaths += not self._closed
                if tries < _TRIES:
                    self._tasks.put((number, tries + 1, future, task))
                else:
                    future.set_exception(_dead(error))
                self._replace(place)
            except BaseException as error:
                future.set_exception(error)
            else:
                self._has_answered = True
                future.set_result(result)

    def _replace(self, place: int) -> None:
        """Waits for another worker, with no task in its hands.

        Where a machine is gone there may be no room for one, and others have to take
        the tasks.
        """
        try:
            self._workers[place] = worker = self._start()
            if self._closed:  # too late for it to have been stopped
                worker.stop()
            worker.wait()
        except BaseException:  # whoever takes a task starts one, and is told
            self._workers.pop(place, None)


def _dead(error: WorkerDiedError | InputError) -> InputError:
    if isinstance(error, InputError):
        return error
    made = InputError(
        f"The process that worked ended before its time, {_TRIES} times over. Is there "
        "too little memory? Take fewer workers, or a smaller batch size."
    )
    made.__cause__ = error
    return made
