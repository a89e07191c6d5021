"""Tests of seq2seq_keras.text.normalization."""

import unicodedata

import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.text import compose_hangul, decompose_hangul, normalize_in_python

# Syllables, conjoining jamo, letters of their own, and what is not Hangul.
hangul = st.text(
    st.one_of(
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
        st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
        st.characters(min_codepoint=0x3131, max_codepoint=0x318E),
        st.sampled_from("a 中￭"),
    ),
    max_size=8,
)


def apply(function, texts):
    return [text.decode() for text in function(tf.constant(texts)).numpy()]


@given(st.lists(hangul, min_size=1, max_size=4))
def test_composition_equals_the_standard_library(texts):
    texts = [unicodedata.normalize("NFC", text) for text in texts]
    decomposed = [unicodedata.normalize("NFD", text) for text in texts]
    assert apply(compose_hangul, decomposed) == texts
    # So what Python has composed needs no graph that does it again.
    assert apply(compose_hangul, texts) == texts
    assert apply(decompose_hangul, decomposed) == decomposed


@given(st.lists(hangul, min_size=1, max_size=4))
def test_decomposition_equals_the_standard_library(texts):
    expected = [unicodedata.normalize("NFD", text) for text in texts]
    assert apply(decompose_hangul, texts) == expected


def test_jamo_of_two_sentences_do_not_meet():
    """A leading consonant at the end of one text, a vowel at the start of the next."""
    assert apply(compose_hangul, ["\u1100", "\u1161\u11a8"]) == [
        "\u1100",
        "\u1161\u11a8",
    ]


def test_a_final_consonant_joins_a_syllable_without_one():
    assert apply(compose_hangul, ["가\u11a8"]) == ["각"]


def test_a_final_consonant_does_not_join_a_syllable_that_has_one():
    assert apply(compose_hangul, ["각\u11a8"]) == ["각\u11a8"]


def test_letters_on_their_own_stay():
    assert apply(compose_hangul, ["ㅋㅋㅋ"]) == ["ㅋㅋㅋ"]


def test_empty_texts_and_no_texts():
    assert apply(compose_hangul, ["", ""]) == ["", ""]
    assert apply(compose_hangul, tf.constant([], tf.string)) == []


def test_python_normalizes_every_script():
    assert normalize_in_python(["e\u0301", "ﬁ"], "NFC") == ["é", "ﬁ"]
    assert normalize_in_python(["e\u0301", "ﬁ"], "NFKC") == ["é", "fi"]
    assert normalize_in_python(["e\u0301"], "none") == ["e\u0301"]
