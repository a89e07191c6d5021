"""Tests of seq2seq_keras.data.splitting."""

import collections
import functools
import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.data import Pairs, PairStream, source_key, split_pairs
from seq2seq_keras.errors import InputError

NUMBERS = Pairs([f"source {n}" for n in range(5000)], [str(n) for n in range(5000)])

words = st.lists(
    st.sampled_from(["Él", "ère", "STUDENT", "값이", "Straße", "ΣΑΣ", "2"])
)
spellings = st.tuples(
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from([str, str.lower, str.upper, str.title]),
    st.sampled_from([" ", "  ", "\t", "\u00a0", "\u3000", " \u2028 "]),
)


def spell(words, form, case, space):
    return space + unicodedata.normalize(form, case(space.join(words)))


@given(
    sources=st.lists(st.tuples(words, spellings), min_size=1, max_size=60),
    seed=st.integers(-9, 9),
)
def test_no_source_is_on_two_sides_however_it_is_spelled(sources, seed):
    sides = collections.defaultdict(set)
    texts = [spell(words, *spelling) for words, spelling in sources]
    stream = PairStream(lambda: zip(texts, map(str, range(len(texts))), strict=True))
    for side, part in enumerate(split_pairs(stream, validation=0.3, test=0.3)):
        for number in map(int, part.target):
            sides[tuple(sources[number][0])].add(side)
    assert all(len(side) == 1 for side in sides.values())


@given(words=words, spelling=spellings)
def test_case_white_space_and_unicode_form_make_no_other_source(words, spelling):
    assert source_key(spell(words, *spelling)) == source_key(" ".join(words))


@pytest.mark.parametrize(
    "other", ["i am a students", "i am student", "i am a stüdent", "iam a student"]
)
def test_other_letters_make_another_source(other):
    assert source_key(other) != source_key("i am a student")


@given(
    texts=st.lists(st.text(max_size=3)),
    validation=st.floats(0, 0.49),
    test=st.floats(0, 0.49),
)
def test_every_pair_is_on_one_side_in_order(texts, validation, test):
    pairs = list(zip(texts, map(str, range(len(texts))), strict=True))
    stream = PairStream(lambda: iter(pairs))
    parts = [list(p) for p in split_pairs(stream, validation=validation, test=test)]
    kept = [pair for part in parts for pair in part]
    assert sorted(kept, key=lambda pair: int(pair[1])) == pairs
    for part in parts:
        numbers = [int(number) for _, number in part]
        assert numbers == sorted(numbers)


def test_the_same_seed_gives_the_same_split():
    assert split_pairs(NUMBERS, seed=3) == split_pairs(NUMBERS, seed=3)


@pytest.mark.parametrize("seed", [1, -1, 2**40])
def test_another_seed_gives_another_split(seed):
    default = set(split_pairs(NUMBERS)[2].source)
    other = set(split_pairs(NUMBERS, seed=seed)[2].source)
    # Two independent tenths share a tenth of each other.
    assert len(default & other) < 0.3 * len(default)


def test_another_seed_still_keeps_a_source_together():
    pairs = Pairs(["a", "A", " a "] * 5 + ["b"] * 5, ["-"] * 20)
    for seed in range(20):
        stream = PairStream(lambda: iter(pairs))
        for part in split_pairs(stream, validation=0.3, test=0.3, seed=seed):
            sources = [source_key(source) for source in part.source]
            assert sources.count("a") in (0, 15)
            assert sources.count("b") in (0, 5)


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.1), (0.05, 0.3), (0, 0.5)])
def test_the_shares_are_about_met(validation, test):
    parts = split_pairs(NUMBERS, validation=validation, test=test)
    shares = [len(part) / len(NUMBERS) for part in parts]
    # Five standard deviations of a share of 5,000 are at most 0.035.
    assert shares == pytest.approx([1 - validation - test, validation, test], abs=0.035)


def test_a_share_of_nothing_gives_no_pairs():
    train, validation, test = split_pairs(NUMBERS, validation=0, test=0)
    assert (len(validation), len(test)) == (0, 0)
    assert train == NUMBERS


def test_adding_pairs_moves_none():
    before = split_pairs(NUMBERS[:3000])
    after = split_pairs(NUMBERS)
    for few, many in zip(before, after, strict=True):
        assert list(few) == [pair for pair in many if int(pair[1]) < 3000]


def test_a_smaller_test_share_is_part_of_the_larger_one():
    small, large = (split_pairs(NUMBERS, test=share)[2] for share in (0.1, 0.2))
    assert set(small) < set(large)


def test_streams_are_split_as_pairs_in_memory():
    stream = PairStream(lambda: iter(NUMBERS))
    for part, expected in zip(split_pairs(stream), split_pairs(NUMBERS), strict=True):
        assert isinstance(part, PairStream)
        assert list(part) == list(part) == list(expected)


def test_a_lone_surrogate_is_left_for_the_tokenizer_to_report():
    pairs = Pairs(["bad \ud800", *NUMBERS.source], ["-", *NUMBERS.target])
    assert sum(map(len, split_pairs(pairs))) == 5001


@pytest.mark.parametrize(
    ("validation", "test"),
    [(-0.1, 0.1), (0.1, -0.1), (0.5, 0.5), (1, 0), (0, 1), (float("nan"), 0), (10, 10)],
)
def test_shares_must_leave_some_for_training(validation, test):
    with pytest.raises(InputError, match=r"Received: (validation|test)="):
        split_pairs(NUMBERS, validation=validation, test=test)


def test_a_split_that_came_out_empty_is_an_error():
    with pytest.raises(InputError, match=r"split came out empty: 2 pairs are too few"):
        split_pairs(Pairs(["a", "a"], ["x", "y"]))


def test_a_seed_may_be_an_integer_of_numpy():
    assert split_pairs(NUMBERS, seed=np.int64(3)) == split_pairs(NUMBERS, seed=3)


def test_features_make_no_other_source():
    key = functools.partial(source_key, features=True)
    assert key("V;PST\tGo  on") == key("N\tgo on") == key("go on")
    assert key("V;PST\tgo") != key("V;PST\tsee")
    # Any other tab is white space.
    assert source_key("if x:\ty") == source_key("if x: y") != source_key("y")


def test_a_lemma_is_on_one_side_with_all_its_forms(public_data):
    text = (public_data / "sigmorphon2023/deu.trn").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    pairs = Pairs(
        [f"{f}\t{lemma}" for lemma, f, _ in rows], [form for *_, form in rows]
    )
    parts = split_pairs(pairs, features=True)
    assert sum(map(len, parts)) == len(rows)
    sides = [{source.split("\t")[1] for source in part.source} for part in parts]
    assert [len(a & b) for a, b in itertools.combinations(sides, 2)] == [0, 0, 0]
    # Of 500 lemmas and more, with about 20 forms each.
    assert len(set.union(*sides)) == len({lemma for lemma, *_ in rows})
    assert all(sides)
