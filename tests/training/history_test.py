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


def test_rows_make_the_history_again():
    rows = [{"val_perplexity": value} for value in (9.0, 5.0, 7.0)]
    history = History("val_perplexity", higher_is_better=False, rows=rows)
    assert (history.best, history.setbacks, history.rows) == (1, 1, rows)


@pytest.mark.parametrize("row", [{"loss": 1.0}, {"loss": 1.0, "val_bleu": math.nan}])
def test_a_value_that_is_not_there_is_an_error(row):
    history = History("val_bleu", higher_is_better=True)
    with pytest.raises(InputError, match=r"Epoch 1 has no val_bleu.* It has: loss"):
        history.add(row)
