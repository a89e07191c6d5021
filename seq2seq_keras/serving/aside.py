"""What takes a moment is done in threads that nobody has to wait for."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from seq2seq_keras.serving.deadlines import within

_Result = TypeVar("_Result")


class Aside:
    """Runs functions in threads of their own, a few at a time.

    The threads of `asyncio.to_thread` are joined when the loop ends, however long that
    takes; these end with the process.

    Args:
        most: How many run at a time; further ones wait.

    Attributes:
        running: How many run.
    """

    def __init__(self, most: int) -> None:
        self.running = 0
        self._free = asyncio.Semaphore(most)

    async def run(self, function: Callable[[], _Result], deadline: float) -> _Result:
        """Returns what a function returns.

        Args:
            function: The function. It goes on when nobody waits for it any more.
            deadline: When it is too late, by `time.monotonic`.

        Raises:
            RequestError: If it is late.
        """
        loop = asyncio.get_running_loop()
        async with within(deadline):
            await self._free.acquire()
            self.running += 1
            future: asyncio.Future = loop.create_future()

            def work() -> None:
                result, error = None, None
                try:
                    result = function()
                except BaseException as raised:
                    error = raised
                with contextlib.suppress(RuntimeError):  # the loop may have ended
                    loop.call_soon_threadsafe(self._settle, future, result, error)

            try:
                threading.Thread(target=work, name="aside", daemon=True).start()
            except RuntimeError:  # there can be no more threads
                self._leave()
                raise
            return await future

    def _leave(self) -> None:
        self.running -= 1
        self._free.release()

    def _settle(
        self, future: asyncio.Future, result: Any, error: BaseException | None
    ) -> None:
        self._leave()
        if future.done():  # nobody waits
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
