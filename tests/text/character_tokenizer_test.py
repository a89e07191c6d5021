"""Tests of seq2seq_keras.text.character_tokenizer."""

from seq2seq_keras.text.character_tokenizer import CharacterTokenizer


def test_every_character_is_a_token_spaces_too():
    assert CharacterTokenizer(["x"]).split("학생 é") == ["학", "생", " ", "é"]


def test_characters_beyond_the_basic_plane_are_one_token():
    assert CharacterTokenizer(["x"]).split("a😀") == ["a", "😀"]
