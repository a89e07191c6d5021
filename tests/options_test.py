"""Tests of seq2seq_keras.options."""

import dataclasses
import inspect
import math
import re
from typing import Literal

import numpy as np
import pytest

from seq2seq_keras import InputError
from seq2seq_keras.options import (
    check_options,
    documented,
    option,
    options_table,
    takes_options,
)


@documented
@dataclasses.dataclass
class Oven:
    """An oven.

    Args:
        {options}

    Reference:
        {papers}
    """

    heat: int = option(180, "Degrees.", minimum=1, paper="[Cook, 1900](https://c.org)")
    share: float = option(0.5, "Share of\n    the air.", minimum=0, below=1)
    way: Literal["up", "down"] = option("up", "Where from.", paper=("A", "B"))
    limit: float | None = option(None, "Most | hours.", above=0, maximum=9)
    fan: bool = option(False, "Whether it blows.", paper="A")
    name: str = "not an option"

    def __post_init__(self):
        check_options(self)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"heat": 0}, "`heat` must be a positive integer. Received: heat=0"),
        ({"heat": 2.5}, "`heat` must be a positive integer. Received: heat=2.5"),
        ({"heat": True}, "`heat` must be a positive integer. Received: heat=True"),
        ({"heat": "9"}, "`heat` must be a positive integer. Received: heat='9'"),
        ({"heat": None}, "`heat` must be a positive integer. Received: heat=None"),
        ({"share": 1}, "`share` must be at least 0 and less than 1. Received: share=1"),
        ({"share": math.nan}, "Received: share=nan"),
        ({"limit": math.inf}, "`limit` must be more than 0 and at most 9."),
        ({"limit": 0}, "Received: limit=0"),
        ({"way": "sideways"}, "`way` must be one of 'up', 'down'."),
        ({"way": None}, "`way` must be one of 'up', 'down'."),
        ({"fan": "yes"}, "`fan` must be one of False, True. Received: fan='yes'"),
    ],
)
def test_what_is_out_of_range_is_named_with_its_range(given, message):
    with pytest.raises(InputError, match=re.escape(message)):
        Oven(**given)


def test_what_is_in_range_is_kept():
    oven = Oven(heat=1, share=0, way="down", limit=None)
    assert (oven.heat, oven.share, oven.way, oven.limit) == (1, 0, "down", None)


def test_numbers_of_numpy_become_pythons():
    oven = Oven(heat=np.int64(3), share=np.float32(0.5))
    assert type(oven.heat) is int
    assert type(oven.share) is float


def test_the_docstring_has_every_option_and_paper_once():
    assert inspect.getdoc(Oven) == inspect.cleandoc("""An oven.

    Args:
        heat: Degrees. Defaults to `180`.
        share: Share of the air. Defaults to `0.5`.
        way: Where from. One of "up", "down". Defaults to `'up'`.
        limit: Most | hours. Defaults to `None`.
        fan: Whether it blows. Defaults to `False`.

    Reference:
        - [Cook, 1900](https://c.org): `heat`.
        - A: `way`, `fan`.
        - B: `way`.
    """)


def test_a_function_takes_the_options_of_a_class():
    @takes_options(Oven)
    def bake(dough, *, minutes=10, **options):
        """Bakes.

        Args:
            dough: What.
            {options}
            minutes: How long.
            **options: The above.
        """

    names = ["dough", "heat", "share", "way", "limit", "fan", "minutes"]
    parameters = inspect.signature(bake).parameters
    assert list(parameters) == names
    assert parameters["heat"].default == 180
    assert "    heat: Degrees." in inspect.getdoc(bake)


def test_the_table_has_a_row_for_each_option():
    header, _, *rows = options_table(Oven).split("\n")
    assert header == "| option | default | meaning | paper |"
    assert rows[0] == "| `heat` | `180` | Degrees. | [Cook, 1900](https://c.org) |"
    assert rows[2] == "| `way` | `up` | Where from. One of `up`, `down`. | A, B |"
    assert rows[3] == r"| `limit` | `None` | Most \| hours. |  |"
    assert len(rows) == 5
