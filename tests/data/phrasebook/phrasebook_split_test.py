"""Tests of seq2seq_keras.data.phrasebook.split."""

import collections

import pytest

from seq2seq_keras.data.phrasebook import split
from seq2seq_keras.data.phrasebook.clauses import KINDS
from seq2seq_keras.data.phrasebook.split import split_phrasebook
from seq2seq_keras.errors import InputError


def words(sentence):
    return set(" ".join(sentence[:3]).replace("?", "").split())


@pytest.fixture(scope="module", autouse=True)
def generated_once(sentences):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "generate_sentences", lambda: iter(sentences))
        yield


@pytest.fixture(scope="module")
def parts(generated_once):
    return split_phrasebook()


def test_sizes_are_what_was_asked_for(parts):
    assert [len(part) for part in parts] == [20_000, 1_000, 1_000]
    assert all(len(set(part)) == len(part) for part in parts)


def test_no_combination_is_in_two_parts(parts):
    train, validation, test = ({item.combination for item in part} for part in parts)
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_every_word_of_the_other_parts_is_in_train(parts):
    known = set().union(*map(words, parts[0]))
    for part in parts[1:]:
        assert set().union(*map(words, part)) <= known


def test_no_kind_drowns_the_others(parts):
    for part in parts:
        counts = collections.Counter(item.kind for item in part)
        assert set(counts) == set(KINDS)
        assert max(counts.values()) < 0.3 * len(part)
        assert min(counts.values()) > 0.1 * len(part)


def test_the_same_seed_draws_the_same(parts):
    assert split_phrasebook() == parts


@pytest.mark.parametrize("size", [1, 5_000])
def test_another_seed_draws_others_but_the_first_sentence(size, parts):
    other = split_phrasebook(size=size, seed=1)
    assert [len(part) for part in other] == [
        size,
        max(1, size // 20),
        max(1, size // 20),
    ]
    assert "i am a student" in {item.english for item in other[0]}
    assert "i am a student" in {item.english for item in parts[0]}
    assert other[1] != parts[1][: len(other[1])]
    if size == 5_000:
        known = set().union(*map(words, other[0]))
        assert set().union(*map(words, other[1] + other[2])) <= known


@pytest.mark.parametrize("size", [0, 10_000_000])
def test_impossible_size_names_the_largest(size):
    with pytest.raises(InputError, match=r"between 1 and \d+.*Received: size="):
        split_phrasebook(size=size)
