"""The batches of a training, and by what it is known again that they are the same."""

import functools
import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seq2seq_keras.data import (
    Batches,
    Pairs,
    PairsCounter,
    PairStream,
    ShardedBatches,
    ShardedPairs,
)
from seq2seq_keras.models import Workers
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.inputs import TrainingPairs
from seq2seq_keras.training.shares import (
    check_same_data,
    check_same_order,
    fingerprint_of_shards,
)


class TrainingBatches(NamedTuple):
    """What a training learns from and is validated by.

    Attributes:
        train: `Batches`.
        validation: `tf.data.Dataset` of all validation pairs.
        counter: `PairsCounter`, which describes them.
        fingerprint: String that tells whether data, options and vocabularies are the
            same.
    """

    train: Batches
    validation: tf.data.Dataset
    counter: PairsCounter
    fingerprint: str


def read_batches(
    config: TrainingConfig,
    tokenizers: Sequence[Tokenizer],
    pairs: TrainingPairs,
    copy: bool,
    workers: Workers | None = None,
) -> TrainingBatches:
    """Goes through all pairs once, for batches, fingerprint and description.

    Args:
        config: A `TrainingConfig`.
        tokenizers: Those of the source and the target.
        pairs: `TrainingPairs`.
        copy: Boolean. Whether the model copies words.
        workers: The other processes that train the model too.

    Returns:
        `TrainingBatches`.

    Raises:
        InputError: If nothing can be learnt from the pairs, or the other processes have
            read other ones.
    """
    configs = [tokenizer.get_config() for tokenizer in tokenizers]
    digest = hashlib.sha256(repr((config.learnt_options(), configs)).encode("utf-8"))
    shards: dict[int, Any] = {}
    counter = PairsCounter(
        *tokenizers,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
    )

    def observe(name: str, rows: Sequence[tuple], tokens: Any) -> None:
        counter.add(name, [row[:2] for row in rows], tokens)
        _digest_rows(digest, rows)

    def observe_shard(number: int, rows: Sequence[tuple], tokens: Any) -> None:
        counter.add("training", [row[:2] for row in rows], tokens)
        _digest_rows(shards.setdefault(number, hashlib.sha256()), rows)

    make = functools.partial(_make, config, tokenizers, workers, copy=copy)
    is_sharded = isinstance(pairs.train, ShardedPairs)
    of_training = (
        observe_shard if is_sharded else functools.partial(observe, "training")
    )
    train = make(pairs.train, shuffle=True, observe=of_training)
    of_validation = functools.partial(observe, "validation")
    validation = make(pairs.validation, shuffle=False, observe=of_validation)
    fingerprint = digest.hexdigest()
    if workers is not None:
        dealt = pairs.train.files if isinstance(pairs.train, ShardedPairs) else ()
        check_same_data(workers, repr((fingerprint, list(dealt))))
    if isinstance(pairs.train, ShardedPairs):
        check_same_order(workers, pairs.train.orders)
        sums = {number: shards[number].hexdigest() for number in shards}
        fingerprint = fingerprint_of_shards(workers, fingerprint, sums)
    return TrainingBatches(train, validation.epoch(0), counter, fingerprint)


def _make(
    config: TrainingConfig,
    tokenizers: Sequence[Tokenizer],
    workers: Workers | None,
    pairs: Pairs | PairStream | ShardedPairs,
    *,
    shuffle: bool,
    **options: Any,
) -> Batches:
    if isinstance(pairs, ShardedPairs):
        make: Any = ShardedBatches
        if workers is not None:
            options["gather"] = workers.gather
    else:
        make = Batches
        rank, count = (0, 1) if workers is None else (workers.rank, workers.count)
        options["share"] = (rank, count)
    return make(
        pairs,
        *tokenizers,
        batch_size=config.batch_size,
        batch_by=config.batch_by,
        shuffle=shuffle,
        seed=config.seed,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
        subword_sampling=config.subword_sampling if shuffle else 0.0,
        **options,
    )


def _digest_rows(digest: Any, rows: Sequence[tuple]) -> None:
    for row in rows:
        # Without weights it is that of versions which knew none.
        learnt = row if row[2] != 1 else row[:2]
        digest.update(repr(learnt).encode("utf-8"))
