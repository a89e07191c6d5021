"""A worker that is a process of this machine."""

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any

from seq2seq_keras.distributed.worker_pool import WorkerDiedError
from seq2seq_keras.errors import InputError

_FAREWELL = 5.0  # seconds in which a process that has nothing to do ends by itself


class LocalWorker:
    """An object in a process of its own, which ends with this one.

    The process is spawned, since TensorFlow does not survive a fork. So it reads the
    script that starts it, which needs `if __name__ == "__main__":`.

    Args:
        make: Function that makes the object there; like all that is handed over, it is
            pickled.
        is_heard: Whether the process writes to the streams of this one, and hears the
            signals of the terminal. Else this process alone says what happens.
    """

    def __init__(self, make: Callable[[], Any], *, is_heard: bool = False) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(there, make, is_heard), daemon=True
        )
        self._process.start()
        self._has_begun = False
        self._is_idle = False  # but prepares itself
        there.close()  # or nobody would notice that the process has closed its own

    def call(self, method: str, *values: Any) -> Any:
        self._is_idle = False
        try:
            self._has_begun = self._has_begun or self._pipe.recv()
            self._pipe.send((method, values))
            result, fault = self._pipe.recv()
        except (EOFError, OSError) as error:
            try:
                if not self._has_begun:
                    self._check_main()
            finally:
                self.stop()
            raise WorkerDiedError from error
        self._is_idle = True
        if fault is not None:
            raise RuntimeError(f"In a process of its own:\n{fault}")
        return result

    def _check_main(self) -> None:
        """Tells of a process that ended by itself while it read the user's script.

        Python has every process that is spawned read that, for what it defines.
        """
        self._process.join(_FAREWELL)
        status = self._process.exitcode
        if status is not None and status >= 0:  # and no signal has killed it
            raise InputError(
                f"A process of its own ended (status {status}) before it could begin; "
                "why stands above. It reads the script that starts it anew: keep what "
                'that does under `if __name__ == "__main__":`, so that it is not done '
                "again there, and what it defines outside of that."
            )

    def wait(self, is_in_vain: Callable[[], bool] = lambda: False) -> None:
        """It is there, since there is room for any number."""

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, number)

    def stop(self) -> None:
        if self._is_idle:
            # Killed, it would leave semaphores behind, and a warning of them.
            self._pipe.close()
            self._process.join(_FAREWELL)
        self._process.kill()
        self._process.join()


def _serve(pipe: Any, make: Callable[[], Any], is_heard: bool) -> None:
    if not is_heard:
        # Ctrl-C reaches every process of a terminal.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        pipe.send(True)  # it has begun
    made = make()
    with contextlib.suppress(EOFError, OSError):
        while True:
            method, values = pipe.recv()
            try:
                answer: Any = getattr(made, method)(*values), None
            except Exception:
                answer = None, traceback.format_exc()
            pipe.send(answer)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
