"""What a training starts from: pairs, tokenizers, word vectors."""

import functools
import itertools
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.data import (
    DataOptions,
    Pairs,
    PairStream,
    load_corpus,
    read_pairs,
    split_pairs,
)
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import ranges_of
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.terminal import show
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
)
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.known_tokenizers import KnownTokenizer
from seq2seq_keras.training.settled_tokenizers import settle_tokenizers, shared_by
from seq2seq_keras.vectors import WordVectors
from seq2seq_keras.yaml_files import read_yaml

# How the tokenizer of each name is fitted.
_FITTINGS: dict[str, Callable] = {
    "word": WordTokenizer.fitting,
    "space": SpaceTokenizer.fitting,
    "character": CharacterTokenizer.fitting,
    "jamo": JamoTokenizer.fitting,
    "bpe": functools.partial(SubwordTokenizer.fitting, algorithm="bpe"),
    "unigram": functools.partial(SubwordTokenizer.fitting, algorithm="unigram"),
}
_CHUNK = 4096  # pairs that are split at a time
_VALIDATION_SHARE = 0.1


def load_training_pairs(config: DataOptions) -> tuple[Pairs | PairStream, Pairs]:
    """Reads the training and validation pairs that a configuration names.

    Args:
        config: `DataOptions`.

    Returns:
        The training pairs, `Pairs` or a `PairStream`, and the validation `Pairs`.
    """
    if (config.corpus is None) == (config.train is None):
        raise InputError("Give either `train` files or the name of a `corpus`.")
    if config.corpus is not None:
        if config.validation is not None or config.stream or config.columns:
            raise InputError(
                "A `corpus` has no `columns`, brings its own validation pairs and is "
                "kept in memory: leave `columns`, `validation` and `stream` out."
            )
        corpus = load_corpus(config.corpus, seed=config.seed)
        return corpus.train, corpus.validation
    files = config.train or ()
    pairs = read_files(files, columns=config.columns, stream=config.stream)
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


def read_files(
    paths: Sequence[str], *, columns: Sequence[str] | None = None, stream: bool = False
) -> Any:
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
    by_number = all(column.isdecimal() for column in columns)
    source, target = map(int, columns) if by_number else columns
    return read_pairs(*paths, columns=(source, target), stream=stream)


def fit_tokenizers(
    config: DataOptions, pairs: Pairs | PairStream
) -> tuple[Tokenizer, Tokenizer]:
    """Fits the tokenizers that a configuration asks for.

    Args:
        config: `DataOptions`.
        pairs: The training pairs; they are gone through once, after a look at some if
            the options leave it to them which tokenizers are fitted.

    Returns:
        The tokenizer of the source and that of the target.
    """
    config = settle_tokenizers(config, pairs)
    kinds: list[Any] = [config.tokenizer, config.target_tokenizer or config.tokenizer]
    files = config.vocabularies()
    shared = shared_by(config)
    if shared and kinds[0] != kinds[1]:
        raise InputError(f"`{shared}` needs one tokenizer for both sides.")
    if shared and files[0] != files[1]:
        raise InputError(f"`{shared}` needs one `vocabulary` for both sides.")
    sides = zip(("source", "target"), kinds, files, strict=True)
    source, target = (_fitting(config, *side) for side in sides)
    rest = iter(pairs if None in files else ())
    while chunk := list(itertools.islice(rest, _CHUNK)):
        sources, targets = zip(*chunk, strict=True)
        source.add(sources)
        target.add(targets)
    if shared:
        source.join(target)
        tokenizer = source.finish()
        return tokenizer, tokenizer
    return source.finish(), target.finish()


def _fitting(config: DataOptions, side: str, kind: str, file: str | None) -> Any:
    """What makes the tokenizer of a side, see `Fitting`."""
    options: dict[str, Any] = {
        "lowercase": config.lowercase,
        "unicode_form": config.unicode_form,
    }
    if config.special_tokens is not None:
        options["special_tokens"] = SpecialTokens(*config.special_tokens)
    if kind in ("character", "jamo"):
        options["keep_white_space"] = config.keep_white_space
    if file is not None:
        return KnownTokenizer(side, kind, file, **options)
    return _FITTINGS[kind](
        min_frequency=config.min_frequency,
        max_size=config.max_vocabulary_size,
        **options,
    )


def trained_seed(folder: str | os.PathLike) -> int:
    """The seed that a saved translator was trained with, or 0 if that is not known.

    Args:
        folder: The folder of the translator.

    Returns:
        An integer. A corpus split with another seed would put sentences of the
        training into the test.
    """
    path = pathlib.Path(folder, "training.yaml")
    if not path.is_file():
        return 0
    seed = read_yaml(path).get("seed", 0)
    try:
        return ranges_of(DataOptions)["seed"].check("seed", seed)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def load_embeddings(
    config: TrainingConfig, source_tokenizer: Tokenizer, target_tokenizer: Tokenizer
) -> dict[str, Any]:
    """Reads the word vectors that a configuration names, and tells what they cover.

    Only the words of the vocabularies are kept in memory.

    Args:
        config: A `TrainingConfig`.
        source_tokenizer: The `Tokenizer` of the source.
        target_tokenizer: That of the target.

    Returns:
        A dictionary of arguments for `build_model`: `embedding_dim`,
        `source_embeddings` and `target_embeddings`, those that are not `None`.

    Raises:
        InputError: If a file cannot be used, holds no token of the vocabulary, or has
            vectors of another size than `embedding_dim`.
    """
    options: dict[str, Any] = {}
    if config.embedding_dim is not None:
        options["embedding_dim"] = config.embedding_dim
    for side, path, tokenizer in (
        ("source", config.source_vectors, source_tokenizer),
        ("target", config.target_vectors, target_tokenizer),
    ):
        if path is not None:
            options[f"{side}_embeddings"] = _load(config, side, path, tokenizer)
    sizes = {
        name: len(value[0]) if isinstance(value, np.ndarray) else value
        for name, value in options.items()
    }
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{size} of {name}" for name, size in sizes.items())
        raise InputError(
            f"All word vectors of a model have one size. Received: {told}. Leave "
            "`embedding_dim` out to take that of the vectors."
        )
    return options


def _load(
    config: TrainingConfig, side: str, path: str, tokenizer: Tokenizer
) -> np.ndarray:
    vectors = WordVectors.load(path, vocabulary=tokenizer)
    matrix, coverage = vectors.matrix_for(
        tokenizer, seed=config.seed, deviation=config.vectors_deviation
    )
    show(f"The {side} vocabulary in {path}:\n{coverage}\n")
    return matrix
