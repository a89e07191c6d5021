"""How a server of HTTP ends when a signal comes."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

# While connections are told to close, so that no request meets a closed socket.
_SECONDS = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class GracefulShutdown:
    """Hears a signal, and lets the server of HTTP hear it a little later.

    Args:
        begin: Is awaited at once, and tells whoever asks.
        end: Is awaited when the server of HTTP has heard.
    """

    def __init__(
        self, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]
    ) -> None:
        self._begin, self._end = begin, end
        self._task: asyncio.Task | None = None

    @contextlib.asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Around the time in which requests are answered."""
        self._loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            signal.signal(number, self._hears(signal.getsignal(number)))
        try:
            yield
        finally:
            if self._task is not None:
                await self._task

    def _hears(self, handler: Any) -> Callable[[int, Any], None]:
        def begin(number: int) -> None:
            if self._task is None:
                self._task = self._loop.create_task(self._say(handler, number))

        def hear(number: int, frame: Any) -> None:
            self._loop.call_soon_threadsafe(begin, number)

        return hear

    async def _say(self, handler: Any, number: int) -> None:
        await self._begin()
        await asyncio.sleep(_SECONDS)
        handler(number, None)
        await self._end()
