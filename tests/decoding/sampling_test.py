"""Tests of seq2seq_keras.decoding.sampling."""

import numpy as np
import pytest
import tensorflow as tf
from slow_search import tokens_of
from table_decoder import CODES, TableDecoder

from seq2seq_keras.decoding import greedy_search, sample

# Padding and <sos> would be likely, <eos> never comes.
LOGITS = np.array([3.0, 0.5, 3.0, -90.0, 1.0, 0.0, 0.4, -0.8, 0.9])


def seeds(count, second=0):
    return tf.stack([tf.range(count), tf.fill([count], second)], axis=1)


def expected_distribution(temperature=1.0, top_k=0, top_p=1.0):
    """The definition: temperature, then the likeliest k, then the nucleus of those."""
    logits = LOGITS / temperature
    logits[[0, 2]] = -np.inf
    order = np.argsort(-logits)[: top_k or None]
    probabilities = np.exp(logits[order]) / np.exp(logits[order]).sum()
    kept, total = [], 0.0
    for token, probability in zip(order, probabilities, strict=True):
        if total < top_p:
            kept.append((token, probability))
            total += probability
    result = np.zeros(len(LOGITS))
    for token, probability in kept:
        result[token] = probability / total
    return result


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.5},
        {"temperature": 3.0},
        {"top_k": 3},
        {"top_p": 0.7},
        {"temperature": 2.0, "top_k": 4, "top_p": 0.8},
        {"top_k": 100},
    ],
)
def test_tokens_come_as_often_as_they_should(options):
    count = 3000

    def step(token_ids, states):
        logits = tf.constant(LOGITS, tf.float32)
        return tf.repeat(logits[None], tf.size(token_ids), axis=0), states

    result = tf.function(sample)(
        step,
        {},
        max_length=2,
        finished=tf.zeros(count, bool),
        seeds=seeds(count),
        **options,
    )
    pairs, numbers = np.unique(result.token_ids, axis=0, return_counts=True)
    expected = expected_distribution(**options)
    # Both tokens of a row together, so that they must also be independent.
    joint = count * np.outer(expected, expected)
    found = np.zeros_like(joint)
    found[tuple(pairs.T)] = numbers
    possible = joint > 0.5
    assert not found[joint == 0].any()
    statistic = ((found - joint)[possible] ** 2 / joint[possible]).sum()
    degrees = possible.sum() - 1
    # Four standard deviations above the mean of the chi-square distribution.
    assert statistic < degrees + 4 * np.sqrt(2 * degrees)


def test_a_row_depends_on_its_seed_only():
    decoder, rows = TableDecoder(30), np.arange(12)
    lengths = rows % 5 + 3
    together = sample(
        **decoder.start(rows),
        max_length=tf.constant(lengths, tf.int32),
        finished=tf.zeros(12, bool),
        seeds=seeds(12, 5),
    )
    for row in rows:
        alone = sample(
            **decoder.start([row]),
            max_length=int(lengths[row]),
            finished=tf.zeros(1, bool),
            seeds=[[row, 5]],
        )
        tokens = tokens_of(alone.token_ids[0].numpy())
        assert tokens_of(together.token_ids[row].numpy()) == tokens
        values, weights = decoder.rescore(row, tokens)
        np.testing.assert_allclose(alone.log_probabilities[0], values, atol=1e-5)
        np.testing.assert_allclose(alone.attention_weights[0], weights, atol=1e-6)


def test_a_large_nucleus_is_drawn_from_in_full_and_a_small_one_is_not_disturbed():
    random = np.random.default_rng(0)
    flat = random.normal(scale=0.1, size=900)
    steep = random.normal(scale=5.0, size=900)
    logits = np.array([flat, steep], "float32")
    logits[:, :4] = -30.0

    @tf.function(reduce_retracing=True)
    def run(table, seeds):
        def step(token_ids, states):
            return tf.gather(table, states["row"]), states

        count = tf.shape(seeds)[0]
        rows = tf.range(count) % tf.shape(table)[0]
        finished = tf.zeros([count], tf.bool)
        options = {"max_length": 1, "finished": finished, "seeds": seeds}
        return sample(step, {"row": rows}, top_p=0.8, **options).token_ids[:, 0]

    seeds = np.stack([np.arange(400), np.full(400, 3)], axis=1).astype("int32")
    together = run(tf.constant(logits), tf.constant(seeds)).numpy()
    alone = run(tf.constant(logits[1:]), tf.constant(seeds[1::2]))
    np.testing.assert_array_equal(together[1::2], alone)
    for row in (0, 1):
        order = np.argsort(-logits[row])
        share = np.exp(logits[row][order]) / np.exp(logits[row]).sum()
        nucleus = order[: np.searchsorted(np.cumsum(share), 0.8) + 1]
        assert len(nucleus) > 600 or row
        drawn = together[row::2]
        assert set(drawn) <= set(nucleus)
        # A third of the draws come from the last third of what is possible.
        late = np.isin(drawn, nucleus[np.cumsum(share[: len(nucleus)]) > 0.8 * 2 / 3])
        assert 0.2 < late.mean() < 0.5 or row


def test_another_seed_gives_another_translation():
    decoder, results = TableDecoder(31, 0.3), set()
    for number in range(5):
        result = sample(
            **decoder.start([0]),
            max_length=20,
            finished=tf.zeros(1, bool),
            seeds=[[0, number]],
        )
        results.add(tokens_of(result.token_ids[0].numpy()))
    assert len(results) == 5


@pytest.mark.parametrize(
    "options", [{"temperature": 1e-6}, {"top_k": 1}, {"top_p": 1e-6}]
)
def test_without_chance_it_is_greedy_search(options):
    decoder, rows = TableDecoder(32), np.arange(CODES)
    shared = {"max_length": 6, "finished": rows == 7}
    greedy = greedy_search(**decoder.start(rows), **shared)
    drawn = sample(**decoder.start(rows), seeds=seeds(CODES), **shared, **options)
    for found, right in zip(drawn[:4], greedy[:4], strict=True):
        np.testing.assert_allclose(found, right, atol=1e-6)
    assert not drawn.token_ids.numpy()[7].any()


def test_one_graph_serves_every_batch():
    decoder = TableDecoder(33)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def graph(sentences):
        return sample(
            **decoder.start(sentences),
            max_length=tf.fill(tf.shape(sentences), 4),
            finished=sentences < 0,
            seeds=seeds(tf.size(sentences)),
            top_p=0.9,
        )

    for size in (0, 1, 5):
        assert graph(tf.range(size)).token_ids.shape[0] == size
    assert graph.experimental_get_tracing_count() == 1
