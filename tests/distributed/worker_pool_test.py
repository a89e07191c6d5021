"""Tests of workers: that die, without processes, and that leave nothing behind."""

import signal
import subprocess
import sys
import threading

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.distributed import LocalWorker, WorkerDiedError, WorkerPool


class Doubling:
    """Doubles numbers until it has done as many as it lives for."""

    def __init__(self, lives):
        self.lives = lives

    def call(self, method, number):
        if self.lives == 0:
            raise WorkerDiedError
        self.lives -= 1
        return {"double": 2 * number}[method]

    def wait(self):
        pass

    def stop(self):
        pass


def run(lives, numbers, count=2):
    """The results of a pool whose workers live for so many tasks, in turn."""
    lock, lives = threading.Lock(), iter(lives)

    def start():
        with lock:
            return Doubling(next(lives))

    pool = WorkerPool(start, count)
    try:
        futures = [pool.submit("double", number) for number in numbers]
        return [future.result() for future in futures], pool.deaths
    finally:
        pool.close()


def test_what_a_worker_had_when_it_died_is_done_by_another():
    results, deaths = run([3, 2, 1, 4, 100, 100], range(50))
    assert results == [2 * number for number in range(50)]
    assert deaths == 4


def test_a_task_that_ends_every_worker_does_not_go_on_for_ever():
    with pytest.raises(InputError, match="ended before its time, 3 times over"):
        run([0] * 9, [1], count=1)


def test_where_there_is_no_room_for_another_others_take_the_task():
    lock = threading.Lock()
    met, sought, room = threading.Event(), threading.Event(), threading.Event()

    class Mortal(Doubling):
        def call(self, method, number):
            met.wait()
            raise WorkerDiedError

    class Survivor(Doubling):
        def call(self, method, number):
            met.set()
            sought.wait()
            return super().call(method, number)

    class Nowhere(Doubling):
        def wait(self):
            sought.set()
            room.wait()

        def call(self, method, number):
            sought.set()
            room.wait()

    kinds = iter([Mortal, Survivor, Nowhere])

    def start():
        with lock:
            return next(kinds)(9)

    pool = WorkerPool(start, 2)
    try:
        futures = [pool.submit("double", number) for number in range(9)]
        assert [x.result(timeout=20) for x in futures] == list(range(0, 18, 2))
    finally:
        room.set()
        pool.close()


class Unable(Doubling):
    """Its process cannot begin."""

    def call(self, method, number):
        raise InputError("It could not begin.")


def run_kinds(kinds, numbers):
    """The results of a pool of one place, whose workers are of these kinds in turn."""
    kinds = iter(kinds)
    pool = WorkerPool(lambda: next(kinds)(1), 1)
    try:
        futures = [pool.submit("double", number) for number in numbers]
        return [future.result(timeout=60) for future in futures]
    finally:
        pool.close()


def test_a_worker_that_cannot_begin_is_told_at_once_if_none_has():
    with pytest.raises(InputError, match=r"It could not begin\."):
        run_kinds([Unable], [1])


def test_a_worker_that_cannot_begin_takes_no_task_from_those_that_can():
    kinds = [Doubling, Unable, Doubling, Doubling]
    assert run_kinds(kinds, range(3)) == [0, 2, 4]
    with pytest.raises(InputError, match=r"It could not begin\."):
        run_kinds([Doubling, *[Unable] * 4], range(2))


def test_a_fault_is_that_of_its_task_alone():
    pool = WorkerPool(lambda: Doubling(9), 1)
    wrong, right = pool.submit("treble", 1), pool.submit("double", 1)
    with pytest.raises(KeyError, match="treble"):
        wrong.result()
    assert right.result() == 2
    pool.close()


_WITH_A_SEMAPHORE = """
import functools, multiprocessing, multiprocessing.synchronize
from seq2seq_keras.distributed import LocalWorker

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    semaphore = functools.partial(multiprocessing.synchronize.Semaphore, 1, ctx=spawn)
    worker = LocalWorker(semaphore)
    print(worker.call("acquire"))
    worker.stop()
"""


def test_a_worker_that_has_done_its_work_leaves_no_semaphores():
    """A killed one does, and Python warns of them at the end."""
    done = subprocess.run(
        [sys.executable, "-c", _WITH_A_SEMAPHORE],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"
    assert "leaked" not in done.stderr


def test_a_script_that_starts_processes_unguarded_is_told_to_guard_itself(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from seq2seq_keras.distributed import LocalWorker\n"
        "print(LocalWorker(list).call('__len__'))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    *_, last = done.stderr.strip().splitlines()
    assert "A process of its own ended (status 1)" in last
    assert 'under `if __name__ == "__main__":`' in last


class Deadly:
    """Ends the process that is to have it, as a system without memory does."""

    def __reduce__(self):
        return signal.raise_signal, (signal.SIGKILL,)


def test_a_process_that_is_killed_before_it_begins_has_died_and_may_be_replaced():
    with pytest.raises(WorkerDiedError):
        LocalWorker(Deadly()).call("anything")
