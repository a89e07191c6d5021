"""The decoder's half of the model."""

from collections.abc import Iterator
from typing import Any

import keras
from keras import KerasTensor, ops

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers import (
    Attention,
    AttentionalDecoder,
    PointerGenerator,
    build_attention,
    make_attention,
    make_dropout,
)
from seq2seq_keras.models.base import States
from seq2seq_keras.models.encoder import Words, make_stack
from seq2seq_keras.models.options import ModelOptions
from seq2seq_keras.special_tokens import UNKNOWN_ID


class Decoder:
    """The layers that write a target.

    Without attention, and with one that feeds nothing back, each recurrent layer runs
    over the whole target in one call, and the attention of all steps is computed at
    once. Otherwise an `AttentionalDecoder` goes step by step. An attention that
    predicts makes the logits, too. The source embedding may be shared.
    """

    def __init__(
        self, options: ModelOptions, source_embedding: keras.layers.Embedding
    ) -> None:
        self.options = options
        shared = source_embedding if options.share_embeddings else None
        self.words = Words(options, "target", shared)
        self.embedding = self.words.embedding
        self.output_dropout = make_dropout(
            options.dropout,
            variational=options.variational_dropout,
            dtype=options.precision,
            name="output_dropout",
        )
        self.stack = make_stack(options, "decoder")
        self.attention = self._make_attention()
        self.attentional_decoder: AttentionalDecoder | None = None
        if self.attention is not None:
            self._make_attentional_layers(self.attention)
        elif options.deep_output:
            self.attentional_vector = self._make_attentional_vector()
        self._make_output_layers()
        self.state_names = frozenset(self._state_names())

    def _state_names(self) -> Iterator[str]:
        """What a step changes, as the cells and the attention have it."""
        for states in self.stack.states:
            yield from states
        if self.attention is not None:
            outputs = keras.Input((None, self.options.units))
            mask = keras.Input((None,), dtype="bool")
            yield from self.attention.initial_states(outputs, mask)
        if self.options.input_feeding:
            yield "attentional_vector"

    def start(self, encoder_outputs: KerasTensor, source_mask: KerasTensor) -> States:
        """What attention starts from and remembers; empty without attention."""
        if self.attention is None:
            return {}
        if not self.attention.predicts:
            run = self.attentional_decoder
            query_dim = self.stack.output_size if run is None else run.query_dim
            # `project` may use what its `build` makes.
            build_attention(self.attention, query_dim, encoder_outputs.shape)
        states = {"encoder_outputs": encoder_outputs, "source_mask": source_mask}
        states |= self.attention.initial_states(encoder_outputs, source_mask)
        states |= self.attention.remember(encoder_outputs)
        if self.options.input_feeding:
            zeros = ops.zeros_like(encoder_outputs[:, 0, :1])
            states["attentional_vector"] = ops.repeat(zeros, self.options.units, axis=1)
        return states

    def __call__(
        self, target_token_ids: KerasTensor, states: States, memory: States
    ) -> tuple[KerasTensor, KerasTensor | None, States]:
        """Predicts the token after each given one.

        Returns the logits, the attention weights of all steps (`None` without
        attention) and the states after the last token.
        """
        embedded = self._embed(target_token_ids)
        inputs = self._with_context(embedded, memory)
        if self.attention is not None and self.attention.predicts:
            return self._predict_by_position(inputs, target_token_ids, states, memory)
        run = self.attentional_decoder or self._run_at_once
        outputs, weights, states = run(inputs, states, memory)
        outputs = self.output_dropout(outputs)
        logits = self._predict(outputs)
        if self.options.copy:
            logits = self.pointer_generator(
                logits,
                ops.concatenate([outputs, embedded], axis=-1),
                weights,
                memory["source_copy_ids"],
            )
        return logits, weights, states

    def _with_context(self, embedded: KerasTensor, memory: States) -> KerasTensor:
        """What a step reads: the last token, and what is the same at all of them."""
        parts = [embedded]
        for name in ("context", "features"):
            if name in memory:
                vector = ops.cast(memory[name], embedded.dtype)[:, None]
                # (batch, dim) -> (batch, target_length, dim)
                parts.append(vector + ops.zeros_like(embedded[:, :, :1]))
        return ops.concatenate(parts, axis=2) if len(parts) > 1 else embedded

    def _embed(self, target_token_ids: KerasTensor) -> KerasTensor:
        if self.options.copy:
            # The words that a model can only copy have no embedding.
            known = target_token_ids < self.options.target_vocabulary_size
            target_token_ids = ops.where(known, target_token_ids, UNKNOWN_ID)
        return self.words(target_token_ids)

    def _run_at_once(
        self, inputs: KerasTensor, states: States, memory: States
    ) -> tuple[KerasTensor, KerasTensor | None, States]:
        outputs, last = self.stack(inputs, states)
        states, weights = {**states, **last}, None
        if self.attention is not None:
            context, weights = self.attention(
                outputs,
                memory["encoder_outputs"],
                value_mask=memory["source_mask"],
                keys=memory.get("attention_keys"),
            )
            states["attention_weights"] = weights[:, -1]
            outputs = self._read(ops.concatenate([context, outputs], axis=-1), inputs)
            outputs = self.attentional_vector(outputs)
        elif self.options.deep_output:
            outputs = self.attentional_vector(self._read(outputs, inputs))
        return outputs, weights, states

    def _read(self, outputs: KerasTensor, inputs: KerasTensor) -> KerasTensor:
        """What logits are made of: with `deep_output` also the embedded tokens."""
        if not self.options.deep_output:
            return outputs
        return ops.concatenate([outputs, inputs], axis=-1)

    def _predict_by_position(
        self,
        inputs: KerasTensor,
        target_token_ids: KerasTensor,
        states: States,
        memory: States,
    ) -> tuple[KerasTensor, KerasTensor, States]:
        outputs, last = self.stack(inputs, states)
        recurrent = set().union(*self.stack.states)
        own = {name: states[name] for name in states if name not in recurrent}
        query = self._read(self.output_dropout(outputs), inputs)
        attention: Any = self.attention
        logits, weights, changed = attention(query, target_token_ids, own, memory)
        return logits, weights, {**last, **changed}

    def align(
        self,
        target_token_ids: KerasTensor,
        labels: KerasTensor,
        states: States,
        memory: States,
    ) -> KerasTensor:
        """Where each label was written from, given them all: see `HardAttention`."""
        inputs = self._with_context(self._embed(target_token_ids), memory)
        outputs, _ = self.stack(inputs, states)
        query = self._read(outputs, inputs)
        attention: Any = self.attention
        return attention.align(query, labels, states, memory)

    def generation_probabilities(
        self, target_token_ids: KerasTensor, states: States, memory: States
    ) -> KerasTensor:
        """What share of each next token is not copied, `(batch, target_length)`."""
        embedded = self._embed(target_token_ids)
        run = self.attentional_decoder or self._run_at_once
        outputs, _, _ = run(self._with_context(embedded, memory), states, memory)
        features = ops.concatenate([outputs, embedded], axis=-1)
        return self.pointer_generator.generation_probability(features)

    def _predict(self, outputs: KerasTensor) -> KerasTensor:
        if self.output_projection is not None:
            outputs = self.output_projection(outputs)
        if self.options.tie_embeddings:
            return self.embedding(outputs, reverse=True)
        return outputs

    def _make_attention(self) -> Attention | None:
        options = self.options
        if options.attention is None:
            return None
        tied = options.tie_embeddings
        attention = make_attention(
            options.attention,
            units=options.units,
            hidden_units=options.embedding_dim if tied else options.units,
            vocabulary_size=options.target_vocabulary_size,
            score=options.attention_score,
            coverage=options.coverage,
            monotonic=options.monotonic,
            order=options.order,
            context=options.context,
            dtype=options.precision,
        )
        if attention.predicts:
            refused = {"copy": True, "input_feeding": True, "decoder": "conditional"}
            for name, value in refused.items():
                if getattr(options, name) == value:
                    raise InputError(
                        f"`{name}={value!r}` needs an attention that gives a context, "
                        '"luong" or "bahdanau"; with '
                        f"{type(attention).__name__} each source position predicts by "
                        "itself"
                    )
            size = options.target_vocabulary_size
            if getattr(attention, "vocabulary_size", size) != size:
                raise InputError(
                    "An attention that predicts must do so for the tokens of the "
                    f"target. Received: vocabulary_size={attention.vocabulary_size} "
                    f"beside target_vocabulary_size={size}"
                )
            if tied and not hasattr(attention, "tie"):
                raise InputError(
                    "With `tie_embeddings` an attention that predicts does so by the "
                    f"target embedding, and {type(attention).__name__} has no `tie` "
                    "that takes it"
                )
            if tied:
                attention.tie(self.embedding)
        return attention

    def _make_attentional_layers(self, attention: Attention) -> None:
        options = self.options
        if attention.predicts:
            return
        conditional = options.decoder == "conditional"
        if not (attention.feeds_back or options.input_feeding or conditional):
            self.attentional_vector = self._make_attentional_vector()
            return
        # A step needs the attention of the step before.
        self.attentional_decoder = AttentionalDecoder(
            self.stack,
            attention,
            options.units,
            input_feeding=options.input_feeding,
            first_transition=(
                make_stack(options, "decoder_first", 1) if conditional else None
            ),
            deep_output=options.deep_output,
            dtype=options.precision,
            name="decoder",
        )

    def _make_attentional_vector(self) -> keras.layers.Dense:
        return self._dense(self.options.units, "attentional_vector", activation="tanh")

    def _make_output_layers(self) -> None:
        options = self.options
        if self.attention is not None and self.attention.predicts:
            return
        # Tied logits are products with the embeddings, so they need their size.
        self.output_projection = None
        if not options.tie_embeddings:
            self.output_projection = keras.layers.Dense(
                options.target_vocabulary_size, dtype="float32", name="logits"
            )
        elif options.units != options.embedding_dim:
            self.output_projection = self._dense(
                options.embedding_dim, "output_projection"
            )
        if options.copy:
            self.pointer_generator = PointerGenerator(name="pointer_generator")

    def _dense(
        self, units: int | None, name: str, activation: str | None = None
    ) -> keras.layers.Dense:
        return keras.layers.Dense(
            units, activation, use_bias=False, dtype=self.options.precision, name=name
        )
