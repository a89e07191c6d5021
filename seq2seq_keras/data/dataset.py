"""Pairs to batches for `fit`, with tf.data."""

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.options import DataOptions
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text import (
    SubwordTokenizer,
    Tokenizer,
    check_copying,
    source_copy_ids,
    target_copy_ids,
)

# Sentences whose lengths fall between the same two numbers share a batch.
BUCKET_BOUNDARIES = (
    *(4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64),
    *(96, 128, 192, 256, 512),
)
_STREAM_BUFFER = 100_000
_LENGTHS = tf.TensorSpec([None], tf.int32)
_TOKENS = tf.RaggedTensorSpec([None, None], tf.int32)
_WEIGHTS = tf.TensorSpec([None], tf.float32)
# Pairs that are encoded at a time.
_CHUNK = 4096
# A tokenizer and the most tokens of a text. What draws subwords, only some have.
_Side = tuple[Any, int | None]
# A source, a target and their weight.
_Row = tuple[str, str, float]
# What is told of rows and the tokens of both sides.
_Observer = Callable[[Sequence[_Row], Sequence[tf.RaggedTensor]], None]


@checks_numbers(ranges_of(DataOptions))
def make_dataset(
    pairs: Pairs | PairStream,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    *,
    batch_size: int = 64,
    batch_by: str = "sentences",
    shuffle: bool = True,
    seed: int = 0,
    max_source_length: int | None = None,
    max_target_length: int | None = None,
    bucket_boundaries: Sequence[int] = BUCKET_BOUNDARIES,
    copy: bool = False,
    subword_sampling: float = 0.0,
) -> tf.data.Dataset:
    """Makes a `tf.data.Dataset` for `model.fit` out of pairs.

    For teacher forcing the decoder's input is `<sos>` and the target, what it is to
    predict is the target and `<eos>`. Sources end with `<eos>` too, so that no row
    is all padding. Padding is 0, on the right, with a sample weight of 0.

    Pairs of like length are batched together, so that little is padding. Pairs with
    an empty side or longer than a limit are left out; a warning says how many.

    Where pairs have weights, the sample weights of a target's tokens are that of its
    pair. The package's loss and metrics divide by the sum of the weights, so what
    counts is how the weights of a batch relate to each other. As with the
    `sample_weight` of `fit`, a pair of weight 0 is in a batch, but nothing is learnt
    from it.

    Args:
        pairs: `Pairs`, or a `PairStream`, which is gone through once now, to count
            its batches, and then anew in each epoch.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        batch_size: Integer. The size of a batch in what `batch_by` says.
        batch_by: "sentences", or "tokens": as many sentences as keep the longer side
            of a batch, padding included, within `batch_size` tokens.
        shuffle: Whether each epoch comes in another order.
        seed: Integer. Seed of that order.
        max_source_length: Optional integer. Most tokens of a source, without `<eos>`.
        max_target_length: Optional integer. Most tokens of a target, without `<eos>`.
        bucket_boundaries: Increasing lengths in tokens at which buckets begin; `()`
            for a single bucket. By "tokens", further ones are added up to
            `batch_size`.
        copy: Whether the model was built with `copy=True`. Then the inputs have
            `source_copy_ids` too, and the labels are ids of the vocabulary that each
            source extends, see `PointerGenerator`.
        subword_sampling: Float, for training only. If not 0, each epoch splits words
            into other pieces: `alpha` of `SubwordTokenizer.sample_to_ragged`. Limits
            and buckets then go by the length without sampling, and a batch by
            "tokens" may hold some more.

    Returns:
        A dataset of `(inputs, labels, sample_weights)`: a dictionary of
        `source_token_ids` and `target_token_ids`, int32 `(batch, length)`; int32
        `(batch, target_length)`; float32 of the same shape.

    Raises:
        InputError: If an option is out of its range, no pair is left or has a weight
            above 0, or there are no subwords to sample.

    Example:

    >>> from seq2seq_keras.text import WordTokenizer
    >>> pairs = Pairs(["i am", "you are"], ["je suis", "vous êtes"])
    >>> source_tokenizer = WordTokenizer.fit(pairs.source)
    >>> target_tokenizer = WordTokenizer.fit(pairs.target)
    >>> dataset = make_dataset(pairs, source_tokenizer, target_tokenizer)
    >>> inputs, labels, weights = next(iter(dataset))
    >>> inputs["target_token_ids"].shape, labels.shape  # both with one token more
    (TensorShape([2, 3]), TensorShape([2, 3]))
    """
    batches = Batches(
        pairs,
        source_tokenizer,
        target_tokenizer,
        batch_size=batch_size,
        batch_by=batch_by,
        shuffle=shuffle,
        seed=seed,
        max_source_length=max_source_length,
        max_target_length=max_target_length,
        bucket_boundaries=bucket_boundaries,
        copy=copy,
        subword_sampling=subword_sampling,
    )
    return batches.every_epoch()


class Batches:
    """Pairs in batches, in an order that the seed and the epoch's number decide.

    So an epoch can be taken up where an interrupted training left it.

    Args:
        pairs: `Pairs`, or a `PairStream`.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        observe: Optional function that is called once, now, with every pair: some
            thousand triples of source, target and weight at a time, and the tokens of
            the sources and of the targets.
        **options: The other arguments of `make_dataset`, which explains all.

    Attributes:
        count: Batches in an epoch.
        target_tokens: Tokens to predict in an epoch, without subword sampling.
    """

    @checks_numbers(ranges_of(DataOptions))
    def __init__(
        self,
        pairs: Pairs | PairStream,
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        *,
        batch_size: int = 64,
        batch_by: str = "sentences",
        shuffle: bool = True,
        seed: int = 0,
        max_source_length: int | None = None,
        max_target_length: int | None = None,
        bucket_boundaries: Sequence[int] = BUCKET_BOUNDARIES,
        copy: bool = False,
        subword_sampling: float = 0.0,
        observe: _Observer | None = None,
    ) -> None:
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
        self._read(observe)

    def _read(self, observe: _Observer | None) -> None:
        """Counts all batches and keeps the rows that are the same in each epoch."""
        chunks: Iterable[tuple[int, tuple[tf.Tensor, ...]]]
        chunks = _encode_pairs(
            self._pairs, self._sides, copy=self._copy, observe=observe
        )
        # Kept in memory, unless that is what a stream is to spare.
        self._encodes_each_epoch = self._streamed or self._alpha
        chunks = chunks if self._encodes_each_epoch else list(chunks)
        read, kept, self.target_tokens = 0, [np.empty(0, int)], 0
        least, most = np.inf, 0.0
        for count, (length, _, target, *_, weights) in chunks:
            read += count
            kept.append(length.numpy())
            self.target_tokens += int(tf.size(target.flat_values))
            least = weights.numpy().min(initial=least)
            most = weights.numpy().max(initial=most)
        lengths = np.concatenate(kept)
        _report_left_out(read, len(lengths), self._sides)
        if most == 0:
            raise InputError(
                "Nothing can be learnt from pairs whose weights are all 0."
            )
        self._size = len(lengths)
        self.count = _count_batches(lengths, *self._buckets)
        self._is_weighted = (least, most) != (1, 1)
        if not self._encodes_each_epoch:
            columns = zip(*(self._used(columns) for _, columns in chunks), strict=True)
            self._columns = tuple(tf.concat(parts, axis=0) for parts in columns)

    def _used(self, columns: tuple[tf.Tensor, ...]) -> tuple[tf.Tensor, ...]:
        """Without the weights where all are 1."""
        return columns if self._is_weighted else columns[:-1]

    def every_epoch(self) -> tf.data.Dataset:
        """A `tf.data.Dataset` of one epoch, in another order each time it is read."""
        epochs = itertools.count()
        return self._batched(self._rows(lambda: next(epochs)), self._seed, True)

    def epoch(self, number: int, *, skip: int = 0) -> tf.data.Dataset:
        """A `tf.data.Dataset` of one epoch, always in the same order.

        Epochs are counted from 0; `skip` batches at the beginning are left out.
        """
        seed = int(np.random.SeedSequence((self._seed, number)).generate_state(1)[0])
        return self._batched(self._rows(lambda: number), seed, False).skip(skip)

    def _rows(self, next_epoch: Callable[[], int]) -> tf.data.Dataset:
        if not self._encodes_each_epoch:
            return tf.data.Dataset.from_tensor_slices(self._columns)

        def encoded() -> Iterator[tuple[tf.Tensor, ...]]:
            chunks = _encode_pairs(
                self._pairs,
                self._sides,
                copy=self._copy,
                alpha=self._alpha,
                seed=(self._seed, next_epoch()),
            )
            return (self._used(columns) for _, columns in chunks)

        signature = (_LENGTHS, *(_TOKENS,) * (4 if self._copy else 3), _WEIGHTS)
        return tf.data.Dataset.from_generator(
            encoded, output_signature=self._used(signature)
        ).unbatch()

    def _batched(
        self, dataset: tf.data.Dataset, seed: int, reshuffle: bool
    ) -> tf.data.Dataset:
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
        return dataset.map(self._with_weights).prefetch(2)

    def _with_weights(
        self,
        length: tf.Tensor,
        source: tf.Tensor,
        target: tf.Tensor,
        labels: tf.Tensor,
        *others: tf.Tensor,
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Inputs, labels and sample weights, which are 0 for padding."""
        inputs = {"source_token_ids": source, "target_token_ids": target}
        if self._copy:
            inputs["source_copy_ids"] = others[0]
        weights = tf.cast(labels != 0, tf.float32)
        if self._is_weighted:
            weights *= others[-1][:, None]
        return inputs, labels, weights


def _check_sampling(alpha: float, sides: Sequence[_Side]) -> None:
    if alpha and not any(_has_subwords(tokenizer) for tokenizer, _ in sides):
        raise InputError(
            "`subword_sampling` needs a `SubwordTokenizer` on one side at least. "
            f"Received: subword_sampling={alpha}"
        )


def _has_subwords(tokenizer: Tokenizer) -> bool:
    return isinstance(tokenizer.text_tokenizer, SubwordTokenizer)


def _report_left_out(total: int, kept: int, sides: Sequence[_Side]) -> None:
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
    warnings.warn(message, stacklevel=7)


def _buckets(
    batch_size: int, batch_by: str, boundaries: Iterable[int]
) -> tuple[list[int], list[int]]:
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


def _count_batches(
    lengths: np.ndarray, boundaries: list[int], batch_sizes: list[int]
) -> int:
    buckets = np.searchsorted(boundaries, lengths, side="right")
    counts = np.bincount(buckets, minlength=len(batch_sizes))
    return int(np.ceil(counts / batch_sizes).sum())


def _encode_pairs(
    pairs: Pairs | PairStream,
    sides: Sequence[_Side],
    *,
    copy: bool = False,
    alpha: float = 0.0,
    seed: int | tuple[int, int] = 0,
    observe: _Observer | None = None,
) -> Iterator[tuple[int, tuple[tf.Tensor, ...]]]:
    """Yields pairs as rows of ids, some thousand at a time.

    Each time it yields how many pairs were read and, of those within the limits, a
    tuple of the longer side's length without sampling, `<eos>` included, the encoder's
    input, the decoder's, the labels, to copy the source once more, and the weights.
    With `alpha` subwords are sampled.
    """
    draws = np.random.default_rng(seed)
    rest, first = pairs.rows(), 1
    while chunk := list(itertools.islice(rest, _CHUNK)):
        tokens, lengths = [], []
        *both, weights = zip(*chunk, strict=True)
        for (tokenizer, _), texts in zip(sides, both, strict=True):
            rows = tokenizer.split_to_ragged(texts, first=first)
            lengths.append(tf.cast(rows.row_lengths(), tf.int32))
            if alpha and _has_subwords(tokenizer):
                drawn = int(draws.integers(2**31))
                rows = tokenizer.sample_to_ragged(texts, seed=drawn, alpha=alpha)
            tokens.append(rows)
        if observe is not None:
            observe(chunk, tokens)
        fits = True
        for (_, limit), length in zip(sides, lengths, strict=True):
            fits &= (length > 0) & (length <= (limit or length.dtype.max))
        longest = tf.maximum(*lengths)[fits] + 1  # with `<eos>`, or `<sos>`
        source, target = (tf.ragged.boolean_mask(rows, fits) for rows in tokens)
        token_ids = _token_ids(source, target, sides, copy)
        yield len(chunk), (longest, *token_ids, tf.constant(weights, tf.float32)[fits])
        first += len(chunk)


def _token_ids(
    source_tokens: tf.RaggedTensor,
    target_tokens: tf.RaggedTensor,
    sides: Sequence[_Side],
    copy: bool,
) -> tuple[tf.RaggedTensor, ...]:
    """The encoder's input, the decoder's, the labels and, to copy, the source again."""
    (source_tokenizer, _), (target_tokenizer, _) = sides
    source = source_tokenizer.ids(source_tokens)
    target = target_tokenizer.ids(target_tokens)
    ended = [source, target]
    if copy:
        # The labels too are ids of the vocabulary that each source extends.
        copied = source_tokenizer.copied_tokens(source_tokens)
        labels = target_copy_ids(target_tokens, copied, target_tokenizer)
        ended = [source, labels, source_copy_ids(copied, target_tokenizer)]
    start = tf.fill([source.nrows(), 1], START_ID)
    end = tf.fill([source.nrows(), 1], END_ID)
    source, *rest = (tf.concat([rows, end], axis=1) for rows in ended)
    return source, tf.concat([start, target], axis=1), *rest
