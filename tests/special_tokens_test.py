"""Tests of seq2seq_keras.special_tokens."""

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens


def test_forms_stand_in_the_order_of_their_ids():
    assert SpecialTokens(start="<go>").forms == ("<pad>", "<unk>", "<go>", "<eos>")


@pytest.mark.parametrize("form", ["", " ", "a b", "<eos>", "\n"])
def test_forms_are_words_and_differ(form):
    with pytest.raises(InputError, match=r"must (be|differ)"):
        SpecialTokens(start=form)
