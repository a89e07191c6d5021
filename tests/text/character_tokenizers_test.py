"""Tests of seq2seq_keras.text.character_tokenizers."""

import copy

import pytest

from seq2seq_keras.text import CharacterTokenizer, JamoTokenizer, Tokenizer


def test_every_character_is_a_token_spaces_too():
    assert CharacterTokenizer(["x"]).split("학생 é") == ["학", "생", " ", "é"]


def test_characters_beyond_the_basic_plane_are_one_token():
    assert CharacterTokenizer(["x"]).split("a😀") == ["a", "😀"]


def test_a_syllable_falls_into_its_letters():
    tokens = JamoTokenizer(["x"]).split("값 a")
    assert tokens == ["\u1100", "\u1161", "\u11b9", " ", "a"]


def test_all_syllables_come_back():
    """All 11,172 of them."""
    text = "".join(map(chr, range(0xAC00, 0xD7A4)))
    tokenizer = JamoTokenizer.fit([text])
    assert tokenizer.vocabulary_size == 4 + 67
    assert tokenizer.detokenize(tokenizer.tokenize(text)) == text


def test_unfinished_syllables_of_a_model_stay_letters():
    tokenizer = JamoTokenizer(["\u1100", "\u1161"])
    assert tokenizer.detokenize([4, 4, 5]) == "\u1100가"


@pytest.mark.parametrize("cls", [CharacterTokenizer, JamoTokenizer])
def test_white_space_is_kept_where_that_is_asked_for(cls, tmp_path):
    text = "if x:\n    a  b\t\u00a0 "
    tokenizer = cls.fit([text], keep_white_space=True, lowercase=True)
    assert tokenizer.detokenize(tokenizer.tokenize(text)) == text
    tokenizer.save(tmp_path / "t.json")
    for again in (Tokenizer.load(tmp_path / "t.json"), copy.deepcopy(tokenizer)):
        assert again.get_config() == tokenizer.get_config()
        assert again.tokenize(text) == tokenizer.tokenize(text)
    usual = cls.fit([text])
    assert usual.detokenize(usual.tokenize(text)) == "if x: a b"
    assert "keep_white_space" not in usual.get_config()


def test_unknown_characters_are_left_out_where_that_is_asked_for(tmp_path):
    tokenizer = CharacterTokenizer.fit(["abba bc"], min_frequency=2, skip_unknown=True)
    assert tokenizer.vocabulary[4:] == ["b", "a"]
    assert tokenizer.split("a cab") == ["a", "a", "b"]
    assert tokenizer.tokenize("a cab") == [5, 5, 4]
    tokenizer.save(tmp_path / "t.json")
    for again in (Tokenizer.load(tmp_path / "t.json"), copy.deepcopy(tokenizer)):
        assert again.get_config() == tokenizer.get_config()
        assert again.split("a cab") == ["a", "a", "b"]
    assert "skip_unknown" not in CharacterTokenizer(["x"]).get_config()
