"""Tests of seq2seq_keras.data.toy_tasks."""

import datetime
import re

import pytest

from seq2seq_keras.data import TOY_TASKS, make_toy_pairs
from seq2seq_keras.errors import InputError

DATE_FORMATS = (
    "%d %B %Y",
    "%B %d, %Y",
    "%d. %b. %Y",
    "%m/%d/%Y",
    "%B %d %Y",
    "%Y %b %d",
)
every_task = pytest.mark.parametrize("task", TOY_TASKS)


@every_task
def test_no_source_comes_twice(task):
    pairs = make_toy_pairs(task, 5000)
    assert len(pairs) == len(set(pairs.source)) == 5000


@every_task
def test_the_seed_makes_the_pairs(task):
    pairs = make_toy_pairs(task, 50, seed=1)
    assert make_toy_pairs(task, 50, seed=1) == pairs
    assert make_toy_pairs(task, 50, seed=2) != pairs


@every_task
def test_fewer_pairs_are_the_first_of_more(task):
    assert make_toy_pairs(task, 300)[:100] == make_toy_pairs(task, 100)


def test_copies_are_the_word():
    for source, target in make_toy_pairs("copy", 500):
        assert re.fullmatch("[a-j]{3,8}", source)
        assert target == source


def test_reversed_words_are_read_from_the_end():
    for source, target in make_toy_pairs("reverse", 500):
        assert re.fullmatch("[a-j]{3,8}", source)
        assert target == "".join(source[-1 - n] for n in range(len(source)))


def test_sums_are_right():
    pairs = make_toy_pairs("addition", 2000)
    for source, target in pairs:
        a, b = re.fullmatch("([0-9]{1,3})[+]([0-9]{1,3})", source).groups()
        assert int(target) - int(a) == int(b)
        assert {a, b, target} == {str(int(n)) for n in (a, b, target)}
    # Numbers of one, two and three digits meet each other.
    sizes = {tuple(map(len, source.split("+"))) for source in pairs.source}
    assert len(sizes) == 9


def test_dates_are_right():
    used = set()
    for source, target in make_toy_pairs("dates", 2000):
        for form in DATE_FORMATS:
            try:
                day = datetime.datetime.strptime(source, form).date()
            except ValueError:
                continue
            assert target == f"{day.year}-{day.month:02}-{day.day:02}"
            assert 1900 <= day.year <= 2099
            used.add(form)
            break
        else:
            pytest.fail(f"no known way of writing a date: {source}")
    assert used == set(DATE_FORMATS)


def test_more_pairs_than_there_are_is_an_error(monkeypatch):
    monkeypatch.setitem(
        TOY_TASKS,
        "coin",
        lambda generator: (str(generator.randrange(2)),) * 2,
    )
    assert sorted(make_toy_pairs("coin", 2)) == [("0", "0"), ("1", "1")]
    with pytest.raises(InputError, match="not 3 different pairs of 'coin'"):
        make_toy_pairs("coin", 3)


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_pair_is_an_error(count):
    with pytest.raises(InputError, match=f"Received: count={count}"):
        make_toy_pairs("copy", count)


def test_an_unknown_task_names_the_known_ones():
    with pytest.raises(InputError, match=r"'copy', 'reverse', .*task='sort'"):
        make_toy_pairs("sort", 1)
