"""Tests of seq2seq_keras.decoding.greedy_search, without any network."""

import numpy as np
import tensorflow as tf
from table_decoder import TableDecoder

from seq2seq_keras.decoding import greedy_search

VOCABULARY = 7


def markov_step(seed):
    """A step whose logits depend on the last token and on a counting state."""
    table = tf.constant(
        np.random.default_rng(seed).normal(size=(6, VOCABULARY, VOCABULARY)), tf.float32
    )

    def step(token_ids, states):
        count = states["count"]
        rows = tf.gather(
            tf.gather(table, tf.minimum(count, 5)), token_ids, batch_dims=1
        )
        return rows, {"count": count + 1}

    return step, table.numpy()


def greedy_in_loops(table, first_count, max_length):
    """The definition, one sentence, no batch."""
    token, tokens, scores = 2, [], []
    for count in range(first_count, first_count + max_length):
        logits = table[min(count, 5), token].astype("float64")
        log_probabilities = logits - np.log(np.exp(logits).sum())
        allowed = log_probabilities.copy()
        allowed[[0, 2]] = -np.inf
        token = int(np.argmax(allowed))
        tokens.append(token)
        scores.append(log_probabilities[token])
        if token == 3:
            break
    return tokens, scores


def search(step, counts, max_length=8, finished=None):
    if finished is None:
        finished = tf.zeros_like(counts, tf.bool)
    return greedy_search(
        step,
        {"count": tf.convert_to_tensor(counts)},
        max_length=max_length,
        finished=tf.convert_to_tensor(finished),
    )


def test_a_batch_equals_its_sentences_one_by_one():
    ended = 0
    for seed in range(20):
        step, table = markov_step(seed)
        result = search(step, [0, 1, 2, 3])
        for row in range(4):
            tokens, scores = greedy_in_loops(table, row, 8)
            length = len(tokens)
            ended += tokens[-1] == 3
            assert result.token_ids[row, :length].numpy().tolist() == tokens
            assert not result.token_ids[row, length:].numpy().any()
            np.testing.assert_allclose(
                result.log_probabilities[row, :length], scores, atol=1e-5
            )
            assert not result.log_probabilities[row, length:].numpy().any()
            np.testing.assert_allclose(result.scores[row], np.mean(scores), atol=1e-5)
    assert 10 < ended < 80  # both ways of ending have been seen


def test_it_stops_when_the_last_sentence_has_ended():
    def step(token_ids, states):
        remaining = states["count"]
        end = tf.where(remaining <= 0, 3, 4)
        return tf.one_hot(end, VOCABULARY), {"count": remaining - 1}

    result = search(step, [1, 3], max_length=50)
    np.testing.assert_array_equal(result.token_ids, [[4, 3, 0, 0], [4, 4, 4, 3]])


def test_the_length_is_limited():
    result = search(lambda ids, s: (tf.one_hot(ids * 0 + 5, VOCABULARY), s), [0], 3)
    np.testing.assert_array_equal(result.token_ids, [[5, 5, 5]])


def test_padding_and_start_are_never_written():
    logits = tf.constant([[9.0, 0.0, 8.0, 0.0, 0.0, 1.0, 0.0]])
    result = search(lambda ids, s: (logits, s), [0], 1)
    np.testing.assert_array_equal(result.token_ids, [[5]])
    # The score is still that of the model, which wanted padding.
    expected = 1.0 - np.log(np.exp(logits.numpy()).sum())
    np.testing.assert_allclose(result.scores, [expected], atol=1e-5)


def test_finished_rows_stay_empty():
    step, _ = markov_step(0)
    result = search(step, [0, 0], finished=[True, False])
    assert not result.token_ids[0].numpy().any()
    assert result.scores[0] == 0.0
    assert result.token_ids[1].numpy().any()


def test_memory_is_read_and_attention_kept_for_every_token():
    decoder, lengths = TableDecoder(0), [1, 3, 6]
    result = greedy_search(
        **decoder.start([0, 1, 2]),
        max_length=tf.constant(lengths),
        finished=tf.zeros(3, tf.bool),
    )
    for row in range(3):
        tokens = [int(token) for token in result.token_ids[row] if token]
        length = len(tokens)
        assert length == lengths[row] or (length < lengths[row] and tokens[-1] == 3)
        for place, token in enumerate(tokens):
            log_probabilities, _ = decoder.distribution(row, tokens[:place])
            log_probabilities[[0, 2]] = -np.inf
            assert token == np.argmax(log_probabilities)
        values, weights = decoder.rescore(row, tokens)
        np.testing.assert_allclose(
            result.log_probabilities[row, :length], values, atol=1e-5
        )
        np.testing.assert_allclose(
            result.attention_weights[row, :length], weights, atol=1e-6
        )
        assert not result.attention_weights[row, length:].numpy().any()


def test_one_graph_serves_every_batch():
    step, _ = markov_step(0)
    graph = tf.function(
        lambda counts: search(step, counts, finished=counts < 0).token_ids,
        input_signature=[tf.TensorSpec([None], tf.int32)],
    )
    for size in (0, 1, 5):
        assert graph(tf.zeros([size], tf.int32)).shape[0] == size
    assert graph.experimental_get_tracing_count() == 1


def rows_at_each_step(lengths):
    """The sentences that each step was given; each ends after so many tokens."""
    given = []

    def step(token_ids, states):
        given.append(states["sentence"].numpy().tolist())
        count = states["count"] + 1
        ends = tf.gather(tf.constant(lengths), states["sentence"]) <= count
        likeliest = tf.where(ends, 3, 4 + states["sentence"] % 2)
        return 9.0 * tf.one_hot(likeliest, VOCABULARY), {"count": count}

    sentences = tf.range(len(lengths))
    result = greedy_search(
        step,
        {"count": tf.zeros_like(sentences)},
        memory={"sentence": sentences},
        max_length=9,
        finished=tf.constant([length == 0 for length in lengths]),
    )
    for row, length in enumerate(lengths):
        tokens = [4 + row % 2] * (length - 1) + [3] * (length > 0)
        padded = tokens + [0] * (max(*lengths, 1) - length)
        assert result.token_ids[row].numpy().tolist() == padded
    return given


def test_sentences_that_end_leave_the_batch():
    given = rows_at_each_step([2, 0, 4, 1, 2])
    assert given == [[0, 2, 3, 4], [0, 2, 4], [2], [2]]


def test_few_are_not_worth_a_copy_of_the_others():
    given = rows_at_each_step([1] + [2] * 19)
    assert given == [[*range(20)]] * 2


def test_a_batch_of_blank_sentences_is_read_once():
    assert rows_at_each_step([0, 0]) == [[0, 1]]


def test_without_details_the_tokens_are_the_same():
    step, _ = markov_step(3)
    options = {
        "max_length": 8,
        "finished": tf.constant([False, True, False, False]),
    }
    states = {"count": tf.constant([0, 1, 2, 3])}
    whole = greedy_search(step, states, **options)
    tokens = greedy_search(step, states, details=False, **options)
    np.testing.assert_array_equal(tokens.token_ids, whole.token_ids)
    assert tokens.log_probabilities is None
    assert tokens.scores is None


def test_attention_is_left_out_where_nobody_asks_for_it():
    decoder = TableDecoder(0)
    result = greedy_search(
        **decoder.start([0, 1]),
        max_length=4,
        finished=tf.zeros(2, tf.bool),
        attention=False,
    )
    assert result.attention_weights is None
