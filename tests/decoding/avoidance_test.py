"""Tests of seq2seq_keras.decoding.avoidance against a search in the joined text."""

import random
import re

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.decoding import IMPOSSIBLE, WORD_BORDER, Avoid, make_avoidance

SPECIAL = ["", "?", "", ""]


def written(avoidance, token_ids, max_length=99):
    """How many tokens may be written before one is forbidden."""
    constraint = Avoid(
        type(avoidance)(*map(tf.constant, avoidance)), tf.constant([max_length])
    )
    state = constraint.initial_state(1)
    for index, token_id in enumerate(token_ids):
        ranks = constraint(tf.zeros([1, len(avoidance.first) + 2]), index, state)
        if ranks[0, token_id] <= IMPOSSIBLE:
            return index
        state = constraint.advance(tf.constant([token_id]), index, state)
    return len(token_ids)


@pytest.mark.parametrize("seed", range(5))
def test_a_phrase_is_found_however_it_is_cut(seed):
    draw = random.Random(seed)
    pieces = ["".join(draw.choices("ab", k=draw.randint(1, 3))) for _ in range(6)]
    phrases = ["".join(draw.choices("ab", k=draw.randint(2, 5))) for _ in range(3)]
    avoidance = make_avoidance(phrases, [*SPECIAL, *pieces])
    for _ in range(30):
        token_ids = draw.choices(range(4, 10), k=6)
        texts = [
            "".join(pieces[i - 4] for i in token_ids[:count]) for count in range(1, 7)
        ]
        clean = [not any(phrase in text for phrase in phrases) for text in texts]
        expected = clean.index(False) if False in clean else 6
        # Where all that may follow is bad, a token is refused before.
        ways = {
            a + b for a in texts for b in pieces if not any(p in a + b for p in phrases)
        }
        count = written(avoidance, token_ids)
        assert count == expected or not any(
            way.startswith(texts[count]) for way in ways
        )


def test_borders_in_a_row_are_one():
    border = WORD_BORDER
    spellings = [*SPECIAL[:3], border, f"{border}a{border}", f"{border}b", "b"]
    avoidance = make_avoidance([f"{border}{border}a{border}b{border}"], spellings)
    assert written(avoidance, [4, 5, 6, 3]) == 4  # a bb
    assert written(avoidance, [4, 5, 3]) == 2  # the end makes "b" a word
    assert written(avoidance, [4, 5, 5]) == 2  # and so does another word


def test_a_word_is_whole_where_the_length_runs_out():
    border = WORD_BORDER
    avoidance = make_avoidance(
        [f"{border}b{border}"], [*SPECIAL[:3], border, f"{border}b", "b"]
    )
    assert written(avoidance, [4, 5], max_length=2) == 2
    assert written(avoidance, [4], max_length=1) == 0
    assert written(avoidance, [4], max_length=2) == 1


def test_where_every_token_is_bad_one_does_not_get():
    # After "a" there are "b" and the end, and both make a phrase.
    border = WORD_BORDER
    spellings = [*SPECIAL[:1], border, "", border, f"{border}a", f"{border}b"]
    avoidance = make_avoidance([f"{border}a{border}"], spellings)
    assert written(avoidance, [4]) == 0
    assert written(avoidance, [5, 5]) == 2


def test_what_is_copied_begins_anew():
    avoidance = make_avoidance(["ab"], [*SPECIAL, "a", "b"])
    assert written(avoidance, [4, 7, 5]) == 3
    assert written(avoidance, [4, 5]) == 1


def test_the_table_is_small_where_words_are_many():
    words = ["".join("abcdefghij"[int(digit)] for digit in str(n)) for n in range(500)]
    spellings = [*SPECIAL[:3], WORD_BORDER]
    spellings += [f"{WORD_BORDER}{word}{WORD_BORDER}" for word in words]
    avoidance = make_avoidance(spellings[4:104], spellings)
    assert np.flatnonzero(avoidance.first == -1).tolist() == list(range(4, 104))
    assert len(avoidance.starts) == 3


def test_of_phrases_of_two_words_a_state_has_what_it_changes_and_no_more():
    """After the first word of each: the second, and the three that write nothing."""
    words = [f"{WORD_BORDER}w{n}{WORD_BORDER}" for n in range(500)]
    phrases = [words[n] + words[n + 50] for n in range(50)]
    avoidance = make_avoidance(phrases, [*SPECIAL[:3], WORD_BORDER, *words])
    # Those that write nothing leave the beginning as it is, too.
    assert np.diff(avoidance.starts).tolist()[:1] == [2]
    assert len(avoidance.token_ids) == 50 * (1 + 3) + 2
    assert written(avoidance, [4, 54, 3]) == 1
    assert written(avoidance, [4, 55, 54, 5, 5, 55]) == 5


@pytest.mark.parametrize("seed", range(5))
def test_words_are_found_whatever_begins_and_ends_in_a_token(seed):
    draw = random.Random(seed)
    border = WORD_BORDER

    def cut(count):
        return ["".join(draw.choices(["a", "b", border], k=3)) for _ in range(count)]

    pieces = [*cut(5), "a"]
    phrases = [f"{border}{text.strip(border)}b{border}" for text in cut(3)]
    once = [re.sub(f"{border}+", border, phrase) for phrase in phrases]
    avoidance = make_avoidance(phrases, [*SPECIAL[:3], border, *pieces])
    for _ in range(30):
        token_ids = draw.choices(range(4, 10), k=6)
        text, clean = border, []
        for token_id in token_ids:
            text = re.sub(f"{border}+", border, text + pieces[token_id - 4])
            clean.append(not any(phrase in text for phrase in once))
        found = written(avoidance, token_ids)
        # "?" may always follow, and so nothing is refused before its time.
        assert found == (clean.index(False) if False in clean else 6)
