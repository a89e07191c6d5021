"""One model trained by many processes, which are replaced when they die."""

import contextlib
import functools
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from seq2seq_keras import stopping, training
from seq2seq_keras.distributed.local_worker import LocalWorker
from seq2seq_keras.distributed.processors import count_processors
from seq2seq_keras.distributed.ray_cluster import RayWorker, joined
from seq2seq_keras.distributed.shared_files import check_shared
from seq2seq_keras.distributed.training_options import TrainingWorkers
from seq2seq_keras.distributed.training_worker import (
    Outcome,
    TrainingWork,
    TrainingWorker,
    read_state,
)
from seq2seq_keras.distributed.worker_pool import Worker, WorkerDiedError
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import say
from seq2seq_keras.training import TrainingConfig, TrainingResult
from seq2seq_keras.translation import Translator

_LOOPBACK = "127.0.0.1"
# How often in a row processes may die before another state is saved.
_TRIES = 3
_TICK = 0.2  # seconds between two looks whether a signal has come
_VARIABLES = ("SEQ2SEQ_KERAS_DATA",)


@checks_numbers(num_workers=(1, 4096))
def train(
    config: TrainingConfig,
    *,
    num_workers: int | None = None,
    address: str | None = None,
    modules: Sequence[str] = (),
) -> TrainingResult:
    """Trains a translator by several processes, and leaves the folder of `train`.

    Each process has the whole model and gets its share of every batch, by tokens. The
    gradients are summed over the real tokens of all shares, so a step is that of one
    process with the whole batch, but for the rounding of sums and for the words that
    dropout hides. Which batches there are, and in which order, does not depend on the
    number of processes.

    The first process runs on this machine, leads, and writes the folder; the others
    need the same files of data under the same names. When one dies, all begin anew
    from the last state that was saved, with as many as there is room for.

    Processes of this machine read the script that starts them anew, so it needs
    `if __name__ == "__main__":` above what it does.

    Args:
        config: A `TrainingConfig`.
        num_workers: Integer. How many processes; see `TrainingWorkers`.
        address: The cluster of Ray whose nodes they run on; see there.
        modules: Names of modules to import in each, with cells or attentions of your
            own.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: As `train` does; or if there is no such cluster, or processes die
            again and again.

    Example:

    ```python
    if __name__ == "__main__":
        config = s2s.TrainingConfig(output="saved_models/mine", train=["pairs.tsv"])
        result = s2s.distributed.train(config, num_workers=4, address="auto")
    ```

    Reference:
        - [Goyal et al., 2017](https://arxiv.org/abs/1706.02677), section 3: the sum
          over all workers is normalized by what all of them have.
    """
    options = TrainingWorkers(num_workers=num_workers, address=address)
    return _run(config, options, modules)


@checks_numbers(num_workers=(1, 4096))
def resume_training(
    folder: str | os.PathLike,
    *,
    num_workers: int | None = None,
    address: str | None = None,
    modules: Sequence[str] = (),
    **changes: Any,
) -> TrainingResult:
    """Goes on with a training that was interrupted, by several processes.

    With as many processes as before the weights at the end are those of a training
    without interruption, to the bit; with another number, one among them, they differ
    by the rounding of sums, and by the words that dropout hides.

    Args:
        folder: The folder that `train` was to write to, this one or that of
            `seq2seq_keras.train`.
        num_workers: Integer. How many processes; see `TrainingWorkers`.
        address: The cluster of Ray whose nodes they run on; see there.
        modules: Names of modules to import in each.
        **changes: See `seq2seq_keras.resume_training`.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: As `resume_training` and `train` do.

    Example:

    ```python
    if __name__ == "__main__":  # see `train`
        result = s2s.distributed.resume_training("saved_models/mine", num_workers=2)
    ```
    """
    options = TrainingWorkers(num_workers=num_workers, address=address)
    config = training.begun_config(folder, changes.get("backup"))
    return _run(config, options, modules, resume=True, changes=changes)


class _Place(NamedTuple):
    """Where processes run.

    Attributes:
        start: Function that starts one that follows.
        room: Function that tells how many there can be, the first one included.
        host: The address of this machine.
    """

    start: Callable[[], Worker]
    room: Callable[[], int]
    host: str


@contextlib.contextmanager
def _place(options: TrainingWorkers) -> Iterator[_Place]:
    if options.address is None:
        make = functools.partial(TrainingWorker, _LOOPBACK)
        count = options.num_workers or 1
        yield _Place(lambda: LocalWorker(make), lambda: count, _LOOPBACK)
        return
    with joined(options.address) as ray:

        def room() -> int:
            # The first process is not one of the cluster's.
            free = 1 + int(ray.cluster_resources().get("CPU", 0))
            return min(options.num_workers or free, free)

        host = ray.util.get_node_ip_address()
        yield _Place(lambda: RayWorker(ray, TrainingWorker), room, host)


def _run(
    config: TrainingConfig,
    options: TrainingWorkers,
    modules: Sequence[str],
    resume: bool = False,
    changes: dict[str, Any] | None = None,
) -> TrainingResult:
    check_shared(config)
    with _place(options) as place, stopping.StopSignals() as signals:
        tries, before = 0, read_state(config.output) if resume else None
        while True:
            count = place.room()
            team = _Team(place, count)
            try:
                work = team.work(config, resume, changes or {}, modules)
                outcome = team.train(work, read_state(config.output), signals)
                break
            except WorkerDiedError:
                signals.raise_if_received()
                now = read_state(config.output)
                tries, before = (tries + 1 if now == before else 1), now
                if tries >= _TRIES:
                    raise InputError(
                        f"Processes that train ended before their time, {tries} times "
                        "over and before anything was saved. Is there too little "
                        "memory? Take fewer, or a smaller `batch_size`."
                    ) from None
                if now is not None and training.state_path(config.output).is_file():
                    # What was settled then is settled.
                    config = training.begun_config(config.output)
                    resume = True
                say("A process that trained has died; all begin from the last state.")
            finally:
                team.stop()
    if outcome.refused is not None:
        raise InputError(outcome.refused)
    translator = Translator.load(config.output)
    return TrainingResult(translator, outcome.log, outcome.evaluation)


class _Team:
    """The processes of one try."""

    def __init__(self, place: _Place, count: int) -> None:
        self.leader = LocalWorker(
            functools.partial(TrainingWorker, place.host), is_heard=True
        )
        self.others = [place.start() for _ in range(count - 1)]
        self.is_in_vain = lambda: place.room() < count
        self.outcomes: queue.Queue = queue.Queue()

    def work(self, config: Any, resume: bool, changes: Any, modules: Any) -> Any:
        """What all of them are told."""
        for worker in self.others:
            # Of a node that has just gone nobody may know yet.
            worker.wait(self.is_in_vain)
        everyone = [self.leader, *self.others]
        are_here = [
            self.leader,
            *(x for x in self.others if isinstance(x, LocalWorker)),
        ]
        return TrainingWork(
            config=config,
            addresses=[worker.call("address") for worker in everyone],
            threads=max(1, count_processors() // len(are_here)),
            folder=os.getcwd(),  # noqa: PTH109
            resume=resume,
            changes=changes,
            modules=modules,
            environment={x: os.environ[x] for x in _VARIABLES if x in os.environ},
        )

    def train(
        self, work: TrainingWork, state: bytes | None, signals: stopping.StopSignals
    ) -> Outcome:
        """Has all of them train, until the first one has ended or any has died."""
        state = state if work.resume else None
        self._begin(0, self.leader, "lead", work)
        for rank, worker in enumerate(self.others, start=1):
            self._begin(rank, worker, "follow", work, rank, state)
        signals.at_once = False
        told = False
        while True:
            if signals.received is not None and not told:
                self.leader.signal(signals.received)
                told = True
            try:
                rank, outcome = self.outcomes.get(timeout=_TICK)
            except queue.Empty:
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome.is_alone:
                raise WorkerDiedError
            if rank == 0 or outcome.refused is not None:
                return outcome

    def _begin(self, rank: int, worker: Worker, method: str, *values: Any) -> None:
        def run() -> None:
            try:
                outcome: Any = worker.call(method, *values)
            except BaseException as error:
                outcome = error
            self.outcomes.put((rank, outcome))

        threading.Thread(target=run, daemon=True).start()

    def stop(self) -> None:
        """Ends all of them."""
        for worker in (self.leader, *self.others):
            worker.stop()
