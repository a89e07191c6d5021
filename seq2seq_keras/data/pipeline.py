"""Pairs to batches for `fit`, with tf.data."""

from seq2seq_keras.data.batches import BUCKET_BOUNDARIES, Batches


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

    Example:

    >>> from seq2seq_keras.data.pairs import Pairs
    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
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
