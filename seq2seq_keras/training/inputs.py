"""What a training run starts from: pairs and tokenizers."""

import functools
import itertools
import pathlib
from collections.abc import Callable

import yaml

from seq2seq_keras.data import PairStream, load_corpus, read_pairs, split_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SPECIAL_COUNT, SpecialTokens
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    SubwordTokenizer,
    WordTokenizer,
)

# How the tokenizer of each name is fitted.
TOKENIZERS: dict[str, Callable] = {
    "word": WordTokenizer.fit,
    "character": CharacterTokenizer.fit,
    "jamo": JamoTokenizer.fit,
    "bpe": functools.partial(SubwordTokenizer.fit, algorithm="bpe"),
    "unigram": functools.partial(SubwordTokenizer.fit, algorithm="unigram"),
}
_VALIDATION_SHARE = 0.1


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
        if config.validation is not None or config.stream:
            raise InputError(
                "A `corpus` brings its own validation pairs and is kept in memory: "
                "leave `validation` and `stream` out."
            )
        corpus = load_corpus(config.corpus, seed=config.seed)
        return corpus.train, corpus.validation
    pairs = read_files(config.train, columns=config.columns, stream=config.stream)
    if config.validation is not None:
        return pairs, read_files(config.validation, columns=config.columns)
    pairs, validation, _ = split_pairs(
        pairs, validation=_VALIDATION_SHARE, test=0, seed=config.seed
    )
    if isinstance(validation, PairStream):
        validation = validation.read()
    if not validation:
        raise InputError(
            "No source fell into the tenth set aside for validation: give more pairs, "
            "or `validation` files."
        )
    return pairs, validation


def read_files(paths, *, columns=None, stream=False):
    """Reads one table or two parallel files.

    Args:
        paths: List of one or two paths.
        columns: Optional list of two columns of a table, numbers or names, as text.
        stream: See `read_pairs`.

    Returns:
        `Pairs`, or a `PairStream` if `stream`.
    """
    if len(paths) not in (1, 2):
        raise InputError(
            "Name one table, or two parallel files (sources, then targets). "
            f"Received: {len(paths)} files"
        )
    columns = columns or ["0", "1"]
    if len(columns) != 2:
        raise InputError(f"Name two `columns`, source and target. Received: {columns}")
    if all(column.isdecimal() for column in columns):
        columns = [int(column) for column in columns]
    return read_pairs(*paths, columns=tuple(columns), stream=stream)


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
        **_special_tokens(config.special_tokens),
    }
    target_kind = config.target_tokenizer or config.tokenizer
    fit_source, fit_target = TOKENIZERS[config.tokenizer], TOKENIZERS[target_kind]
    for name in ("share_embeddings", "share_vocabulary"):
        if getattr(config, name):
            if target_kind != config.tokenizer:
                raise InputError(f"`{name}` needs one tokenizer for both sides.")
            texts = itertools.chain(pairs.source, pairs.target)
            tokenizer = fit_source(texts, **options)
            return tokenizer, tokenizer
    return fit_source(pairs.source, **options), fit_target(pairs.target, **options)


def _special_tokens(forms):
    if forms is None:
        return {}
    if len(forms) != SPECIAL_COUNT:
        raise InputError(
            "`special_tokens` are four: padding, unknown, start and end. "
            f"Received: {forms}"
        )
    return {"special_tokens": SpecialTokens(*forms)}


def trained_seed(folder):
    """The seed that a saved translator was trained with, or 0 if that is not known.

    Args:
        folder: The folder of the translator.

    Returns:
        An integer. A corpus split with another seed would put sentences of the
        training into the test.
    """
    path = pathlib.Path(folder, "training.yaml")
    try:
        return int(yaml.safe_load(path.read_text(encoding="utf-8"))["seed"])
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        return 0
