"""TensorFlow does not survive a fork: its threads stay behind, work waits for ever."""

import os
import sys

from seq2seq_keras.errors import InputError

_useless = False


def _look() -> None:
    """In a forked process: whether TensorFlow had begun to work when it was forked."""
    global _useless
    # Loaded it may be, as long as nothing has been computed.
    context = getattr(
        sys.modules.get("tensorflow.python.eager.context"), "context_safe", lambda: None
    )()
    _useless = _useless or bool(getattr(context, "_initialized", False))


def check_not_forked() -> None:
    """Raises an `InputError` where TensorFlow would wait for ever."""
    if _useless:
        raise InputError(
            "This process was forked from one that had used TensorFlow, which then "
            "waits for ever. Start processes with 'spawn', e.g. "
            "`multiprocessing.get_context('spawn')`, and load the translator in each."
        )


def install() -> None:
    """Has every process that is forked from here on look what it was forked from."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_look)
