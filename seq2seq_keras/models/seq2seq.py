"""The encoder-decoder as a Keras model."""

import keras
from keras import ops

from seq2seq_keras.layers.reverse_tokens import ReverseTokens
from seq2seq_keras.models.components import make_embedding, make_recurrent
from seq2seq_keras.models.options import check_model_options
from seq2seq_keras.special_tokens import PAD_ID

# The states of each cell in the order Keras returns them.
_STATES = {"lstm": ("hidden", "cell"), "gru": ("hidden",), "rnn": ("hidden",)}


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class Seq2Seq(keras.Model):
    """An encoder-decoder; make one with `build_model`, where the options stand.

    `encode` and `decode` hold all of its mathematics. The training graph of this
    model calls them on whole sequences, and the models of `build_inference_models`
    call the same functions, hence the same layers, on one token after another.

    Call arguments:
        inputs: A dictionary of two int32 tensors, padded on the right with 0:
            `source_token_ids`, shape `(batch, source_length)`, every row ended by
            `<eos>`; `target_token_ids`, shape `(batch, target_length)`, every row
            begun by `<sos>` (teacher forcing).

    Returns:
        Logits of the next token, float32, shape
        `(batch, target_length, target_vocabulary_size)`.
    """

    def __init__(
        self,
        source_vocabulary_size,
        target_vocabulary_size,
        *,
        cell,
        units,
        embedding_dim,
        num_layers,
        bidirectional,
        residual,
        dropout,
        recurrent_dropout,
        bridge,
        feed_context,
        reverse_source,
        tie_embeddings,
        share_embeddings,
        freeze_source_embeddings,
        freeze_target_embeddings,
        precision,
        **kwargs,
    ):
        # === Config ===
        self.source_vocabulary_size = source_vocabulary_size
        self.target_vocabulary_size = target_vocabulary_size
        self.cell = cell
        self.units = units
        self.embedding_dim = embedding_dim
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.residual = residual
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.bridge = bridge
        self.feed_context = feed_context
        self.reverse_source = reverse_source
        self.tie_embeddings = tie_embeddings
        self.share_embeddings = share_embeddings
        self.freeze_source_embeddings = freeze_source_embeddings
        self.freeze_target_embeddings = freeze_target_embeddings
        self.precision = precision
        check_model_options(self)

        # === Layers ===
        self._make_encoder()
        self._make_bridge()
        self._make_decoder()

        # === Functional model ===
        inputs = {
            name: keras.Input((None,), dtype="int32", name=name)
            for name in ("source_token_ids", "target_token_ids")
        }
        states = self.encode(inputs["source_token_ids"])
        logits, _ = self.decode(inputs["target_token_ids"], states)
        super().__init__(inputs=inputs, outputs=logits, **kwargs)
        # `compile` looks here to know that float16 needs its loss scaled.
        self.dtype_policy = self.precision

    def encode(self, source_token_ids):
        """Reads the source and returns what the decoder starts from.

        Args:
            source_token_ids: int32, shape `(batch, source_length)`.

        Returns:
            A dictionary of the decoder's first states, each `(batch, units)`:
            `layer_0_hidden`, `layer_0_cell` and so on, and `context`, the last
            hidden state of the encoder, if every decoder step is fed with it.
        """
        mask = ops.not_equal(source_token_ids, PAD_ID)
        if self.reverse_tokens is not None:
            source_token_ids = self.reverse_tokens(source_token_ids)
        outputs = self.source_embedding(source_token_ids)
        outputs = self.source_embedding_dropout(outputs)
        states: dict = {}
        for layer, recurrent in enumerate(self.encoder_layers):
            inputs = outputs
            outputs, *last = recurrent(inputs, mask=mask)
            if self.bidirectional:
                # Keras lists the states of one direction, then of the other.
                half = len(last) // 2
                directions = zip(last[:half], last[half:], strict=True)
                last = [ops.concatenate(pair, axis=-1) for pair in directions]
            states |= dict(zip(self._state_names(layer), last, strict=True))
            outputs = self._add_residual(layer, inputs, outputs)
            outputs = self.encoder_dropouts[layer](outputs)
        context = states[f"layer_{self.num_layers - 1}_hidden"]
        states = {name: self._cross(name, state) for name, state in states.items()}
        return {**states, "context": context} if self.feed_context else states

    def decode(self, target_token_ids, states):
        """Predicts the token after each given one.

        Args:
            target_token_ids: int32, shape `(batch, target_length)`: a whole target
                in training, one token at a time in use.
            states: The dictionary from `encode` or from the step before.

        Returns:
            A pair `(logits, states)`: float32 logits of shape
            `(batch, target_length, target_vocabulary_size)`, and the states after
            the last token, under the same names.
        """
        outputs = self.target_embedding(target_token_ids)
        outputs = self.target_embedding_dropout(outputs)
        if self.feed_context:
            context = ops.cast(states["context"], outputs.dtype)
            # (batch, units) -> (batch, target_length, units)
            every_step = context[:, None, :] + ops.zeros_like(outputs[..., :1])
            outputs = ops.concatenate([outputs, every_step], axis=-1)
        states = dict(states)
        for layer, recurrent in enumerate(self.decoder_layers):
            inputs = outputs
            names = self._state_names(layer)
            outputs, *last = recurrent(
                inputs, initial_state=[states[name] for name in names]
            )
            states |= dict(zip(names, last, strict=True))
            outputs = self._add_residual(layer, inputs, outputs)
            outputs = self.decoder_dropouts[layer](outputs)
        if self.output_projection is not None:
            outputs = self.output_projection(outputs)
        if self.tie_embeddings:
            outputs = self.target_embedding(outputs, reverse=True)
        return outputs, states

    def get_config(self):
        names = (
            *("source_vocabulary_size", "target_vocabulary_size", "cell", "units"),
            *("embedding_dim", "num_layers", "bidirectional", "residual", "dropout"),
            *("recurrent_dropout", "bridge", "feed_context", "reverse_source"),
            *("tie_embeddings", "share_embeddings", "freeze_source_embeddings"),
            *("freeze_target_embeddings", "precision", "name"),
        )
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)

    def _make_encoder(self):
        self.reverse_tokens = (
            ReverseTokens(name="reverse_tokens") if self.reverse_source else None
        )
        self.source_embedding = self._embedding(
            "source_embedding",
            self.source_vocabulary_size,
            reversible=self.share_embeddings and self.tie_embeddings,
        )
        self.source_embedding.trainable = not self.freeze_source_embeddings
        self.source_embedding_dropout = self._dropout("source_embedding_dropout")
        layers = range(self.num_layers)
        self.encoder_layers = [
            self._recurrent(f"encoder_{layer}", bidirectional=self.bidirectional)
            for layer in layers
        ]
        self.encoder_dropouts = [
            self._dropout(f"encoder_dropout_{layer}") for layer in layers
        ]

    def _make_bridge(self):
        self.bridge_layers = {}
        if self.bridge != "dense":
            return
        for layer in range(self.num_layers):
            for name in self._state_names(layer):
                self.bridge_layers[name] = keras.layers.Dense(
                    self.units,
                    activation="tanh",
                    dtype=self.precision,
                    name=f"bridge_{name}",
                )

    def _make_decoder(self):
        if self.share_embeddings:
            self.target_embedding = self.source_embedding
        else:
            self.target_embedding = self._embedding(
                "target_embedding",
                self.target_vocabulary_size,
                reversible=self.tie_embeddings,
            )
            self.target_embedding.trainable = not self.freeze_target_embeddings
        self.target_embedding_dropout = self._dropout("target_embedding_dropout")
        layers = range(self.num_layers)
        self.decoder_layers = [self._recurrent(f"decoder_{layer}") for layer in layers]
        self.decoder_dropouts = [
            self._dropout(f"decoder_dropout_{layer}") for layer in layers
        ]
        # Tied logits are products with the embeddings, so they need their size.
        self.output_projection = None
        if not self.tie_embeddings:
            self.output_projection = keras.layers.Dense(
                self.target_vocabulary_size, dtype="float32", name="logits"
            )
        elif self.units != self.embedding_dim:
            self.output_projection = keras.layers.Dense(
                self.embedding_dim,
                use_bias=False,
                dtype=self.precision,
                name="output_projection",
            )

    def _embedding(self, name, vocabulary_size, reversible):
        return make_embedding(
            name,
            vocabulary_size,
            self.embedding_dim,
            reversible=reversible,
            dtype=self.precision,
        )

    def _recurrent(self, name, bidirectional=False):
        return make_recurrent(
            self.cell,
            self.units,
            bidirectional=bidirectional,
            recurrent_dropout=self.recurrent_dropout,
            dtype=self.precision,
            name=name,
        )

    def _dropout(self, name):
        return keras.layers.Dropout(self.dropout, dtype=self.precision, name=name)

    def _state_names(self, layer):
        return [f"layer_{layer}_{state}" for state in _STATES[self.cell]]

    def _add_residual(self, layer, inputs, outputs):
        # The first layer reads embeddings, which have another size.
        return inputs + outputs if self.residual and layer > 0 else outputs

    def _cross(self, name, state):
        """Brings one state of the encoder over the bridge."""
        if self.bridge == "dense":
            return self.bridge_layers[name](state)
        return ops.zeros_like(state) if self.bridge == "zero" else state
