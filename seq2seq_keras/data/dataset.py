"""Pairs to batches for `fit`."""

import itertools
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.batch_order import batches_by_length, share_of_batch
from seq2seq_keras.data.encoded_pairs import EncodedPairs
from seq2seq_keras.data.encoding import Observer, PairEncoder
from seq2seq_keras.data.options import DataOptions
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.data.stored_pairs import StoredPairs
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import START_ID
from seq2seq_keras.text import Tokenizer

_IDS = tf.TensorSpec([None, None], tf.int32)
_WEIGHTS = tf.TensorSpec([None, None], tf.float32)
# Batches that are made ahead of the step.
_AHEAD = 4
_Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


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
    copy: bool = False,
    subword_sampling: float = 0.0,
) -> tf.data.Dataset:
    """Makes a `tf.data.Dataset` for `model.fit` out of pairs.

    For teacher forcing the decoder's input is `<sos>` and the target, what it is to
    predict is the target and `<eos>`. Sources end with `<eos>` too, so that no row
    is all padding. Padding is 0, on the right, with a sample weight of 0.

    Pairs of like length on both sides are batched together, so that little is padding.
    Pairs with an empty side or longer than a limit are left out; a warning says how
    many.

    Where pairs have weights, the sample weights of a target's tokens are that of its
    pair. The package's loss and metrics divide by the sum of the weights, so what
    counts is how the weights of a batch relate to each other. As with the
    `sample_weight` of `fit`, a pair of weight 0 is in a batch, but nothing is learnt
    from it.

    Args:
        pairs: `Pairs`, or a `PairStream`, which is gone through once, now. Its ids are
            kept in a temporary file, in the folder that the environment variable
            TMPDIR names; in memory there are some hundred thousand pairs at a time.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        batch_size: Integer. The size of a batch in what `batch_by` says.
        batch_by: "sentences", or "tokens": as many sentences as keep the longer side
            of a batch, padding included, within `batch_size` tokens.
        shuffle: Whether each epoch comes in another order. Otherwise short batches
            come first, and pairs within a batch are in the order of the data.
        seed: Integer. Seed of that order.
        max_source_length: Optional integer. Most tokens of a source, without `<eos>`.
        max_target_length: Optional integer. Most tokens of a target, without `<eos>`.
        copy: Whether the model was built with `copy=True`. Then the inputs have
            `source_copy_ids` too, and the labels are ids of the vocabulary that each
            source extends, see `PointerGenerator`.
        subword_sampling: Float, for training only. If not 0, each epoch splits words
            into other pieces: `alpha` of `SubwordTokenizer.sample_to_ragged`. Limits
            and batches then go by the length without sampling, and a batch by
            "tokens" may hold some more.

    Returns:
        A dataset of `(inputs, labels, sample_weights)`: a dictionary of
        `source_token_ids` and `target_token_ids`, int32 `(batch, length)`; int32
        `(batch, target_length)`; float32 of the same shape.

    Raises:
        InputError: If an option is out of its range, no pair is left or has a weight
            above 0, there are no subwords to sample, or a stream finds no room for a
            temporary file.

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
        share: Pair of integers: the number of a worker, and how many there are. Each
            gets its share of every batch, of as many tokens; those that get none,
            because there are fewer pairs, a row of padding.

    `make_dataset` explains the others.

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
        copy: bool = False,
        subword_sampling: float = 0.0,
        observe: Observer | None = None,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        check_choice("batch_by", batch_by, ("sentences", "tokens"))
        limits = (max_source_length, max_target_length)
        self._encoder = PairEncoder(
            (source_tokenizer, target_tokenizer),
            limits,
            copy=copy,
            alpha=subword_sampling,
        )
        self._size, self._shuffle, self._seed = (batch_size, batch_by), shuffle, seed
        self._copy, self._share = copy, share
        found = self._open(pairs, observe)
        _report_left_out(found.read, found.kept, limits)
        if found.heaviest == 0:
            raise InputError(
                "Nothing can be learnt from pairs whose weights are all 0."
            )
        self._is_weighted = (found.lightest, found.heaviest) != (1, 1)
        self.target_tokens = found.target_tokens
        self.count = sum(self._counts)

    def _open(self, pairs: Any, observe: Any) -> "PairTotals":
        """Reads all pairs, and knows then which batches there are."""
        stored = StoredPairs(
            self._draw(0) if self._shuffle else None,
            streamed=isinstance(pairs, PairStream),
        )
        found = self._read(pairs, observe, stored)
        # Without any that is an error, which is told by what was found.
        self._piles = stored.piles() if found.kept else []
        self._counts = self._count(self._piles)
        return found

    def _count(self, piles: Sequence[Any]) -> list[int]:
        """The batches of each pile."""
        return [
            len(batches_by_length(pile.load().lengths, *self._size)) for pile in piles
        ]

    def _read(
        self, pairs: Any, observe: Observer | None, stored: StoredPairs
    ) -> "PairTotals":
        """Goes through all pairs once."""
        found = PairTotals()
        for count, part in self._encoder.read(pairs, observe):
            found = found.with_more(count, part)
            stored.add(part)
        return found

    def every_epoch(self) -> tf.data.Dataset:
        """A `tf.data.Dataset` of one epoch, in another order each time it is read."""
        epochs = itertools.count()
        return self._dataset(lambda: self._batches(next(epochs), 0), self.count)

    def epoch(self, number: int, *, skip: int = 0) -> tf.data.Dataset:
        """A `tf.data.Dataset` of one epoch, always in the same order.

        Epochs are counted from 0; `skip` batches at the beginning are left out.
        """
        return self._dataset(lambda: self._batches(number, skip), self.count - skip)

    def _dataset(self, batches: Any, count: int) -> tf.data.Dataset:
        names = ["source_token_ids", "target_token_ids"]
        names += ["source_copy_ids"] if self._copy else []
        signature = dict.fromkeys(names, _IDS), _IDS, _WEIGHTS
        dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
        # Keras shows how far an epoch is, and does not warn, when it knows the number.
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
        return dataset.prefetch(_AHEAD)

    def _batches(self, epoch: int, skip: int) -> Iterator[_Batch]:
        """The batches of an epoch; what is skipped is neither read nor made."""
        for number, skipped in self._piles_left(epoch, skip):
            pile = self._piles[number].load()
            draw = self._draw(epoch + 1, number + 1) if self._shuffle else None
            batches = batches_by_length(pile.lengths, *self._size, draw)
            for place, rows in enumerate(batches[skipped:], start=skipped + 1):
                seed = self._draw(epoch + 1, number + 1, place).integers(2**31)
                rows, is_real = share_of_batch(rows, pile.lengths, *self._share)
                pairs = self._encoder.with_ids(pile.take(rows), int(seed))
                inputs, labels, weights = self._padded(pairs)
                yield inputs, labels * is_real, weights * is_real

    def _piles_left(self, epoch: int, skip: int) -> Iterator[tuple[int, int]]:
        """The piles of an epoch in its order, with the batches to skip in each."""
        order = np.arange(len(self._counts))
        if self._shuffle:
            order = self._draw(epoch + 1).permutation(order)
        for number in order.tolist():
            if skip >= self._counts[number]:
                skip -= self._counts[number]
                continue
            yield number, skip
            skip = 0

    def _draw(self, epoch: int, pile: int = 0, batch: int = 0) -> np.random.Generator:
        """Draws what belongs to an epoch, a pile, a batch, each counted from 1."""
        return np.random.default_rng((self._seed, epoch, pile, batch))

    def _padded(self, pairs: EncodedPairs) -> _Batch:
        """Inputs, labels and sample weights, which are 0 for padding."""
        source, target, *others = (column.padded() for column in pairs.columns)
        labels = others[0] if self._copy else target
        # Behind `<sos>` all tokens but the last, which is `<eos>`.
        given = np.zeros_like(target)
        given[:, 0] = START_ID
        is_given = np.arange(1, target.shape[1]) < pairs.columns[1].lengths[:, None]
        given[:, 1:][is_given] = target[:, :-1][is_given]
        inputs = {"source_token_ids": source, "target_token_ids": given}
        if self._copy:
            inputs["source_copy_ids"] = others[1]
        weights = (labels != 0).astype(np.float32)
        if self._is_weighted:
            weights *= pairs.weights[:, None]
        return inputs, labels, weights


class PairTotals(NamedTuple):
    """What pairs were found to be, all together.

    Attributes:
        read: How many there were.
        kept: How many of them are learnt from.
        target_tokens: How many tokens these have to predict.
        lightest: The least weight.
        heaviest: The largest one.
    """

    read: int = 0
    kept: int = 0
    target_tokens: int = 0
    lightest: float = np.inf
    heaviest: float = 0.0

    def with_more(self, count: int, part: EncodedPairs) -> "PairTotals":
        """The same of some pairs more, of which `part` are kept."""
        return PairTotals(
            self.read + count,
            self.kept + len(part.weights),
            self.target_tokens + int(part.lengths[:, 1].sum()),
            float(part.weights.min(initial=self.lightest)),
            float(part.weights.max(initial=self.heaviest)),
        )

    @classmethod
    def together(cls, parts: "Sequence[PairTotals]") -> "PairTotals":
        """What all of some are."""
        return cls(
            sum(part.read for part in parts),
            sum(part.kept for part in parts),
            sum(part.target_tokens for part in parts),
            min(part.lightest for part in parts),
            max(part.heaviest for part in parts),
        )


def _report_left_out(
    total: int, kept: int, limits: tuple[int | None, int | None]
) -> None:
    """Says how many pairs were left out and why."""
    if kept == total > 0:
        return
    told = "".join(
        f" or more than {limit} {side} tokens"
        for side, limit in zip(("source", "target"), limits, strict=True)
        if limit
    )
    message = f"{total - kept} of {total} pairs are left out: an empty side{told}."
    if kept == 0:
        raise InputError(f"No pair is left. {message}")
    warnings.warn(message, stacklevel=6)
