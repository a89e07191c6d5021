"""Loss, metrics, schedule and callbacks; a whole training from files to a folder."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
