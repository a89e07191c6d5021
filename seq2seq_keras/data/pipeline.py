"""Pairs to batches for `fit`, with tf.data."""

import itertools
import warnings

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.pairs import PairStream
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text.copying import check_copying, source_copy_ids, target_copy_ids
from seq2seq_keras.text.subword_tokenizer import SubwordTokenizer

# Sentences whose lengths fall between the same two numbers share a batch.
BUCKET_BOUNDARIES = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 512)
_CHUNK = 4096
_STREAM_BUFFER = 100_000
_LENGTHS = tf.TensorSpec([None], tf.int32)
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
    copy=False,
    subword_sampling=0.0,
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
        InputError: If an option is out of its range, no pair is left, or there are
            no subwords to sample.
    """
    if copy:
        check_copying(source_tokenizer, target_tokenizer)
    check_choice("batch_by", batch_by, ("sentences", "tokens"))
    for name, value in (
        ("batch_size", batch_size),
        ("max_source_length", max_source_length),
        ("max_target_length", max_target_length),
    ):
        if value is not None and value < 1:
            raise InputError(f"`{name}` must be positive. Received: {name}={value}")
    sides = (source_tokenizer, max_source_length), (target_tokenizer, max_target_length)
    _check_sampling(subword_sampling, sides)
    boundaries, batch_sizes = _buckets(batch_size, batch_by, bucket_boundaries)
    streamed = isinstance(pairs, PairStream)
    # Kept in memory, unless that is what a stream is to spare or each epoch differs.
    anew = streamed or subword_sampling
    chunks = _encode(pairs, sides, copy)
    chunks = chunks if anew else list(chunks)
    counted = [(count, columns[0].numpy()) for count, columns in chunks]
    lengths = np.concatenate([[], *(lengths for _, lengths in counted)])
    _report(sum(count for count, _ in counted), len(lengths), sides)
    if anew:
        epochs = itertools.count()

        def epoch():
            sampling = subword_sampling, (seed, next(epochs))
            return (columns for _, columns in _encode(pairs, sides, copy, *sampling))

        signature = (_LENGTHS, *(_TOKENS,) * (4 if copy else 3))
        dataset = tf.data.Dataset.from_generator(epoch, output_signature=signature)
        dataset = dataset.unbatch()
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
        lambda length, *_: length, boundaries, batch_sizes
    )
    # Keras shows how far an epoch is, and does not warn, when it knows the number.
    batch_count = _count_batches(lengths, boundaries, batch_sizes)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(batch_count))
    return dataset.map(_as_fit_takes_it).prefetch(2)


def _encode(pairs, sides, copy, alpha=0.0, seed=0):
    """Yields the size of each chunk of pairs and, of those kept, lengths and ids."""
    draws = np.random.default_rng(seed)
    pairs, first = iter(pairs), 1
    while chunk := list(itertools.islice(pairs, _CHUNK)):
        tokens, lengths = [], []
        for (tokenizer, _), texts in zip(sides, zip(*chunk, strict=True), strict=True):
            rows = tokenizer.split_to_ragged(texts, first=first)
            lengths.append(tf.cast(rows.row_lengths(), tf.int32))
            if alpha and isinstance(tokenizer, SubwordTokenizer):
                drawn = int(draws.integers(2**31))
                rows = tokenizer.sample_to_ragged(texts, seed=drawn, alpha=alpha)
            tokens.append(rows)
        fits = True
        for (_, limit), length in zip(sides, lengths, strict=True):
            fits &= (length > 0) & (length <= (limit or length.dtype.max))
        longest = tf.maximum(*lengths)[fits] + 1  # with `<eos>`, or `<sos>`
        source, target = (tf.ragged.boolean_mask(rows, fits) for rows in tokens)
        yield len(chunk), (longest, *_token_ids(source, target, sides, copy))
        first += len(chunk)


def _token_ids(source_tokens, target_tokens, sides, copy):
    """The encoder's input, the decoder's, the labels and, to copy, the source again."""
    (source_tokenizer, _), (target_tokenizer, _) = sides
    source = source_tokenizer.table.lookup(source_tokens)
    target = target_tokenizer.table.lookup(target_tokens)
    ended = [source, target]
    if copy:
        # The labels too are ids of the vocabulary that each source extends.
        labels = target_copy_ids(target_tokens, source_tokens, target_tokenizer)
        ended = [source, labels, source_copy_ids(source_tokens, target_tokenizer)]
    start = tf.fill([source.nrows(), 1], START_ID)
    end = tf.fill([source.nrows(), 1], END_ID)
    source, *rest = (tf.concat([rows, end], axis=1) for rows in ended)
    return source, tf.concat([start, target], axis=1), *rest


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


def _as_fit_takes_it(length, source, target, labels, copy_ids=None):
    inputs = {"source_token_ids": source, "target_token_ids": target}
    if copy_ids is not None:
        inputs["source_copy_ids"] = copy_ids
    return inputs, labels, tf.cast(labels != 0, tf.float32)
