"""Tests of WarmupSchedule."""

import math

import keras
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training import WarmupSchedule


def values(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_the_rate_rises_in_equal_steps_and_stays():
    schedule = WarmupSchedule(0.8, warmup_steps=4)
    assert values(schedule, range(6)) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])


def test_without_warm_up_the_first_step_is_a_full_one():
    assert float(WarmupSchedule(0.8)(0)) == pytest.approx(0.8)


def test_a_cosine_falls_to_zero_at_its_end():
    schedule = WarmupSchedule(0.5, 10, "cosine", total_steps=110)
    expected = [0.5 * (1 + math.cos(math.pi * x)) / 2 for x in (0, 0.25, 0.5, 1, 1)]
    assert values(schedule, (10, 35, 60, 110, 500)) == pytest.approx(expected, abs=1e-7)
    without = WarmupSchedule(0.5, 0, "cosine", total_steps=100)
    keras_one = keras.optimizers.schedules.CosineDecay(0.5, 100)
    assert values(without, (0, 7, 99)) == pytest.approx(values(keras_one, (0, 7, 99)))


def test_the_inverse_square_root_halves_when_the_steps_are_fourfold():
    schedule = WarmupSchedule(0.1, 100, "inverse_square_root")
    # Steps are counted from 1: the one of index 99 is the hundredth.
    assert values(schedule, (49, 99, 399, 1599)) == pytest.approx(
        [0.05, 0.1, 0.05, 0.025]
    )


def test_its_scale_multiplies_all():
    schedule = WarmupSchedule(0.8, warmup_steps=4)
    schedule.scale.assign(0.5)
    assert values(schedule, (0, 9)) == pytest.approx([0.1, 0.4])


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(
        WarmupSchedule(0.5, 10, "cosine", total_steps=110)
    )
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == {
        **{"learning_rate": 0.5, "warmup_steps": 10},
        **{"decay": "cosine", "total_steps": 110},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.1, -1), "`warmup_steps` must be an integer, at least 0"),
        ((0.1, 0, "cosin"), "`decay` must be one of"),
        ((0.1, 0, "cosine"), "total_steps=None"),
        ((0.1, 10, "cosine", 10), "more than `warmup_steps`"),
    ],
)
def test_arguments_out_of_range_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        WarmupSchedule(*arguments)
