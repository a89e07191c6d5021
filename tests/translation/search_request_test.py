"""Tests of what a call of a translator asks for."""

import numpy as np
import pandas as pd
import pytest

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import SearchRequest

TOKENIZER = WordTokenizer.fit(["le chat dort", "la chatte"])


def make(**given):
    return SearchRequest.of(SearchOptions(max_length=9), given)


def test_what_is_not_given_is_the_default():
    request = make(beam_width=3, prefix="le")
    assert request.options == SearchOptions(max_length=9, beam_width=3)
    assert (request.prefix, request.avoid, request.seed) == ("le", [], 0)


def test_an_option_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"`beam_size`\. Did you mean `beam_width`\?"):
        make(beam_size=3)


def test_one_prefix_holds_for_all_texts():
    each, _ = make(prefix="le").inputs(TOKENIZER, 2)
    assert each["prefix"].tolist() == [b"le", b"le"]
    each, _ = make(prefix=["le", ""]).inputs(TOKENIZER, 2)
    assert each["prefix"].tolist() == [b"le", b""]


def test_each_text_has_its_number():
    each, shared = make(seed=5, sample=True).inputs(TOKENIZER, 3, first=7)
    assert each["number"].tolist() == [7, 8, 9]
    assert int(shared["seed"]) == 5


def test_prefixes_must_be_as_many_as_the_texts():
    with pytest.raises(InputError, match="1 prefixes for 2 texts"):
        make(prefix=["le"]).inputs(TOKENIZER, 2)


@pytest.mark.parametrize("name", ["prefix", "allowed"])
def test_what_is_too_long_is_named(name):
    request = make(max_length=2, **{name: ["le chat dort"]})
    with pytest.raises(
        InputError, match="3 tokens and `<eos>`: more than `max_length`"
    ):
        request.inputs(TOKENIZER, 1)


def test_a_column_of_a_table_is_a_list():
    request = make(prefix=pd.Series(["le", "la"]), avoid=np.array(["chat"]))
    each, shared = request.inputs(TOKENIZER, 2)
    assert each["prefix"].tolist() == [b"le", b"la"]
    assert (shared["avoid"].first == -1).sum() == 1


@pytest.mark.parametrize("name", ["prefix", "avoid", "allowed"])
def test_what_is_no_list_is_refused(name):
    with pytest.raises(InputError, match=f"`{name}` must be a string or a list"):
        make(**{name: 3})


@pytest.mark.parametrize("name", ["avoid", "allowed"])
def test_what_is_said_twice_holds_once(name):
    assert getattr(make(**{name: ["le", "la", "le"]}), name) == ["le", "la"]
    with pytest.raises(InputError, match=f"`{name}` must be a string or a list"):
        make(**{name: [["le"]]})


@pytest.mark.parametrize("seed", [2**31, 1.5])
def test_a_seed_has_32_bits(seed):
    with pytest.raises(InputError, match="`seed` must be an integer, at least -2"):
        make(seed=seed)


@pytest.mark.parametrize("name", ["prefix", "allowed"])
def test_what_cannot_be_written_is_named(name):
    message = f"`{name}` has 'chien' in 'le chien', which the target vocabulary lacks"
    with pytest.raises(InputError, match=message):
        make(**{name: ["le chien"]}).inputs(TOKENIZER, 1)


def test_the_form_of_the_text_is_that_of_the_tokenizer():
    tokenizer = WordTokenizer.fit(["été"])
    each, _ = make(prefix="e\u0301te\u0301").inputs(tokenizer, 1)
    assert each["prefix"].tolist() == ["été".encode()]


def test_words_to_avoid_are_looked_for_as_words():
    spelled = WordTokenizer(["x"]).spell(["one!", "L'homme", "고양이", "猫です"])
    words = [[*filter(None, text.split("\x1f"))] for text in spelled]
    expected = [["one", "!"], ["L", "'", "homme"], ["고양이"], [*"猫です"]]
    assert words == expected


@pytest.mark.parametrize("avoid", [[" "], ["le", ""]])
def test_a_blank_word_cannot_be_avoided(avoid):
    with pytest.raises(InputError, match="`avoid` has a blank text"):
        make(avoid=avoid).inputs(TOKENIZER, 1)


def test_what_may_be_copied_cannot_be_avoided():
    request = make(avoid=["le", "deux chiens"])
    request.check_copies(["le", "trois"], TOKENIZER)
    with pytest.raises(InputError, match="'deux chiens', and a source has 'chiens￭'"):
        request.check_copies(["le", "chiens￭"], TOKENIZER)


def test_of_several_that_may_be_copied_the_first_is_named():
    request = make(avoid=["le", "sept deux", "deux"])
    message = "'sept deux', and a source has 'deux'"
    with pytest.raises(InputError, match=message):
        request.check_copies(["sept", "deux￭", "deux"], TOKENIZER)


def test_what_may_be_copied_is_spelled_once_however_much_is_avoided(monkeypatch):
    spelled = []
    spelling = WordTokenizer.spelling

    def noted(tokenizer, token):
        spelled.append(token)
        return spelling(tokenizer, token)

    monkeypatch.setattr(WordTokenizer, "spelling", noted)
    request = make(avoid=["a", "b", "c", "d"])
    request.check_copies(["trois", "quatre", "trois"], TOKENIZER)
    assert spelled.count("trois") == spelled.count("quatre") == 1


def test_rules_are_made_once_for_all_batches():
    request = make(avoid=["chat"], allowed=["le chat", "la chatte"])
    (_, first), (_, second) = (request.inputs(TOKENIZER, count) for count in (1, 2))
    assert first["avoid"] is second["avoid"]
    assert first["allowed"] is second["allowed"]
    with pytest.raises(InputError, match="more than `max_length`, 2"):
        make(allowed=request.allowed, max_length=2).inputs(TOKENIZER, 1)
