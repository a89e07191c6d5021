"""The encoder-decoder, its inference models and the check that they agree."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# Before any file of this room is half loaded: see `startup.register_classes`.
import keras  # noqa: E402, F401
