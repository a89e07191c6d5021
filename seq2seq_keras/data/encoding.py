"""Pairs of texts to pairs of ids."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.encoded_pairs import EncodedPairs, RaggedRows
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import END_ID
from seq2seq_keras.text import (
    SubwordTokenizer,
    Tokenizer,
    check_copying,
    source_copy_ids,
    target_copy_ids,
)

# Pairs that are encoded at a time.
_CHUNK = 4096
# A source, a target and their weight.
_Row = tuple[str, str, float]
# What is told of rows and the tokens of both sides.
Observer = Callable[[Sequence[_Row], Sequence[tf.RaggedTensor]], None]


class PairEncoder:
    """Turns pairs into ids, some thousand at a time.

    Args:
        tokenizers: Those of source and target.
        limits: The most tokens of source and target, each optional.
        copy: Whether the model copies.
        alpha: Float. How subwords are sampled, 0 for not at all.
    """

    def __init__(
        self,
        tokenizers: tuple[Tokenizer, Tokenizer],
        limits: tuple[int | None, int | None],
        *,
        copy: bool,
        alpha: float,
    ) -> None:
        if copy:
            check_copying(*tokenizers)
        # What draws subwords, only some have.
        self._tokenizers: tuple[Any, Any] = tokenizers
        self._draws = [
            bool(alpha) and isinstance(x.text_tokenizer, SubwordTokenizer)
            for x in tokenizers
        ]
        if alpha and not any(self._draws):
            raise InputError(
                "`subword_sampling` needs a `SubwordTokenizer` on one side at least. "
                f"Received: subword_sampling={alpha}"
            )
        self._limits, self._copy, self._alpha = limits, copy, alpha

    def read(
        self, pairs: Pairs | PairStream, observe: Observer | None = None
    ) -> Iterator[tuple[int, EncodedPairs]]:
        """Yields how many pairs were read and, of them, those within the limits."""
        rest, first = pairs.rows(), 1
        while chunk := list(itertools.islice(rest, _CHUNK)):
            *both, weights = zip(*chunk, strict=True)
            tokens = [
                tokenizer.split_to_ragged(texts, first=first)
                for tokenizer, texts in zip(self._tokenizers, both, strict=True)
            ]
            if observe is not None:
                observe(chunk, tokens)
            lengths = np.stack([x.row_lengths().numpy() for x in tokens], axis=1)
            columns = (
                map(RaggedRows.of_texts, both) if self._alpha else self._ids(tokens)
            )
            fits = (lengths > 0).all(axis=1)
            for side, limit in enumerate(self._limits):
                fits &= lengths[:, side] <= (limit or np.inf)
            encoded = EncodedPairs(
                lengths.astype(np.int32) + 1,  # with `<eos>`, or `<sos>`
                np.array(weights, np.float32),
                tuple(columns),
            )
            yield len(chunk), encoded.take(np.flatnonzero(fits))
            first += len(chunk)

    def with_ids(self, pairs: EncodedPairs, seed: int) -> EncodedPairs:
        """Draws subwords where they are sampled; otherwise all is as it was."""
        if not self._alpha:
            return pairs
        seeds = np.random.default_rng(seed).integers(2**31, size=2).tolist()
        tokens = [
            tokenizer.sample_to_ragged(column.texts(), seed=drawn, alpha=self._alpha)
            if draws
            else tokenizer.split_to_ragged(column.texts())
            for tokenizer, draws, column, drawn in zip(
                self._tokenizers, self._draws, pairs.columns, seeds, strict=True
            )
        ]
        return pairs._replace(columns=tuple(self._ids(tokens)))

    def _ids(self, tokens: Sequence[tf.RaggedTensor]) -> Iterator[RaggedRows]:
        """The ids of both sides and, to copy, the labels and the sources again."""
        source_tokenizer, target_tokenizer = self._tokenizers
        columns = [source_tokenizer.ids(tokens[0]), target_tokenizer.ids(tokens[1])]
        if self._copy:
            # The labels too are ids of the vocabulary that each source extends.
            copied = source_tokenizer.copied_tokens(tokens[0])
            columns.append(target_copy_ids(tokens[1], copied, target_tokenizer))
            columns.append(source_copy_ids(copied, target_tokenizer))
        for rows in columns:
            lengths = rows.row_lengths().numpy()
            values = np.insert(rows.flat_values.numpy(), np.cumsum(lengths), END_ID)
            yield RaggedRows.of(values, lengths + 1)
