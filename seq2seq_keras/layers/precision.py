"""Layers that are made within others, in the precision of the model."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras


@contextlib.contextmanager
def made_in(dtype: Any) -> Iterator[None]:
    """Has layers that name no precision, such as those of a user's own, take this one.

    Args:
        dtype: Name of a dtype policy, or one; `None` for that which Keras is set to.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype or before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
