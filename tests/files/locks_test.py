"""Tests of the lock that keeps a second writer out."""

import os
import subprocess
import sys
import threading

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import owned

# Holds the lock until its input ends.
HOLD = """
import sys
from seq2seq_keras.files import owned
with owned(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(folder):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_second_process_is_refused_and_told_which_is_the_first(tmp_path):
    with start_holder(tmp_path) as holder:
        message = f"is being written to by process {holder.pid} on .*another folder"
        with pytest.raises(InputError, match=message), owned(tmp_path):
            pytest.fail("two writers")
        holder.stdin.close()
        assert holder.wait() == 0
        with owned(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_process_that_was_killed_holds_nobody(tmp_path):
    with start_holder(tmp_path) as holder:
        holder.kill()
        holder.wait()
        assert (tmp_path / ".lock").exists()
        with owned(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_thread_may_write_within_what_it_owns_and_no_other_may(tmp_path):
    refused = []

    def try_it():
        try:
            with owned(tmp_path):
                pass
        except InputError as error:
            refused.append(error)

    with owned(tmp_path), owned(tmp_path / "." / "..") as parent:
        assert parent == tmp_path.parent
        with owned(tmp_path):
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()
        assert (tmp_path / ".lock").exists()
    assert f"process {os.getpid()} on" in str(refused[0])


def test_a_lock_that_is_let_go_while_it_is_opened_is_made_anew(tmp_path, monkeypatch):
    """Else two could hold a lock each: on a file that is gone, and on its successor."""
    opened, open_file = [], os.open

    def open_late(path, *options):
        descriptor = open_file(path, *options)
        if not opened:
            path.unlink()
        opened.append(path)
        return descriptor

    monkeypatch.setattr(os, "open", open_late)
    with owned(tmp_path):
        assert (tmp_path / ".lock").exists()
    assert len(opened) == 2


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_does_not_keep_the_lock_of_its_parent(tmp_path):
    waits, tell = os.pipe()
    with owned(tmp_path):
        child = os.fork()
        if child == 0:
            os.close(tell)
            with owned(tmp_path / "x"):  # it may have locks of its own
                os.read(waits, 1)
            os._exit(0)
        os.close(waits)
    try:
        with owned(tmp_path):
            pass
    finally:
        os.close(tell)
        os.waitpid(child, 0)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_that_leaves_the_block_ends_nothing(tmp_path):
    with owned(tmp_path):
        try:
            child = os.fork()
            if child == 0:
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        else:
            os.waitpid(child, 0)
            assert (tmp_path / ".lock").exists()
    if child == 0:
        os._exit(0)


def test_a_lock_that_is_a_link_harms_nobody(tmp_path):
    (tmp_path / "thesis").write_text("years of work")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / ".lock").symlink_to(tmp_path / "thesis")
    with pytest.raises(OSError, match=f"'{tmp_path}/m'"), owned(tmp_path / "m"):
        pytest.fail("the link was followed")
    assert (tmp_path / "thesis").read_text() == "years of work"


def test_what_a_stranger_wrote_into_a_lock_is_not_shown(tmp_path):
    with start_holder(tmp_path) as holder:
        (tmp_path / ".lock").write_bytes(b"\x1b[2J")
        with pytest.raises(InputError, match="by another process"), owned(tmp_path):
            pytest.fail("two writers")
        holder.stdin.close()
        holder.wait()
