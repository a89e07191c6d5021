"""The process of the command line: its signals, its streams, its one way out.

Nothing heavy is imported before signals are heard: this file needs little more than
Python itself.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn, TypeGuard

from seq2seq_keras import stopping, terminal
from seq2seq_keras.errors import InputError

_MISSING = (
    "This needs {}, which is not installed. seq2seq-keras-runtime translates from what "
    "`export --format onnx` or `litert` wrote, and no more; seq2seq-keras brings all "
    "else."
)
_FAULT, _BAD_INPUT, _BROKEN_PIPE = 1, 2, 128 + 13


def run() -> NoReturn:
    """Runs the command that the process was started with, and ends the process."""
    stopping.run_process(_run)


def _run() -> int:
    _open_closed_descriptors()
    # What a terminal cannot show does not end a command, and is not lost either.
    reconfigure = getattr(sys.stdout, "reconfigure", lambda **options: None)
    reconfigure(errors="backslashreplace")
    try:
        status = main()
    except SystemExit as end:  # after `--help`
        status = end.code if isinstance(end.code, int) else 0
    except Exception:
        import traceback

        terminal.write_error(terminal.escaped(traceback.format_exc()))
        status = _FAULT
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments: Optional list of strings. Defaults to those of the process.

    Returns:
        The exit status: 0; 2 after a line on standard error that says what was wrong
        with the input, or with a file or stream; 130, 143 or 129 after SIGINT, SIGTERM
        or SIGHUP; 141 when the reader of the output has gone.
    """
    stopping.begin()
    try:
        try:
            _run_command(arguments)
        finally:
            terminal.write("")
    except BaseException as error:
        if (number := stopping.signal_behind(error)) is not None:
            stopping.tell(number)
            return 128 + number
        if isinstance(error, BrokenPipeError):
            # As of any program whose output goes to `| head`: nothing is to be said.
            return _BROKEN_PIPE
        if _is_missing(error):
            error = InputError(_MISSING.format(error.name))
        if not isinstance(error, InputError | OSError | UnicodeEncodeError):
            raise
        terminal.say(f"seq2seq-keras: error: {_message(error)}")
        return _BAD_INPUT
    return 0


def _run_command(arguments: Sequence[str] | None) -> None:
    if sys.stdout is None:
        raise InputError("Standard output is closed. Send it to /dev/null instead.")
    with warnings.catch_warnings():
        # A warning is one line for a person, not a place in the source code.
        warnings.showwarning = _say_warning
        # Only now, when everything that can go wrong ends well.
        from seq2seq_keras.cli.commands import run_command

        run_command(sys.argv[1:] if arguments is None else arguments)


def _say_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    terminal.say(f"seq2seq-keras: warning: {message}")


def _is_missing(error: BaseException) -> TypeGuard[ModuleNotFoundError]:
    """Whether a package is not there that is not installed with the runtime alone."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    return name is not None and name.partition(".")[0] != "seq2seq_keras"


def _message(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        wrong = ascii(error.object[error.start : error.end])
        return (
            f"{wrong} in a name or a text cannot be written as {error.encoding}. "
            "Rename the file, or correct the text."
        )
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    name = error.filename
    return error.strerror if name is None else f"{name}: {error.strerror}"


def _open_closed_descriptors() -> None:
    """Or the first files to be opened would get what others write to 0, 1 and 2."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
