"""A decoder made of tables, for TensorFlow and for NumPy."""

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import beam_search

VOCABULARY = 7
WRITABLE = (1, 3, 4, 5, 6)  # without padding and `<sos>`
CODES = 101  # a prime, so that histories of a few tokens have codes of their own
SOURCE_LENGTH = 3


class TableDecoder:
    """Logits and attention from random tables.

    A row of the tables is named by a code that hashes all tokens of the hypothesis,
    hence a search that mixes up the states of its hypotheses gets other logits. Each
    sentence starts with a code of its own and has a bias, which is its memory.
    """

    def __init__(self, seed, scale=1.5, attends=True):
        random = np.random.default_rng(seed)
        self.logits = (scale * random.normal(size=(CODES, VOCABULARY))).astype("f4")
        attention = random.dirichlet([0.5] * SOURCE_LENGTH, size=CODES)
        self.attention = attention.astype("f4")
        self.biases = random.normal(size=(CODES, VOCABULARY)).astype("f4")
        self.attends = attends

    def states(self, sentences):
        states = {"code": tf.convert_to_tensor(sentences, tf.int32)}
        if self.attends:
            # What the first step finds, and nobody may look at.
            shape = [tf.size(states["code"]), SOURCE_LENGTH]
            states["attention_weights"] = tf.fill(shape, 9.0)
        return states

    def memory(self, sentences):
        return {"bias": tf.gather(self.biases, sentences)}

    def start(self, sentences):
        """The first arguments of every search."""
        memory = self.memory(sentences)
        return {"step": self.step, "states": self.states(sentences), "memory": memory}

    def step(self, token_ids, states):
        code = (states["code"] * 7 + token_ids * 13 + 1) % CODES
        following = {"code": code}
        if self.attends:
            following["attention_weights"] = tf.gather(self.attention, code)
        return tf.gather(self.logits, code) + states["bias"], following

    def beam_search(self, sentences, width, max_length, finished=None, **options):
        """The `SearchResult` of some sentences, as NumPy arrays."""
        if finished is None:
            finished = np.zeros(len(sentences), bool)
        if "source_mask" in options:
            mask = options["source_mask"]
            options["source_mask"] = tf.constant(np.tile(mask, [len(sentences), 1]))
        result = beam_search(
            **self.start(sentences),
            beam_width=width,
            max_length=tf.constant(max_length, tf.int32),
            finished=tf.constant(finished),
            **options,
        )
        return tf.nest.map_structure(lambda tensor: tensor.numpy(), result)

    def distribution(self, sentence, tokens):
        """Log-probabilities and attention after some tokens, in NumPy."""
        code = sentence
        for token in (2, *tokens):
            code = (code * 7 + token * 13 + 1) % CODES
        logits = self.logits[code].astype("f8") + self.biases[sentence]
        return logits - np.log(np.exp(logits).sum()), self.attention[code]

    def rescore(self, sentence, tokens):
        """Log-probabilities `(length,)` and attention of given tokens."""
        values, weights = [], []
        for position, token in enumerate(tokens):
            log_probabilities, attention = self.distribution(
                sentence, tokens[:position]
            )
            values.append(log_probabilities[token])
            weights.append(attention)
        return np.array(values), np.array(weights)
