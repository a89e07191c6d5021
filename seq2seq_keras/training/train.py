"""A whole training run, from files to a translator on disk."""

import dataclasses
import importlib.util
import pathlib
from typing import NamedTuple

import keras
import pandas as pd
import yaml

from seq2seq_keras.data import describe_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import Evaluation, evaluate_translator
from seq2seq_keras.files import replaced_when_complete, write_text
from seq2seq_keras.plots import plot_learning_curves
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.run import TrainingRun
from seq2seq_keras.training.state import state_path
from seq2seq_keras.training.stop_signals import StopSignals
from seq2seq_keras.translation import Translator


class TrainingResult(NamedTuple):
    """What `train` returns.

    Attributes:
        translator: The best `Translator`, as it stands on disk.
        log: DataFrame with a row for each epoch.
        evaluation: `Evaluation` of it on validation pairs.
    """

    translator: Translator
    log: pd.DataFrame
    evaluation: Evaluation


def train(config):
    """Trains a translator and leaves it, with all that belongs to it, in a folder.

    The folder holds the best model, by what `monitor` says, as `Translator.load`
    reads it, the last one in `last`, the resolved configuration (`training.yaml`),
    the log (`log.csv`), its picture (`learning_curves.png`) and, where TensorBoard is
    installed, its files in `tensorboard`.

    A training that is interrupted, by SIGTERM, the keyboard or worse, goes on with
    `resume_training`; until it ends the folder also holds `training_state.npz`.

    Args:
        config: A `TrainingConfig`.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: If the data or an option cannot be used, or the folder holds a
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
    output = pathlib.Path(config.output)
    state = state_path(output)
    if not config.overwrite:
        for path, what in (
            (state, "an unfinished training: go on with `resume`, or"),
            (output / "config.json", "a translator:"),
        ):
            if path.exists():
                raise InputError(
                    f"{output} holds {what} name another `output`, or set `overwrite`."
                )
    # Else a training that is killed before its first state would go on from that.
    state.unlink(missing_ok=True)
    return _train(config)


def resume_training(folder):
    """Goes on with a training that was interrupted, as if it had not been.

    The same batches follow in the same order, with the same random numbers, so that
    the weights at the end are those of a training without interruption.

    Args:
        folder: The folder that `train` was to write to.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: If there is nothing to go on with, or the data have changed.

    Example:

    ```python
    result = s2s.resume_training("saved_models/mine")
    ```
    """
    path = pathlib.Path(folder, "training.yaml")
    if not path.is_file():
        raise InputError(f"{folder} holds no training to go on with: no {path.name}.")
    if pathlib.Path(folder, "scores.json").exists() and not state_path(folder).exists():
        raise InputError(f"{folder}: the training has ended; nothing is left to do.")
    try:
        options = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = TrainingConfig(**options)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    # The folder may have been moved.
    return _train(dataclasses.replace(config, output=str(folder)))


def _train(config):
    with StopSignals(
        f"The training stops. Go on with: seq2seq-keras train --resume {config.output}"
    ) as signals:
        run = TrainingRun(config, signals)
        # Only now is it known that the data can be used.
        write_text(run.output / "training.yaml", _as_yaml(config))
        if not run.restore():
            # From here on it can be told from a training that has ended.
            run.save()
        _describe(run)
        tensorboard = _tensorboard(run)

        def after_epoch(row, is_best):
            _after_epoch(run, row, is_best)
            if tensorboard:
                values = {name: row[name] for name in row if name != "epoch"}
                tensorboard.on_epoch_end(row["epoch"] - 1, values)

        run.go_on(after_epoch)
        signals.at_once = True
        result = _finish(run)
    # Only now is there nothing to go on with.
    state_path(config.output).unlink(missing_ok=True)
    return result


def _describe(run):
    config = run.config
    report = describe_pairs(
        run.pairs,
        run.validation_pairs,
        source_tokenizer=run.tokenizers[0],
        target_tokenizer=run.tokenizers[1],
        batch_size=config.batch_size,
        batch_by=config.batch_by,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
        model=run.model,
    )
    print(report, flush=True)
    if run.epoch or run.step:
        print(f"\nGoing on after {run.epoch} epochs and {run.step} steps.", flush=True)


def _after_epoch(run, row, is_best):
    """Keeps the best translator and the log; shows how it does."""
    values = [f"{name} {value:.4g}" for name, value in row.items() if "val_" in name]
    note = " (the best so far)" if is_best else ""
    print(f"epoch {row['epoch']}, {', '.join(values)}{note}", flush=True)
    samples = run.validation_pairs.evenly_spaced(run.config.samples)
    translations = run.translator.translate(samples.source)
    for (source, target), translation in zip(samples, translations, strict=True):
        print(f"  {source}\n    model:     {translation}\n    reference: {target}")
    if is_best:
        _save(run, run.output, row)
    with replaced_when_complete(run.output / "log.csv") as beside:
        pd.DataFrame(run.history.rows).to_csv(beside, index=False)


def _save(run, folder, row):
    run.translator.save(folder, scores=row, description=_description(run.config))


def _tensorboard(run):
    if not importlib.util.find_spec("tensorboard"):
        return None
    tensorboard = keras.callbacks.TensorBoard(str(run.output / "tensorboard"))
    tensorboard.set_model(run.model)
    return tensorboard


def _finish(run):
    """Scores the best translator and writes its scores and learning curves."""
    output, config = run.output, run.config
    with run.averages.applied():
        _save(run, output / "last", run.history.rows[-1])
    write_text(output / "last" / "training.yaml", _as_yaml(config))
    log = pd.read_csv(output / "log.csv")
    with replaced_when_complete(output / "learning_curves.png") as beside:
        plot_learning_curves(log).savefig(beside, dpi=120)
    translator = Translator.load(output)
    evaluation = evaluate_translator(
        translator,
        run.scored_pairs,
        protocol=f"{len(run.scored_pairs)} validation pairs, greedy search",
        bleu_tokenizer=config.bleu_tokenizer,
    )
    scores = {
        **evaluation.as_dict(),
        "epoch": run.history.best + 1,
        "training_minutes": run.elapsed() / 60,
    }
    picture = "\n\n![learning curves](learning_curves.png)"
    translator.save(output, scores=scores, description=_description(config) + picture)
    return TrainingResult(translator, log, evaluation)


def _as_yaml(config):
    return yaml.safe_dump(config.as_dict(), sort_keys=False, allow_unicode=True)


def _description(config):
    data = config.corpus or " and ".join(config.train)
    return (
        f"## Training\n\nTrained on {data}, at most {config.epochs} epochs, seed "
        f"{config.seed}. `training.yaml` holds every option."
    )
