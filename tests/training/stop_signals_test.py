"""Tests of StopSignals."""

import os
import signal
import threading

import pytest

from seq2seq_keras.training import StopSignals


def test_a_signal_waits_until_it_is_asked_for(capsys):
    with StopSignals("Go on with this.") as signals:
        signals.raise_if_received()
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.received == signal.SIGTERM
        with pytest.raises(SystemExit) as stop:
            signals.raise_if_received()
    assert stop.value.code == 143
    assert capsys.readouterr().err == "Go on with this.\n"


def test_the_keyboard_interrupts_as_ever():
    with StopSignals("") as signals:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signals.raise_if_received()


def test_with_nothing_to_save_it_does_not_wait():
    with StopSignals("") as signals:
        signals.at_once = True
        with pytest.raises(SystemExit):
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("it went on")


def test_the_handlers_before_come_back():
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
    with StopSignals(""):
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == before


def test_in_another_thread_nothing_happens():
    outcome = []

    def body():
        with StopSignals("") as signals:
            signals.raise_if_received()
            outcome.append(signals.received)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert outcome == [None]
