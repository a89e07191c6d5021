"""A whole training run, from files to a translator on disk."""

import dataclasses
import importlib.util
import itertools
import pathlib
import sys
from typing import NamedTuple

import keras
import pandas as pd
import yaml

from seq2seq_keras.data.corpora import load_corpus
from seq2seq_keras.data.pipeline import make_dataset
from seq2seq_keras.data.read import read_pairs
from seq2seq_keras.data.report import describe_pairs
from seq2seq_keras.data.split import split_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.evaluate import Evaluation, evaluate_translator
from seq2seq_keras.files import replaced_when_complete, write_text
from seq2seq_keras.models.build import build_model
from seq2seq_keras.plots import plot_learning_curves
from seq2seq_keras.text.character_tokenizer import CharacterTokenizer
from seq2seq_keras.text.jamo_tokenizer import JamoTokenizer
from seq2seq_keras.text.word_tokenizer import WordTokenizer
from seq2seq_keras.training.callbacks import (
    SampleTranslations,
    StopOnNan,
    TranslatorCheckpoint,
)
from seq2seq_keras.training.compile import compile_model
from seq2seq_keras.translator import Translator

TOKENIZERS = {
    "word": WordTokenizer,
    "character": CharacterTokenizer,
    "jamo": JamoTokenizer,
}
_VALIDATION_SHARE = 0.1
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
    output = pathlib.Path(config.output)
    train_pairs, validation_pairs = load_training_pairs(config)
    source_tokenizer, target_tokenizer = fit_tokenizers(config, train_pairs)
    model = _build(config, source_tokenizer, target_tokenizer)
    print(
        describe_pairs(
            train_pairs,
            validation_pairs,
            source_tokenizer=source_tokenizer,
            target_tokenizer=target_tokenizer,
            batch_size=config.batch_size if config.batch_by == "sentences" else 64,
            model=model,
        ),
        flush=True,
    )
    datasets = [
        make_dataset(
            pairs,
            source_tokenizer,
            target_tokenizer,
            batch_size=config.batch_size,
            batch_by=config.batch_by,
            shuffle=shuffle,
            seed=config.seed,
            max_source_length=config.max_source_length,
            max_target_length=config.max_target_length,
        )
        for pairs, shuffle in ((train_pairs, True), (validation_pairs, False))
    ]
    translator = Translator(
        model,
        source_tokenizer,
        target_tokenizer,
        max_source_length=config.max_source_length,
        max_length=config.max_target_length + 1,
    )
    compile_model(
        model,
        learning_rate=_learning_rate(config, datasets[0]),
        clip_norm=config.clip_norm,
    )
    write_text(
        output / "training.yaml",
        yaml.safe_dump(dataclasses.asdict(config), sort_keys=False, allow_unicode=True),
    )
    shown = _evenly(validation_pairs, _SCORED_SENTENCES)
    model.fit(
        datasets[0],
        validation_data=datasets[1],
        epochs=config.epochs,
        shuffle=False,  # the dataset does it, and Keras warns that it cannot
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=_callbacks(config, translator, shown),
    )
    return _finish(config, shown)


def load_training_pairs(config):
    """Reads the training and validation pairs that a configuration names.

    Args:
        config: A `TrainingConfig`.

    Returns:
        The training pairs, `Pairs` or a `PairStream`, and the validation `Pairs`.
    """
    if (config.corpus is None) == (config.train is None):
        raise InputError("Give either `train` files or the name of a `corpus`.")
    if config.corpus is not None:
        corpus = load_corpus(config.corpus, seed=config.seed)
        return corpus.train, corpus.validation
    pairs = read_files(config.train, stream=config.stream)
    if config.validation is not None:
        return pairs, read_files(config.validation)
    pairs, validation, _ = split_pairs(
        pairs, validation=_VALIDATION_SHARE, test=0, seed=config.seed
    )
    return pairs, read_pairs(validation)


def read_files(paths, *, stream=False):
    """Reads one table or two parallel files.

    Args:
        paths: List of one or two paths.
        stream: See `read_pairs`.

    Returns:
        `Pairs`, or a `PairStream` if `stream`.
    """
    if len(paths) not in (1, 2):
        raise InputError(
            "Name one table, or two parallel files (sources, then targets). "
            f"Received: {len(paths)} files"
        )
    return read_pairs(*paths, stream=stream)


def fit_tokenizers(config, pairs):
    """Fits the tokenizers that a configuration asks for.

    Args:
        config: A `TrainingConfig`.
        pairs: The training pairs.

    Returns:
        The tokenizer of the source and that of the target.
    """
    options = {
        "min_frequency": config.min_frequency,
        "max_size": config.max_vocabulary_size,
        "lowercase": config.lowercase,
        "unicode_form": config.unicode_form,
    }
    source_kind = TOKENIZERS[config.tokenizer]
    target_kind = TOKENIZERS[config.target_tokenizer or config.tokenizer]
    if config.share_embeddings:
        if source_kind is not target_kind:
            raise InputError("`share_embeddings` needs one tokenizer for both sides.")
        texts = itertools.chain(pairs.source, pairs.target)
        tokenizer = source_kind.fit(texts, **options)
        return tokenizer, tokenizer
    return (
        source_kind.fit(pairs.source, **options),
        target_kind.fit(pairs.target, **options),
    )


def _build(config, source_tokenizer, target_tokenizer):
    names = (
        *("cell", "units", "embedding_dim", "num_layers", "bidirectional", "residual"),
        *("dropout", "recurrent_dropout", "bridge", "feed_context", "reverse_source"),
        *("tie_embeddings", "share_embeddings", "precision"),
    )
    return build_model(
        source_tokenizer.vocabulary_size,
        target_tokenizer.vocabulary_size,
        **{name: getattr(config, name) for name in names},
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
        TranslatorCheckpoint(translator, output, description=_description(config)),
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
    evaluation = evaluate_translator(translator, validation_pairs)
    scores = {
        "protocol": f"{len(validation_pairs)} validation pairs, greedy search",
        **evaluation.as_dict(),
    }
    translator.save(output, scores=scores, description=_description(config))
    return TrainingResult(translator, log, evaluation)


def _description(config):
    data = config.corpus or " and ".join(map(str, config.train))
    return (
        f"## Training\n\nTrained on {data}, at most {config.epochs} epochs, seed "
        f"{config.seed}. `training.yaml` holds every option, `log.csv` every epoch.\n\n"
        "![learning curves](learning_curves.png)"
    )


def _evenly(pairs, count):
    """At most `count` pairs from all over; corpora are often sorted by length."""
    return pairs[:: -(-len(pairs) // count)]
