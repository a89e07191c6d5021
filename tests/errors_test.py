"""Tests of seq2seq_keras.errors."""

import pytest

from seq2seq_keras.errors import InputError, check_choice


def test_a_wrong_choice_names_the_right_ones():
    check_choice("cell", "gru", ("lstm", "gru"))
    message = "`cell` must be one of 'lstm', 'gru'. Received: cell='lstn'"
    with pytest.raises(InputError, match=message):
        check_choice("cell", "lstn", ("lstm", "gru"))
