"""What a training starts from: pairs, tokenizers, word vectors."""

import functools
import itertools
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import numpy as np

from seq2seq_keras.data import (
    DataOptions,
    FoundPairs,
    Pairs,
    PairStream,
    ShardedPairs,
    given_options,
    hallucinate_pairs,
    load_corpus,
    read_files,
    read_shards,
    source_key,
    split_pairs,
)
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import Workers
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.terminal import show
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesFitting,
    JamoTokenizer,
    ReversedTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
)
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.known_tokenizers import KnownTokenizer
from seq2seq_keras.training.settled_tokenizers import (
    SUBWORDS,
    settle_tokenizers,
    shared_by,
)
from seq2seq_keras.vectors import WordVectors

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


class TrainingPairs(NamedTuple):
    """The pairs of a training.

    Attributes:
        train: `Pairs`, a `PairStream` or `ShardedPairs`.
        validation: `Pairs`, or a `PairStream` if streams were kept.
        layouts: List of strings: where they stand, and how.
    """

    train: Any
    validation: Any
    layouts: list[str]


def load_training_pairs(
    config: DataOptions,
    *,
    keep_streams: bool = False,
    may_be_idle: Collection[str] = (),
) -> TrainingPairs:
    """Reads the training pairs and those of validation, and makes some up if told to.

    Args:
        config: `DataOptions`.
        keep_streams: Whether validation pairs too are left on disk if `stream` is set,
            for who goes through them once.
        may_be_idle: Options of tables that parallel text does not refuse.

    Returns:
        `TrainingPairs`.
    """
    if config.hallucinate and config.stream:
        raise InputError(
            "`hallucinate` makes words of pairs in memory: leave it or `stream` out."
        )
    found = _load_training_pairs(config, keep_streams, may_be_idle)
    if not config.hallucinate:
        return found
    real: Any = found.train
    made_up = hallucinate_pairs(real, config.hallucinate, seed=config.seed)
    layout = f"{len(made_up):,} pairs are made up beside them."
    return TrainingPairs(real + made_up, found.validation, [*found.layouts, layout])


def _load_training_pairs(
    config: DataOptions, keep_streams: bool, may_be_idle: Collection[str]
) -> TrainingPairs:
    """Reads the training and validation pairs that a configuration names."""
    named = (config.train, config.train_source, config.train_target)
    has_files = any(paths is not None for paths in named)
    if config.corpus is not None:
        return _load_corpus(config, has_files, may_be_idle)
    if not has_files:
        raise InputError("Give `train` files or the name of a `corpus`.")
    idle = {"may_be_idle": may_be_idle}
    found = _read(config, "train", stream=config.stream, **idle)
    if config.validation is not None or config.validation_source is not None:
        stream = keep_streams and config.stream
        # What is told of tables may be told of those of the training alone.
        idle = {"may_be_idle": given_options(config) if found.is_table else may_be_idle}
        others = _read(config, "validation", stream=stream, **idle)
        told = [f"For validation {layout}" for layout in others.layouts]
        return TrainingPairs(found.pairs, others.pairs, found.layouts + told)
    pairs, validation, _ = split_pairs(
        found.pairs,
        validation=_VALIDATION_SHARE,
        test=0,
        seed=config.seed,
        features=config.has_features,
    )
    if isinstance(validation, PairStream) and not keep_streams:
        validation = validation.read()
    if not any(True for _ in validation):
        raise InputError(
            "No source fell into the tenth set aside for validation: give more pairs, "
            "or `validation` files."
        )
    return TrainingPairs(pairs, validation, found.layouts)


def load_sharded_pairs(
    config: TrainingConfig, workers: Workers | None = None
) -> TrainingPairs:
    """Deals the training pairs out into shards, and reads the validation pairs.

    Args:
        config: A `TrainingConfig` with several `shards`.
        workers: Optional `Workers`, of whom each reads its own shards.

    Returns:
        `TrainingPairs`, with `ShardedPairs` to train on.

    Raises:
        InputError: If an option does not go with shards.
    """
    given = (config.train, config.validation or config.validation_source)
    if not config.stream or None in given:
        raise InputError(
            "`shards` are files of `train` that are read by `stream`, and `validation` "
            "files go with them. Give all three."
        )
    others = ("corpus", "train_source", "train_target", "hallucinate")
    if idle := [name for name in others if getattr(config, name)]:
        raise InputError(
            f"`shards` are files of `train` alone: leave `{idle[0]}` out, or `shards`."
        )
    if config.features_column is not None:
        raise InputError("`shards` have no features: leave `features_column` out.")
    rank, count = (0, 1) if workers is None else (workers.rank, workers.count)
    if count > config.shards:
        raise InputError(
            f"There are {count} workers and {config.shards} `shards`: some would have "
            "nothing to read. Take as many shards, or a multiple."
        )
    own = range(rank, config.shards, count)
    pairs = read_shards(config.train or (), own, config.shards, config)
    read = _read(config, "validation", may_be_idle=given_options(config))
    told = [f"For validation {layout}" for layout in read.layouts]
    if count > 1:
        mine = ", ".join(map(str, own))
        told.append(f"Of {config.shards} shards this process reads {mine}.")
    return TrainingPairs(pairs, read.pairs, told)


def _load_corpus(
    config: DataOptions, has_files: bool, may_be_idle: Collection[str]
) -> TrainingPairs:
    """The pairs of a corpus, and those of files beside it."""
    names = ("validation", "validation_source", "validation_target", "stream")
    if idle := [name for name in names if getattr(config, name)]:
        raise InputError(
            "A `corpus` brings its own validation pairs and is kept in memory: leave "
            f"`{idle[0]}` out."
        )
    if not has_files and (idle := list(given_options(config))):
        raise InputError(
            f"A `corpus` has no columns: leave `{idle[0]}` out, which is of files."
        )
    name = str(config.corpus)
    corpus = load_corpus(name, seed=config.seed)
    told = [f"The corpus {name}."]
    if not has_files:
        return TrainingPairs(corpus.train, corpus.validation, told)
    more, layouts = _read_beside(config, corpus, may_be_idle)
    return TrainingPairs(corpus.train + more, corpus.validation, told + layouts)


def _read_beside(
    config: DataOptions, corpus: Any, may_be_idle: Collection[str]
) -> tuple[Pairs, list[str]]:
    """The pairs of files beside a corpus, without what it is evaluated on."""
    if "\t" in corpus.train.source[0]:
        if config.features_column is None:
            raise InputError(
                f"Sources of {config.corpus} have features: name the column of those "
                "of the files, `features_column`."
            )
        if config.features_separator != DataOptions.features_separator:
            raise InputError(
                f"Between features of {config.corpus} there is a ;, and one separator "
                "is for all: write those of the files like that."
            )
    found = _read(config, "train", may_be_idle=may_be_idle)
    pairs: Any = found.pairs
    told = [f"Beside it {layout}" for layout in found.layouts]
    # As sources are told apart where pairs are split.
    key = functools.partial(source_key, features=config.has_features)
    held_out = {key(x) for x in (*corpus.validation.source, *corpus.test.source)}
    kept = [n for n, source in enumerate(pairs.source) if key(source) not in held_out]
    if left_out := len(pairs) - len(kept):
        told.append(
            f"{left_out:,} pairs of the files are left out, since {config.corpus} has "
            "their sources for validation or as test."
        )
    return pairs.take(kept), told


def _read(config: DataOptions, name: str, **options: Any) -> FoundPairs:
    """Reads the files of a split, from one option or from two."""
    tables = getattr(config, name)
    sides = [getattr(config, f"{name}_source"), getattr(config, f"{name}_target")]
    if (sides[0] is None) != (sides[1] is None):
        raise InputError(f"`{name}_source` and `{name}_target` go together.")
    if tables is None:
        return read_files(*sides, options=config, **options)
    if sides[0] is not None:
        raise InputError(f"Give either `{name}` or `{name}_source`, not both.")
    return read_files(tables, options=config, **options)


def fit_tokenizers(
    config: DataOptions,
    pairs: Pairs | PairStream | ShardedPairs,
    workers: Workers | None = None,
) -> tuple[Tokenizer, Tokenizer]:
    """Fits the tokenizers that a configuration asks for.

    Args:
        config: `DataOptions`.
        pairs: The training pairs; they are gone through once, after a look at some if
            the options leave it to them which tokenizers are fitted.
        workers: Optional `Workers`, who have read other shards.

    Returns:
        The tokenizer of the source and that of the target.
    """
    config = settle_tokenizers(config, pairs)
    kinds: list[Any] = [config.tokenizer, config.target_tokenizer or config.tokenizer]
    files = config.vocabularies()
    shared = shared_by(config)
    if shared and kinds[0] != kinds[1]:
        raise InputError(f"`{shared}` needs one tokenizer for both sides.")
    if shared == "share_embeddings" and config.has_features and config.reverse_target:
        raise InputError(
            "With `share_embeddings` the features of sources have a place in the "
            "vocabulary of targets, where `reverse_target` knows none: leave one out."
        )
    if shared and files[0] != files[1]:
        raise InputError(f"`{shared}` needs one `vocabulary` for both sides.")
    _check_sharded(pairs, zip(kinds, files, strict=True))
    sides = zip(("source", "target"), kinds, files, strict=True)
    source, target = (_fitting(config, *side) for side in sides)
    has_features = config.has_features
    if has_features:
        source = FeaturesFitting(source, config.features_separator)
    rest = iter(pairs if None in files or has_features else ())
    while chunk := list(itertools.islice(rest, _CHUNK)):
        sources, targets = zip(*chunk, strict=True)
        source.add(sources)
        target.add(targets)
    if workers is not None and isinstance(pairs, ShardedPairs):
        for fitting in (source, target):
            _count_together(fitting, workers)
    if shared:
        source.join(target)
        source_tokenizer = source.finish()
        target_tokenizer = source_tokenizer.text_tokenizer
        if shared == "share_embeddings":
            # One matrix has one size, that of a source with features.
            target_tokenizer = source_tokenizer
    else:
        source_tokenizer, target_tokenizer = source.finish(), target.finish()
    if config.reverse_target:
        target_tokenizer = ReversedTokenizer(target_tokenizer)
    return source_tokenizer, target_tokenizer


def _check_sharded(pairs: Any, sides: Iterable[tuple[str, str | None]]) -> None:
    fitted = [kind for kind, path in sides if path is None]
    if isinstance(pairs, ShardedPairs) and {*SUBWORDS} & {*fitted}:
        raise InputError(
            "Subwords are fitted to all pairs in memory, and `shards` are not read as "
            "a whole: give a `vocabulary`, a SentencePiece model."
        )


def _count_together(fitting: Any, workers: Workers) -> None:
    """Has a `Fitting` count what those of all workers have counted."""
    if fitting.counts is None:  # it has its vocabulary from a file
        return
    said = workers.gather([json.dumps(fitting.counts)])
    fitting.counts.clear()
    for text in said:
        fitting.counts.update(json.loads(text))


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
