"""Every number has a range, and one check refuses what is outside of it."""

import importlib
import inspect
import math
import pathlib
import re

import numpy as np
import pytest

from seq2seq_keras import InputError
from seq2seq_keras.architecture import Architecture
from seq2seq_keras.data import DataOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.models import ModelOptions
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import Range, alternatives, checks_numbers
from seq2seq_keras.training import TrainingConfig

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"
OWNERS = (Architecture, DataOptions, SearchOptions, ModelOptions, TrainingConfig)
# What no number may be, whatever its range.
WRONG = [
    *(math.nan, math.inf, -math.inf, 10**400, -(10**400), 10**5000, "1", True, [1]),
    *(b"1", {}, np.float32("nan"), np.array([1, 2]), 1j),
]


def public_functions():
    """Yields the name of each public function, method or constructor, and itself."""
    for stub in sorted(PACKAGE.glob("*/__init__.pyi")):
        room = importlib.import_module(f"seq2seq_keras.{stub.parent.name}")
        for name in re.findall(r" as (\w+)", stub.read_text()):
            thing = getattr(room, name)
            if inspect.isclass(thing):
                yield from methods(thing)
            elif inspect.isroutine(thing):
                yield f"{room.__name__}.{name}", thing


def methods(owner):
    is_record = issubclass(owner, tuple) or hasattr(owner, "__dataclass_fields__")
    for name, member in vars(owner).items():
        function = getattr(member, "__func__", member)
        is_public = not name.startswith("_") or (name == "__init__" and not is_record)
        if inspect.isfunction(function) and is_public:
            yield f"{owner.__module__}.{owner.__name__}.{name}", function


def number_parameters(function):
    """Yields the parameters that are numbers a user chooses."""
    for name, parameter in inspect.signature(function).parameters.items():
        kinds = alternatives(parameter.annotation)
        if int in kinds or float in kinds:
            yield name, parameter


FUNCTIONS = dict(public_functions())
CHECKED = [
    pytest.param(function, name, id=f"{place}-{name}")
    for place, function in FUNCTIONS.items()
    for name in sorted(getattr(function, "ranges", ()))
]
# Faces that users enter; those of other rooms also have what only the package calls.
ENTERED = re.compile(r"seq2seq_keras\.(data|evaluation|plots|vectors)\.")
# What Keras calls or checks itself, options that are checked as such, and numbers that
# come from the package.
UNCHECKED = re.compile(
    r"\.(on_\w+|make_loss|epoch|inputs|build_model|nearest_rows|from_bytes|\w+_to_ragged)$"
    r"|EncoderDecoder|ScheduledSampling.__init__|Seq2Seq\.__init__|Attention|check_parity"
)


def is_public(place):
    top = importlib.import_module("seq2seq_keras")
    rooms = {name for name in top.__all__ if inspect.ismodule(getattr(top, name))}
    names = {*top.__all__} - rooms
    return bool(ENTERED.match(place) or {*place.split(".")} & names)


def test_every_number_among_the_options_has_two_bounds():
    for owner in OWNERS:
        for name, allowed in ranges_of(owner).items():
            assert allowed.minimum is not None or allowed.above is not None, name
            assert allowed.maximum is not None or allowed.below is not None, name


def test_every_number_that_a_public_function_takes_is_checked():
    missing = [
        f"{place}({name})"
        for place, function in FUNCTIONS.items()
        if is_public(place) and not UNCHECKED.search(place)
        for name, _ in number_parameters(function)
        if name not in getattr(function, "ranges", ())
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize(("function", "name"), CHECKED)
def test_what_is_no_number_in_range_is_refused_before_anything_else(function, name):
    allowed = function.ranges[name]
    assert allowed.minimum is not None or allowed.above is not None
    assert allowed.maximum is not None or allowed.below is not None
    kinds = alternatives(inspect.signature(function).parameters[name].annotation)
    others = {*kinds} - {int, float, type(None)}
    for value in (*WRONG, *[None] * (type(None) not in kinds)):
        if others and not isinstance(value, int | float | np.floating):
            continue
        with pytest.raises(InputError, match=f"`{name}` must be") as raised:
            function(**{name: value})
        assert len(str(raised.value)) < 600
        assert "\n" not in str(raised.value)


def test_a_number_of_numpy_is_one_of_pythons():
    assert type(Range(0, 9, whole=True).check("n", np.int32(3))) is int
    assert type(Range(0, 9).check("n", np.float32(0.5))) is float


def test_a_function_gets_the_numbers_of_python():
    @checks_numbers(size=(1, 9), share=(0, 1))
    def take(size: int | str, *others: int, share: float = 0.5, **named: int):
        return size, others, share, named

    taken = take(np.int64(2), np.int64(3), share=np.float32(0.25), more=4)
    assert taken == (2, (3,), 0.25, {"more": 4})
    assert (type(taken[0]), type(taken[2])) == (int, float)
    assert take(size=np.array(2)) == (2, (), 0.5, {})
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        take(share=1)


def test_bounds_are_told_in_words():
    assert str(Range(1, 9, whole=True)) == "a positive integer, at most 9"
    assert str(Range(1, whole=True)) == "a positive integer"
    assert str(Range(0, 9, whole=True)) == "an integer, at least 0 and at most 9"
    assert str(Range(above=0, below=1)) == "more than 0 and less than 1"
    assert str(Range()) == "a number"


def test_what_a_parameter_may_be_instead_passes():
    @checks_numbers(size=(1, 9))
    def take(size: int | str | None = None):
        return size

    assert take() is None
    assert take(None) is None
    assert take(size="many") == "many"
    assert take(9) == 9
    with pytest.raises(InputError, match="size=10"):
        take(10)
    with pytest.raises(TypeError, match="unexpected keyword"):
        take(sizes=10)
