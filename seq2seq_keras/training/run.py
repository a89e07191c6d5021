"""One training: what it holds, how it goes through an epoch, where it can stop."""

import dataclasses
import functools
import hashlib
import itertools
import pathlib
import time

import keras

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.data import Batches
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import METRICS, score_metric
from seq2seq_keras.models import build_model
from seq2seq_keras.training.callbacks import EachStep
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.training.history import History
from seq2seq_keras.training.inputs import fit_tokenizers, load_training_pairs
from seq2seq_keras.training.pretrained import load_embeddings
from seq2seq_keras.training.progress import TrainingProgress
from seq2seq_keras.training.schedule import WarmupSchedule
from seq2seq_keras.training.scheduled_sampling import ScheduledSampling
from seq2seq_keras.training.state import (
    assign_all,
    load_state,
    save_state,
    state_path,
)
from seq2seq_keras.training.thaw_embeddings import thaw_embeddings
from seq2seq_keras.training.weight_averages import WeightAverages
from seq2seq_keras.translation import Translator

_MODEL_OPTIONS = [field.name for field in dataclasses.fields(Architecture)]


class TrainingRun:
    """A training that can stop after any step and go on from there.

    Args:
        config: A `TrainingConfig`.
        signals: `StopSignals` that may end it.
    """

    def __init__(self, config, signals):
        self.config = config
        self.signals = signals
        self.output = pathlib.Path(config.output)
        keras.utils.set_random_seed(config.seed)
        self.pairs, validation = load_training_pairs(config)
        self.validation_pairs = validation
        self.scored_pairs = validation.evenly_spaced(config.scored_sentences)
        self.tokenizers = fit_tokenizers(config, self.pairs)
        self.batches = self._batches(self.pairs, shuffle=True)
        self.validation = self._batches(validation, shuffle=False).epoch(0)
        self.model = self._build()
        self.translator = Translator(
            self.model,
            *self.tokenizers,
            max_source_length=config.max_source_length,
            max_length=config.max_target_length + 1,
        )
        self.averages = WeightAverages(config.moving_average, config.average_epochs)
        self.averages.set_model(self.model)
        decoded = METRICS.get(config.monitor)
        self.history = History(
            f"val_{config.monitor}",
            higher_is_better=decoded is not None and decoded.higher_is_better,
        )
        self.epoch = 0
        self.step = 0  # steps done in this epoch
        self.logs = {}  # of an epoch that is trained but not validated
        self.seconds = 0.0  # of earlier processes
        self.saved_metrics = []
        self._start = self.saved_at = time.monotonic()

    def restore(self):
        """Goes back to the last state that was saved, if there is one.

        Returns:
            Whether there is one.

        Raises:
            InputError: If it belongs to other data or another model.
        """
        path = state_path(self.output)
        if not path.is_file():
            return False
        progress, groups = load_state(path)
        if progress["fingerprint"] != self._fingerprint:
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
            self.averages.last.append(groups[f"last-{index}"])
        # `fit` sets them to zero first.
        self.saved_metrics = groups["metrics"]
        self.epoch, self.step = progress["epoch"], progress["step"]
        self.logs, self.seconds = progress["logs"], progress["seconds"]
        for row in progress["history"]:
            self.history.add(row)
        return True

    def save(self):
        """Saves all that `restore` needs, whole or not at all."""
        progress = {
            "fingerprint": self._fingerprint,
            **{"epoch": self.epoch, "step": self.step, "logs": self.logs},
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

    def elapsed(self):
        """Seconds of training so far, those of earlier processes included."""
        return self.seconds + time.monotonic() - self._start

    def go_on(self, after_epoch):
        """Trains to the end.

        Args:
            after_epoch: Function called after each epoch with its row of the log and
                whether it is the best so far; the model then has its averaged weights.
        """
        self._progress = TrainingProgress(
            self.config.epochs,
            self.batches.count,
            self.batches.target_tokens / self.batches.count,
            done=self.epoch * self.batches.count + self.step,
        )
        while self.epoch < self.config.epochs and not self._has_stopped():
            if self.step < self.batches.count:
                self._train_epoch()
                # From here on there is nothing that a stop could lose.
                self.save()
            self.signals.at_once = True
            self.signals.raise_if_received()
            with self.averages.applied():
                row = {"epoch": self.epoch + 1, **self.logs, **self._validate()}
                after_epoch(row, self.history.add(row))
            self.epoch, self.step, self.logs = self.epoch + 1, 0, {}
            self.save()
            self.signals.at_once = False

    def _has_stopped(self):
        patience = max(1, self.config.patience)
        return bool(self.history.rows) and self.history.epochs_since_best >= patience

    def _thaw(self, place):
        """Thaws frozen embeddings if a step of that epoch, or a later one, is done."""
        after = self.config.thaw_embeddings_after
        if after is not None and place >= (after, 1):
            thaw_embeddings(self.model)

    def _train_epoch(self):
        self._thaw((self.epoch, self.step + 1))
        if self.config.schedule == "plateau":
            self.schedule.scale.assign(0.5**self.history.setbacks)
        history = self.model.fit(
            self.batches.epoch(self.epoch, skip=self.step),
            initial_epoch=self.epoch,
            epochs=self.epoch + 1,
            shuffle=False,  # the dataset does it, and Keras warns that it cannot
            verbose=0,
            callbacks=[self.averages, self._progress, EachStep(self)],
        )
        self.logs = {name: float(value[-1]) for name, value in history.history.items()}

    def _validate(self):
        logs = self.model.evaluate(self.validation, verbose=0, return_dict=True)
        logs = {f"val_{name}": float(value) for name, value in logs.items()}
        monitor = self.config.monitor
        if monitor in METRICS:
            logs[f"val_{monitor}"] = score_metric(
                monitor,
                self.translator.translate(self.scored_pairs.source),
                self.scored_pairs.target,
                self.tokenizers[1],
                bleu_tokenizer=self.config.bleu_tokenizer,
            )
        return logs

    def _variables(self):
        """The variables that decide how it goes on, random numbers included."""
        return {
            "model": self.model.variables,
            "optimizer": self.model.optimizer.variables,
            "averages": self.averages.variables,
        }

    @functools.cached_property
    def _fingerprint(self):
        """Tells whether data, options and vocabularies are the same."""
        options = self.config.learnt_options()
        tokenizers = [tokenizer.get_config() for tokenizer in self.tokenizers]
        digest = hashlib.sha256(repr((options, tokenizers)).encode("utf-8"))
        for pair in itertools.chain(self.pairs, self.validation_pairs):
            digest.update(repr(pair).encode("utf-8"))
        return digest.hexdigest()

    def _batches(self, pairs, shuffle):
        config = self.config
        return Batches(
            pairs,
            *self.tokenizers,
            batch_size=config.batch_size,
            batch_by=config.batch_by,
            shuffle=shuffle,
            seed=config.seed,
            max_source_length=config.max_source_length,
            max_target_length=config.max_target_length,
            copy=config.copy,
            subword_sampling=config.subword_sampling if shuffle else 0.0,
        )

    def _build(self):
        config = self.config
        options = {name: getattr(config, name) for name in _MODEL_OPTIONS}
        model = build_model(
            *(tokenizer.vocabulary_size for tokenizer in self.tokenizers),
            **options | load_embeddings(config, *self.tokenizers),
        )
        updates = self.batches.count * config.epochs // config.gradient_accumulation
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
            scheduled_sampling=ScheduledSampling(config.scheduled_sampling, updates)
            if config.scheduled_sampling
            else None,
        )
        model.optimizer.build(model.trainable_variables)
        return model
