"""A whole training run, from files to a translator on disk."""

import dataclasses
import importlib.util
import os
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import pandas as pd
import yaml

from seq2seq_keras.data import FILE_OPTIONS, files_of
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import Evaluation, evaluate_translator
from seq2seq_keras.files import (
    check_outputs,
    owned,
    replaced_when_complete,
    write_text,
)
from seq2seq_keras.markdown import as_markdown
from seq2seq_keras.models import Workers
from seq2seq_keras.plots import plot_learning_curves
from seq2seq_keras.stopping import StopSignals
from seq2seq_keras.terminal import quoted_path, show
from seq2seq_keras.training.backup import Backup, restore_backup
from seq2seq_keras.training.checkpoint import has_ended, state_path
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.file_names import (
    CONFIG,
    CURVES,
    LAST,
    LOG,
    TENSORBOARD,
    TRAINING_FILES,
)
from seq2seq_keras.training.start import Model
from seq2seq_keras.training.trainer import Trainer
from seq2seq_keras.translation import (
    TRANSLATOR_FILES,
    Translator,
    is_translator_folder,
)
from seq2seq_keras.yaml_files import read_yaml


class TrainingResult(NamedTuple):
    """What `train` returns.

    Attributes:
        translator: The best `Translator`, as it stands on disk.
        log: DataFrame with a row for each epoch.
        evaluation: `Evaluation` of it on validation pairs.

    Example:

    ```python
    result = s2s.train(s2s.TrainingConfig(corpus="phrasebook/english-french"))
    print(result.log["val_perplexity"].min(), result.evaluation.scores.bleu)
    ```
    """

    translator: Translator
    log: pd.DataFrame
    evaluation: Evaluation


def train(
    config: TrainingConfig,
    model: Model | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    workers: Workers | None = None,
) -> TrainingResult:
    """Trains a translator and leaves it, with all that belongs to it, in a folder.

    The folder holds the best model, by what `monitor` says, as `Translator.load`
    reads it, the last one in `last`, the resolved configuration (`training.yaml`),
    the log (`log.csv`), its picture (`learning_curves.png`) and, where TensorBoard is
    installed, its files in `tensorboard`.

    A training that is interrupted, by SIGTERM, the keyboard or worse, goes on with
    `resume_training`; until it ends the folder also holds `training_state.npz`, which
    then moves into `last`.

    Args:
        config: A `TrainingConfig`.
        model: Optional `EncoderDecoder` of your own in place of that which the options
            describe, or a function from the sizes of source and target vocabulary to
            one, such as its class. It is compiled as the options say.
        callbacks: Keras callbacks of your own. At the end of an epoch they hear the
            values of the log, those of validation among them, while the model has its
            averaged weights; with `model.stop_training` they end the training.
        workers: The other processes that train it too; `seq2seq_keras.distributed`
            starts them and makes this.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: If the data or an option cannot be used, the model does not fit the
            vocabularies, or the folder holds a
            translator and `overwrite` is not set.

    Example:

    ```python
    config = s2s.TrainingConfig(
        output="saved_models/mine", corpus="phrasebook/english-french", epochs=7
    )
    result = s2s.train(config)
    print(result.evaluation)
    print(result.translator.translate("i am a student"))
    ```
    """
    _check_paths(config)
    with owned(config.output) as output:
        if not config.overwrite:
            for is_there, what in (
                (
                    state_path(output).exists(),
                    "an unfinished training: go on with `resume`, or",
                ),
                (is_translator_folder(output), "a translator:"),
            ):
                if is_there:
                    raise InputError(
                        f"{config.output} holds {what} name another `output`, or set "
                        "`overwrite`."
                    )
        return _train(config, model, callbacks, workers, anew=True)


def resume_training(
    folder: str | os.PathLike,
    model: Model | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    workers: Workers | None = None,
    **changes: Any,
) -> TrainingResult:
    """Goes on with a training that was interrupted, as if it had not been.

    The same batches follow in the same order, with the same random numbers, so that
    the weights at the end are those of a training without interruption. With more
    `epochs`, or more `patience`, a training goes on that has ended.

    Args:
        folder: The folder that `train` was to write to.
        model: What `train` was given; it gets the weights it had.
        callbacks: See `train`.
        workers: See `train`.
        **changes: Options in place of those it began with: `patience`, `save_minutes`,
            `samples`, `backup`, and `epochs` unless a cosine or scheduled sampling goes
            along all of them.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: If there is nothing to go on with, the data have changed, or an
            option cannot be changed.

    Example:

    ```python
    result = s2s.resume_training("saved_models/mine")
    result = s2s.resume_training("saved_models/mine", epochs=30)
    # On another machine:
    result = s2s.resume_training("saved_models/mine", backup="s3://bucket/mine")
    ```
    """
    begun_config(folder, changes.get("backup"))
    with owned(folder):
        if has_ended(folder):
            _check_that_it_can_go_on(folder, changes)
        config = begun_config(folder).changed(changes)
        _check_paths(config)
        return _train(config, model, callbacks, workers)


def begun_config(
    folder: str | os.PathLike, backup: str | None = None
) -> TrainingConfig:
    """The configuration of the training into a folder.

    Args:
        folder: The folder that `train` was to write to.
        backup: URL of its copy, which is brought into the folder if that is missing.

    Returns:
        A `TrainingConfig`.

    Raises:
        InputError: If there is none, or it is damaged.
    """
    path = pathlib.Path(folder, CONFIG)
    if backup is not None:
        restore_backup(folder, backup)
    if not path.is_file():
        where = f", nor does {backup}" if backup is not None else ""
        raise InputError(
            f"{folder} holds no training to go on with: no {path.name}{where}."
        )
    options = read_yaml(path)
    try:
        config = TrainingConfig(**options)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    # The folder may have been moved.
    return dataclasses.replace(config, output=str(folder))


def _check_paths(config: TrainingConfig) -> None:
    """Refuses to write onto the data, before they are read."""
    output = pathlib.Path(config.output)
    written = [
        (f"{name} of `output`", output / inside / name)
        for inside in ("", LAST)
        for name in (*TRANSLATOR_FILES, *TRAINING_FILES)
    ]
    read = [
        (f"{name} of `{option}`", path)
        for option in (
            *(*FILE_OPTIONS, "source_vectors", "target_vectors"),
            *("vocabulary", "source_vocabulary", "target_vocabulary"),
        )
        for name in _as_list(getattr(config, option))
        for path in files_of(name)
    ]
    if config.init is not None:
        files = [pathlib.Path(config.init, name) for name in TRANSLATOR_FILES]
        read += [(f"{path} of `init`", str(path)) for path in files]
    check_outputs(written, read)


def _as_list(paths: str | Sequence[str] | None) -> Sequence[str]:
    if paths is None:
        return ()
    return [paths] if isinstance(paths, str) else paths


def _check_that_it_can_go_on(folder: str | os.PathLike, changes: dict) -> None:
    if not {"epochs", "patience"} & changes.keys():
        raise InputError(
            f"{folder}: the training has ended; nothing is left to do. It goes on with "
            "more `epochs`, or more `patience` if it lost that."
        )
    if not state_path(pathlib.Path(folder, LAST)).is_file():
        raise InputError(
            f"{folder}: the training has ended, and its state was not kept, as by an "
            "earlier version. Train anew."
        )


def _train(
    config: TrainingConfig,
    model: Model | None,
    callbacks: Sequence[keras.callbacks.Callback],
    workers: Workers | None,
    *,
    anew: bool = False,
) -> TrainingResult:
    last_state = state_path(pathlib.Path(config.output, LAST))
    backup = _backup(config)
    is_kept = backup is not None and anew and not config.overwrite
    if backup is not None and is_kept:
        backup.check_free()
    how_to_go_on = (
        "The training stops. Go on with: seq2seq-keras train --resume "
        f"{quoted_path(config.output)}"
    )
    with StopSignals(how_to_go_on if state_path(config.output).exists() else "") as (
        signals
    ):
        callbacks = [*callbacks, *_tensorboard(config)]
        trainer = Trainer(config, signals, model, callbacks, workers)
        # Only now is it known that the data can be used.
        if anew:
            if backup is not None:
                if is_kept:  # also one that was begun while the data were read
                    backup.check_free()
                backup.begin(trainer.fingerprint)
            # Else one that is killed before its first state would go on from these.
            for path in (state_path(config.output), last_state):
                path.unlink(missing_ok=True)
        goes_on = trainer.restore()
        if backup is not None and not anew:
            backup.go_on(trainer.fingerprint, trainer.saved_place)
        trainer.backup = backup
        write_text(trainer.output / CONFIG, _as_yaml(trainer.config))
        if not goes_on:
            # From here on it can be told from a training that has ended.
            trainer.save()
        signals.message = how_to_go_on
        _describe(trainer)
        try:
            trainer.go_on(lambda row, is_best: _after_epoch(trainer, row, is_best))
            signals.at_once = True
            result = _finish(trainer)
        except (KeyboardInterrupt, SystemExit):
            if backup is not None:
                # What was saved before, and perhaps not copied.
                signals.at_once = False
                backup.follow(trainer.saved_place, at_once=True)
            raise
        if backup is not None:
            # Where that fails, `resume` does it again.
            backup.write(trainer.saved_place, has_ended=True)
    # Only now is there nothing to go on with, unless more epochs are asked for.
    state_path(config.output).replace(last_state)
    return result


def _backup(config: TrainingConfig) -> Backup | None:
    if config.backup is None:
        return None
    return Backup(config.backup, config.output, config.save_minutes)


def _tensorboard(config: TrainingConfig) -> list[keras.callbacks.Callback]:
    if not importlib.util.find_spec("tensorboard"):
        return []
    return [keras.callbacks.TensorBoard(str(pathlib.Path(config.output, TENSORBOARD)))]


def _describe(trainer: Trainer) -> None:
    show(trainer.report)
    if trainer.epoch or trainer.step:
        place = f"{trainer.epoch} epochs and {trainer.step} steps"
        show(f"\nGoing on after {place}.")


def _after_epoch(trainer: Trainer, row: dict, is_best: bool) -> None:
    """Keeps the best translator and the log; shows how it does."""
    values = [f"{name} {value:.4g}" for name, value in row.items() if "val_" in name]
    note = " (the best so far)" if is_best else ""
    show(f"epoch {row['epoch']}, {', '.join(values)}{note}")
    samples = trainer.validation_pairs.evenly_spaced(trainer.config.samples)
    translations = trainer.translator.translate(samples.source)
    for (source, target), translation in zip(samples, translations, strict=True):
        show(f"  {source}\n    model:     {translation}\n    reference: {target}")
    if is_best:
        _save(trainer, trainer.output, row)
    with replaced_when_complete(trainer.output / LOG) as beside:
        _log(trainer).to_csv(beside, index=False)


def _log(trainer: Trainer) -> pd.DataFrame:
    return pd.DataFrame(trainer.history.rows)


def _save(trainer: Trainer, folder: pathlib.Path, row: dict) -> None:
    description = _description(trainer.config)
    trainer.translator.save(folder, scores=row, description=description)


def _finish(trainer: Trainer) -> TrainingResult:
    """Scores the best translator and writes its scores and learning curves."""
    output, config = trainer.output, trainer.config
    with trainer.averages.applied():
        _save(trainer, output / LAST, trainer.history.rows[-1])
    write_text(output / LAST / CONFIG, _as_yaml(config))
    log = _log(trainer)
    with replaced_when_complete(output / CURVES) as beside:
        plot_learning_curves(log).savefig(beside, dpi=120)
    translator = _best_translator(trainer)
    evaluation = evaluate_translator(
        translator,
        trainer.scored_pairs,
        protocol=f"{len(trainer.scored_pairs)} validation pairs, "
        + translator.search.describe(),
        bleu_tokenizer=config.bleu_tokenizer,
    )
    translator.scores = {
        **evaluation.as_dict(),
        "epoch": trainer.history.best + 1,
        "training_minutes": trainer.elapsed() / 60,
    }
    picture = f"\n\n![learning curves]({CURVES})"
    translator.description = _description(config) + picture
    translator.save_card(output)
    return TrainingResult(translator, log, evaluation)


def _best_translator(trainer: Trainer) -> Translator:
    """The translator as it stands on disk."""
    if trainer.best_weights is None:
        # The best epoch was that of an earlier process.
        return Translator.load(trainer.output)
    trainer.model.set_weights(trainer.best_weights)
    return trainer.translator


def _as_yaml(config: TrainingConfig) -> str:
    return yaml.safe_dump(config.as_dict(), sort_keys=False, allow_unicode=True)


def _description(config: TrainingConfig) -> str:
    named = [config.corpus, *(config.train or ()), *(config.train_source or ())]
    data = as_markdown(" and ".join(name for name in named if name))
    if config.init is not None:
        data += f", going on from {as_markdown(config.init)}"
    return (
        f"## Training\n\nTrained on {data}, at most {config.epochs} epochs, seed "
        f"{config.seed}. `training.yaml` holds every option."
    )
