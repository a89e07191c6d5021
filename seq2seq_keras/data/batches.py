"""The batches of every epoch of a training."""

import itertools
import warnings

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.encoding import encode_pairs
from seq2seq_keras.data.pairs import PairStream
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.text.copying import check_copying
from seq2seq_keras.text.subword_tokenizer import SubwordTokenizer

# Sentences whose lengths fall between the same two numbers share a batch.
BUCKET_BOUNDARIES = (
    *(4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64),
    *(96, 128, 192, 256, 512),
)
_STREAM_BUFFER = 100_000
_LENGTHS = tf.TensorSpec([None], tf.int32)
_TOKENS = tf.RaggedTensorSpec([None, None], tf.int32)


class Batches:
    """Pairs in batches, in an order that the seed and the epoch's number decide.

    So an epoch can be taken up where an interrupted training left it.

    Args:
        pairs: `Pairs`, or a `PairStream`.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        **options: The other arguments of `make_dataset`, which explains all.

    Attributes:
        count: Batches in an epoch.
        target_tokens: Tokens to predict in an epoch, without subword sampling.
    """

    def __init__(
        self,
        pairs,
        source_tokenizer,
        target_tokenizer,
        *,
        batch_size=64,
        batch_by="sentences",
        shuffle=True,
        seed=0,
        max_source_length=None,
        max_target_length=None,
        bucket_boundaries=BUCKET_BOUNDARIES,
        copy=False,
        subword_sampling=0.0,
    ):
        if copy:
            check_copying(source_tokenizer, target_tokenizer)
        check_choice("batch_by", batch_by, ("sentences", "tokens"))
        limits = (max_source_length, max_target_length)
        names = ("batch_size", "max_source_length", "max_target_length")
        for name, value in zip(names, (batch_size, *limits), strict=True):
            if value is not None and value < 1:
                raise InputError(f"`{name}` must be positive. Received: {name}={value}")
        self._pairs = pairs
        self._sides = tuple(
            zip((source_tokenizer, target_tokenizer), limits, strict=True)
        )
        _check_sampling(subword_sampling, self._sides)
        self._shuffle, self._seed, self._copy = shuffle, seed, copy
        self._alpha = subword_sampling
        self._buckets = _buckets(batch_size, batch_by, bucket_boundaries)
        self._streamed = isinstance(pairs, PairStream)
        self._read()

    def _read(self):
        """Counts all batches and keeps the rows that are the same in each epoch."""
        chunks = encode_pairs(self._pairs, self._sides, copy=self._copy)
        # Kept in memory, unless that is what a stream is to spare.
        self._anew = self._streamed or self._alpha
        chunks = chunks if self._anew else list(chunks)
        read, kept, self.target_tokens = 0, [np.empty(0, int)], 0
        for count, (length, _, target, *_) in chunks:
            read += count
            kept.append(length.numpy())
            self.target_tokens += int(tf.size(target.flat_values))
        lengths = np.concatenate(kept)
        _report(read, len(lengths), self._sides)
        self._size = len(lengths)
        self.count = _count_batches(lengths, *self._buckets)
        if not self._anew:
            columns = zip(*(columns for _, columns in chunks), strict=True)
            self._columns = tuple(tf.concat(parts, axis=0) for parts in columns)

    def every_epoch(self):
        """A `tf.data.Dataset` of one epoch, in another order each time it is read."""
        epochs = itertools.count()
        return self._batched(self._rows(lambda: next(epochs)), self._seed, True)

    def epoch(self, number, *, skip=0):
        """The batches of one epoch, always in the same order.

        Args:
            number: Integer. The epoch, counted from 0.
            skip: Integer. Batches at the beginning to leave out.

        Returns:
            A `tf.data.Dataset`, see `make_dataset`.
        """
        seed = int(np.random.SeedSequence((self._seed, number)).generate_state(1)[0])
        return self._batched(self._rows(lambda: number), seed, False).skip(skip)

    def _rows(self, next_epoch):
        if not self._anew:
            return tf.data.Dataset.from_tensor_slices(self._columns)

        def encoded():
            options = {"alpha": self._alpha, "seed": (self._seed, next_epoch())}
            chunks = encode_pairs(self._pairs, self._sides, copy=self._copy, **options)
            return (columns for _, columns in chunks)

        signature = (_LENGTHS, *(_TOKENS,) * (4 if self._copy else 3))
        return tf.data.Dataset.from_generator(
            encoded, output_signature=signature
        ).unbatch()

    def _batched(self, dataset, seed, reshuffle):
        # Padding takes tensors; a row of a ragged tensor is one in all but its type.
        dataset = dataset.map(lambda *columns: tuple(map(tf.identity, columns)))
        if self._shuffle:
            buffer_size = _STREAM_BUFFER if self._streamed else self._size
            dataset = dataset.shuffle(
                buffer_size, seed=seed, reshuffle_each_iteration=reshuffle
            )
        dataset = dataset.bucket_by_sequence_length(
            lambda length, *_: length, *self._buckets
        )
        # Keras shows how far an epoch is, and does not warn, when it knows the number.
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(self.count))
        return dataset.map(_as_fit_takes_it).prefetch(2)


def _check_sampling(alpha, sides):
    if not 0 <= alpha <= 1:
        raise InputError(
            "`subword_sampling` must be from 0, for none, to 1. "
            f"Received: subword_sampling={alpha}"
        )
    if alpha and not any(isinstance(side[0], SubwordTokenizer) for side in sides):
        raise InputError(
            "`subword_sampling` needs a `SubwordTokenizer` on one side at least. "
            f"Received: subword_sampling={alpha}"
        )


def _report(total, kept, sides):
    """Says how many pairs were left out and why."""
    if kept == total > 0:
        return
    limits = "".join(
        f" or more than {limit} {side} tokens"
        for side, (_, limit) in zip(("source", "target"), sides, strict=True)
        if limit
    )
    message = f"{total - kept} of {total} pairs are left out: an empty side{limits}."
    if kept == 0:
        raise InputError(f"No pair is left. {message}")
    warnings.warn(message, stacklevel=5)


def _buckets(batch_size, batch_by, boundaries):
    """The lengths at which buckets begin, and one batch size more than those."""
    boundaries = list(boundaries)
    # With `<eos>`, no sentence is shorter than 2.
    if any(low >= high for low, high in itertools.pairwise([1, *boundaries])):
        raise InputError(
            "`bucket_boundaries` must increase, from 2 or more. "
            f"Received: bucket_boundaries={boundaries}"
        )
    if batch_by == "sentences":
        return boundaries, [batch_size] * (len(boundaries) + 1)
    # The last bucket has no upper end, so it must be one for single sentences.
    boundaries = boundaries or [64]
    while boundaries[-1] <= batch_size:
        boundaries.append(2 * boundaries[-1])
    return boundaries, [*(max(1, batch_size // (b - 1)) for b in boundaries), 1]


def _count_batches(lengths, boundaries, batch_sizes):
    buckets = np.searchsorted(boundaries, lengths, side="right")
    counts = np.bincount(buckets, minlength=len(batch_sizes))
    return int(np.ceil(counts / batch_sizes).sum())


def _as_fit_takes_it(length, source, target, labels, copy_ids=None):
    inputs = {"source_token_ids": source, "target_token_ids": target}
    if copy_ids is not None:
        inputs["source_copy_ids"] = copy_ids
    return inputs, labels, tf.cast(labels != 0, tf.float32)
