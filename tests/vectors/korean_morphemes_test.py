"""Tests of seq2seq_keras.vectors: korean morphemes."""

import sys
import unicodedata

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import KoreanMorphemes, word2vec


def test_words_fall_into_stems_endings_and_particles():
    pytest.importorskip("mecab", reason="needs the extra `korean`")
    morphemes = KoreanMorphemes()
    text = "저는 책을 읽지 않아요."
    expected = ["저", "는", "책", "을", "읽", "지", "않", "아요", "."]
    decomposed = unicodedata.normalize("NFD", text)
    assert morphemes.split([text, decomposed, ""]) == [expected, expected, []]
    vectors = word2vec([text] * 9, tokenizer=morphemes, dimensions=4, epochs=1)
    assert set(vectors.words) == set(expected)


def test_without_mecab_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mecab", None)
    with pytest.raises(InputError, match="pip install python-mecab-ko"):
        KoreanMorphemes()
