"""Recurrent encoder-decoders with Keras: learn, train and ship them.

The public names stand in `__init__.pyi`, and so do those of each subpackage. They are
loaded when they are first used, and TensorFlow and Keras with the first that needs
them.
"""

import signal
import sys

# "-m" while Python looks for what `python -m` is to run; else our own script.
_program = (*sys.argv, "")[0].removesuffix(".exe")
_is_command = _program == "-m" or _program.endswith("seq2seq-keras")
if _is_command and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Ctrl-C while the command loads: the end, without a traceback. How the command
    # hears signals from then on stands in `stopping.py`.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import lazy_loader  # noqa: E402

from seq2seq_keras import forks, startup  # noqa: E402

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

startup.install()
forks.install()
