"""Signals that end a training in good order."""

import signal
import sys
import threading

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Holds a signal to stop back until the training can save where it stands.

    Within a `with` block, SIGTERM and the keyboard's SIGINT are noted;
    `raise_if_received` then ends the process as the signal would have: with exit
    status 143, or with `KeyboardInterrupt`. Outside of the main thread, where Python
    hears no signals, nothing happens.

    Args:
        message: What to print on standard error before the process ends.

    Attributes:
        received: The number of the signal, or `None`.
        at_once: Whether there is nothing to save, so that a signal need not wait.
    """

    def __init__(self, message):
        self.message = message
        self.received = None
        self.at_once = False

    def __enter__(self):
        self._before = {}
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number, frame):
        self.received = number
        if self.at_once:
            self.raise_if_received()

    def raise_if_received(self):
        """Ends the process if a signal has come."""
        if self.received is None:
            return
        print(self.message, file=sys.stderr, flush=True)
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + self.received)
