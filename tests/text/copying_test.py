"""Tests of seq2seq_keras.text.copying."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import (
    CharacterTokenizer,
    WordTokenizer,
    check_copying,
    join_tokens,
    replace_unknown,
    source_copy_ids,
    target_copy_ids,
    target_tokens,
)

TOKENIZER = WordTokenizer(["a", "b"])  # ids 4 and 5; the vocabulary has 6
words = st.lists(st.sampled_from("abxyz"), max_size=6)


@settings(max_examples=30)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_ids_are_those_of_a_loop_over_words(pairs):
    sources, targets = zip(*pairs, strict=True)
    tokens = [
        tf.ragged.constant(list(rows), tf.string, ragged_rank=1)
        for rows in (sources, targets)
    ]
    known = {"a": 4, "b": 5}
    copied = source_copy_ids(tokens[0], TOKENIZER).to_list()
    labels = target_copy_ids(tokens[1], tokens[0], TOKENIZER).to_list()
    for row, (source, target) in enumerate(pairs):
        extended = {word: 6 + source.index(word) for word in source} | known
        assert copied[row] == [extended[word] for word in source]
        assert labels[row] == [extended.get(word, 1) for word in target]


def test_ids_beyond_the_vocabulary_are_words_of_their_own_source():
    token_ids = tf.constant([[4, 7, 1, 3], [6, 3, 0, 0]])
    source = tf.constant([["x", "y"], ["z", "<eos>"]])
    tokens = target_tokens(token_ids, source, TOKENIZER).numpy()
    np.testing.assert_array_equal(
        tokens, [[b"a", b"y", b"<unk>", b"<eos>"], [b"z", b"<eos>", b"", b""]]
    )


def test_copying_needs_one_kind_of_tokens():
    check_copying(TOKENIZER, WordTokenizer(["c"]))
    with pytest.raises(InputError, match="WordTokenizer and CharacterTokenizer"):
        check_copying(TOKENIZER, CharacterTokenizer(["c"]))


def test_a_copied_word_that_looks_like_a_special_token_stays():
    token_ids = tf.constant([[6, 4, 3, 0]])
    tokens = target_tokens(token_ids, tf.constant([["<eos>", "y"]]), TOKENIZER)
    assert join_tokens(tokens, token_ids, TOKENIZER).numpy() == [b"<eos> a"]


def test_an_unknown_word_stays_where_no_source_word_got_attention():
    weights = tf.constant([[[[0.0, 0.0, 1.0], [0.0, 0.1, 0.9]]]])
    found = replace_unknown(
        tf.constant([[[1, 1]]]), weights, tf.constant([[4, 5, 3]]), 20
    )
    assert found.numpy().tolist() == [[[1, 21]]]


def test_each_unknown_word_becomes_the_source_word_with_most_attention():
    random = np.random.default_rng(0)
    token_ids = random.integers(0, 4, size=(5, 2, 6)).astype("int32")
    source = random.integers(4, 9, size=(5, 4)).astype("int32")
    source[:, 3] = 3
    source[2, 2:] = 3, 0
    weights = random.dirichlet([1.0] * 4, size=(5, 2, 6)).astype("float32")
    found = replace_unknown(
        tf.constant(token_ids), tf.constant(weights), tf.constant(source), 20
    )
    for row, rank, place in np.ndindex(token_ids.shape):
        expected = token_ids[row, rank, place]
        if expected == 1:
            words = [s for s in range(4) if source[row, s] > 3]
            expected = 20 + max(words, key=lambda s: weights[row, rank, place, s])
        assert found[row, rank, place] == expected
