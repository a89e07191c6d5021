"""What people read: text for standard output and standard error, and for a shell.

Files, names and models may hold control characters, which a terminal obeys: they move
its cursor, rename its window, or make one text look like another. So everything that
the package prints goes through this file.
"""

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Iterator
from typing import Any

# Control characters but for tab and line feed, line ends of other systems, marks that
# turn the direction of text around, and lone surrogates, which no encoding holds.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str) -> str:
    r"""Writes what a terminal would obey in place of showing it as `\u001b`.

    Within a string of JSON that is the same character still.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_terminal(stream: Any) -> bool:
    """Whether a person looks at a stream, which is None where it is closed."""
    return stream is not None and stream.isatty()


def show(text: object = "") -> None:
    """Prints text on standard output, at once, in whatever encoding that has."""
    shown = escaped(str(text)) if is_terminal(sys.stdout) else str(text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def write(text: str) -> None:
    """Writes to standard output as it is; nothing where that is closed."""
    if sys.stdout is not None:
        with named("standard output"):
            sys.stdout.write(text)
            sys.stdout.flush()


def write_result(line: str) -> None:
    """Writes a line of results: as UTF-8, but for a terminal as `show` does."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None or is_terminal(sys.stdout):
        show(line)
    else:
        with named("standard output"):
            buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")


@contextlib.contextmanager
def named(stream: str) -> Iterator[None]:
    """Lets the error of a stream say which it is, as that of a file does."""
    try:
        yield
    except OSError as error:
        error.filename = stream
        raise


def say(message: object) -> None:
    """Writes one line to standard error, where that can be written to."""
    write_error(escaped(" ".join(str(message).split())) + "\n")


def write_error(text: str) -> None:
    """Writes to standard error, or nothing where that is closed, full or broken."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
            sys.stderr.flush()


def quoted(word: str | os.PathLike) -> str:
    """A word as a shell reads it; with `$'...'` where it cannot be shown."""
    word = os.fspath(word)
    if escaped(word) == word and "\n" not in word and "\t" not in word:
        return shlex.quote(word)
    shown = (
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}"
        for byte in os.fsencode(word)
    )
    return f"$'{''.join(shown)}'"


def quoted_path(path: str | os.PathLike) -> str:
    """A path as a shell reads it, which no command takes for an option."""
    path = os.fspath(path)
    return quoted(f"./{path}" if path.startswith("-") else path)
