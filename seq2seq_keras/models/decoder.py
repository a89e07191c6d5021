"""The decoder's half of the model."""

import keras
from keras import ops

from seq2seq_keras.layers.attention import Attention
from seq2seq_keras.layers.attention_by_name import make_attention
from seq2seq_keras.layers.attentional_decoder import DECODER_OPTIONS, AttentionalDecoder
from seq2seq_keras.layers.dropout import make_dropout, make_word_dropout
from seq2seq_keras.layers.embedding import make_embedding
from seq2seq_keras.layers.layer_normalization import make_normalization
from seq2seq_keras.layers.pointer_generator import PointerGenerator
from seq2seq_keras.layers.recurrent import make_recurrent
from seq2seq_keras.models.encoder import state_names
from seq2seq_keras.special_tokens import UNKNOWN_ID


class Decoder:
    """The layers that write a target.

    Without attention, and with one that feeds nothing back, each recurrent layer
    runs over the whole target in one call, and the attention of all steps is
    computed at once. Otherwise an `AttentionalDecoder` goes step by step.

    Args:
        options: The `ModelOptions`.
        source_embedding: The encoder's embedding, which may be shared.
    """

    def __init__(self, options, source_embedding):
        self.options = options
        self.embedding = (
            source_embedding if options.share_embeddings else self._make_embedding()
        )
        self.word_dropout = None
        if options.word_dropout:
            self.word_dropout = make_word_dropout(
                options.word_dropout,
                dtype=options.precision,
                name="target_word_dropout",
            )
        self.embedding_dropout = self._dropout("target_embedding_dropout")
        self.output_dropout = self._dropout("output_dropout")
        self.attentional_decoder: AttentionalDecoder | None = None
        self.attention: Attention | None = None
        if options.is_stepwise:
            self._make_stepwise_layers()
        else:
            self._make_recurrent_layers()
        self._make_output_layers()

    def project(self, encoder_outputs):
        """The attention keys, which are the same for all steps.

        Args:
            encoder_outputs: Tensor, shape `(batch, source_length, units)`.

        Returns:
            A tensor of the same shape, or `None` if the keys are the outputs.
        """
        attends = self.attentional_decoder or self.attention
        keys = attends.project(encoder_outputs) if attends else encoder_outputs
        return None if keys is encoder_outputs else keys

    def __call__(self, target_token_ids, states, memory):
        """Predicts the token after each given one.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`.
            states: Dictionary of the states before the first token.
            memory: Dictionary of what stays the same at every step.

        Returns:
            A triple of the logits, the attention weights of all steps (`None` without
            attention) and the states after the last token.
        """
        inputs = embedded = self._embed(target_token_ids)
        if self.options.feed_context:
            context = ops.cast(memory["context"], inputs.dtype)
            # (batch, units) -> (batch, target_length, units)
            every_step = context[:, None, :] + ops.zeros_like(inputs[..., :1])
            inputs = ops.concatenate([inputs, every_step], axis=-1)
        run = self.attentional_decoder or self._run_fused
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

    def _embed(self, target_token_ids):
        if self.options.copy:
            # The words that a model can only copy have no embedding.
            known = target_token_ids < self.options.target_vocabulary_size
            target_token_ids = ops.where(known, target_token_ids, UNKNOWN_ID)
        embedded = self.embedding(target_token_ids)
        if self.word_dropout is not None:
            embedded = self.word_dropout(embedded)
        return self.embedding_dropout(embedded)

    def _run_fused(self, outputs, states, memory):
        states, weights = dict(states), None
        for layer, recurrent in enumerate(self.recurrent_layers):
            if layer > 0:
                outputs = self.dropouts[layer - 1](outputs)
            inputs = outputs
            names = state_names(self.options, layer)
            outputs, *last = recurrent(
                inputs, initial_state=[states[name] for name in names]
            )
            states |= dict(zip(names, last, strict=True))
            if self.options.residual and layer > 0:
                outputs = inputs + outputs
            if self.options.layer_normalization:
                outputs = self.normalizations[layer](outputs)
        if self.attention is not None:
            context, weights = self.attention(
                outputs,
                memory["encoder_outputs"],
                value_mask=memory["source_mask"],
                keys=memory.get("attention_keys"),
            )
            states["attention_weights"] = weights[:, -1]
            outputs = self.attentional_vector(
                ops.concatenate([context, outputs], axis=-1)
            )
        return outputs, weights, states

    def _predict(self, outputs):
        if self.output_projection is not None:
            outputs = self.output_projection(outputs)
        if self.options.tie_embeddings:
            return self.embedding(outputs, reverse=True)
        return outputs

    def _make_embedding(self):
        options = self.options
        embedding = make_embedding(
            "target_embedding",
            options.target_vocabulary_size,
            options.embedding_dim,
            reversible=options.tie_embeddings,
            dtype=options.precision,
        )
        embedding.trainable = not options.freeze_target_embeddings
        return embedding

    def _make_stepwise_layers(self):
        self.attentional_decoder = AttentionalDecoder(
            **{name: getattr(self.options, name) for name in DECODER_OPTIONS},
            dtype=self.options.precision,
            name="decoder",
        )

    def _make_recurrent_layers(self):
        options = self.options
        self.recurrent_layers = [
            make_recurrent(
                options.cell,
                options.units,
                recurrent_dropout=options.recurrent_dropout,
                dtype=options.precision,
                name=f"decoder_{layer}",
            )
            for layer in range(options.num_layers)
        ]
        self.dropouts = [
            self._dropout(f"decoder_dropout_{layer}")
            for layer in range(options.num_layers - 1)
        ]
        self.normalizations = [
            make_normalization(
                options.units,
                dtype=options.precision,
                name=f"decoder_normalization_{layer}",
            )
            for layer in range(options.num_layers)
            if options.layer_normalization
        ]
        if options.attention is not None:
            self.attention = make_attention(
                options.attention,
                options.attention_score,
                options.units,
                coverage=False,
                dtype=options.precision,
            )
            self.attentional_vector = self._dense(
                options.units, "attentional_vector", activation="tanh"
            )

    def _make_output_layers(self):
        options = self.options
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

    def _dense(self, units, name, activation=None):
        return keras.layers.Dense(
            units,
            activation,
            use_bias=False,
            dtype=self.options.precision,
            name=name,
        )

    def _dropout(self, name):
        return make_dropout(
            self.options.dropout,
            variational=self.options.variational_dropout,
            dtype=self.options.precision,
            name=name,
        )
