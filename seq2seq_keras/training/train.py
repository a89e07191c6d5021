"""A whole training run, from files to a translator on disk."""

import dataclasses
import importlib.util
import pathlib
import sys
from typing import NamedTuple

import keras
import pandas as pd
import yaml

from seq2seq_keras.data.pipeline import make_dataset
from seq2seq_keras.data.report import describe_pairs
from seq2seq_keras.evaluation.evaluate import Evaluation, evaluate_translator
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.models.build import build_model
from seq2seq_keras.plots import plot_learning_curves
from seq2seq_keras.training.callbacks import (
    SampleTranslations,
    StopOnNan,
    TranslatorCheckpoint,
)
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.training.inputs import fit_tokenizers, load_training_pairs
from seq2seq_keras.training.pretrained import load_embeddings
from seq2seq_keras.translator import Translator

# Decoding a large validation set would take longer than an epoch.
_SCORED_SENTENCES = 1000


class TrainingResult(NamedTuple):
    """What `train` returns.

    Attributes:
        translator: The best `Translator`, as it stands on disk.
        log: DataFrame with a row for each epoch.
        evaluation: `Evaluation` of it on validation pairs (1,000 at most).
    """

    translator: Translator
    log: pd.DataFrame
    evaluation: Evaluation


def train(config):
    """Trains a translator and leaves it, with all that belongs to it, in a folder.

    The folder holds the best model by validation perplexity as `Translator.load`
    reads it, the last one in `last`, the resolved configuration (`training.yaml`),
    the log (`log.csv`), its picture (`learning_curves.png`) and, where TensorBoard is
    installed, its files in `tensorboard`.

    Args:
        config: A `TrainingConfig`.

    Returns:
        A `TrainingResult`.

    Raises:
        InputError: If the data or an option cannot be used.
    """
    keras.utils.set_random_seed(config.seed)
    train_pairs, validation_pairs = load_training_pairs(config)
    tokenizers = fit_tokenizers(config, train_pairs)
    model = _build(config, *tokenizers)
    _describe(config, train_pairs, validation_pairs, tokenizers, model)
    train_dataset = _dataset(config, train_pairs, tokenizers, shuffle=True)
    validation_dataset = _dataset(config, validation_pairs, tokenizers, shuffle=False)
    translator = Translator(
        model,
        *tokenizers,
        max_source_length=config.max_source_length,
        max_length=config.max_target_length + 1,
    )
    compile_model(
        model,
        learning_rate=_learning_rate(config, train_dataset),
        clip_norm=config.clip_norm,
    )
    shown = _evenly(validation_pairs, _SCORED_SENTENCES)
    # CSVLogger wants the folder to be there.
    pathlib.Path(config.output).mkdir(parents=True, exist_ok=True)
    model.fit(
        train_dataset,
        validation_data=validation_dataset,
        epochs=config.epochs,
        shuffle=False,  # the dataset does it, and Keras warns that it cannot
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=_callbacks(config, translator, shown),
    )
    return _finish(config, shown)


def _describe(config, train_pairs, validation_pairs, tokenizers, model):
    report = describe_pairs(
        train_pairs,
        validation_pairs,
        source_tokenizer=tokenizers[0],
        target_tokenizer=tokenizers[1],
        batch_size=config.batch_size,
        batch_by=config.batch_by,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
        model=model,
    )
    print(report, flush=True)


def _dataset(config, pairs, tokenizers, shuffle):
    return make_dataset(
        pairs,
        *tokenizers,
        batch_size=config.batch_size,
        batch_by=config.batch_by,
        shuffle=shuffle,
        seed=config.seed,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
        copy=config.copy,
        subword_sampling=config.subword_sampling if shuffle else 0.0,
    )


def _build(config, source_tokenizer, target_tokenizer):
    names = (
        *("cell", "units", "num_layers", "bidirectional", "residual"),
        *("freeze_source_embeddings", "freeze_target_embeddings"),
        *("dropout", "recurrent_dropout", "bridge", "feed_context", "reverse_source"),
        *("attention", "attention_score", "input_feeding", "coverage"),
        *("coverage_loss", "copy", "tie_embeddings", "share_embeddings", "precision"),
    )
    return build_model(
        source_tokenizer.vocabulary_size,
        target_tokenizer.vocabulary_size,
        **{name: getattr(config, name) for name in names},
        **load_embeddings(config, source_tokenizer, target_tokenizer),
    )


def _learning_rate(config, dataset):
    if config.schedule != "cosine":
        return config.learning_rate
    return keras.optimizers.schedules.CosineDecay(
        config.learning_rate, int(dataset.cardinality()) * config.epochs
    )


def _callbacks(config, translator, validation_pairs):
    output = pathlib.Path(config.output)
    callbacks = [
        StopOnNan(),
        TranslatorCheckpoint(
            translator,
            output,
            description=_description(config),
            configuration=yaml.safe_dump(
                dataclasses.asdict(config), sort_keys=False, allow_unicode=True
            ),
        ),
        keras.callbacks.CSVLogger(str(output / "log.csv")),
        SampleTranslations(translator, _evenly(validation_pairs, config.samples)),
        keras.callbacks.EarlyStopping(
            monitor="val_perplexity", mode="min", patience=config.patience
        ),
    ]
    if config.schedule == "plateau":
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(
                monitor="val_perplexity", mode="min", factor=0.5, patience=0
            )
        )
    if importlib.util.find_spec("tensorboard"):
        callbacks.append(keras.callbacks.TensorBoard(str(output / "tensorboard")))
    return callbacks


def _finish(config, validation_pairs):
    """Scores the best translator and writes its scores and learning curves."""
    output = pathlib.Path(config.output)
    log = pd.read_csv(output / "log.csv")
    with replaced_when_complete(output / "learning_curves.png") as beside:
        plot_learning_curves(log).savefig(beside, dpi=120)
    translator = Translator.load(output)
    evaluation = evaluate_translator(
        translator,
        validation_pairs,
        protocol=f"{len(validation_pairs)} validation pairs, greedy search",
    )
    picture = "\n\n![learning curves](learning_curves.png)"
    description = _description(config) + picture
    translator.save(output, scores=evaluation.as_dict(), description=description)
    return TrainingResult(translator, log, evaluation)


def _description(config):
    data = config.corpus or " and ".join(config.train)
    return (
        f"## Training\n\nTrained on {data}, at most {config.epochs} epochs, seed "
        f"{config.seed}. `training.yaml` holds every option."
    )


def _evenly(pairs, count):
    """At most `count` pairs from all over; corpora are often sorted by length."""
    return pairs[:: -(-len(pairs) // count)] if count else pairs[:0]
