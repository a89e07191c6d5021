"""Tasks whose right answer is known, for tests and first steps."""

import datetime
import random
from collections.abc import Callable

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.ranges import checks_numbers

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_LETTERS = "abcdefghij"
_FIRST_DAY = datetime.date(1900, 1, 1).toordinal()
_LAST_DAY = datetime.date(2099, 12, 31).toordinal()


@checks_numbers(count=(1, 10**7), seed=(-(2**63), 2**63 - 1))
def make_toy_pairs(task: str, count: int, seed: int = 0) -> Pairs:
    """Generates pairs of a toy task, no source twice.

    Use them with a `CharacterTokenizer`.

    Args:
        task: "copy" (`cab` to `cab`), "reverse" (`cab` to `bac`), "addition" (`12+7`
            to `19`) or "dates" (`3 May 1979` to `1979-05-03`).
        count: Integer. Number of pairs.
        seed: Integer. The same seed gives the same pairs on every machine.

    Returns:
        `Pairs`.

    Raises:
        InputError: If there is no such task, or `count` is below 1, or more than the
            task has pairs.

    Example:

    >>> make_toy_pairs("reverse", 2)
    Pairs(source=['cbcbcjg', 'iihcde'], target=['gjcbcbc', 'edchii'])
    """
    check_choice("task", task, tuple(TOY_TASKS))
    make_pair = TOY_TASKS[task]
    generator = random.Random(f"{task}/{seed}")
    pairs: dict[str, str] = {}
    for _ in range(100 * count):
        source, target = make_pair(generator)
        pairs[source] = target
        if len(pairs) == count:
            break
    else:
        raise InputError(
            f"There are not {count} different pairs of {task!r}; ask for fewer."
        )
    return Pairs(list(pairs), list(pairs.values()))


def _copy(generator: random.Random) -> tuple[str, str]:
    word = _word(generator)
    return word, word


def _reverse(generator: random.Random) -> tuple[str, str]:
    word = _word(generator)
    return word, word[::-1]


def _word(generator: random.Random) -> str:
    length = generator.randint(3, 8)
    return "".join(generator.choices(_LETTERS, k=length))


def _addition(generator: random.Random) -> tuple[str, str]:
    a, b = (generator.randrange(10 ** generator.randint(1, 3)) for _ in range(2))
    return f"{a}+{b}", str(a + b)


def _dates(generator: random.Random) -> tuple[str, str]:
    day = datetime.date.fromordinal(generator.randint(_FIRST_DAY, _LAST_DAY))
    month = _MONTHS[day.month - 1]
    written = generator.choice(
        [
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"{day.day}. {month[:3]}. {day.year}",
            f"{day.month}/{day.day}/{day.year}",
            f"{month.lower()} {day.day} {day.year}",
            f"{day.year} {month[:3].upper()} {day.day:02}",
        ]
    )
    return written, day.isoformat()


TOY_TASKS: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "copy": _copy,
    "reverse": _reverse,
    "addition": _addition,
    "dates": _dates,
}
