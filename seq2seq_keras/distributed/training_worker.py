"""A process that trains a model together with others."""

import contextlib
import dataclasses
import os
import pathlib
import socket
import tempfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from seq2seq_keras import training
from seq2seq_keras.errors import InputError, import_named
from seq2seq_keras.stopping import StopSignals
from seq2seq_keras.training import TrainingConfig


@dataclasses.dataclass(frozen=True)
class TrainingWork:
    """What every process is told, but for its number.

    Attributes:
        config: The `TrainingConfig`.
        addresses: HOST:PORT of each process.
        threads: Threads of each.
        folder: Where the first process works, in which all find the data.
        resume: Whether the training goes on.
        changes: Options that it goes on with in place of those it began with.
        modules: Names of modules to import first, with a user's own parts.
        environment: Dictionary of variables of the environment.
    """

    config: TrainingConfig
    addresses: Sequence[str]
    threads: int
    folder: str
    resume: bool = False
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)
    modules: Sequence[str] = ()
    environment: dict[str, str] = dataclasses.field(default_factory=dict)


class Outcome(NamedTuple):
    """How a process has ended.

    Attributes:
        log: Of the first process, the table of `TrainingResult`.
        evaluation: Of the first process, the `Evaluation`.
        refused: What was wrong with the input, or `None`.
        is_alone: Whether it had to give up since another one has gone, or has not come.
    """

    log: Any = None
    evaluation: Any = None
    refused: str | None = None
    is_alone: bool = False


class TrainingWorker:
    """One process: the first one leads, writes and tells, the others follow.

    Args:
        host: The address under which the others find it; by default that of the node
            of Ray that it lives on.
    """

    def __init__(self, host: str | None = None) -> None:
        self.host = host

    def address(self) -> str:
        """A HOST:PORT that is free now."""
        host = self.host
        if host is None:
            import ray

            host = ray.util.get_node_ip_address()
        with socket.socket() as found:
            found.bind(("", 0))
            return f"{host}:{found.getsockname()[1]}"

    def lead(self, work: TrainingWork) -> Outcome:
        """Trains as `train` does, with the shares of the others."""
        try:
            workers = self._begin(work, 0)
            if work.resume:
                output = work.config.output
                made = training.resume_training(output, workers=workers, **work.changes)
            else:
                made = training.train(work.config, workers=workers)
        except (InputError, OSError) as error:
            return Outcome(refused=str(error))
        except KeyboardInterrupt:
            os._exit(130)  # it has been told
        except Exception as error:
            if not _is_of_others(error):
                raise
            return Outcome(is_alone=True)
        return Outcome(made.log, made.evaluation)

    def follow(self, work: TrainingWork, rank: int, state: bytes | None) -> Outcome:
        """Trains as the first process does; `state` is what that goes on from."""
        try:
            workers = self._begin(work, rank)
            with tempfile.TemporaryDirectory() as place:
                if state is not None:
                    training.state_path(place).write_bytes(state)
                changed = {**work.changes, "output": place}
                config = dataclasses.replace(work.config, **changed)
                trainer = training.Trainer(config, StopSignals(), workers=workers)
                trainer.restore()
                trainer.go_on(lambda row, is_best: None)
        except (InputError, OSError) as error:
            return Outcome(refused=f"Worker {rank}: {error}")
        except Exception as error:
            if not _is_of_others(error):
                raise
            return Outcome(is_alone=True)
        return Outcome()

    def _begin(self, work: TrainingWork, rank: int) -> Any:
        os.environ.update(work.environment)
        with contextlib.suppress(OSError):  # the data may be a corpus
            os.chdir(work.folder)
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(work.threads)
        from seq2seq_keras.distributed.collective_workers import CollectiveWorkers

        workers = CollectiveWorkers(work.addresses, rank)
        import_named(work.modules)
        return workers


def _is_of_others(error: Exception) -> bool:
    """Whether an error of TensorFlow says that processes do not find each other.

    That may be known here before anybody has heard that one has died. And the port that
    was free when it was chosen may be another program's now.
    """
    import tensorflow as tf

    kinds = (tf.errors.UnavailableError, tf.errors.AbortedError)
    words = ("Collective ops is aborted", "Could not start gRPC server")
    return isinstance(error, tf.errors.OpError) and (
        isinstance(error, kinds) or any(word in str(error) for word in words)
    )


def read_state(folder: str | os.PathLike) -> bytes | None:
    """The state that a training into a folder goes on from, or `None`."""
    for place in (folder, pathlib.Path(folder, "last")):
        if (path := training.state_path(place)).is_file():
            return path.read_bytes()
    return None
