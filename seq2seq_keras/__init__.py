"""Recurrent encoder-decoders with Keras: learn, train and ship them.

The public names stand in `__init__.pyi`, and so do those of each subpackage. They are
loaded when they are first used, and TensorFlow and Keras with the first that needs
them.
"""

import lazy_loader

from seq2seq_keras import forks, startup

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

startup.install()
forks.install()
