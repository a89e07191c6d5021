"""Tests of how signals end a process, and of how a training holds them back."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from seq2seq_keras.stopping import SIGNALS, StopSignals


def test_a_signal_waits_until_it_is_asked_for(capsys):
    with StopSignals("Go on with this.") as signals:
        signals.at_once = False
        signals.raise_if_received()
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.received == signal.SIGTERM
        with pytest.raises(SystemExit) as stop:
            signals.raise_if_received()
    assert stop.value.code == 143
    assert capsys.readouterr().err == "Go on with this.\n"


def test_the_keyboard_interrupts_as_ever():
    with StopSignals() as signals:
        signals.at_once = False
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signals.raise_if_received()


def test_with_nothing_to_save_it_does_not_wait():
    with StopSignals(), pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("it went on")


def test_the_handlers_before_come_back():
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
    with StopSignals():
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == before


def test_in_another_thread_nothing_happens():
    outcome = []

    def body():
        with StopSignals() as signals:
            signals.raise_if_received()
            outcome.append(signals.received)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert outcome == [None]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_was_ignored_stays_ignored(number):
    """As SIGINT is for what a script starts with `&`, and SIGHUP after `nohup`."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with StopSignals() as signals:
            os.kill(os.getpid(), number)
            assert signals.received is None
    finally:
        signal.signal(number, before)


def test_a_terminal_that_closes_stops_it_too():
    with StopSignals(), pytest.raises(SystemExit) as stop:
        os.kill(os.getpid(), signal.SIGHUP)
        pytest.fail("it went on")
    assert stop.value.code == 129


def test_how_to_go_on_is_also_said_when_the_disk_is_full(capsys):
    with pytest.raises(OSError, match="full"), StopSignals("Go on with this."):
        raise OSError("full")
    assert capsys.readouterr().err == "Go on with this.\n"


def process(body, number, ignored=(), seconds=600):
    """Runs `body` as the whole of a process, which gets a signal once it is ready.

    Only a process that would not end by itself is given few seconds to: on a busy
    machine any might need more.
    """
    code = (
        "import hashlib, pathlib, sys, time\n"
        "from seq2seq_keras import stopping\n"
        f"stopping._SECONDS = {seconds}\n"
        "def ready():\n"
        "    print('ready', flush=True)\n"
        f"def main():\n{body}\n"
        "stopping.run_process(main)"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: [signal.signal(n, signal.SIG_IGN) for n in ignored],
    )
    with started:
        assert started.stdout.readline() == "ready\n"
        started.send_signal(number)
        output, error = started.communicate()
    return started.returncode, output, error


UNWINDS = """
    try:
        ready()
        time.sleep(600)
    finally:
        print("unwound", flush=True)
"""
SWALLOWS = """
    once = iter([ready])
    while True:
        try:
            next(once, bool)()
            time.sleep(600)
        except BaseException:
            pass
"""
# Python hears nothing until it is done, which takes an hour.
COMPUTES = SWALLOWS.replace(
    "time.sleep(600)", 'hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)'
)


@pytest.mark.parametrize(
    ("number", "status"), list(zip(SIGNALS, (130, 143, 129), strict=True))
)
def test_a_process_is_unwound(number, status):
    assert process(UNWINDS, number) == (status, "unwound\n", "")


@pytest.mark.parametrize("body", [SWALLOWS, COMPUTES], ids=["swallows", "computes"])
def test_a_process_that_does_not_end_is_ended(body):
    error = "seq2seq-keras: terminated\n"
    assert process(body, signal.SIGTERM, seconds=0.2) == (143, "", error)


def test_what_is_not_whole_yet_is_deleted(tmp_path):
    path = tmp_path / ".o-1a2b.txt"
    body = f"    path = pathlib.Path({str(path)!r})\n    path.touch()\n"
    body += "    stopping.unfinished.add(path)"
    assert process(body + COMPUTES, signal.SIGINT, seconds=0.2)[0] == 130
    assert not path.exists()


def test_what_is_held_back_is_not_ended():
    body = """
    with stopping.StopSignals() as signals:
        signals.at_once = False
        ready()
        while signals.received is None:
            time.sleep(0.01)
        time.sleep(3 * stopping._SECONDS)
        print("saved", flush=True)
        stopping._SECONDS = 600
        signals.raise_if_received()
"""
    assert process(body, signal.SIGTERM, seconds=0.2) == (143, "saved\n", "")


def test_a_process_in_the_background_does_not_hear_the_keyboard():
    body = """
    import os, signal
    os.kill(os.getpid(), signal.SIGINT)
    ready()
    time.sleep(600)
"""
    assert process(body, signal.SIGTERM, [signal.SIGINT])[0] == 143


def test_a_swallowed_end_leaves_no_traceback():
    """It was raised where nothing can be raised, such as while an object is deleted."""
    body = """
    class Deleted:
        def __del__(self):
            ready()
            time.sleep(600)
    Deleted()
    time.sleep(600)
"""
    error = "seq2seq-keras: interrupted\n"
    assert process(body, signal.SIGINT, seconds=0.2) == (130, "", error)
