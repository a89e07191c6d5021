"""The tokenizers without TensorFlow are those with it, to the byte."""

import json

import pytest
import tensorflow as tf
from hypothesis import given, settings
from nasty_texts import KINDS, nasty_texts, plain

from seq2seq_keras.data import load_corpus, read_lines
from seq2seq_keras.text import UNICODE_TABLES
from tools.unicode_tables import tables

every_kind = pytest.mark.parametrize("kind", KINDS)


def assert_equal(tokenizer, texts):
    other = plain(tokenizer)
    tokens = tokenizer.split(texts)
    assert other.split(texts) == tokens
    assert other.tokenize(texts) == tokenizer.tokenize(texts)
    rows = tf.ragged.constant(tokens, tf.string, ragged_rank=1)
    joined = [x.decode() for x in tokenizer.join_graph(rows).numpy()]
    assert [other.join(row) for row in tokens] == joined


@every_kind
def test_vocabulary_and_form_are_the_same(kind):
    one, other = KINDS[kind], plain(KINDS[kind])
    assert other.vocabulary == one.vocabulary
    assert other.unicode_form == one.unicode_form
    assert other.vocabulary_size == one.vocabulary_size


@every_kind
@settings(max_examples=8)
@given(nasty_texts(60))
def test_nasty_texts_fall_into_the_same_tokens(kind, texts):
    assert_equal(KINDS[kind], texts)


@every_kind
def test_a_nul_is_the_same_to_both(kind):
    assert_equal(KINDS[kind], ["A\0B", "\0", "Ü\0 ΑΣ\0"])


@pytest.mark.slow
@every_kind
@settings(max_examples=300)
@given(nasty_texts(330))
def test_a_hundred_thousand_nasty_texts_do(kind, texts):
    assert_equal(KINDS[kind], texts)


@every_kind
def test_sentences_fall_into_the_same_tokens(kind):
    pairs = load_corpus("phrasebook/english-french").test[:150]
    korean = load_corpus("phrasebook/korean-english").test[:100]
    assert_equal(KINDS[kind], [*pairs.source, *pairs.target, *korean.source])


@pytest.mark.slow
@every_kind
def test_every_line_of_the_public_corpora_does(kind, public_data):
    files = [*public_data.rglob("*.en"), *public_data.rglob("*.fr")]
    files += [*public_data.rglob("*.de"), *public_data.rglob("*.tsv")]
    assert files
    for file in files:
        lines = list(read_lines(file))
        for start in range(0, len(lines), 20_000):
            assert_equal(KINDS[kind], lines[start : start + 20_000])


def test_every_character_is_of_the_class_that_tensorflow_says():
    """On the tables lies whether the tokenizers can be equal."""
    assert json.loads(UNICODE_TABLES.read_text(encoding="utf-8")) == tables()
