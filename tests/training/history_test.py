"""Tests of History."""

import math

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training import History


def test_the_lowest_perplexity_is_best():
    history = History("val_perplexity", higher_is_better=False)
    values = [9.0, 5.0, 7.0, 5.0, 4.0, 8.0]
    best = [history.add({"val_perplexity": value}) for value in values]
    assert best == [True, True, False, False, True, False]
    assert (history.best, history.epochs_since_best, history.setbacks) == (4, 1, 3)


def test_the_highest_bleu_is_best_and_perplexity_decides_between_equals():
    history = History("val_bleu", higher_is_better=True)
    rows = [(0.0, 90.0), (0.0, 40.0), (0.0, 41.0), (7.0, 60.0), (6.0, 5.0)]
    best = [history.add({"val_bleu": b, "val_perplexity": p}) for b, p in rows]
    assert best == [True, True, False, True, False]


def test_a_mean_over_epochs_is_not_won_by_a_lucky_one():
    history = History("val_exact_match", higher_is_better=True, epochs=3)
    # Means of up to three: 50, 70, 60, 68, 58, 67, 69, 80.
    values = [50, 90, 40, 74, 60, 67, 80, 93]
    best = [history.add({"val_exact_match": value}) for value in values]
    assert best == [True, True, True, True, False, False, True, True]
    assert (history.best, history.epochs_since_best) == (7, 0)


def test_a_lucky_first_epoch_gives_way_to_the_first_whole_mean():
    history = History("val_exact_match", higher_is_better=True, epochs=3)
    # Means: 80, 65, 63.3, 60, 64.
    values = [80, 50, 60, 70, 62]
    best = [history.add({"val_exact_match": value}) for value in values]
    assert best == [True, False, True, False, True]


def test_a_mean_of_perplexity_decides_between_equal_means():
    history = History("val_bleu", higher_is_better=True, epochs=2)
    rows = [(2.0, 9.0), (4.0, 5.0), (2.0, 8.0), (4.0, 5.0), (2.0, 9.0)]
    best = [history.add({"val_bleu": b, "val_perplexity": p}) for b, p in rows]
    # Means of both: 2 and 9, 3 and 7, 3 and 6.5, 3 and 6.5, 3 and 7.
    assert best == [True, True, True, False, False]


def test_means_that_differ_by_rounding_are_equal():
    history = History("val_exact_match", higher_is_better=True, epochs=3)
    values = [0.7, 0.7, 0.7, 0.7, 0.9, 0.4, 0.8]  # the last three: 0.7, too
    best = [history.add({"val_exact_match": x, "val_perplexity": 2.0}) for x in values]
    assert best == [True, False, True, False, True, False, False]


def test_rows_make_the_history_again():
    rows = [{"val_perplexity": value} for value in (9.0, 5.0, 7.0)]
    history = History("val_perplexity", higher_is_better=False, rows=rows)
    assert (history.best, history.setbacks, history.rows) == (1, 1, rows)


@pytest.mark.parametrize("row", [{"loss": 1.0}, {"loss": 1.0, "val_bleu": math.nan}])
def test_a_value_that_is_not_there_is_an_error(row):
    history = History("val_bleu", higher_is_better=True)
    with pytest.raises(InputError, match=r"Epoch 1 has no val_bleu.* It has: loss"):
        history.add(row)
