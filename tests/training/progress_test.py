"""Tests of TrainingProgress."""

import re
import sys

import pytest

from seq2seq_keras.training import TrainingProgress


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("seq2seq_keras.training.progress.time", clock)
    return clock


def test_lines_tell_place_values_speed_and_end(clock, capsys):
    shown = TrainingProgress(2, 100, 50.0)
    shown.on_epoch_begin(0)
    for step in range(100):
        clock.now += 2
        shown.on_train_batch_end(step, {"loss": 3.25})
    shown.on_epoch_end(0, {"loss": 3.0})
    *steps, epoch = capsys.readouterr().out.splitlines()
    # A line each time more than 60 of the 200 seconds are over.
    assert [re.match(r"epoch 1/2 step (\d+)/100, ", s)[1] for s in steps] == [
        *("31", "62", "93")
    ]
    assert re.fullmatch(
        r"epoch 1/2, loss 3, 0\.50 steps/s, 25 tokens/s, ends \w{3} \d\d:\d\d", epoch
    )


def test_the_speed_is_that_of_this_process(clock, capsys):
    shown = TrainingProgress(3, 100, 10.0, done=150)
    shown.on_epoch_begin(1)
    for step in range(50):
        clock.now += 0.5
        shown.on_train_batch_end(step, {})
    shown.on_epoch_end(1, {})
    assert "epoch 2/3, 2.00 steps/s, 20 tokens/s" in capsys.readouterr().out


def test_a_terminal_gets_a_bar(clock, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    shown = TrainingProgress(2, 4, 50.0)
    shown.on_epoch_begin(0)
    for step in range(4):
        clock.now += 2
        shown.on_train_batch_end(step, {"loss": 3.25})
    shown.on_epoch_end(0, {"loss": 3.0})
    output = capsys.readouterr().out
    assert "\r" in output
    assert "epoch 1/2, loss 3, 0.50 steps/s" in output


def test_an_end_in_a_million_years_is_an_end(clock, capsys):
    shown = TrainingProgress(10**6, 20_000, 1.0)
    shown.on_epoch_begin(0)
    clock.now += 100
    shown.on_train_batch_end(0, {"loss": 3.25})
    assert "epoch 1/1000000 step 1/20000" in capsys.readouterr().out
