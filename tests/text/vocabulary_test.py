"""Tests of seq2seq_keras.text.vocabulary."""

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import WordTokenizer, choose_tokens

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
    assert WordTokenizer(["a", "b"], special_tokens=SPECIAL).vocabulary_size == 6
    for wrong in ([], ["a", 7], ["a", "a"], ["a", "p"]):
        with pytest.raises(InputError, match="vocabulary"):
            WordTokenizer(wrong, special_tokens=SPECIAL)


def test_many_texts_are_counted_as_few_are_and_have_their_own_numbers():
    """Of so many, 4096 are split at a time."""
    texts = ["c", "", *["a b"] * 4999, "b c b"]
    assert WordTokenizer.fit(iter(texts)).vocabulary[4:] == ["b", "a", "c"]
    assert WordTokenizer.fit(iter(texts), min_frequency=3).vocabulary[4:] == ["b", "a"]
    with pytest.raises(InputError, match=r"^Text 5003 is None"):
        WordTokenizer.fit([*texts, None])
