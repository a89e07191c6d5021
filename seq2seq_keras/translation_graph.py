"""Strings in, strings out: one graph for Python and for the SavedModel."""

import tensorflow as tf

from seq2seq_keras.decoding.greedy_search import greedy_search
from seq2seq_keras.models.inference import build_inference_models, make_step
from seq2seq_keras.special_tokens import END_ID

# Whoever sends a book in one line shall not take the memory of the others.
MAX_CHARACTERS = 10_000


class TranslationGraph(tf.Module):
    """Tokenizes, encodes, decodes and detokenizes inside TensorFlow graphs.

    `Translator` runs this very graph and `export` writes it to disk, so the two
    cannot differ. It is traced once, whatever the number and length of sentences.

    Args:
        model: A model from `build_model`.
        source_tokenizer: The tokenizer of the source.
        target_tokenizer: The tokenizer of the target.
        max_source_length: Integer. Longer sources are cut to that many tokens, and
            before that to 10,000 characters.
        max_length: Integer. The most tokens of a translation, `<eos>` included.
    """

    def __init__(
        self,
        model,
        source_tokenizer,
        target_tokenizer,
        *,
        max_source_length,
        max_length,
    ):
        super().__init__(name="translation")
        self.model = model
        self.encoder, self.decoder = build_inference_models(model)
        self.step = make_step(self.decoder)
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_source_length = max_source_length
        self.max_length = max_length
        # A SavedModel holds only the tables it finds as attributes.
        self.tables = [source_tokenizer.table, target_tokenizer.table]
        self.translate = tf.function(
            self._translate, input_signature=[tf.TensorSpec([None], tf.string, "text")]
        )
        self.encode = tf.function(
            self._encode, input_signature=[tf.TensorSpec([None], tf.string, "text")]
        )

    def source_token_ids(self, text):
        """The encoder's input: tokens, cut, ended by `<eos>` and padded.

        Args:
            text: String tensor, shape `(batch,)`.

        Returns:
            int32, shape `(batch, length)`. Every row has at least its `<eos>`.
        """
        text = tf.strings.substr(text, 0, MAX_CHARACTERS, unit="UTF8_CHAR")
        token_ids = self.source_tokenizer.tokenize(text)[:, : self.max_source_length]
        end = tf.fill([token_ids.nrows(), 1], END_ID)
        token_ids = tf.concat([token_ids, end], axis=1)
        # A batch of no sentences would have no time step either, which Keras's
        # recurrent layers cannot read.
        length = tf.maximum(token_ids.bounding_shape(1, out_type=tf.int32), 1)
        return token_ids.to_tensor(shape=tf.stack([-1, length]))

    def _translate(self, text):
        token_ids = self.source_token_ids(text)
        result = greedy_search(
            self.step,
            self.encoder(token_ids, training=False),
            max_length=self.max_length,
            # Nothing to translate, nothing said.
            finished=token_ids[:, 0] == END_ID,
        )
        return {
            "translation": self.target_tokenizer.detokenize(result.token_ids),
            "score": result.scores,
        }

    def _encode(self, text):
        return self.encoder(self.source_token_ids(text), training=False)

    def decode_step(self, token_ids, **states):
        """One step, for those who run the loop themselves.

        Args:
            token_ids: int32, shape `(batch, 1)`.
            **states: The states by name.

        Returns:
            A dictionary of `logits`, shape `(batch, vocabulary_size)`, and the next
            states.
        """
        logits, states = self.step(token_ids[:, 0], states)
        return {"logits": logits, **states}

    def detokenize(self, token_ids):
        """Text of target tokens, as a dictionary with `text`."""
        return {"text": self.target_tokenizer.detokenize(token_ids)}
