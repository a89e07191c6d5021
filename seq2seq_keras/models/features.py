"""The encoder of features that stand before a source."""

import keras
from keras import KerasTensor, ops

from seq2seq_keras.layers import JoinFeatures, PartFeatures, RecurrentStack
from seq2seq_keras.models.base import States
from seq2seq_keras.models.encoder import Encoder, make_stack
from seq2seq_keras.models.options import ModelOptions
from seq2seq_keras.special_tokens import PAD_ID


class FeaturesEncoder:
    """The layers that read features, around an encoder that reads the rest.

    Attention then finds features masked, or what was read of each, in the places where
    they stand in the source: so whatever goes by the places of source tokens, such as
    alignments and copies, need not know. Features are embedded as the source's tokens
    are.
    """

    def __init__(self, options: ModelOptions, encoder: Encoder) -> None:
        self.options, self.encoder = options, encoder
        first = options.source_vocabulary_size - options.features_vocabulary_size
        self.part_features = PartFeatures(first, name="part_features")
        self.join_features = JoinFeatures(dtype=options.precision, name="join_features")
        self.projection: keras.layers.Dense | None = None
        self.stack: RecurrentStack | None = None
        if options.features_encoder == "linear":
            self.projection = keras.layers.Dense(
                options.units, "tanh", dtype=options.precision, name="features_encoder"
            )
        elif options.features_encoder == "recurrent":
            self.stack = make_stack(
                options, "features_encoder", 1, bidirectional=options.bidirectional
            )

    def __call__(
        self, source_token_ids: KerasTensor
    ) -> tuple[KerasTensor, KerasTensor, KerasTensor, States]:
        """Reads the source.

        Returns what attention sees, `(batch, source_length, units)`; where it may look,
        boolean `(batch, source_length)`; the last hidden state of the source's encoder;
        and the decoder's first states, to which it adds `features`, a vector of all
        features, `(batch, dim)`, unless attention sees them.
        """
        feature_ids, token_ids = self.part_features(source_token_ids)
        outputs, context, states = self.encoder(token_ids)
        mask = ops.cast(self.encoder.mask(token_ids), "int32")
        is_feature = ops.not_equal(feature_ids, PAD_ID)
        read, vector = self._read(feature_ids, is_feature)
        places = feature_ids, source_token_ids
        if self.options.attend_features:
            outputs = self.join_features(outputs, *places, features=read)
            is_feature = ops.cast(is_feature, "int32")
            mask = self.join_features(mask, *places, features=is_feature)
        else:
            outputs = self.join_features(outputs, *places)
            mask = self.join_features(mask, *places)
            states["features"] = vector
        return outputs, ops.not_equal(mask, 0), context, states

    def _read(
        self, feature_ids: KerasTensor, is_feature: KerasTensor
    ) -> tuple[KerasTensor, KerasTensor]:
        """An output for each feature, and a vector for all: zeros if there are none."""
        embedded = self.encoder.words(feature_ids)
        real = ops.cast(is_feature, embedded.dtype)
        if self.stack is not None:
            # cuDNN reads no empty row.
            first = ops.ones_like(is_feature[:, :1])
            mask = ops.concatenate([first, is_feature[:, 1:]], axis=1)
            outputs, states = self.stack(embedded, mask=mask)
            last = states[self.stack.top_state]
            # A copy has no hidden mask, which Keras would warn of where it is lost.
            return ops.copy(outputs), last * ops.cast(real[:, :1], last.dtype)
        outputs = embedded if self.projection is None else self.projection(embedded)
        return outputs, ops.sum(outputs * real[:, :, None], axis=1)
