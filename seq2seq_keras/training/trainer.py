"""A training: what it holds, how it goes through an epoch, where it can stop."""

import dataclasses
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.data import PairsCounter
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import METRICS, score_metric
from seq2seq_keras.memory import check_memory
from seq2seq_keras.models import (
    EncoderDecoder,
    ModelOptions,
    Workers,
    build_model,
    check_weights,
    fastest_precision,
)
from seq2seq_keras.stopping import StopSignals
from seq2seq_keras.terminal import show
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.training.backup import Backup, Place
from seq2seq_keras.training.callbacks import WeightAverages, thaw_embeddings
from seq2seq_keras.training.checkpoint import (
    assign_all,
    check_fit,
    check_progress,
    has_ended,
    load_state,
    save_state,
    state_path,
)
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.file_names import LAST
from seq2seq_keras.training.history import History
from seq2seq_keras.training.inputs import (
    fit_tokenizers,
    load_embeddings,
    load_sharded_pairs,
    load_training_pairs,
)
from seq2seq_keras.training.preview import preview
from seq2seq_keras.training.progress import TrainingProgress
from seq2seq_keras.training.read_batches import read_batches
from seq2seq_keras.training.schedule import WarmupSchedule
from seq2seq_keras.training.scheduled_sampling import ScheduledSampling
from seq2seq_keras.training.settled_tokenizers import settle_tokenizers
from seq2seq_keras.training.shares import (
    check_same_weights,
    part_random_numbers,
    translate_shares,
)
from seq2seq_keras.training.start import Model, architecture_of, given_model, load_start
from seq2seq_keras.translation import Translator

_MODEL_OPTIONS = dataclasses.fields(Architecture)


class Trainer:
    """A training that can stop after any step and go on from there.

    It is callbacks around one `fit` for each epoch, and nothing is remembered between
    two epochs but what `save` writes. `signals` may end it; a given `model`, or
    function that makes one, takes the place of what the configuration describes;
    `callbacks` are the user's. Of several `workers` each has its share of every batch,
    and the first one writes.
    """

    def __init__(
        self,
        config: TrainingConfig,
        signals: StopSignals,
        model: Model | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        workers: Workers | None = None,
    ) -> None:
        self.workers, self.signals = workers, signals
        self.output = pathlib.Path(config.output)
        keras.utils.set_random_seed(config.seed)
        start = load_start(config, model)
        if start is not None:
            # `training.yaml` then says what is trained, whatever was left out.
            config = dataclasses.replace(config, **architecture_of(start, config))
        config = self.config = _settle_precision(config, workers)
        made, counter = self._read(start, model)
        self.model = self._compile(made or self._build())
        self.report = counter.report(
            batch_size=config.batch_size,
            batch_by=config.batch_by,
            model=self.model,
        )
        check_memory(
            1e6 * self.report.batch_megabytes,
            "The longest batch",
            "Choose a smaller `batch_size`, `max_target_length` or target vocabulary.",
        )
        self.translator = Translator(
            self.model,
            *self.tokenizers,
            **self._searched_with(start),
        )
        self.averages = WeightAverages(config.moving_average, config.average_epochs)
        self.averages.set_model(self.model)
        self.callbacks = keras.callbacks.CallbackList(
            list(callbacks),
            model=self.model,
            epochs=config.epochs,
            steps=self.batches.count,
            verbose=0,
        )
        decoded = METRICS.get(config.monitor)
        self.history = History(
            f"val_{config.monitor}",
            higher_is_better=decoded is not None and decoded.higher_is_better,
            epochs=config.monitor_epochs,
        )
        self.best_weights: list[np.ndarray] | None = None  # of an epoch of this process
        self.epoch = 0
        self.step = 0  # steps done in this epoch
        self.logs: dict[str, float] = {}  # of an epoch trained but not validated
        self.seconds = 0.0  # of earlier processes
        self.saved_metrics: Sequence[np.ndarray] = []
        self.saved_place = Place(0, 0)
        self.backup: Backup | None = None
        self._start = self.saved_at = time.monotonic()

    def _read(
        self, start: Translator | None, model: Model | None
    ) -> tuple[EncoderDecoder | None, PairsCounter]:
        """Reads pairs and makes batches; what has made the model, and counted them."""
        config, workers = self.config, self.workers
        if config.shards > 1:
            found = load_sharded_pairs(config, workers)
        else:
            found = load_training_pairs(config)
        self.pairs, self.validation_pairs = found.train, found.validation
        self.scored_pairs = found.validation.evenly_spaced(config.scored_sentences)
        self.tokenizers, made = self._start_from(start, model)
        show(preview(found.layouts, self.pairs, self.tokenizers))
        copy = config.copy if made is None else made.copies
        read = read_batches(self.config, self.tokenizers, found, copy, workers)
        self.batches, self.validation = read.train, read.validation
        self.fingerprint = read.fingerprint
        return made, read.counter

    def _start_from(
        self, start: Translator | None, model: Model | None
    ) -> tuple[tuple[Tokenizer, Tokenizer], EncoderDecoder | None]:
        """Both tokenizers, and the model unless the options describe it."""
        if start is not None:
            return (start.source_tokenizer, start.target_tokenizer), start.model
        # What `training.yaml` holds, and what a training that goes on starts from.
        self.config = settle_tokenizers(self.config, self.pairs)
        tokenizers = fit_tokenizers(self.config, self.pairs, self.workers)
        if model is None:
            return tokenizers, None
        sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
        return tokenizers, given_model(model, sizes, self.config)

    def _searched_with(self, start: Translator | None) -> dict[str, Any]:
        """The options of the translator beside its model and tokenizers."""
        if start is None:
            return {
                "max_source_length": self.config.max_source_length,
                "max_length": self.config.max_target_length + 1,
            }
        search = dataclasses.asdict(start.search)
        return {"max_source_length": start.max_source_length, **search}

    def restore(self) -> bool:
        """Goes back to the last state that was saved, if there is one.

        It tells whether it is that of a training which has not ended.
        """
        ended = has_ended(self.output)
        path = state_path(self.output / LAST if ended else self.output)
        if not path.is_file():
            return False
        progress, groups = load_state(path)
        check_progress(
            progress,
            path,
            steps=self.batches.count,
            average_epochs=self.averages.epochs if self.averages.epochs > 1 else 0,
        )
        if progress["fingerprint"] != self.fingerprint:
            raise InputError(
                f"{path}: the training data or the options have changed since the "
                "training was interrupted. Restore them, or train anew."
            )
        self._thaw((progress["epoch"], progress["step"]))
        # Only a first batch makes the metrics; it may also draw random numbers.
        self.model.evaluate(self.validation.take(1), verbose=0)
        for name, variables in self._variables().items():
            assign_all(variables, groups.get(name, []), path)
        for index in range(progress["last_epochs"]):
            arrays = groups.get(f"last-{index}", [])
            check_fit(self.model.weights, arrays, path)
            self.averages.last.append(arrays)
        # `fit` sets them to zero first. Before its first step a model may have none.
        if progress["step"] > 0:
            self.saved_metrics = groups.get("metrics", [])
            check_fit(self.model.metrics_variables, self.saved_metrics, path)
        self.epoch, self.step = progress["epoch"], progress["step"]
        self.saved_place = Place(self.epoch, self.step)
        self.logs, self.seconds = progress["logs"], progress["seconds"]
        for row in progress["history"]:
            self.history.add(row)
        self._check_epochs(ended)
        return not ended

    def _check_epochs(self, ended: bool) -> None:
        epochs, done = self.config.epochs, self.epoch + (self.step > 0)
        if epochs < done:
            raise InputError(
                f"`epochs` must be at least {done}: so many are begun. "
                f"Received: epochs={epochs}"
            )
        if ended and (epochs == done or self._has_stopped()):
            raise InputError(
                f"{self.output}: nothing is left to do: {done} of {epochs} epochs are "
                f"done, {self.history.epochs_since_best} of them after the best one "
                f"(patience={self.config.patience})."
            )

    def save(self) -> None:
        """Saves all that `restore` needs, whole or not at all."""
        if self.workers is not None and self.workers.rank > 0:
            return
        progress = {
            "fingerprint": self.fingerprint,
            "epoch": self.epoch,
            "step": self.step,
            "logs": self.logs,
            "history": self.history.rows,
            "last_epochs": len(self.averages.last),
            "seconds": self.elapsed(),
        }
        groups = {
            **self._variables(),
            "metrics": self.model.metrics_variables,
            **{f"last-{i}": arrays for i, arrays in enumerate(self.averages.last)},
        }
        save_state(state_path(self.output), progress, groups)
        self.saved_at = time.monotonic()
        self.saved_place = Place(self.epoch, self.step)
        if self.backup is not None:
            is_last = self.signals.received is not None
            self.backup.follow(self.saved_place, at_once=is_last)

    def elapsed(self) -> float:
        """Seconds of training so far, those of earlier processes included."""
        return self.seconds + time.monotonic() - self._start

    def go_on(self, after_epoch: Callable[[dict, bool], None]) -> None:
        """Trains to the end.

        `after_epoch` is called after each epoch with its row of the log and whether it
        is the best so far; the model then has its averaged weights.
        """
        self._progress = TrainingProgress(
            self.config.epochs,
            self.batches.count,
            self.batches.target_tokens / self.batches.count,
            done=self.epoch * self.batches.count + self.step,
        )
        if self.workers is not None:
            part_random_numbers(self.workers, self.model)
        self.callbacks.on_train_begin()
        while self.epoch < self.config.epochs and not self._has_stopped():
            if self.step < self.batches.count:
                self._train_epoch()
                if self.workers is not None:
                    check_same_weights(self.workers, self.model, self.epoch)
                # From here on there is nothing that a stop could lose.
                self.save()
            self.signals.at_once = True
            self.signals.raise_if_received()
            with self.averages.applied():
                row = {"epoch": self.epoch + 1, **self.logs, **self._validate()}
                is_best = self.history.add(row)
                if is_best:
                    self.best_weights = self.model.get_weights()
                after_epoch(row, is_best)
                logs = {name: row[name] for name in row if name != "epoch"}
                self.callbacks.on_epoch_end(self.epoch, logs)
            self.epoch, self.step, self.logs = self.epoch + 1, 0, {}
            self.save()
            if getattr(self.model, "stop_training", False):
                break
        self.callbacks.on_train_end()

    def _has_stopped(self) -> bool:
        patience = max(1, self.config.patience)
        return bool(self.history.rows) and self.history.epochs_since_best >= patience

    def _thaw(self, place: tuple[int, int]) -> None:
        """Thaws frozen embeddings if a step of that epoch, or a later one, is done."""
        after = self.config.thaw_embeddings_after
        if after is not None and place >= (after, 1):
            thaw_embeddings(self.model)

    def _train_epoch(self) -> None:
        self._thaw((self.epoch, self.step + 1))
        if self.config.schedule == "plateau":
            self.schedule.scale.assign(0.5**self.history.setbacks)
        history = self.model.fit(
            self.batches.epoch(self.epoch, skip=self.step),
            initial_epoch=self.epoch,
            epochs=self.epoch + 1,
            shuffle=False,  # the dataset does it, and Keras warns that it cannot
            verbose=0,
            callbacks=[
                *(self.averages, _PassedOn(self.callbacks)),
                *(self._progress, _Steps(self)),
            ],
        )
        self.logs = {name: float(value[-1]) for name, value in history.history.items()}

    def _validate(self) -> dict[str, float]:
        logs = self.model.evaluate(
            self.validation, verbose=0, return_dict=True, callbacks=self.callbacks
        )
        logs = {f"val_{name}": float(value) for name, value in logs.items()}
        monitor = self.config.monitor
        if monitor in METRICS:
            logs[f"val_{monitor}"] = score_metric(
                monitor,
                translate_shares(
                    self.workers, self.translator, self.scored_pairs.source
                ),
                self.scored_pairs.target,
                self.tokenizers[1],
                bleu_tokenizer=self.config.bleu_tokenizer,
            )
        return logs

    def _variables(self) -> dict[str, Sequence]:
        """The variables that decide how it goes on, random numbers included."""
        return {
            "model": self.model.variables,
            "optimizer": self.model.optimizer.variables,
            "averages": self.averages.variables,
        }

    def _build(self) -> EncoderDecoder:
        sizes = [tokenizer.vocabulary_size for tokenizer in self.tokenizers]
        options = {x.name: getattr(self.config, x.name) for x in _MODEL_OPTIONS}
        if self.config.features_encoder is not None:
            features: Any = self.tokenizers[0]
            options["features_vocabulary_size"] = len(features.features)
        planned = ModelOptions(
            source_vocabulary_size=sizes[0], target_vocabulary_size=sizes[1], **options
        )
        check_weights(planned, copies=self._copies())
        return build_model(
            *sizes, **options | load_embeddings(self.config, *self.tokenizers)
        )

    def _copies(self) -> int:
        """The numbers that are kept for each weight: gradients, moments, averages."""
        averages = self.config.moving_average is not None
        last = min(self.config.average_epochs, self.config.epochs)
        return 4 + averages + (last if last > 1 else 0)

    def _compile(self, model: EncoderDecoder) -> EncoderDecoder:
        config = self.config
        updates = self.batches.count * config.epochs // config.gradient_accumulation
        if config.schedule == "cosine" and updates <= config.warmup_steps:
            raise InputError(
                f"A cosine begins after the {config.warmup_steps:,} updates of "
                f"`warmup_steps`, and there are no more than {updates:,}: "
                f"{config.epochs:,} epochs of {self.batches.count:,} batches. Lower "
                "`warmup_steps`, or raise `epochs`."
            )
        self.schedule = WarmupSchedule(
            config.learning_rate,
            config.warmup_steps,
            "constant" if config.schedule == "plateau" else config.schedule,
            max(1, updates),
        )
        compile_model(
            model,
            learning_rate=self.schedule,
            global_clipnorm=config.global_clipnorm,
            label_smoothing=config.label_smoothing,
            gradient_accumulation=config.gradient_accumulation,
            scheduled_sampling=_sampling(config, updates),
        )
        model.optimizer.build(model.trainable_variables)
        model.workers = self.workers
        return model


def _settle_precision(
    config: TrainingConfig, workers: Workers | None
) -> TrainingConfig:
    """Once for all: a training that goes on elsewhere must not change it."""
    precision, reason = config.precision, ""
    if precision == "auto":
        precision, reason = fastest_precision()
    if workers is not None:
        # As the first one has it, whose machine may be another.
        mine: Any = [precision]
        precision = workers.gather(mine)[0]  # type: ignore[assignment]
    if reason:
        show(f"Precision {precision}: {reason}.")
        config = dataclasses.replace(config, precision=precision)
    return config


def _sampling(config: TrainingConfig, updates: int) -> ScheduledSampling | None:
    if not config.scheduled_sampling:
        return None
    given = config.scheduled_sampling_steps
    steps = updates if given is None else given
    return ScheduledSampling(config.scheduled_sampling, steps)


class _Steps(keras.callbacks.Callback):
    """Counts the steps of a training, saves its state and lets it stop."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self.trainer = trainer

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        trainer = self.trainer
        # `fit` has just set the metrics to zero.
        if trainer.step > 0:
            variables = self.model.metrics_variables
            assign_all(variables, trainer.saved_metrics, trainer.output)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        trainer = self.trainer
        trainer.step += 1
        # Now there is a step that a stop would lose.
        trainer.signals.at_once = False
        loss = float((logs or {}).get("loss", 0.0))
        if loss != loss:
            raise InputError(
                f"The loss became NaN at step {trainer.step} of an epoch. Lower the "
                "learning rate or `global_clipnorm`, or use float32."
            )
        if trainer.step == trainer.batches.count:
            # What ends an epoch is still to come; the state is saved after it.
            return
        wait = 60 * trainer.config.save_minutes
        is_due = time.monotonic() - trainer.saved_at >= wait
        if trainer.signals.received is not None or is_due:
            trainer.save()
        trainer.signals.raise_if_received()


class _PassedOn(keras.callbacks.Callback):
    """Tells a user's callbacks what happens within the `fit` of an epoch.

    The end of an epoch they hear from the trainer, after it was validated.
    """

    def __init__(self, callbacks: keras.callbacks.CallbackList) -> None:
        super().__init__()
        self.callbacks = callbacks

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.callbacks.on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.callbacks.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.callbacks.on_train_batch_end(batch, logs)
