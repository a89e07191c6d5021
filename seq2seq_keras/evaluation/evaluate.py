"""Translating a test set and scoring what came out."""

import dataclasses
import math
import time
import warnings

import tensorflow as tf

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.data.pipeline import make_dataset
from seq2seq_keras.data.read import read_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.scores import Scores, score_translations
from seq2seq_keras.special_tokens import PAD_ID


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What `evaluate_translator` measured.

    Attributes:
        protocol: What was translated and how.
        scores: `Scores` of the translations.
        perplexity: Teacher-forced, per target token with `<eos>`, over the pairs with
            neither side empty nor longer than the translator takes; NaN without any.
        seconds: Time to translate.
        translations: The translations, in the order of the pairs.
    """

    protocol: str
    scores: Scores
    perplexity: float
    seconds: float
    translations: list[str]

    def as_dict(self):
        """The numbers by name, ready for JSON; what is no number is None."""
        perplexity = self.perplexity if math.isfinite(self.perplexity) else None
        return {
            "protocol": self.protocol,
            **dataclasses.asdict(self.scores),
            "perplexity_teacher_forced": perplexity,
            "seconds": self.seconds,
        }


def evaluate_translator(translator, pairs, *, batch_size=64, protocol="greedy search"):
    """Translates the sources of some pairs and compares with their targets.

    Args:
        translator: A `Translator`.
        pairs: `Pairs`, or an iterable of pairs; each target is the reference of its
            source.
        batch_size: Integer.
        protocol: Text to keep with the numbers: which data, which split, which seed.

    Returns:
        An `Evaluation`.
    """
    if not isinstance(pairs, Pairs):
        pairs = read_pairs(list(pairs))
    start = time.perf_counter()
    translations = translator.translate(pairs.source, batch_size=batch_size)
    seconds = time.perf_counter() - start
    return Evaluation(
        protocol=protocol,
        scores=score_translations(
            translations, pairs.target, translator.target_tokenizer
        ),
        perplexity=_perplexity(translator, pairs, batch_size),
        seconds=seconds,
        translations=translations,
    )


def _perplexity(translator, pairs, batch_size):
    with warnings.catch_warnings():
        # What translating has already warned of.
        warnings.simplefilter("ignore", UserWarning)
        try:
            dataset = make_dataset(
                pairs,
                translator.source_tokenizer,
                translator.target_tokenizer,
                batch_size=batch_size,
                shuffle=False,
                max_source_length=translator.max_source_length,
                max_target_length=translator.max_length,
            )
        except InputError:  # no pair is left
            return math.nan
    token_ids = tf.TensorSpec([None, None], tf.int32)

    @tf.function(input_signature=[token_ids, token_ids, token_ids])
    def total_loss(source_token_ids, target_token_ids, labels):
        inputs = {
            "source_token_ids": source_token_ids,
            "target_token_ids": target_token_ids,
        }
        logits = translator.model(inputs, training=False)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.reduce_sum(tf.where(labels == PAD_ID, 0.0, losses))

    total, count = 0.0, 0
    for inputs, labels, _ in dataset:
        total += float(
            total_loss(inputs["source_token_ids"], inputs["target_token_ids"], labels)
        )
        count += int(tf.math.count_nonzero(labels))
    mean = total / count
    return math.exp(mean) if mean < 700 else math.inf
