"""Translates where there is no TensorFlow, with onnxruntime or LiteRT."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
