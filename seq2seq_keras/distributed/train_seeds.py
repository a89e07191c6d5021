"""One configuration trained with several seeds, some of them at a time."""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import signal
from collections.abc import Sequence
from typing import Any

import pandas as pd

from seq2seq_keras import stopping, training
from seq2seq_keras.architecture import Architecture
from seq2seq_keras.distributed.local_worker import LocalWorker
from seq2seq_keras.distributed.processors import count_processors
from seq2seq_keras.distributed.shared_files import check_shared
from seq2seq_keras.distributed.worker_pool import WorkerDiedError
from seq2seq_keras.errors import InputError, import_named
from seq2seq_keras.files import current, owned, replaced_when_complete
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import say
from seq2seq_keras.training import TrainingConfig

_TABLE = "seeds.csv"
_SEED = ranges_of(TrainingConfig)["seed"]
_GO_ON = "The trainings stop. The same command or call goes on with them"
_OPEN = (None, "auto")
_TICK = 0.2  # seconds between two looks whether a signal has come


@checks_numbers(num_workers=(1, 4096))
def train_seeds(
    config: TrainingConfig,
    seeds: Sequence[int],
    *,
    num_workers: int | None = None,
    modules: Sequence[str] = (),
) -> pd.DataFrame:
    """Trains the same configuration with several seeds, for what chance is worth.

    A score of one training is a draw; the mean and the deviation of several are what
    two recipes can be compared by. Each seed has a folder of its own, `seed-0` and so
    on, which is that of `train`, and each a process of its own, which has its part of
    the processors: models that are too small for all of them are trained faster side
    by side. The folders together are also the members of an ensemble.

    What has ended is left as it is and what was interrupted goes on, so after a stop
    the same call does what is missing. Pairs that the seed splits, of a corpus such
    as phrasebook or tatoeba or of files without `validation`, are split differently for
    each, so that the scores are of other pairs, too: give `validation` files.

    The processes read the script that starts them anew, so it needs
    `if __name__ == "__main__":` above what it does.

    Args:
        config: A `TrainingConfig`. Its `output` is the folder of the folders; its
            `seed` is replaced.
        seeds: Integers.
        num_workers: Integer. How many are trained at a time; by default as many as
            there are processors.
        modules: Names of modules to import in each process, with cells or attentions
            of your own.

    Returns:
        A DataFrame with a row for each seed: the scores of its best epoch on
        validation pairs, as they stand in `scores.json`. It is in `output`, too, as
        `seeds.csv`.

    Raises:
        InputError: As `train` does; if a seed is given twice; if a folder holds a
            training with other options and `overwrite` is not set; or if a process
            dies.

    Example:

    ```python
    if __name__ == "__main__":
        output = "saved_models/ice"
        config = s2s.TrainingConfig(corpus="sigmorphon2021/ice", output=output)
        table = s2s.distributed.train_seeds(config, range(10))
        print(table["exact_match"].agg(["mean", "std"]))
    ```

    Reference:
        - [Reimers & Gurevych, 2017](https://arxiv.org/abs/1707.09861): a single score
          of a recurrent model says little.
    """
    seeds = [_SEED.check("seeds", seed) for seed in seeds]
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"`seeds` must be integers, each once. Received: {seeds}")
    check_shared(config)
    many = min(num_workers or count_processors(), len(seeds))
    with owned(config.output) as output:
        folders = {seed: str(output / f"seed-{seed}") for seed in seeds}
        works = {}
        threads = max(1, count_processors() // many)
        for seed, folder in folders.items():
            own = dataclasses.replace(config, seed=seed, output=folder)
            if config.backup is not None:
                own.backup = f"{config.backup.rstrip('/')}/seed-{seed}"
            begun = _begun(own)
            if begun is None or not _is_done(own, begun):
                works[seed] = _Work(own, begun is not None, threads, tuple(modules))
        told = f"{_GO_ON}{', without `overwrite`' * config.overwrite}."
        _Team(many, told).train(works)
        table = _table({seed: _scores(folder) for seed, folder in folders.items()})
        with replaced_when_complete(output / _TABLE) as beside:
            table.to_csv(beside)
    return table


@dataclasses.dataclass(frozen=True)
class _Work:
    """What the process of a seed is told."""

    config: TrainingConfig
    goes_on: bool
    threads: int
    modules: tuple[str, ...]


class _SeedTrainer:
    """Trains in the process of a seed."""

    def train(self, work: _Work) -> str | None:
        """Trains, or goes on; says what is wrong."""
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(work.threads)
        try:
            import_named(work.modules)
            if work.goes_on:
                names = work.config.changeable()
                changes: dict[str, Any] = {x: getattr(work.config, x) for x in names}
                training.resume_training(work.config.output, **changes)
            else:
                training.train(work.config)
        except (InputError, OSError) as error:
            return str(error)
        return None


def _begun(config: TrainingConfig) -> TrainingConfig | None:
    """The options with which its folder holds this training, if it does."""
    if config.overwrite:
        return None
    if config.backup is not None:
        training.restore_backup(config.output, config.backup)
    if not training.is_remembered(config.output):
        return None
    begun = training.begun_config(config.output)
    # There are options that only some trainings have to keep. What `init` brings along
    # is in a state that goes on; here it tells one training from another.
    kept = {*config.learnt_options(), *begun.learnt_options(), "init"}
    now, then = (
        {**each.as_dict(), **each.learnt_options()} for each in (config, begun)
    )
    for options in (now, then):
        options["target_tokenizer"] = (
            options["target_tokenizer"] or options["tokenizer"]
        )
    # What these leave open was settled when it began.
    is_open = {
        "precision": config.precision == "auto",
        "tokenizer": config.tokenizer in _OPEN,
        "target_tokenizer": (config.target_tokenizer or config.tokenizer) in _OPEN,
    }
    settled = _settled_by_init(config) | {x for x in is_open if is_open[x]}
    differ = [x for x in now if x in kept - settled and now[x] != then[x]]
    if differ:
        raise InputError(
            f"{config.output} holds a training with other options: "
            f"{', '.join(differ)}. Name another `output`, or set `overwrite`."
        )
    return begun


def _settled_by_init(config: TrainingConfig) -> set[str]:
    """The options that are left to the model of `init`, if there is one."""
    if config.init is None:
        return set()
    fields = dataclasses.fields(Architecture)
    return {x.name for x in fields if getattr(config, x.name) == x.default}


def _is_done(config: TrainingConfig, begun: TrainingConfig) -> bool:
    """Whether a training has ended, and would not go on with what is asked for now."""
    if not training.has_ended(config.output) or config.epochs != begun.epochs:
        return False
    log = pd.read_csv(pathlib.Path(config.output, training.LOG))
    has_stopped = len(log) < begun.epochs
    return not (has_stopped and config.patience > begun.patience)


class _Team:
    """The processes that train, as many at a time as there are threads for."""

    def __init__(self, count: int, told_at_the_end: str) -> None:
        self.count = count
        self.told_at_the_end = told_at_the_end
        self.workers: dict[int, LocalWorker] = {}
        self.is_ending = False
        self.failure: Exception | None = None  # the first one

    def train(self, works: dict[int, _Work]) -> None:
        """Has each trained."""
        with (
            stopping.StopSignals(self.told_at_the_end) as signals,
            concurrent.futures.ThreadPoolExecutor(self.count) as threads,
        ):
            runs = [threads.submit(self._run, *item) for item in works.items()]
            signals.at_once = False
            while not all(run.done() for run in runs):
                concurrent.futures.wait(runs, _TICK)
                if signals.received is not None or self.failure is not None:
                    self._end()
            signals.raise_if_received()
            if self.failure is not None:
                raise self.failure

    def _run(self, seed: int, work: _Work) -> None:
        if self.is_ending:
            return
        try:
            self._train(seed, work)
        except Exception as error:
            # What dies once all are told to end has been told to.
            if not self.is_ending:
                self.failure = self.failure or error

    def _train(self, seed: int, work: _Work) -> None:
        worker = self.workers[seed] = LocalWorker(_SeedTrainer)
        if self.is_ending:  # by a signal that came while the process began
            worker.signal(signal.SIGTERM)
        try:
            refused = worker.call("train", work)
        except WorkerDiedError as error:
            raise InputError(
                f"The process that trained seed {seed} has ended before its time. Is "
                "there too little memory? Fewer at a time (`num_workers`) need less; "
                "the same call goes on."
            ) from error
        finally:
            del self.workers[seed]
            worker.stop()
        if refused is not None:
            raise InputError(f"Seed {seed}: {refused}")
        say(f"Seed {seed} is trained.")

    def _end(self) -> None:
        """Has every process save where it stands, and begins no other."""
        if not self.is_ending:
            self.is_ending = True
            for worker in list(self.workers.values()):
                worker.signal(signal.SIGTERM)


def _scores(folder: str | os.PathLike) -> dict[str, Any]:
    return json.loads(current(folder, "scores.json").read_text(encoding="utf-8"))


def _table(scores: dict[int, dict]) -> pd.DataFrame:
    rows = [
        {
            name: value
            for name, value in found.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for found in scores.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(scores), name="seed"))
