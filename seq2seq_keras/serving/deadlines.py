"""When a request is late, and what is said then."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from seq2seq_keras.serving.failures import RequestError


@contextlib.asynccontextmanager
async def within(deadline: float) -> AsyncIterator[None]:
    """Breaks off what is not done in time.

    Args:
        deadline: When it is too late, by `time.monotonic`.

    Raises:
        RequestError: If it is.
    """
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            yield
    except TimeoutError:
        raise RequestError(
            "DEADLINE_EXCEEDED",
            "The time for this request is over before it was answered.",
        ) from None
