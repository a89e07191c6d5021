"""The encoder's half of the model."""

from typing import cast

import keras
from keras import KerasTensor, ops

from seq2seq_keras.layers import (
    RecurrentStack,
    ReverseTokens,
    make_dropout,
    make_embedding,
    make_word_dropout,
)
from seq2seq_keras.models.base import States
from seq2seq_keras.models.options import ModelOptions
from seq2seq_keras.special_tokens import END_ID, PAD_ID


def make_stack(
    options: ModelOptions, name: str, num_layers: int | None = None, **others: bool
) -> RecurrentStack:
    """Makes the recurrent layers of the "encoder" or the "decoder".

    `num_layers` is how many, if not what the options say; `others` are options that
    only one of them has.
    """
    return RecurrentStack(
        options.cell,
        options.units,
        num_layers=options.num_layers if num_layers is None else num_layers,
        residual=options.residual,
        dropout=options.dropout,
        recurrent_dropout=options.recurrent_dropout,
        variational_dropout=options.variational_dropout,
        layer_normalization=options.layer_normalization,
        dtype=options.precision,
        name=name,
        **others,
    )


class Words:
    """Embedded tokens with their dropout, of the "source" or the "target"."""

    def __init__(
        self,
        options: ModelOptions,
        side: str,
        embedding: keras.layers.Embedding | None = None,
    ) -> None:
        self.embedding = embedding or self._make_embedding(options, side)
        self.word_dropout = None
        if options.word_dropout:
            self.word_dropout = make_word_dropout(
                options.word_dropout,
                dtype=options.precision,
                name=f"{side}_word_dropout",
            )
        self.dropout = make_dropout(
            options.dropout,
            variational=options.variational_dropout,
            dtype=options.precision,
            name=f"{side}_embedding_dropout",
        )

    def __call__(self, token_ids: KerasTensor) -> KerasTensor:
        embedded = self.embedding(token_ids)
        if self.word_dropout is not None:
            embedded = self.word_dropout(embedded)
        return self.dropout(embedded)

    @staticmethod
    def _make_embedding(options: ModelOptions, side: str) -> keras.layers.Embedding:
        is_output = side == "target" or options.share_embeddings
        embedding = make_embedding(
            f"{side}_embedding",
            getattr(options, f"{side}_vocabulary_size"),
            cast(int, options.embedding_dim),  # settled by `ModelOptions`
            reversible=options.tie_embeddings and is_output,
            dtype=options.precision,
        )
        embedding.trainable = not getattr(options, f"freeze_{side}_embeddings")
        return embedding


class Encoder:
    """The layers that read a source, and the bridge to the decoder."""

    def __init__(self, options: ModelOptions) -> None:
        self.options = options
        self.reverse_tokens = (
            ReverseTokens(name="reverse_tokens") if options.reverse_source else None
        )
        self.words = Words(options, "source")
        self.embedding = self.words.embedding
        self.stack = make_stack(options, "encoder", bidirectional=options.bidirectional)
        self.output_dropout = make_dropout(
            options.dropout,
            variational=options.variational_dropout,
            dtype=options.precision,
            name=f"encoder_dropout_{options.num_layers - 1}",
        )
        self.bridge = {}
        if options.bridge == "dense":
            self.bridge = {
                name: keras.layers.Dense(
                    size,
                    activation="tanh",
                    dtype=options.precision,
                    name=f"bridge_{name}",
                )
                for states in self.stack.states
                for name, size in states.items()
            }

    def __call__(
        self, source_token_ids: KerasTensor
    ) -> tuple[KerasTensor, KerasTensor, States]:
        """Reads the source.

        Returns the outputs of the last layer, `(batch, source_length, units)`, in the
        order of the source; its last hidden state, `(batch, units)`; and the decoder's
        first states.
        """
        mask = self.mask(source_token_ids)
        token_ids = source_token_ids
        if self.reverse_tokens is not None:
            token_ids = self.reverse_tokens(source_token_ids, source_token_ids)
        outputs, states = self.stack(self.words(token_ids), mask=mask)
        # A copy has no hidden mask, which Keras would warn of where it is lost.
        outputs = ops.copy(self.output_dropout(outputs))
        if self.reverse_tokens is not None and self.options.attention is not None:
            # What was read backwards is attended to in the order of the text.
            outputs = self.reverse_tokens(outputs, source_token_ids)
        context = states[self.stack.top_state]
        return (
            outputs,
            context,
            {name: self._cross(name, states[name]) for name in states},
        )

    def mask(self, source_token_ids: KerasTensor) -> KerasTensor:
        """Which tokens are read, boolean `(batch, source_length)`: all but padding.

        At least the first one of each row, since cuDNN reads no empty row.
        """
        mask = ops.not_equal(source_token_ids, PAD_ID)
        if self.options.encode_end:
            return mask
        mask = ops.logical_and(mask, ops.not_equal(source_token_ids, END_ID))
        first = ops.ones_like(mask[:, :1])
        return ops.concatenate([first, mask[:, 1:]], axis=1)

    def _cross(self, name: str, state: KerasTensor) -> KerasTensor:
        """Brings one state over the bridge."""
        if self.options.bridge == "dense":
            return self.bridge[name](state)
        return ops.zeros_like(state) if self.options.bridge == "zero" else state
