"""The tokenizers without TensorFlow are those with it, to the byte."""

import json
import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_keras.data import load_corpus, read_lines
from seq2seq_keras.runtime import parse_tokenizer
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    JamoTokenizer,
    KerasTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    WordTokenizer,
)
from tools.unicode_tables import FILE, tables

TEXTS = ["l'homme est là, don't 한국어 123 ÀÉ", "Σίσυφος abc\tdef  ghi ab"]
FEATURED = [f"V;PST\t{text}" for text in TEXTS]
KINDS = {
    "words": WordTokenizer.fit(TEXTS),
    "small words": WordTokenizer.fit(TEXTS, lowercase=True, unicode_form="NFKC"),
    "characters": CharacterTokenizer.fit(TEXTS),
    "white space": CharacterTokenizer.fit(
        TEXTS, keep_white_space=True, lowercase=True, unicode_form="none"
    ),
    "jamo": JamoTokenizer.fit(TEXTS),
    "decomposed": JamoTokenizer.fit(TEXTS, unicode_form="NFD"),
    "spaces": SpaceTokenizer.fit(TEXTS, unicode_form="none"),
    "keras": KerasTokenizer(["abc", "l'homme"], lowercase=True, skip_unknown=True),
    "keras, all": KerasTokenizer(["abc", "def"]),
    "byte pairs": SubwordTokenizer.fit(TEXTS),
    "unigrams": SubwordTokenizer.fit(TEXTS, algorithm="unigram", lowercase=True),
    "featured words": FeaturesTokenizer.fit(FEATURED),
    "featured letters": FeaturesTokenizer.fit(
        FEATURED, tokenizer=CharacterTokenizer, lowercase=True
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)

# What texts are made of that have been trouble somewhere.
LETTERS = "abdeijlmnostuvy" + "ABDIJLMST" + "àéÀÉſKİıßﬁΣσς" + "한국어가각힣ㄱㅏㅋ"
MARKS = "'’-.,!?_￭￮■○▁▅" + "\0" + "0123456789½Ⅻ٣" + "\u0301\u0323\u093f\u3099"
SPACES = " \t\u00a0\u2028\u3000\x0b\x0c\x1c\x1f\x85\u200b\u200d\ufeff\u180e"
JAMO = "\u1100\u1112\u1113\u1161\u1175\u1176\u11a7\u11a8\u11c2\u11c3"
WORDS = [
    *("l'homme", "est-il", "donne-le-moi", "I'd've", "3.14", "1,000.5", "a-t-il"),
    *("rendez-vous", "don't", "ÎLS", "-IL", "-ils", "'S", "’ſ", "...", "--", "¿¡"),
    *("c'est-à-dire", "O'Neil's", "V;PST\t", "👩🏽", "e\u0301", "ΟΔΟΣ", "漢字かな"),
]
pieces = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.sampled_from(LETTERS + MARKS + SPACES + JAMO), max_size=6),
    st.characters(exclude_categories=["Cs"]),
)
nasty_texts = st.lists(pieces, max_size=8).map("".join)
forms = st.sampled_from(["NFC", "NFD"])


def plain(tokenizer):
    """The same tokenizer without TensorFlow, by way of its file."""
    return parse_tokenizer(json.dumps(tokenizer.get_config()).encode(), "the file")


def assert_equal(tokenizer, texts):
    other = plain(tokenizer)
    tokens = tokenizer.split(texts)
    assert other.split(texts) == tokens
    assert other.tokenize(texts) == tokenizer.tokenize(texts)
    if not isinstance(tokenizer, FeaturesTokenizer):  # which no target has
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
@given(st.lists(st.tuples(nasty_texts, forms), min_size=60, max_size=60))
def test_nasty_texts_fall_into_the_same_tokens(kind, texts):
    texts = [unicodedata.normalize(form, text) for text, form in texts]
    assert_equal(KINDS[kind], texts)


@pytest.mark.slow
@every_kind
@settings(max_examples=300)
@given(st.lists(st.tuples(nasty_texts, forms), min_size=330, max_size=330))
def test_a_hundred_thousand_nasty_texts_do(kind, texts):
    texts = [unicodedata.normalize(form, text) for text, form in texts]
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
    assert json.loads(FILE.read_text(encoding="utf-8")) == tables()
