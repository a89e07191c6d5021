"""Why a request is not answered: one table for the codes of HTTP and of gRPC."""

import bisect
import itertools
import re
import traceback

from seq2seq_keras.errors import InputError
from seq2seq_keras.terminal import say

# As TensorFlow Serving maps the codes of gRPC.
_HTTP = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "NOT_FOUND": 404,
    "FAILED_PRECONDITION": 412,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,  # as nginx calls a client that hung up
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_RECEIVED, _QUOTED = re.compile(r"Received: (\w+)="), re.compile(r"`(\w+)`")
_MOST_TOLD = 1000  # characters of what was wrong
_MOST_ENCODED = 4000  # bytes of it; clients take 8 KiB with all else
_SOON = 1  # seconds after which it is worth trying again


class RequestError(Exception):
    """A request that is not answered, with what to say of it.

    Args:
        code: The name of a code of gRPC.
        message: What was wrong, and how to mend it.
        field: Optional string. The field of the request that was wrong.
        status: Optional integer. The status of HTTP, where it is not the one that
            belongs to the code.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.status = status or _HTTP[code]

    @property
    def headers(self) -> dict[str, str]:
        """What HTTP says beside: when to come again."""
        return {"Retry-After": str(_SOON)} if self.status in (429, 503) else {}


def fault(error: Exception) -> RequestError:
    """Tells the operator where a fault was, and returns what a client is told."""
    trace = "".join(traceback.format_exception(error))
    say(f"seq2seq-keras: fault: {trace}")
    return RequestError("INTERNAL", f"A fault: {type(error).__name__}.")


def wrong(error: InputError, field: str | None = None) -> RequestError:
    """The failure that an `InputError` is, with the option that it names."""
    if field is None:
        named = _RECEIVED.search(str(error)) or _QUOTED.search(str(error))
        field = named[1] if named else None
    return RequestError("INVALID_ARGUMENT", str(error), field=field)


def too_large(message: str, field: str | None = None) -> RequestError:
    """The failure of what is over a limit that does not change by waiting."""
    return RequestError("INVALID_ARGUMENT", message, field=field, status=413)


def cut(text: str) -> str:
    """What was wrong may be as long as a request, and its beginning tells."""
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"


def cut_for_grpc(text: str) -> str:
    """What fits into the end of a call, where bytes beyond ASCII are three each."""
    sizes = (1 if " " <= each <= "~" else 3 * len(each.encode()) for each in text)
    ends = list(itertools.accumulate(sizes))
    kept = bisect.bisect_right(ends, _MOST_ENCODED)
    return cut(text if kept == len(text) else f"{text[:kept]}…")
