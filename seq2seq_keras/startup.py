"""Imports TensorFlow without its page of start-up notes.

TensorFlow's C++ side writes notes about oneDNN, CUDA and the processor to file
descriptor 2 before anything can ask it not to. They would bury the one line a
command prints when its input is wrong, so they are held back; whatever else was
written meanwhile is passed on.

`TF_CPP_MIN_LOG_LEVEL` is set to 3 unless it is set. With 2, a machine without a GPU
prints an error on the first tensor (`failed call to cuInit`). What does go wrong in
TensorFlow reaches Python as an exception anyway; `TF_CPP_MIN_LOG_LEVEL=0` shows
everything.
"""

import contextlib
import os
import re
import sys
import tempfile

_NOTE = re.compile(
    rb"(WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} .*(port|cudart_stub|cpu_feature_guard|cuda_\w+)\.cc:"
    rb"|To enable the following instructions:)"
)


@contextlib.contextmanager
def _notes_held_back():
    try:
        # Before the file below, which would else become descriptor 2 if that is free.
        kept_open = None if sys.stderr is None else os.dup(2)
    except OSError:
        kept_open = None
    if kept_open is None:  # closed: nobody reads what would be held back
        yield
        return
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, kept_open)
        held = stack.enter_context(tempfile.TemporaryFile())
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept_open, 2)
            held.seek(0)
            for line in held:
                if not _NOTE.match(line):
                    os.write(2, line)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "tensorflow" not in sys.modules and os.environ["TF_CPP_MIN_LOG_LEVEL"] != "0":
    with _notes_held_back():
        import tensorflow  # noqa: F401
