"""Tests of seq2seq_keras.text.reversed_tokenizer."""

import copy
import pickle

import pytest
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    JamoTokenizer,
    ReversedTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
)

TEXTS = ["Il a dit: « Oui, 3.5 € ! »", "", "ab", "저는 학생이에요.", " x  y "]


def fitted(cls, **options):
    some = [text for text in TEXTS if text] * 3
    if cls is SubwordTokenizer:
        options = {"max_size": 60, **options}
    return cls.fit(some, **options)


@pytest.mark.parametrize(
    "cls",
    [
        WordTokenizer,
        SpaceTokenizer,
        CharacterTokenizer,
        JamoTokenizer,
        SubwordTokenizer,
    ],
)
def test_tokens_come_from_the_end_and_texts_as_they_were(cls, tmp_path):
    plain = fitted(cls, lowercase=cls is WordTokenizer)
    tokenizer = ReversedTokenizer(plain)
    for text in TEXTS:
        assert tokenizer.split(text) == plain.split(text)[::-1]
        assert tokenizer.tokenize(text) == plain.tokenize(text)[::-1]
        token_ids = plain.tokenize(text)
        assert tokenizer.detokenize(token_ids[::-1]) == plain.detokenize(token_ids)
    together = tokenizer.split(tf.constant(TEXTS)).to_list()
    assert together == [row[::-1] for row in plain.split(tf.constant(TEXTS)).to_list()]
    assert tokenizer.vocabulary == plain.vocabulary
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    for other in (loaded, copy.deepcopy(tokenizer), pickle.loads(pickle.dumps(loaded))):
        assert type(other) is ReversedTokenizer
        assert other.get_config() == tokenizer.get_config()
        assert other.tokenize(TEXTS) == tokenizer.tokenize(TEXTS)


def test_it_is_fitted_as_the_one_of_the_texts_is():
    options = {"min_frequency": 2, "lowercase": True}
    texts = ["A b c", "a B"]
    tokenizer = ReversedTokenizer.fit(texts, tokenizer=SpaceTokenizer, **options)
    expected = SpaceTokenizer.fit(texts, **options)
    assert tokenizer.get_config()["tokenizer"] == expected.get_config()
    assert tokenizer.split("A B") == ["b", "a"]


def test_subwords_that_are_drawn_come_from_the_end_too():
    plain = fitted(SubwordTokenizer)
    drawn = {"seed": 3, "alpha": 0.5}
    rows = plain.sample_to_ragged(TEXTS, **drawn).to_list()
    found = ReversedTokenizer(plain).sample_to_ragged(TEXTS, **drawn).to_list()
    assert found == [row[::-1] for row in rows]


def test_what_reads_otherwise_already_is_refused():
    plain = SpaceTokenizer.fit(["a"])
    for wrong in (
        ReversedTokenizer(plain),
        FeaturesTokenizer(plain, ["V"]),
        "space",
    ):
        with pytest.raises(InputError, match="from left to right and no features"):
            ReversedTokenizer(wrong)
