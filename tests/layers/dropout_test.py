"""Tests of seq2seq_keras.layers.dropout."""

import numpy as np
import pytest

from seq2seq_keras.layers import make_dropout, make_word_dropout

ONES = np.ones((50, 7, 40), "float32")


def dropped(layer):
    return layer(ONES, training=True).numpy() == 0


@pytest.mark.parametrize("variational", [False, True])
def test_variational_dropout_is_the_same_at_all_steps_of_a_sentence(variational):
    mask = dropped(make_dropout(0.3, variational=variational))
    is_same = (mask == mask[:, :1]).all()
    assert is_same == variational
    # And another one for each sentence.
    assert len({row.tobytes() for row in mask[:, 0]}) == len(mask)


@pytest.mark.parametrize("variational", [False, True])
def test_the_share_is_the_rate_and_the_mean_stays(variational):
    layer = make_dropout(0.3, variational=variational)
    values = layer(ONES, training=True).numpy()
    # Of 2000 draws and more the share strays by 0.01.
    assert np.mean(values == 0) == pytest.approx(0.3, abs=0.05)
    assert np.unique(values) == pytest.approx([0.0, 1 / 0.7])


def test_word_dropout_drops_whole_vectors():
    mask = dropped(make_word_dropout(0.3))
    np.testing.assert_array_equal(mask.any(axis=-1), mask.all(axis=-1))
    # 350 draws: a deviation of 0.024.
    assert mask.mean() == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize("make", [make_dropout, make_word_dropout])
def test_nothing_is_dropped_in_use_nor_drawn_at_a_rate_of_zero(make):
    np.testing.assert_array_equal(make(0.3)(ONES), ONES)
    assert make(0.3).variables
    assert not make(0.0).variables
