"""Translators as a service: REST and gRPC as of TensorFlow Serving, and a page."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
