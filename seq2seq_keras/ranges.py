"""The ranges of numbers, and one check for all of them."""

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from seq2seq_keras.errors import InputError, shown

_Thing = TypeVar("_Thing", bound=Callable)


class Range(NamedTuple):
    """What a number may be; it is finite in any case."""

    minimum: float | None = None
    maximum: float | None = None
    below: float | None = None
    above: float | None = None
    whole: bool = False

    def check(self, name: str, value: Any) -> Any:
        """Returns a number as one of Python's, or refuses it by its name."""
        number = as_python(value)
        if not (self._is_number(number) and self._holds(number)):
            raise InputError(
                f"`{name}` must be {self}. Received: {name}={shown(value)}"
            )
        return number

    def _is_number(self, value: Any) -> bool:
        kinds = int if self.whole else int | float
        # An integer may be too large for `math.isfinite`.
        is_finite = isinstance(value, int) or (
            isinstance(value, float) and math.isfinite(value)
        )
        return isinstance(value, kinds) and not isinstance(value, bool) and is_finite

    def _holds(self, value: float) -> bool:
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.below is None or value < self.below)
            and (self.above is None or value > self.above)
        )

    def __str__(self) -> str:
        is_positive = self.whole and self.minimum == 1
        bounds = {
            "at least": None if is_positive else self.minimum,
            "more than": self.above,
            "at most": self.maximum,
            "less than": self.below,
        }
        limits = " and ".join(
            f"{words} {bound:.10g}"
            for words, bound in bounds.items()
            if bound is not None
        )
        if not self.whole:
            return limits or "a number"
        kind = "a positive integer" if is_positive else "an integer"
        return f"{kind}, {limits}" if limits else kind


POSITIVE = Range(minimum=1, whole=True)


def as_python(value: Any) -> Any:
    """NumPy's numbers, which need not be loaded to tell, as Python's."""
    is_scalar = type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0
    return value.item() if is_scalar else value


def alternatives(hint: Any) -> tuple:
    """The types that `A | B` joins."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def checks_numbers(
    shared: Mapping[str, Range] | None = None, **own: tuple[float, float] | Range
) -> Callable[[_Thing], _Thing]:
    """Has a function refuse what is no number, or out of its range.

    NumPy's numbers reach the function as Python's.

    Args:
        shared: Ranges of options by name; those that the function has not are left
            aside.
        **own: The smallest and the largest value of further parameters, or a `Range`.
            Whether a number is whole, and whether it may be `None`, says its type.

    Returns:
        A decorator. The function then has its ranges by name as `ranges`.

    Example:

    >>> @checks_numbers(count=(1, 9))
    ... def repeat(text: str, count: int = 2) -> str:
    ...     return text * count
    >>> repeat("ab")
    'abab'
    """

    def decorate(function: _Thing) -> _Thing:
        signature = inspect.signature(function)
        ranges = _ranges(signature, shared or {}, own)

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            try:
                bound = signature.bind_partial(*args, **kwargs)
            except TypeError:  # which the function itself says better
                return function(*args, **kwargs)
            given = bound.arguments
            for name in ranges.keys() & given.keys():
                kinds = alternatives(signature.parameters[name].annotation)
                if not _is_other(given[name], kinds):
                    given[name] = ranges[name].check(name, given[name])
            return function(*bound.args, **bound.kwargs)

        checked.ranges = ranges  # type: ignore[attr-defined]
        return typing.cast(_Thing, checked)

    return decorate


def _ranges(
    signature: inspect.Signature,
    shared: Mapping[str, Range],
    own: dict[str, Any],
) -> dict[str, Range]:
    kinds = {
        name: alternatives(parameter.annotation)
        for name, parameter in signature.parameters.items()
    }
    ranges = {
        name: shared[name]
        for name in kinds.keys() & shared.keys()
        if int in kinds[name] or float in kinds[name]
    }
    for name, bounds in own.items():
        allowed = bounds if isinstance(bounds, Range) else Range(*bounds)
        ranges[name] = allowed._replace(whole=int in kinds[name])
    return ranges


def _is_other(value: Any, kinds: tuple) -> bool:
    """Whether a value is what a parameter may be instead of a number."""
    if value is None:
        return type(None) in kinds
    has_others = bool({*kinds} - {int, float, type(None)})
    return has_others and not isinstance(as_python(value), int | float)
