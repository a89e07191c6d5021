"""Pairs to batches for `fit`, with tf.data."""

import itertools
import warnings

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.pairs import PairStream
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.special_tokens import END_ID, START_ID

# Sentences whose lengths fall between the same two numbers share a batch.
BUCKET_BOUNDARIES = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 512)
_CHUNK = 4096
_STREAM_BUFFER = 100_000
_TOKENS = tf.RaggedTensorSpec([None, None], tf.int32)


def make_dataset(
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
):
    """Makes a `tf.data.Dataset` for `model.fit` out of pairs.

    For teacher forcing the decoder's input is `<sos>` and the target, what it is to
    predict is the target and `<eos>`. Sources end with `<eos>` too, so that no row
    is all padding. Padding is 0, on the right, with a sample weight of 0.

    Pairs of like length are batched together, so that little is padding. Pairs with
    an empty side or longer than a limit are left out; a warning says how many.

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

    Returns:
        A dataset of `(inputs, labels, sample_weights)`: a dictionary of
        `source_token_ids` and `target_token_ids`, int32 `(batch, length)`; int32
        `(batch, target_length)`; float32 of the same shape.

    Raises:
        InputError: If an option is out of its range or no pair is left.
    """
    check_choice("batch_by", batch_by, ("sentences", "tokens"))
    for name, value in (
        ("batch_size", batch_size),
        ("max_source_length", max_source_length),
        ("max_target_length", max_target_length),
    ):
        if value is not None and value < 1:
            raise InputError(f"`{name}` must be positive. Received: {name}={value}")
    sides = (source_tokenizer, max_source_length), (target_tokenizer, max_target_length)
    boundaries, batch_sizes = _buckets(batch_size, batch_by, bucket_boundaries)
    streamed = isinstance(pairs, PairStream)
    # Kept in memory, unless that is what a stream is to spare.
    chunks = _encode(pairs, sides) if streamed else list(_encode(pairs, sides))
    counted = [(count, _lengths(columns)) for count, columns in chunks]
    lengths = np.concatenate([[], *(lengths for _, lengths in counted)])
    _report(sum(count for count, _ in counted), len(lengths), sides)
    if streamed:
        dataset = tf.data.Dataset.from_generator(
            lambda: (columns for _, columns in _encode(pairs, sides)),
            output_signature=(_TOKENS, _TOKENS, _TOKENS),
        ).unbatch()
    else:
        columns = zip(*(columns for _, columns in chunks), strict=True)
        dataset = tf.data.Dataset.from_tensor_slices(
            tuple(tf.concat(parts, axis=0) for parts in columns)
        )
    # Padding takes tensors; a row of a ragged tensor is one in all but its type.
    dataset = dataset.map(lambda *columns: tuple(map(tf.identity, columns)))
    if shuffle:
        buffer_size = _STREAM_BUFFER if streamed else len(lengths)
        dataset = dataset.shuffle(buffer_size, seed=seed)
    dataset = dataset.bucket_by_sequence_length(
        lambda source, given, _: tf.maximum(tf.size(source), tf.size(given)),
        boundaries,
        batch_sizes,
    )
    # Keras shows how far an epoch is, and does not warn, when it knows the number.
    batch_count = _count_batches(lengths, boundaries, batch_sizes)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(batch_count))
    return dataset.map(_as_fit_takes_it).prefetch(2)


def _encode(pairs, sides):
    """Yields the size of each chunk of pairs and the ids of those that are kept."""
    pairs, first = iter(pairs), 1
    while chunk := list(itertools.islice(pairs, _CHUNK)):
        token_ids, fits = [], True
        for (tokenizer, limit), texts in zip(
            sides, zip(*chunk, strict=True), strict=True
        ):
            rows = tokenizer.tokenize_to_ragged(texts, first=first)
            lengths = rows.row_lengths()
            fits &= (lengths > 0) & (lengths <= (limit or lengths.dtype.max))
            token_ids.append(rows)
        first += len(chunk)
        source, target = (tf.ragged.boolean_mask(rows, fits) for rows in token_ids)
        start = tf.fill([source.nrows(), 1], START_ID)
        end = tf.fill([source.nrows(), 1], END_ID)
        yield (
            len(chunk),
            (
                tf.concat([source, end], axis=1),
                tf.concat([start, target], axis=1),
                tf.concat([target, end], axis=1),
            ),
        )


def _lengths(columns):
    """The longer side of each pair, which is what the buckets go by."""
    source, given, _ = columns
    return tf.maximum(source.row_lengths(), given.row_lengths()).numpy()


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
    warnings.warn(message, stacklevel=3)


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


def _as_fit_takes_it(source, target, labels):
    inputs = {"source_token_ids": source, "target_token_ids": target}
    return inputs, labels, tf.cast(labels != 0, tf.float32)
