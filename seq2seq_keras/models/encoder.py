"""The encoder's half of the model."""

import keras
from keras import ops

from seq2seq_keras.layers.dropout import make_dropout, make_word_dropout
from seq2seq_keras.layers.embedding import make_embedding
from seq2seq_keras.layers.layer_normalization import make_normalization
from seq2seq_keras.layers.recurrent import STATES, make_recurrent
from seq2seq_keras.layers.reverse_tokens import ReverseTokens
from seq2seq_keras.special_tokens import PAD_ID


class Encoder:
    """The layers that read a source, and the bridge to the decoder.

    Args:
        options: The `ModelOptions`.
    """

    def __init__(self, options):
        self.options = options
        dtype = options.precision
        self.reverse_tokens = (
            ReverseTokens(name="reverse_tokens") if options.reverse_source else None
        )
        self.embedding = make_embedding(
            "source_embedding",
            options.source_vocabulary_size,
            options.embedding_dim,
            reversible=options.share_embeddings and options.tie_embeddings,
            dtype=dtype,
        )
        self.embedding.trainable = not options.freeze_source_embeddings
        self.word_dropout = None
        if options.word_dropout:
            self.word_dropout = make_word_dropout(
                options.word_dropout, dtype=dtype, name="source_word_dropout"
            )
        self.embedding_dropout = self._dropout("source_embedding_dropout")
        self.recurrent_layers, self.normalizations = [], []
        self.dropouts, self.bridge = [], {}
        for layer in range(options.num_layers):
            self._make_layer(layer)

    def _make_layer(self, layer):
        options = self.options
        self.recurrent_layers.append(
            make_recurrent(
                options.cell,
                options.units,
                bidirectional=options.bidirectional,
                recurrent_dropout=options.recurrent_dropout,
                dtype=options.precision,
                name=f"encoder_{layer}",
            )
        )
        if options.layer_normalization:
            self.normalizations.append(
                make_normalization(
                    options.units,
                    dtype=options.precision,
                    name=f"encoder_normalization_{layer}",
                )
            )
        self.dropouts.append(self._dropout(f"encoder_dropout_{layer}"))
        if options.bridge == "dense":
            for name in state_names(options, layer):
                self.bridge[name] = keras.layers.Dense(
                    options.units,
                    activation="tanh",
                    dtype=options.precision,
                    name=f"bridge_{name}",
                )

    def __call__(self, source_token_ids):
        """Reads the source.

        Args:
            source_token_ids: int32, shape `(batch, source_length)`.

        Returns:
            A triple: the outputs of the last layer, `(batch, source_length, units)`,
            in the order of the source; its last hidden state, `(batch, units)`; and
            the dictionary of the decoder's first states.
        """
        mask = ops.not_equal(source_token_ids, PAD_ID)
        token_ids = source_token_ids
        if self.reverse_tokens is not None:
            token_ids = self.reverse_tokens(source_token_ids, source_token_ids)
        outputs = self.embedding(token_ids)
        if self.word_dropout is not None:
            outputs = self.word_dropout(outputs)
        outputs = self.embedding_dropout(outputs)
        states: dict = {}
        for layer, recurrent in enumerate(self.recurrent_layers):
            inputs = outputs
            outputs, *last = recurrent(inputs, mask=mask)
            if self.options.bidirectional:
                # Keras lists the states of one direction, then of the other.
                half = len(last) // 2
                directions = zip(last[:half], last[half:], strict=True)
                last = [ops.concatenate(pair, axis=-1) for pair in directions]
            states |= dict(zip(state_names(self.options, layer), last, strict=True))
            # The first layer reads embeddings, which have another size.
            if self.options.residual and layer > 0:
                outputs = inputs + outputs
            # What leaves a layer is normalised: the next layer and attention get
            # inputs of one scale, residual or not. States stay as the cell left
            # them, so that the recurrence is Keras's own, with cuDNN where it can.
            if self.options.layer_normalization:
                outputs = self.normalizations[layer](outputs)
            outputs = self.dropouts[layer](outputs)
        # A copy has no hidden mask, which Keras would warn of where it is lost.
        outputs = ops.copy(outputs)
        if self.reverse_tokens is not None and self.options.attention:
            # What was read backwards is attended to in the order of the text.
            outputs = self.reverse_tokens(outputs, source_token_ids)
        context = states[f"layer_{self.options.num_layers - 1}_hidden"]
        crossed = {name: self._cross(name, state) for name, state in states.items()}
        return outputs, context, crossed

    def _dropout(self, name):
        return make_dropout(
            self.options.dropout,
            variational=self.options.variational_dropout,
            dtype=self.options.precision,
            name=name,
        )

    def _cross(self, name, state):
        """Brings one state over the bridge."""
        if self.options.bridge == "dense":
            return self.bridge[name](state)
        return ops.zeros_like(state) if self.options.bridge == "zero" else state


def state_names(options, layer):
    """The names of the recurrent states of a layer, e.g. `layer_0_hidden`.

    Args:
        options: The `ModelOptions`.
        layer: Integer. Number of the layer, from 0.

    Returns:
        A list of strings, in the order of the cell.
    """
    return [f"layer_{layer}_{state}" for state in STATES[options.cell]]
