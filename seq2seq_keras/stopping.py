"""What the signals do that end a process: they end it in order, and soon.

Python hears a signal between two of its own instructions, and raises there what unwinds
the process. It hears nothing while TensorFlow computes, however long that takes, and
libraries may swallow what is raised. So a thread watches in the process of the command
line, and ends what has not ended by itself.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from seq2seq_keras.terminal import say

if TYPE_CHECKING:
    import pathlib

_SAID = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung up"}
SIGNALS = [getattr(signal, name) for name in _SAID if hasattr(signal, name)]
# What a signal may take to end the process. Containers are killed after ten seconds.
_SECONDS, _TICK = 1.5, 0.05

# Files that have no name of their own yet, and are deleted if the process ends.
unfinished: "set[pathlib.Path]" = set()


class _Command:
    """What is known of the command that runs."""

    held_back = False  # whether a training wants no signal to end it now
    ended_by: int | None = None  # the signal that does
    told = False  # whether that was said


_command = _Command()


class Stopped(SystemExit):
    """SIGTERM or SIGHUP ends the process; the keyboard's is a `KeyboardInterrupt`."""


def stop(number: int) -> NoReturn:
    """Raises what ends the process as a signal says."""
    _command.ended_by = number
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Stopped(128 + number)


def begin() -> None:
    """Forgets the command before, where several run in one process."""
    vars(_command).clear()


def signal_behind(error: BaseException) -> int | None:
    """The signal that an error is due to, whatever a library has made of it.

    What is raised while a compiled module is imported may become an `ImportError`.
    """
    if isinstance(error, KeyboardInterrupt):
        return signal.SIGINT
    return _command.ended_by


def tell(number: int) -> None:
    """Says in one line that a signal ends the command, unless more was said."""
    if not _command.told:
        _command.told = True
        say(f"seq2seq-keras: {_SAID[signal.Signals(number).name]}")


def hear(handler: Any) -> dict[int, Any]:
    """Handles the signals, but for those that whoever started the process ignores.

    Those are SIGINT for what a script starts with `&`, and SIGHUP after `nohup`.

    Returns:
        Dictionary from their numbers to the handlers before.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heard = {n: b for n, b in before.items() if b not in (signal.SIG_IGN, None)}
    for number in heard:
        signal.signal(number, handler)
    return heard


@contextlib.contextmanager
def heard_by(handler: Any) -> Iterator[None]:
    """Has one function alone hear the signals, within a `with` block.

    It has to end the process in order, since nothing else will: what takes long to
    end, as a server that answers what has come in, is not ended by force.

    Args:
        handler: Function that takes the number of a signal and a frame.
    """
    before = hear(handler)
    watched = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(watched, warn_on_full_buffer=False)
        for number, earlier in before.items():
            signal.signal(number, earlier)


def run_process(main: Callable[[], int]) -> NoReturn:
    """Runs the whole of a process, which signals end within two seconds.

    Args:
        main: Function that does the work and returns the exit status.
    """
    hear(_stop_once)
    if os.name == "posix":
        _start_watching()
    try:
        status = main()
        # The work is done: what comes while Python tidies up ends it without a word.
        hear(signal.SIG_DFL)
    except (KeyboardInterrupt, Stopped):
        status = 0  # replaced below
    if _command.ended_by is not None:
        # Nor is what TensorFlow would tidy up worth a further second.
        os._exit(128 + _command.ended_by)
    sys.exit(status)


def _stop_once(number: int, frame: Any) -> None:
    """A second signal does not disturb what the first one has begun."""
    if _command.ended_by is None:
        stop(number)


def _start_watching() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    # The part of Python in C writes the number there, while TensorFlow computes too.
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    threading.Thread(target=_end_late, args=(read_end,), daemon=True).start()
    sys.unraisablehook = _report_unraisable


def _end_late(read_end: int) -> None:
    """Waits for a signal, and then ends the process if nothing else does."""
    number = 0
    while number not in SIGNALS:
        number = os.read(read_end, 1)[0]
    waited = 0.0
    while waited < _SECONDS:
        time.sleep(_TICK)
        waited = 0.0 if _command.held_back else waited + _TICK
    for path in list(unfinished):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    tell(number)
    os._exit(128 + number)


def _report_unraisable(unraisable: Any) -> None:
    """Is silent where the end was raised in vain: the thread above will see to it."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt | Stopped):
        sys.__unraisablehook__(unraisable)


class StopSignals:
    """Holds a signal to stop back until the training can save where it stands.

    Within a `with` block, SIGTERM, SIGHUP and the keyboard's SIGINT are noted;
    `raise_if_received` then ends the process as the signal would have: with exit
    status 143 or 129, or with `KeyboardInterrupt`. Signals that are ignored stay so,
    and outside of the main thread, where Python hears no signals, nothing happens.

    Args:
        message: What to print on standard error before the process ends.

    Attributes:
        message: See above.
        received: The number of the signal, or `None`.
        at_once: Whether there is nothing to save, so that a signal need not wait, as
            at first.
    """

    def __init__(self, message: str = "") -> None:
        self.message = message
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        self.at_once = True
        if threading.current_thread() is threading.main_thread():
            self._before = hear(self._note)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, _: Any) -> None:
        self.at_once = True
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if isinstance(error, OSError):
            self._tell()  # a full disk, or a reader of the output who has gone

    @property
    def at_once(self) -> bool:
        return not _command.held_back

    @at_once.setter
    def at_once(self, value: bool) -> None:
        _command.held_back = not value

    def _note(self, number: int, frame: Any) -> None:
        if self.received is None:
            self.received = number
            if self.at_once:
                self.raise_if_received()

    def raise_if_received(self) -> None:
        """Ends the process if a signal has come."""
        if self.received is None:
            return
        self.at_once = True
        self._tell()
        stop(self.received)

    def _tell(self) -> None:
        if self.message:
            _command.told = True
            say(self.message)
