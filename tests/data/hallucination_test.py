"""Tests of seq2seq_keras.data.hallucination."""

import unicodedata

import pytest

from seq2seq_keras.data import Pairs, hallucinate_pairs
from seq2seq_keras.errors import InputError

PAIRS = Pairs(
    ["V;PST\tschalten", "V.PTCP;PST\tab-schalten", "N;PL\tOx", "קָטַל"],
    ["schaltete", "abgeschaltet", "oxen", "קָטַלְתִּי"],
)


def test_what_both_have_in_common_is_made_up_and_nothing_else():
    """By hand: `schalt` in `schalte|n` and `schalte|te`, `schalte` in the others."""
    made = hallucinate_pairs(PAIRS, 200)
    assert len(made) == 200
    kinds = set()
    for source, target in made:
        features, _, lemma = source.rpartition("\t")
        kinds.add(features)
        if features == "V;PST":
            assert (lemma[7:], target[7:]) == ("n", "te")
            assert lemma[:7] == target[:7]
        elif features == "V.PTCP;PST":
            assert (lemma[:3], lemma[10:]) == ("ab-", "n")
            assert (target[:4], target[11:]) == ("abge", "t")
            assert lemma[3:10] == target[4:11]
        else:
            assert "\t" not in source
            assert target == lemma + "ְתִּי"
    # An ox has too little in common with oxen.
    assert kinds == {"V;PST", "V.PTCP;PST", ""}
    assert len(set(made.source)) > 190


def test_what_is_made_of_a_pair_has_its_weight():
    weighted = Pairs(PAIRS.source[:3], PAIRS.target[:3], [0.5, 0, 3])
    # Of the second one nothing is made, and an ox has no stem.
    made = hallucinate_pairs(weighted, 20)
    assert made.weights == [0.5] * 20
    assert all(source.startswith("V;PST\t") for source in made.source)
    assert hallucinate_pairs(PAIRS, 20).weights is None
    with pytest.raises(InputError, match="None of 3 pairs"):
        hallucinate_pairs(Pairs(PAIRS.source[:3], PAIRS.target[:3], [0, 0, 1]), 1)


def test_letters_become_letters_of_the_pairs_and_marks_marks():
    letters = set("".join(PAIRS.source + PAIRS.target))
    for source, _ in hallucinate_pairs(PAIRS, 100, seed=5):
        features, _, lemma = source.rpartition("\t")
        assert set(lemma) <= letters
        if not features:
            kinds = [unicodedata.category(character) for character in lemma]
            assert kinds[1::2] == ["Mn", "Mn"]
            assert all(kind.startswith("L") for kind in kinds[::2])


def test_the_seed_decides():
    first, again, other = (hallucinate_pairs(PAIRS, 9, seed=s) for s in (1, 1, 2))
    assert list(first) == list(again) != list(other)


def test_where_nothing_is_alike_nothing_can_be_made():
    with pytest.raises(InputError, match="None of 1 pairs has 3 characters"):
        hallucinate_pairs(Pairs(["be"], ["was"]), 1)
    assert len(hallucinate_pairs(Pairs(["be"], ["was"]), 0)) == 0
    assert len(hallucinate_pairs(Pairs(["go"], ["goes"]), 1, shortest_stem=2)) == 1
