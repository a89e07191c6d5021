"""Tests of seq2seq_keras.text.vocabulary."""

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import vocabulary
from seq2seq_keras.text.vocabulary import (
    check_vocabulary,
    choose_tokens,
    split_in_chunks,
)
from seq2seq_keras.text.word_tokenizer import WordTokenizer

SPECIAL = SpecialTokens(pad="p", unknown="u", start="s", end="e")


def test_tokens_of_all_chunks_are_counted():
    chunks = iter([["b", "c"], [], ["c", "a", "d"], ["d"]])
    assert choose_tokens(chunks, SPECIAL) == ["c", "d", "a", "b"]


def test_special_forms_are_not_chosen_and_take_no_place():
    chunks = [["p", "p", "p", "e", "e", "b", "b", "a"]]
    assert choose_tokens(chunks, SPECIAL, max_size=6) == ["b", "a"]
    with pytest.raises(InputError, match="hold 2 other tokens, none of them min_freq"):
        choose_tokens(chunks, SPECIAL, min_frequency=3)


def test_a_size_without_a_token_is_an_error_before_anything_is_read():
    def unread():
        raise AssertionError
        yield

    with pytest.raises(InputError, match="Received: max_size=4"):
        choose_tokens(unread(), SPECIAL, max_size=4)


def test_a_vocabulary_is_a_list_of_strings():
    check_vocabulary(["a", "b"], SPECIAL)
    for wrong in ([], ["a", 7], ["a", "a"], ["a", "p"]):
        with pytest.raises(InputError, match="vocabulary"):
            check_vocabulary(wrong, SPECIAL)


def test_chunks_change_neither_tokens_nor_places(monkeypatch):
    monkeypatch.setattr(vocabulary, "_CHUNK", 2)
    split = WordTokenizer(["x"]).split_to_ragged
    texts = ["a b", "", "c", "d a", "e"]
    chunks = list(split_in_chunks(iter(texts), split))
    assert chunks == [["a", "b"], ["c", "d", "a"], ["e"]]
    with pytest.raises(InputError, match=r"^Text 6 is None"):
        list(split_in_chunks([*texts, None], split))
