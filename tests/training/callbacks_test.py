"""Tests of seq2seq_keras.training.callbacks."""

import math

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training.callbacks import check_loss


def test_a_loss_that_is_no_number_ends_the_training():
    check_loss(1, 1.0)
    check_loss(1, math.inf)
    with pytest.raises(InputError, match="became NaN at step 8"):
        check_loss(8, math.nan)
