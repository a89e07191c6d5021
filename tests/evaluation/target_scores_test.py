"""Tests of seq2seq_keras.evaluation.target_scores."""

import math

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.data import Pairs, load_corpus
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import TargetScore, perplexity, score_targets


@pytest.fixture(scope="module")
def pairs():
    return load_corpus("phrasebook/english-french").test[:20]


@pytest.fixture(scope="module")
def training_graph(translator):
    token_ids = tf.TensorSpec([None, None], tf.int32)
    names = ("source_token_ids", "target_token_ids")

    @tf.function(input_signature=[dict.fromkeys(names, token_ids)])
    def graph(inputs):
        return tf.nn.log_softmax(translator.model(inputs, training=False))

    return lambda *rows: graph(
        {name: tf.constant([row]) for name, row in zip(names, rows, strict=True)}
    )[0].numpy()


def log_probabilities(translator, training_graph, source, target, given):
    """Of the tokens of a target after `given` tokens."""
    rows = training_graph(
        [*translator.source_tokenizer.tokenize(source), 3], [2, *given]
    )
    labels = [*translator.target_tokenizer.tokenize(target), 3]
    return rows, [float(row[label]) for row, label in zip(rows, labels, strict=True)]


def test_each_token_is_scored_after_the_true_ones(translator, training_graph, pairs):
    scores = score_targets(translator, pairs, batch_size=7)
    for (source, target), score in zip(pairs, scores, strict=True):
        given = translator.target_tokenizer.tokenize(target)
        _, expected = log_probabilities(
            translator, training_graph, source, target, given
        )
        np.testing.assert_allclose(score.log_probabilities, expected, atol=1e-4)
        assert score.tokens[-1] == "<eos>"
        assert list(score.tokens[:-1]) == translator.target_tokenizer.split(target)
        assert score.log_probability == pytest.approx(sum(expected), abs=1e-3)


def test_free_running_feeds_the_model_its_own_words(translator, training_graph, pairs):
    scores = score_targets(translator, pairs, free_running=True)
    differs = 0
    for (source, target), score in zip(pairs, scores, strict=True):
        true = translator.target_tokenizer.tokenize(target)
        written: list[int] = []
        for _ in true:  # each choice depends on those before it
            rows, _ = log_probabilities(
                translator,
                training_graph,
                source,
                target,
                (written + true)[: len(true)],
            )
            choice = rows[len(written)].copy()
            choice[[0, 2]] = -np.inf
            written.append(int(choice.argmax()))
        _, expected = log_probabilities(
            translator, training_graph, source, target, written
        )
        np.testing.assert_allclose(score.log_probabilities, expected, atol=1e-4)
        differs += written != true
    assert differs > 5  # or the two would be the same test


def test_the_order_is_kept(translator, pairs):
    turned = Pairs(pairs.source[::-1], pairs.target[::-1])
    first = [s.log_probability for s in score_targets(translator, pairs, batch_size=3)]
    second = [s.log_probability for s in score_targets(translator, turned)]
    np.testing.assert_allclose(first, second[::-1], atol=1e-4)


def test_perplexity_is_per_token_not_per_sentence():
    scores = [
        TargetScore(("a", "<eos>"), np.log([0.5, 0.25])),
        TargetScore(("<eos>",), np.log([0.125])),
    ]
    assert perplexity(scores) == pytest.approx(2 ** ((1 + 2 + 3) / 3))


def test_what_cannot_be_counted_is_not_a_number():
    assert math.isnan(perplexity([]))
    assert perplexity([TargetScore(("<eos>",), np.array([-1e4]))]) == math.inf
    assert perplexity([TargetScore(("<eos>",), np.array([-np.inf]))]) == math.inf
    assert math.isnan(perplexity([TargetScore(("<eos>",), np.array([np.nan]))]))


def test_no_pairs_have_no_scores(translator):
    assert score_targets(translator, []) == []


def test_a_batch_has_a_pair_at_least(translator, pairs):
    with pytest.raises(InputError, match="`batch_size` must be a positive"):
        score_targets(translator, pairs, batch_size=0)
