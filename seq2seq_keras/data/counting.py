"""A look at the data before training: counting, in memory that stays the same."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from seq2seq_keras.data.options import DataOptions
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.data.report import Found, PairsReport
from seq2seq_keras.data.split_counts import SideCounts, SplitCounts
from seq2seq_keras.errors import check_choice
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from seq2seq_keras.text import Tokenizer

_CHUNK = 4096
_NUMBER_BYTES = 4


@checks_numbers(ranges_of(DataOptions))
def describe_pairs(
    train: Pairs | PairStream,
    validation: Pairs | PairStream | None = None,
    test: Pairs | PairStream | None = None,
    *,
    source_tokenizer: "Tokenizer",
    target_tokenizer: "Tokenizer",
    batch_size: int = 64,
    batch_by: str = "sentences",
    max_source_length: int | None = None,
    max_target_length: int | None = None,
    model: "keras.Model | None" = None,
) -> PairsReport:
    """Looks at the data before a training is spent on it.

    All is counted exactly, by hashes of 64 bits. The memory does not grow with the
    number of pairs: once there are half a million, some 50 bytes for each go to a
    temporary file, in the folder that the environment variable TMPDIR names.

    Args:
        train: `Pairs` or a `PairStream`.
        validation: The same, optional.
        test: The same, optional.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        batch_size: Integer. As for `make_dataset`, for the memory expected.
        batch_by: "sentences" or "tokens", likewise.
        max_source_length: Optional integer, likewise: pairs that `make_dataset`
            leaves out are counted, and do not count for the longest batch.
        max_target_length: Optional integer, likewise.
        model: Optional model from `build_model`, for the memory of its weights.

    Returns:
        A `PairsReport`: sizes, lengths, unknown words, duplicates, sources of one
        split that were seen in an earlier one, sources with several targets, what
        other programs left in the text, and expected memory.

    Raises:
        InputError: If an option is out of its range, or there is no room for a
            temporary file.

    Example:

    >>> from seq2seq_keras.text import WordTokenizer
    >>> train, test = Pairs(["yes", "no"], ["oui", "non"]), Pairs(["no"], ["non"])
    >>> report = describe_pairs(
    ...     train,
    ...     test=test,
    ...     source_tokenizer=WordTokenizer.fit(train.source),
    ...     target_tokenizer=WordTokenizer.fit(train.target),
    ... )
    >>> report.splits["test"].leaked
    1
    """
    counter = PairsCounter(
        source_tokenizer,
        target_tokenizer,
        max_source_length=max_source_length,
        max_target_length=max_target_length,
    )
    parts = {"training": train, "validation": validation, "test": test}
    for name, pairs in parts.items():
        if pairs is not None:
            counter.read(name, pairs)
    return counter.report(batch_size=batch_size, batch_by=batch_by, model=model)


class PairsCounter:
    """Counts what `describe_pairs` tells, also while something else reads the pairs.

    Args:
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        max_source_length: Optional integer. Most tokens of a source that is kept.
        max_target_length: Optional integer. Most tokens of a target that is kept.
    """

    @checks_numbers(ranges_of(DataOptions))
    def __init__(
        self,
        source_tokenizer: "Tokenizer",
        target_tokenizer: "Tokenizer",
        *,
        max_source_length: int | None = None,
        max_target_length: int | None = None,
    ) -> None:
        self._tokenizers = (source_tokenizer, target_tokenizer)
        self._limits = (max_source_length, max_target_length)
        self._splits: dict[str, SplitCounts] = {}

    def read(self, name: str, pairs: Pairs | PairStream) -> None:
        """Goes through a split: "training", "validation" or "test", in this order."""
        self._splits[name] = SplitCounts(self._tokenizers, self._limits)
        rest, first = iter(pairs), 1
        while chunk := list(itertools.islice(rest, _CHUNK)):
            tokens = [
                tokenizer.split_to_ragged(texts, first=first)
                for tokenizer, texts in zip(
                    self._tokenizers, zip(*chunk, strict=True), strict=True
                )
            ]
            self.add(name, chunk, tokens)
            first += len(chunk)

    def add(
        self,
        name: str,
        pairs: Sequence[tuple[str, str]],
        tokens: "Sequence[tf.RaggedTensor]",
    ) -> None:
        """Counts some pairs of a split that others have read and cut into tokens."""
        if name not in self._splits:
            self._splits[name] = SplitCounts(self._tokenizers, self._limits)
        self._splits[name].add(pairs, tokens)

    @checks_numbers(ranges_of(DataOptions))
    def report(
        self,
        *,
        batch_size: int = 64,
        batch_by: str = "sentences",
        model: "keras.Model | None" = None,
    ) -> PairsReport:
        """Makes the report of what was counted, with options of `describe_pairs`."""
        check_choice("batch_by", batch_by, ("sentences", "tokens"))
        splits = list(self._splits.values())
        alone = [_alone([split.sides[side] for split in splits]) for side in (0, 1)]
        training = self._splits["training"]
        source, target = (side.lengths.total for side in training.sides)
        tokens = source + 2 * target + 3 * training.pairs  # with starts and ends
        steps = training.longest_target + 1  # with `<sos>`
        # A sentence longer than a batch of tokens is a batch of its own.
        rows = batch_size * steps if batch_by == "sentences" else max(batch_size, steps)
        source_size, target_size = (x.vocabulary_size for x in self._tokenizers)
        weights = 4 * model.count_params() if model is not None else 0
        return PairsReport(
            splits={
                name: split.report(*counts, characters)
                for (name, split), counts, *characters in zip(
                    self._splits.items(), _count_sources(splits), *alone, strict=True
                )
            },
            source_vocabulary_size=source_size,
            target_vocabulary_size=target_size,
            token_megabytes=tokens * _NUMBER_BYTES / 1e6,
            batch_megabytes=2 * rows * target_size * _NUMBER_BYTES / 1e6,
            weights_megabytes=weights * _NUMBER_BYTES / 1e6,
        )


def _count_sources(splits: Sequence[SplitCounts]) -> list[tuple[int, int]]:
    """The different sources of each split, and the pairs whose source is not new."""
    parts = max(split.keys.parts for split in splits)
    distinct, leaked = [0] * len(splits), [0] * len(splits)
    for part in range(parts):
        earlier = np.empty(0, np.uint64)
        for number, split in enumerate(splits):
            keys, pairs = split.keys.part(part, parts)
            known = np.isin(keys, earlier, assume_unique=True)
            distinct[number] += len(keys)
            leaked[number] += int(pairs[known].sum())
            earlier = np.union1d(earlier, keys)
    return list(zip(distinct, leaked, strict=True))


def _alone(sides: Sequence[SideCounts]) -> Iterator[Found]:
    """Characters that training lacks; for training those that the others lack."""
    training, *others = (side.characters for side in sides)
    yield training.without(*others) if others else Found()
    for other in others:
        yield other.without(training)
